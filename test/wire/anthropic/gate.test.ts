/** The gate behind a streamed answer: for any split of the stream and any order of the verdicts it ends as the document does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gated } from "../../../src/wire/anthropic/gate.ts";
import { type Jury, judgedDocument, wordsOf } from "../../../src/wire/anthropic/jury.ts";
import { watchStream } from "../../../src/wire/anthropic/stream.ts";
import { chanceOf, pieces } from "../chance.ts";
import {
  type Block,
  blockDelta,
  blockStart,
  blockStop,
  callBlock,
  messageDelta,
  PING,
  rulesOf,
  START,
  STOP,
  textBlock,
  visibleIn,
} from "./answers.ts";

const JURY: Jury = { waits: true, isOwn: () => false };
const SENTENCE = "[stopped]";

const thinking = (index: number): string =>
  blockStart(index, { type: "thinking", thinking: "", signature: "" }) +
  blockDelta(index, { type: "thinking_delta", thinking: "hm" }) +
  blockStop(index);

/** Blocks by chance; those that are to be flagged say so. */
function blocksOf(chance: ReturnType<typeof chanceOf>): Block[] {
  return Array.from({ length: 1 + chance.below(6) }, (_, index): Block => {
    const words = `${chance.pick(["BAD", "fine", "fine", "fine"])} words ${index} ünd 😀 "more"`;
    const kind = chance.pick(["text", "text", "call", "thinking"]);
    if (kind === "thinking") return { type: "thinking", thinking: "hm" };
    if (kind === "text") return { type: "text", text: words };
    return {
      type: "tool_use",
      id: `toolu_${index}`,
      name: "Bash",
      input: { command: words, n: [index, { deep: "x" }] },
    };
  });
}

function streamOf(blocks: readonly Block[]): string {
  const events = blocks.map((block, index) => {
    if (block.type === "thinking") return thinking(index);
    if (block.type === "text") return textBlock(index, ...(String(block.text).match(/.{1,4}/gsu) ?? []));
    return callBlock(index, "Bash", ...(JSON.stringify(block.input).match(/.{1,6}/gsu) ?? []));
  });
  return START + events.join(PING) + messageDelta("end_turn") + STOP;
}

test("for any split and any order of verdicts a stream ends as its twin does, and shows nothing that was flagged", () => {
  const chance = chanceOf(77);
  for (let round = 0; round < 400; round += 1) {
    const blocks = blocksOf(chance);
    const gate = gated(watchStream(rulesOf()), JURY);
    const open: { id: number; text: string }[] = [];
    const asked: string[] = [];
    let sent = "";
    const take = (ready: readonly Uint8Array[]): void => {
      sent += Buffer.concat(ready).toString();
      assert.ok(!sent.includes("BAD"));
      for (const { id, text, place } of gate.questions()) {
        open.push({ id, text });
        asked.push(`${place} ${text}`);
      }
    };
    const judgeOne = (): void => {
      const [question] = open.splice(chance.below(open.length), 1);
      take(gate.judged(question!.id, question!.text.includes("BAD") ? SENTENCE : null));
    };
    for (const piece of pieces(Buffer.from(streamOf(blocks)), chance, 200)) {
      take(gate.push(piece));
      while (open.length > 0 && chance.below(3) === 0) judgeOne();
    }
    take(gate.end(null));
    while (open.length > 0) judgeOne();
    assert.ok(gate.over && !gate.atBoundary);

    const body = Buffer.from(
      JSON.stringify({ type: "message", content: blocks, stop_reason: "end_turn", stop_sequence: null }),
    );
    const { questions, before } = judgedDocument(body, JURY);
    const flagged = questions.findIndex(({ text }) => text.includes("BAD"));
    const whole = flagged < 0 ? { body, dropped: [] } : before(flagged, SENTENCE);
    const twin = JSON.parse(Buffer.from(whole.body).toString());
    const visible = visibleIn(sent);
    const plain = (content: readonly Block[]) => content.map(({ type, text, input }) => ({ type, text, input }));
    assert.deepEqual(plain(visible.content), plain(twin.content));
    assert.deepEqual([visible.stop, visible.error], [twin.stop_reason, null]);
    assert.equal(gate.report().stopped, flagged >= 0);
    assert.deepEqual(asked.length <= questions.length, true);
    if (flagged < 0)
      assert.deepEqual(
        asked,
        questions.map(({ text, place }) => `${place} ${text}`),
      );
    // What never came in, because the answer had ended, was not dropped either.
    assert.ok(gate.dropped.length <= whole.dropped.length);
  }
});

test("what lets everything pass changes no byte, and what waits for nobody goes out at once", () => {
  const blocks: Block[] = [
    { type: "text", text: "one" },
    { type: "thinking", thinking: "hm" },
    { type: "tool_use", id: "toolu_2", name: "Bash", input: { command: "ls" } },
  ];
  for (const waits of [true, false]) {
    const gate = gated(watchStream(rulesOf()), { waits, isOwn: () => false });
    let sent = Buffer.concat(gate.push(Buffer.from(streamOf(blocks)))).toString();
    if (!waits) assert.ok(sent.includes("message_stop"));
    else assert.ok(!sent.includes("content_block_start"));
    for (const { id } of gate.questions()) sent += Buffer.concat(gate.judged(id, null)).toString();
    sent += Buffer.concat(gate.end(null)).toString();
    assert.equal(sent.replaceAll(PING, ""), streamOf(blocks).replaceAll(PING, ""));
    assert.deepEqual(gate.report().complete, true);
  }
});

test("blocks that come at the same time are closed towards the client when one of them is flagged", () => {
  const gate = gated(watchStream(rulesOf()), JURY);
  const start = (index: number) => blockStart(index, { type: "text", text: "" });
  const words = (index: number, text: string) => blockDelta(index, { type: "text_delta", text });
  const sent = [
    ...gate.push(Buffer.from(START + start(0) + start(1) + words(0, "good") + blockStop(0))),
    ...gate.judged(gate.questions()[0]!.id, null),
    ...gate.push(Buffer.from(words(1, "BAD") + blockStop(1))),
    ...gate.judged(gate.questions()[0]!.id, SENTENCE),
  ];
  const { content, stop } = visibleIn(Buffer.concat(sent).toString());
  assert.deepEqual([content.at(-1)!.text, stop], [SENTENCE, "end_turn"]);
  assert.ok(!JSON.stringify(content).includes("BAD"));
});

test("own sentences and blank texts are not asked about, and empty answers are whole", () => {
  const gate = gated(watchStream(rulesOf()), { waits: true, isOwn: (text) => text === "mine" });
  const sent = gate.push(
    Buffer.from(START + textBlock(0, "mine") + textBlock(1, " \n") + messageDelta("end_turn") + STOP),
  );
  assert.deepEqual(gate.questions(), []);
  assert.equal(visibleIn(Buffer.concat(sent).toString()).content.length, 2);
  assert.deepEqual(judgedDocument(Buffer.from('{"type":"message","content":[]}'), JURY).questions, []);
  assert.deepEqual(judgedDocument(Buffer.from("not json"), JURY).questions, []);
  assert.deepEqual(judgedDocument(Buffer.from('[{"content":[]}]'), JURY).questions, []);
});

test("the words of an input are all its strings, and keys that are more than names", () => {
  const key = "a key that is much longer than any name is";
  assert.equal(wordsOf({ a: "one", b: [2, "two", { c: null, [key]: true }] }), `one\ntwo\n${key}`);
});
