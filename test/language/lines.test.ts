import assert from "node:assert/strict";
import { test } from "node:test";
import { Lines } from "../../src/language/lines.ts";
import { chanceOf } from "../wire/chance.ts";

test("line and column are those of counting, in whatever order offsets are asked for", () => {
  const random = chanceOf(7);
  const text = Array.from({ length: 200 }, () => "x".repeat(random.below(9))).join("\n");
  const lines = new Lines({ path: "x.policy", text });
  const offsets = [
    ...Array.from({ length: text.length }, (_, offset) => offset),
    ...Array.from({ length: 2_000 }, () => random.below(text.length + 1)),
  ];
  for (const offset of offsets) {
    const before = text.slice(0, offset).split("\n");
    const { line, column } = lines.span(offset, offset);
    assert.deepEqual([line, column], [before.length, before.at(-1)!.length + 1], `offset ${offset}`);
  }
});

test("offsets outside of the text are moved to its ends", () => {
  const lines = new Lines({ path: "x.policy", text: "ab\n" });
  assert.deepEqual(lines.span(-5, 99), { path: "x.policy", start: 0, end: 3, line: 1, column: 1 });
  assert.deepEqual(lines.span(99, 1), { path: "x.policy", start: 3, end: 3, line: 2, column: 1 });
});
