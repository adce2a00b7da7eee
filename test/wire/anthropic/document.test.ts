/** Whole answers under the rules that streams are under, and that both come to the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rewriteDocument } from "../../../src/wire/anthropic/document.ts";
import { type Chance, chanceOf, pieces } from "../chance.ts";
import {
  type Block,
  blockDelta,
  blockStart,
  blockStop,
  callBlock,
  messageDelta,
  rulesOf,
  START,
  STOP,
  textBlock,
  visibleIn,
  watch,
} from "./answers.ts";
import { scannerOf } from "./scanner.ts";

const scanner = scannerOf(/EMP-\d{6}/, /DROP-TABLE/);
const guarded = rulesOf({ scanner });
const text = (words: string): Block => ({ type: "text", text: words });
const call = (name: string, input: unknown = {}): Block => ({ type: "tool_use", id: "toolu_1", name, input });

function documentOf(content: readonly Block[], stop_reason = "end_turn"): string {
  const usage = { input_tokens: 3, output_tokens: 4 };
  return JSON.stringify({
    id: "msg_1",
    type: "message",
    role: "assistant",
    content,
    stop_reason,
    stop_sequence: null,
    usage,
  });
}

function rewritten(body: string, rules = guarded) {
  const { body: after, report } = rewriteDocument(Buffer.from(body), rules);
  return { text: Buffer.from(after).toString(), report };
}

test("an untouched body is the very one that came", () => {
  const body = Buffer.from(documentOf([text("hi"), call("Bash", { a: [1, "b"] })], "tool_use"));
  for (const rules of [rulesOf(), guarded]) {
    const { body: after, report } = rewriteDocument(body, rules);
    assert.equal(after, body);
    assert.deepEqual(report.usage, { input: 3, output: 4, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 });
    assert.deepEqual(
      [report.complete, report.stopped, report.toolUses],
      [true, false, [{ name: "Bash", granted: true, id: null, withheld: null, observed: null }]],
    );
  }
});

test("what is no message passes, and is not called complete", () => {
  for (const body of ["", "<html>", "[]", '{"type":"error"}', '{"type":"message"', "5"]) {
    const { text: after, report } = rewritten(body);
    assert.deepEqual([after, report.complete, report.usage], [body, false, null]);
  }
});

test("bytes outside a change stay as they came", () => {
  const body =
    '{ "type":"message", "x":1.0e0,"content" : [ {"type":"text", "text":"\\u00e9 EMP-123456 \\/", "y":[ ]} ] }';
  assert.equal(rewritten(body).text, body.replace("EMP-123456", "[[10]]"));
});

test("a call that is not granted becomes text, and the end is mended", () => {
  const rules = rulesOf({ granted: (tool) => tool === "Read" });
  const alone = rewritten(documentOf([call("Bash")], "tool_use"), rules);
  assert.equal(alone.text, documentOf([text("[Bash is not granted]")]));
  const both = rewritten(documentOf([call("Bash"), call("Read")], "tool_use"), rules);
  assert.equal(both.text, documentOf([text("[Bash is not granted]"), call("Read")], "tool_use"));
});

test("a rule that rejects ends the answer", () => {
  const said = text("[blocked by no-orders]");
  const body = documentOf([text("a EMP-123456 DROP-TABLE x"), call("Bash")], "tool_use");
  const { text: after, report } = rewritten(body);
  assert.equal(after, documentOf([text("a [[10]] "), said]));
  assert.deepEqual([report.stopped, report.usage?.output], [true, 4]);
  assert.equal(rewritten(documentOf([text("DROP-TABLE x"), text("y")])).text, documentOf([said]));
  assert.equal(
    rewritten(documentOf([text("ok"), call("Bash", ["EMP-123456", "DROP-TABLE"])])).text,
    documentOf([text("ok"), said]),
  );
});

/** A random answer: blocks, their stream and their document. */
function randomAnswer(chance: Chance): { stream: string; document: string } {
  const words = [
    "EMP-123456",
    "DROP-TABLE",
    "EMP-12",
    " ",
    "\n",
    "é",
    "😀",
    "fine",
    '"',
    "\\",
    "EMP-",
    "000000",
    "-----BEGIN ",
  ];
  const say = (): string => Array.from({ length: 1 + chance.below(8) }, () => chance.pick(words)).join("");
  const split = (whole: string): string[] => {
    const parts: string[] = [];
    for (let at = 0; at < whole.length; at += parts.at(-1)!.length)
      parts.push(whole.slice(at, at + 1 + chance.below(9)));
    return parts;
  };
  const content: Block[] = [];
  const events: string[] = [];
  for (let index = 0; index < 1 + chance.below(4); index += 1) {
    const kind = chance.below(4);
    if (kind === 0) {
      const block = { type: "thinking", thinking: "", signature: "EMP-123456" };
      content.push(block);
      events.push(blockStart(index, block) + blockStop(index));
    } else if (kind === 1) {
      const words = say();
      content.push(text(words));
      events.push(textBlock(index, ...split(words)));
    } else {
      const name = chance.pick(["Bash", "Read", "mcp__a__b"]);
      const input = { [say()]: say(), list: [say(), 5, null, { deep: say() }] };
      content.push({ ...call(name, input), id: `toolu_${index}` });
      events.push(callBlock(index, name, ...split(JSON.stringify(input))));
    }
  }
  const reason = content.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn";
  return { stream: START + events.join("") + messageDelta(reason) + STOP, document: documentOf(content, reason) };
}

test("a stream and its twin come to the same, whatever the rules and the splits", () => {
  const chance = chanceOf(42);
  const rules = [
    guarded,
    rulesOf({ granted: (tool) => tool === "Read" }),
    rulesOf({ scanner, granted: (tool) => tool !== "Bash" }),
  ];
  for (let round = 0; round < 2_000; round += 1) {
    const { stream, document } = randomAnswer(chance);
    const rule = chance.pick(rules);
    const streamed = watch(pieces(Buffer.from(stream), chance, 80), rule);
    const { text: after, report } = rewritten(document, rule);
    const { content, stop_reason } = JSON.parse(after);
    assert.deepEqual(visibleIn(streamed.sent), { content, stop: stop_reason, error: null }, document);
    assert.deepEqual([report.stopped, report.hits], [streamed.report.stopped, streamed.report.hits]);
    assert.deepEqual(report.toolUses, streamed.report.toolUses);
  }
});

test("nothing of a delta's own members is lost when its text changes", () => {
  const delta = { type: "text_delta", text: "EMP-123456 ", extra: [1] };
  const stream =
    START + blockStart(0, text("")) + blockDelta(0, delta) + blockStop(0) + messageDelta("end_turn") + STOP;
  assert.ok(watch([stream], guarded).sent.includes('"delta":{"type":"text_delta","text":"[[10]] ","extra":[1]}'));
});
