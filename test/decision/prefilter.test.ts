import assert from "node:assert/strict";
import { test } from "node:test";
import { createPrefilter, type Literal } from "../../src/decision/prefilter.ts";
import { random } from "./oracle.ts";

function holds(text: string, literal: Literal): boolean {
  return literal.fold ? text.toLowerCase().includes(literal.text) : text.includes(literal.text);
}

for (const shortest of [3, 6]) {
  test(`a prefilter finds what \`includes\` finds, for literals of ${shortest} characters and more`, () => {
    const next = random(shortest);
    const below = (most: number): number => Math.floor(next() * most);
    const word = (length: number, letters: string): string =>
      Array.from({ length }, () => letters[below(letters.length)]).join("");
    for (let round = 0; round < 400; round++) {
      const literals = Array.from({ length: 1 + below(12) }, (): Literal => {
        const fold = next() < 0.3;
        return { text: word(shortest + below(5), fold ? "ab_1" : "abAB_1"), fold };
      });
      const prefilter = createPrefilter(literals);
      for (let i = 0; i < 10; i++) {
        const planted = literals[below(literals.length)]!;
        const middle = next() < 0.5 ? (planted.fold ? planted.text.toUpperCase() : planted.text) : "";
        const text = word(below(9), "abABx_1") + middle + word(below(9), "abABx_1");
        const bytes = Buffer.from(`ab1${text}ab1`);
        const held = literals.map((literal) => (holds(text, literal) ? 1 : 0));
        const raw = new Uint8Array(literals.length);
        prefilter.markRaw(bytes, 3, bytes.length - 3, raw);
        assert.deepEqual([...raw], held, text);
        const present = new Uint8Array(literals.length);
        prefilter.mark(text, present);
        assert.deepEqual([...present], held, text);
      }
    }
  });
}

test("characters beyond a byte are not mistaken for those they share bits with", () => {
  const prefilter = createPrefilter([{ text: "abc", fold: false }]);
  const present = new Uint8Array(1);
  prefilter.mark([..."abc"].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0x8000)).join(""), present);
  prefilter.mark("a\u0162c \u0161bc", present);
  assert.equal(present[0], 0);
});
