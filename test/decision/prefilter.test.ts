import assert from "node:assert/strict";
import { test } from "node:test";
import { createPrefilter, type Literal } from "../../src/decision/prefilter.ts";
import { random } from "./oracle.ts";

function placesOf(text: string, { text: wanted, fold }: Literal): number[] {
  const searched = fold ? text.toLowerCase() : text;
  return [...searched]
    .keys()
    .filter((at) => searched.startsWith(wanted, at))
    .toArray();
}

for (const shortest of [3, 6]) {
  test(`a prefilter finds every place that a plain search finds, for literals of ${shortest} characters and more`, () => {
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
        const expected = literals.flatMap((literal, index) => placesOf(text, literal).map((at) => `${index} ${at}`));
        const found: string[] = [];
        prefilter.find(text, (literal, at) => found.push(`${literal} ${at}`));
        assert.deepEqual(found.sort(), expected.sort(), text);
        const parted: string[] = [];
        for (let from = 0, to = 0; from < text.length; from = to) {
          to = Math.min(text.length, from + 1 + below(6));
          prefilter.find(text, (literal, at) => parted.push(`${literal} ${at}`), from, to);
        }
        assert.deepEqual(parted.sort(), expected, text);
      }
    }
  });
}

test("characters beyond a byte are not mistaken for those they share bits with", () => {
  const prefilter = createPrefilter([{ text: "abc", fold: false }]);
  const never = (): void => assert.fail("nothing is there");
  prefilter.find([..."abc"].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0x8000)).join(""), never);
  prefilter.find("a\u0162c \u0161bc", never);
});
