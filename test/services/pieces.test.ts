import assert from "node:assert/strict";
import { test } from "node:test";
import { cut } from "../../src/services/pieces.ts";
import { chanceOf } from "../wire/chance.ts";

test("a text that fits is left whole, counted in characters", () => {
  assert.deepEqual(cut("short", 10), ["short"]);
  assert.deepEqual(cut("😀".repeat(10), 10), ["😀".repeat(10)]);
});

test("a cut falls on the end of a paragraph, else of a line, else of a word", () => {
  const head = "x".repeat(80);
  assert.equal(cut(`${head}\n\nmore words\nand a line ${"y".repeat(40)}`, 100)[0], `${head}\n\n`);
  assert.equal(cut(`${head}\nmore words ${"y".repeat(40)}`, 100)[0], `${head}\n`);
  assert.equal(cut(`${head} words ${"y".repeat(40)}`, 100)[0], `${head} words `);
  assert.equal(cut("z".repeat(150), 100)[0], "z".repeat(100));
});

test("no piece is too long, nothing is lost, and every stretch within the overlap stands whole in some piece", () => {
  const chance = chanceOf(11);
  for (let round = 0; round < 50; round++) {
    const text = Array.from({ length: 300 + chance.below(3_000) }, () =>
      chance.pick(["a", "b", " ", "\n", "é", "😀"]),
    ).join("");
    const most = 100 + chance.below(400);
    const pieces = cut(text, most);
    assert.ok(pieces.every((piece) => Array.from(piece).length <= most));
    const points = Array.from(text);
    const width = Math.min(200, Math.floor(most / 4));
    for (let at = 0; at + width <= points.length; at += 13) {
      const stretch = points.slice(at, at + width).join("");
      assert.ok(
        pieces.some((piece) => piece.includes(stretch)),
        `at ${at} of ${points.length}, ${most} a piece`,
      );
    }
  }
});
