/** Calls that policy judges by their input: held until they are whole, then as they came or a sentence in their place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnswerRules, Judged, Memory, Withheld } from "../../../src/wire/anthropic/answer.ts";
import { CALL_MAX } from "../../../src/wire/anthropic/call.ts";
import { rewriteDocument } from "../../../src/wire/anthropic/document.ts";
import { watchStream } from "../../../src/wire/anthropic/stream.ts";
import { type Chance, chanceOf, pieces } from "../chance.ts";
import {
  type Block,
  blockDelta,
  blockStart,
  blockStop,
  callBlock,
  LINE,
  messageDelta,
  rulesOf,
  START,
  STOP,
  textBlock,
  visibleIn,
  watch,
} from "./answers.ts";
import { scannerOf } from "./scanner.ts";

const REFUSED: Withheld = { sentence: "[Bash: only ls]", reason: "arguments", origin: LINE };
const SENTENCE = { type: "text", text: REFUSED.sentence };
const verdict = (granted: boolean): Judged => ({ withheld: granted ? null : REFUSED, observed: null });
/** Of `Bash` only the command `ls` is granted, and none that cannot be read. */
const byCommand: Pick<AnswerRules, "judges" | "judge"> = {
  judges: (tool) => tool === "Bash",
  judge: (_, input) => verdict((input as { command?: unknown } | undefined)?.command === "ls"),
};
const rules = rulesOf(byCommand);
const answer = (...blocks: readonly string[]): string => START + blocks.join("") + messageDelta("tool_use") + STOP;
const documentOf = (content: string): Buffer =>
  Buffer.from(`{"type":"message","role":"assistant","content":${content},"stop_reason":"tool_use","usage":{}}`);
const call = (input: string, name = "Bash", index = 0): string =>
  `{"type":"tool_use","id":"toolu_${index}","name":"${name}","input":${input}}`;

function twin(content: string, under = rules) {
  const { body, report } = rewriteDocument(documentOf(content), under);
  const text = Buffer.from(body).toString();
  const message = JSON.parse(text) as { content: Block[]; stop_reason: string };
  return { text, report, visible: { content: message.content, stop: message.stop_reason, error: null } };
}

test("a call waits until it is whole and leaves byte for byte, while the rest of the answer flows", () => {
  const watcher = watchStream(rules);
  const sent = (chunk: string): string => Buffer.concat(watcher.push(Buffer.from(chunk))).toString();
  const before = START + textBlock(0, "let me look");
  assert.equal(sent(before), before);
  const held = callBlock(1, "Bash", '{"comm', 'and":', ' "ls"}').split(/(?<=\n\n)/);
  for (const event of held.slice(0, -1)) assert.equal(sent(event), "");
  const other = callBlock(2, "Read", "{}");
  assert.equal(sent(other), other, "another call does not wait for it");
  assert.equal(sent(held.at(-1)!), held.join(""));
  const end = messageDelta("tool_use") + STOP;
  assert.equal(sent(end), end);
  const { toolUses } = watcher.report();
  assert.deepEqual(
    toolUses.map(({ name, granted }) => [name, granted]),
    [
      ["Bash", true],
      ["Read", true],
    ],
  );
});

test("a refused call is a sentence, the answer does not wait for it, and the report has the deciding line", () => {
  const { sent, report } = watch([answer(callBlock(0, "Bash", '{"command":"rm -rf /"}'))], rules);
  assert.deepEqual(visibleIn(sent), { content: [SENTENCE], stop: "end_turn", error: null });
  assert.doesNotMatch(sent, /rm -rf/);
  const withheld = { reason: "arguments", origin: LINE };
  assert.deepEqual(report.toolUses, [{ name: "Bash", granted: false, id: null, withheld, observed: null }]);
  const { visible, report: reported } = twin(`[${call('{"command":"rm -rf /"}')}]`);
  assert.deepEqual(visible, visibleIn(sent));
  assert.deepEqual(reported.toolUses, report.toolUses);
});

test("a granted document stays the very bytes that came", () => {
  const content = `[{"type":"text","text":"x"}, ${call('{ "command" : "l\\u0073" , "n":1.0 }')}]`;
  const { text, report } = twin(content);
  assert.equal(text, documentOf(content).toString());
  assert.equal(report.toolUses[0]?.granted, true);
});

test("one of two calls is refused, and the other is waited for", () => {
  const blocks = [callBlock(0, "Bash", '{"command":"id"}'), callBlock(1, "Bash", '{"command":"ls"}')];
  const { content, stop } = visibleIn(watch([answer(...blocks)], rules).sent);
  assert.deepEqual([content.map(({ type }) => type), stop], [["text", "tool_use"], "tool_use"]);
});

test("an input that is not JSON, or not the same to every reader, is refused", () => {
  const unread = ['{"command":"ls"', '{"command":"id","command":"ls"}', '{"command":"ls","Command":"id"}', "ls"];
  for (const input of unread) {
    const { sent } = watch([answer(callBlock(0, "Bash", input))], rules);
    assert.deepEqual(visibleIn(sent).content, [SENTENCE], input);
  }
  for (const input of unread.slice(1, 3)) assert.deepEqual(twin(`[${call(input)}]`).visible.content, [SENTENCE], input);
  const bare = { type: "tool_use", id: "toolu_0", name: "Bash" };
  const missing = [blockStart(0, bare) + blockStop(0), blockStart(0, { ...bare, input: {} }) + blockStop(0)];
  for (const block of missing) assert.deepEqual(visibleIn(watch([answer(block)], rules).sent).content, [SENTENCE]);
  assert.deepEqual(twin(`[${JSON.stringify(bare)}]`).visible.content, [SENTENCE]);
});

test("an input that the start of a block gives counts when no other comes, and two of them are refused", () => {
  const start = blockStart(0, { type: "tool_use", id: "toolu_0", name: "Bash", input: { command: "ls" } });
  const alone = answer(start + blockStop(0));
  assert.equal(watch([alone], rules).sent, alone);
  const delta = blockDelta(0, { type: "input_json_delta", partial_json: '{"command":"ls"}' });
  const both = watch([answer(start + delta + blockStop(0))], rules);
  assert.deepEqual(visibleIn(both.sent).content, [SENTENCE]);
});

test("judged is what the tool would get, with placeholders restored", () => {
  const WORDS = "[[secret:token:aaaaaaaaaa]]";
  const memory: Memory = { restore: () => ({ value: "ls" }), heard: () => {} };
  const input = JSON.stringify({ command: WORDS });
  const restoring = rulesOf({ ...byCommand, memory });
  const { content } = visibleIn(watch([answer(callBlock(0, "Bash", input))], restoring).sent);
  assert.deepEqual(content[0]?.input, { command: "ls" });
  assert.deepEqual(twin(`[${call(input)}]`, restoring).visible.content, content);
  const other = rulesOf({ ...byCommand, memory: { ...memory, restore: () => ({ value: "id" }) } });
  const literal = rulesOf({ ...other, judge: (_, value) => verdict(JSON.stringify(value) === input) });
  for (const under of [other, literal]) {
    assert.deepEqual(visibleIn(watch([answer(callBlock(0, "Bash", input))], under).sent).content, [SENTENCE]);
    assert.deepEqual(twin(`[${call(input)}]`, under).visible.content, [SENTENCE]);
  }
});

test("what a guardrail says of an input comes before what policy asks about it", () => {
  const under = rulesOf({ ...byCommand, scanner: scannerOf(/EMP-\d{6}/, /DROP-TABLE/) });
  const of = (command: string) => {
    const input = JSON.stringify({ command });
    const { sent, report } = watch([answer(callBlock(0, "Bash", input))], under);
    const whole = twin(`[${call(input)}]`, under);
    assert.deepEqual(whole.visible, visibleIn(sent));
    assert.deepEqual(whole.report.toolUses, report.toolUses);
    return [visibleIn(sent).content[0]?.text, report.toolUses[0]?.withheld?.reason];
  };
  assert.deepEqual(of("id EMP-123456"), [
    "[Bash is withheld: its input holds `badge`, which no tool may get]",
    undefined,
  ]);
  assert.deepEqual(of("DROP-TABLE"), ["[blocked by no-orders]", undefined]);
  assert.deepEqual(of("id"), [REFUSED.sentence, "arguments"]);
});

test("a call that is held for long shows signs of life", () => {
  const parts = Array.from(
    { length: 200 },
    (_, index) => `${index === 0 ? '{"command":"' : ""}x${index === 199 ? '"}' : ""}`,
  );
  const { sent } = watch([answer(callBlock(0, "Bash", ...parts))], rules);
  assert.ok(sent.split("event: ping").length > 3);
  assert.deepEqual(visibleIn(sent).content, [SENTENCE]);
});

test("a call that grows beyond all bounds is refused while it comes, and in its twin", () => {
  const part = "x".repeat(CALL_MAX / 8);
  const parts = ['{"command":"ls","more":"', ...Array.from({ length: 9 }, () => part), '"}'];
  const { sent, report } = watch([answer(callBlock(0, "Bash", ...parts), textBlock(1, "and on"))], rules);
  assert.deepEqual(visibleIn(sent).content, [SENTENCE, { type: "text", text: "and on" }]);
  assert.equal(report.toolUses[0]?.granted, false);
  assert.deepEqual(twin(`[${call(parts.join(""))}]`).visible.content, [SENTENCE]);
});

test("an answer that breaks off in a held call shows nothing of it", () => {
  const { sent, report } = watch(
    [START, callBlock(0, "Bash", '{"command":"ls"}').split("event: content_block_stop")[0]!],
    rules,
  );
  assert.doesNotMatch(sent, /tool_use/);
  assert.match(sent, /event: error/);
  assert.deepEqual(report.toolUses, [], "and nobody says that it was granted");
});

/** A random answer: texts and calls, as a stream and as a document. */
function randomAnswer(chance: Chance): { stream: string; document: string } {
  const events: string[] = [];
  const content: string[] = [];
  for (let index = 0; index < 1 + chance.below(4); index += 1) {
    if (chance.below(3) === 0) {
      const text = chance.pick(["a", "é 😀", "EMP-123456 and", "ls"]);
      events.push(textBlock(index, text.slice(0, 2), text.slice(2)));
      content.push(JSON.stringify({ type: "text", text }));
      continue;
    }
    const name = chance.pick(["Bash", "Bash", "Read"]);
    const command = chance.pick(["ls", "l\\u0073", "id", "EMP-123456", "ls\\n"]);
    const inputs = [`{"command":"${command}"}`, `{ "n": [1, {"command":"ls"}] , "command" : "${command}" }`];
    const input = chance.pick([...inputs, `{"command":"id","command":"${command}"}`, "{}", "[]", "null"]);
    const parts = pieces(Buffer.from(input), chance, 9).map((part) => Buffer.from(part).toString());
    events.push(callBlock(index, name, ...parts));
    content.push(call(input, name, index));
  }
  const reason = content.some((block) => block.includes("tool_use")) ? "tool_use" : "end_turn";
  const stream = START + events.join("") + messageDelta(reason) + STOP;
  return {
    stream,
    document: documentOf(`[${content.join(",")}]`)
      .toString()
      .replace('"tool_use","usage"', `"${reason}","usage"`),
  };
}

test("a stream and its twin come to the same, however the stream is split", () => {
  const chance = chanceOf(19);
  const memory = (): Memory => ({ restore: () => ({ why: "nothing stands behind it" }), heard: () => {} });
  const all = [rules, rulesOf({ ...byCommand, scanner: scannerOf(/EMP-\d{6}/), memory: memory() })];
  let refused = 0;
  for (let round = 0; round < 2_000; round += 1) {
    const { stream, document } = randomAnswer(chance);
    const under = chance.pick(all);
    const streamed = watch(pieces(Buffer.from(stream), chance, 70), under);
    const { body, report } = rewriteDocument(Buffer.from(document), under);
    const { content, stop_reason } = JSON.parse(Buffer.from(body).toString());
    assert.deepEqual(visibleIn(streamed.sent), { content, stop: stop_reason, error: null }, document);
    assert.deepEqual(report.toolUses, streamed.report.toolUses, document);
    refused += report.toolUses.filter(({ withheld }) => withheld?.reason === "arguments").length;
  }
  assert.ok(refused > 500);
});
