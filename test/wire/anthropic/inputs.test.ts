/** Placeholders in the input of a call: the tool gets what they stand for, or the call is withheld. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, changed, inverse } from "../../../src/decision/change.ts";
import type { Memory } from "../../../src/wire/anthropic/answer.ts";
import { rewriteDocument } from "../../../src/wire/anthropic/document.ts";
import { chanceOf, pieces } from "../chance.ts";
import { callBlock, messageDelta, rulesOf, START, STOP, textBlock, visibleIn, watch } from "./answers.ts";
import { scannerOf } from "./scanner.ts";

const TOKEN = "[[secret:token:aaaaaaaaaa]]";
const KEY = "[[secret:private-key:bbbbbbbbbb]]";
const LOST = "[[secret:token:cccccccccc]]";
const VALUES: Readonly<Record<string, string>> = {
  [TOKEN]: 'pa"ss\\word é',
  [KEY]: "-----BEGIN KEY-----\nabc\n-----END KEY-----",
};

/** A memory of two secrets, which writes down all it hears. */
function memoryOf(): Memory & { readonly told: { original: string; changes: readonly Change[]; kept: boolean }[] } {
  const told: { original: string; changes: readonly Change[]; kept: boolean }[] = [];
  return {
    told,
    restore: (words) => (VALUES[words] === undefined ? { why: "nothing stands behind it" } : { value: VALUES[words] }),
    heard: (original, changes, kept) => void told.push({ original, changes, kept }),
  };
}

const answer = (...blocks: readonly string[]): string => START + blocks.join("") + messageDelta("tool_use") + STOP;
const documentOf = (content: unknown, stop_reason = "tool_use"): Buffer =>
  Buffer.from(JSON.stringify({ type: "message", role: "assistant", content, stop_reason, usage: {} }));

/** Every letter as an escape. */
const escaped = (text: string): string =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

test("a tool gets the values, however the input is split and spelled", () => {
  const chance = chanceOf(5);
  const expected = { file: "a.env", content: `A=${VALUES[TOKEN]}\nB=${VALUES[KEY]}`, n: [1, { deep: VALUES[TOKEN] }] };
  for (let round = 0; round < 400; round += 1) {
    const spelled = chance.pick([TOKEN, escaped(TOKEN), TOKEN.replace("[[", "[\\u005b")]);
    const input = `{"file":"a.env","content":"A=${spelled}\\nB=${KEY}", "n": [1,{"deep":"${TOKEN}"}]}`;
    const parts = pieces(Buffer.from(input), chance, 12).map((part) => Buffer.from(part).toString());
    const memory = memoryOf();
    const { sent } = watch(
      pieces(Buffer.from(answer(callBlock(0, "Write", ...parts))), chance, 90),
      rulesOf({ memory }),
    );
    assert.deepEqual(visibleIn(sent).content, [{ type: "tool_use", id: "toolu_0", name: "Write", input: expected }]);
    for (const { original, changes } of memory.told) {
      assert.equal(changed(changed(original, changes), inverse(original, changes)), original);
    }
    assert.equal(memory.told.length, 3);
  }
});

test("the twin gets the same, and every other byte stays", () => {
  const body = `{"type":"message", "content":[{"type":"tool_use","id":"t","name":"Write","input":{"a": "x ${TOKEN}" ,"n":1.0}}],"stop_reason":"tool_use"}`;
  const { body: after } = rewriteDocument(Buffer.from(body), rulesOf({ memory: memoryOf() }));
  assert.equal(Buffer.from(after).toString(), body.replace(TOKEN, JSON.stringify(VALUES[TOKEN]).slice(1, -1)));
});

test("a placeholder that nothing stands behind never reaches a tool, in a stream or its twin", () => {
  const spoiled = { type: "text", text: "[Write is withheld: nothing stands behind it]" };
  const input = { path: "a.env", content: `${TOKEN} ${LOST}` };
  const { sent, report } = watch(
    [answer(callBlock(0, "Write", JSON.stringify(input)))],
    rulesOf({ memory: memoryOf() }),
  );
  assert.deepEqual(visibleIn(sent), { content: [spoiled], stop: "end_turn", error: null });
  assert.deepEqual(report.toolUses, [{ name: "Write", granted: true, id: null, withheld: null, observed: null }]);
  assert.ok(!sent.includes("[[secret:"));
  const call = { type: "tool_use", id: "t", name: "Write", input };
  const twin = JSON.parse(
    Buffer.from(rewriteDocument(documentOf([call]), rulesOf({ memory: memoryOf() })).body).toString(),
  );
  assert.deepEqual([twin.content, twin.stop_reason], [[spoiled], "end_turn"]);
});

test("another call of the same answer goes on", () => {
  const calls = callBlock(0, "Write", JSON.stringify({ a: LOST })) + callBlock(1, "Read", "{}");
  const { content, stop } = visibleIn(watch([answer(calls)], rulesOf({ memory: memoryOf() })).sent);
  assert.deepEqual([content.map(({ type }) => type), stop], [["text", "tool_use"], "tool_use"]);
});

test("a key is never changed: a call with a placeholder in one is withheld", () => {
  const { sent } = watch(
    [answer(callBlock(0, "Write", JSON.stringify({ [TOKEN]: 1 })))],
    rulesOf({ memory: memoryOf() }),
  );
  assert.deepEqual(visibleIn(sent).content, [
    { type: "text", text: "[Write is withheld: a key of its input holds a placeholder]" },
  ]);
});

test("a finding in an input stays where its tool would get it back, and withholds the call where not", () => {
  const input = JSON.stringify({ a: "EMP-123456" });
  for (const restore of [true, false]) {
    const memory = memoryOf();
    const rules = rulesOf({
      scanner: scannerOf(/EMP-\d{6}/),
      memory,
      verdict: () => ({ kind: "redact", replacement: TOKEN, restore }),
    });
    const { sent, report } = watch([answer(callBlock(0, "Write", input))], rules);
    assert.equal(visibleIn(sent).content[0]!.type, restore ? "tool_use" : "text");
    assert.deepEqual(memory.told, restore ? [{ original: "EMP-123456", changes: [], kept: true }] : []);
    assert.equal(sent.includes("EMP-123456"), restore);
    const fate = restore ? "kept" : "withheld";
    assert.deepEqual(report.hits, [{ guardrail: 0, pattern: "badge", fate, count: 1, values: ["EMP-123456"] }]);
  }
});

test("what the model wrote is told, with the changes in which the client has it", () => {
  const memory = memoryOf();
  const rules = rulesOf({ scanner: scannerOf(/EMP-\d{6}/), memory });
  watch(
    [answer(textBlock(0, "id EMP-", "123456, ", "EMP-6", "54321"), callBlock(1, "Read", `{"a":"${TOKEN}"}`))],
    rules,
  );
  assert.deepEqual(memory.told, [
    {
      original: "id EMP-123456, EMP-654321",
      changes: [
        { start: 3, end: 13, text: "[[10]]" },
        { start: 15, end: 25, text: "[[10]]" },
      ],
      kept: false,
    },
    { original: TOKEN, changes: [{ start: 0, end: TOKEN.length, text: VALUES[TOKEN] }], kept: false },
  ]);
});

test("text goes as it came where only the memory listens, and nothing is held back", () => {
  const memory = memoryOf();
  const stream = answer(textBlock(0, "a [[sec", `ret: ${TOKEN} EMP-1`), callBlock(1, "Read", '{"a":1}'));
  assert.equal(watch([stream], rulesOf({ memory })).sent, stream);
  assert.deepEqual(memory.told, [{ original: `a [[secret: ${TOKEN} EMP-1`, changes: [], kept: false }]);
});
