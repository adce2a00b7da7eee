/** The labelled set is what it says it is; its score is secrets.test.ts's matter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { chanceOf } from "../wire/chance.ts";
import { corpusOf } from "./corpus.ts";
import { mark, unmark } from "./sample.ts";
import { shaped } from "./shape.ts";

const open = corpusOf("open");
const heldOut = corpusOf("held out");

test("the set is broad, and each half has every family", () => {
  assert.ok(open.length + heldOut.length >= 3000, String(open.length + heldOut.length));
  for (const half of [open, heldOut]) {
    for (const family of ["A", "B", "C", "negative"]) {
      assert.ok(half.filter((sample) => sample.family === family).length >= 200, family);
    }
  }
  const kinds = new Set(
    open.filter(({ family }) => family !== "negative").map(({ family, kind }) => `${family} ${kind}`),
  );
  assert.ok(kinds.size >= 300, String(kinds.size));
});

test("every text with a secret has it labelled, and no mark is left in any", () => {
  for (const { family, text, spans, kind } of [...open, ...heldOut]) {
    assert.equal(spans.length, family === "negative" ? 0 : 1, `${kind}: ${text}`);
    assert.doesNotMatch(text, /[\uE000\uE001]/);
    for (const [start, end] of spans) assert.ok(start >= 0 && end > start && end <= text.length, kind);
  }
});

test("the halves share no context and no text", () => {
  const contexts = new Set(open.map(({ family, context }) => `${family} ${context}`));
  const shared = heldOut.filter(({ family, context }) => family !== "A" && contexts.has(`${family} ${context}`));
  const texts = new Set(open.map(({ text }) => text));
  assert.deepEqual([...new Set(shared.map(({ context }) => context))], []);
  assert.deepEqual(
    heldOut.filter(({ text }) => texts.has(text)),
    [],
  );
});

test("the same seed gives the same set", () => {
  assert.deepEqual(corpusOf("open"), open);
});

test("marks become offsets", () => {
  assert.deepEqual(unmark(`a=${mark("one")} b=${mark("two")}`), {
    text: "a=one b=two",
    spans: [
      [2, 5],
      [8, 11],
    ],
  });
});

test("a shape gives its fixed parts, its lengths and its checksum", () => {
  const chance = chanceOf(5);
  const token = shaped(chance, "ghx_{n30}{crc}");
  assert.match(token, /^ghx_[A-Za-z0-9]{36}$/);
  const digits = [...token.slice(-6)].map((digit) =>
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".indexOf(digit),
  );
  assert.equal(
    digits.reduce((sum, digit) => sum * 62 + digit, 0),
    crc32(token.slice(4, 34)),
  );
  assert.match(shaped(chance, "{live|test}_{x4-6}.{uuid}"), /^(live|test)_[0-9a-f]{4,6}\.[0-9a-f-]{36}$/);
});
