/** Findings that end or begin inside an escape of JSON: what is left of the text is JSON still, and nothing else is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clearOfEscapes } from "../../src/decision/escapes.ts";
import { type Chance, chanceOf } from "../wire/chance.ts";

const LETTERS = ["a", "n", "u", "0", "/", '"', "\\", "\n", "\t", "ä", "\u0001", " ", "😀"];

/** A string of JSON as some writer may spell it. */
function spelled(value: string, chance: Chance): string {
  return [...value]
    .map((letter) => {
      if (letter === "/" && chance.below(2) === 0) return "\\/";
      if (letter.length === 1 && chance.below(3) === 0)
        return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
      return JSON.stringify(letter).slice(1, -1);
    })
    .join("");
}

test("wherever findings lie in a value of JSON, the text with them replaced is JSON of the same form", () => {
  let moved = 0;
  for (let seed = 1; seed <= 3_000; seed++) {
    const chance = chanceOf(seed);
    const value = Array.from({ length: 1 + chance.below(12) }, () => chance.pick(LETTERS)).join("");
    const inner = spelled(value, chance);
    const [head, tail] = ['{"before":"\\"x\\\\","value":"', '","after":["\\n"]}'];
    const text = head + inner + tail;
    const start = head.length + chance.below(inner.length);
    const end = start + 1 + chance.below(head.length + inner.length - start);
    const between = end + chance.below(head.length + inner.length - end + 1);
    const found = [
      { start, end },
      ...(between < head.length + inner.length ? [{ start: between, end: between + 1 }] : []),
    ];
    const clear = clearOfEscapes(text, found);
    if (clear.some((each, at) => each !== found[at])) moved += 1;
    let rest = "";
    let from = 0;
    for (const each of clear) {
      assert.ok(each.start < each.end, text);
      rest += `${text.slice(from, each.start)}X`;
      from = Math.max(from, each.end);
    }
    const read = JSON.parse(rest + text.slice(from)) as { before: string; value: string; after: string[] };
    assert.deepEqual([read.before, read.after], ['"x\\', ["\n"]], text);
    const [left = "", ...more] = read.value.split("X");
    assert.ok(value.startsWith(left) && value.endsWith(more.at(-1) ?? ""), `${text} ${start}-${end}`);
  }
  assert.ok(moved > 500, `${moved} moved`);
});

const clear = (text: string, start: number, end: number): string => {
  const [found] = clearOfEscapes(text, [{ start, end }]);
  return text.slice(found!.start, found!.end);
};

test("half an escape of a sign of the value is taken whole; of one of layout, no part is the value's", () => {
  assert.equal(clear('{"a":"key-ab\\"cd"}', 6, 13), 'key-ab\\"');
  assert.equal(clear('{"a":"key-ab\\\\"}', 6, 13), "key-ab\\\\");
  assert.equal(clear('{"a":"key-ab\\\\"}', 6, 14), "key-ab\\\\");
  assert.equal(clear('{"a":"key-ab\\ncd"}', 6, 13), "key-ab");
  assert.equal(clear('{"a":"x\\name42"}', 8, 14), "ame42");
  assert.equal(clear('{"a":"x\\u00e4b42"}', 9, 16), "\\u00e4b42");
  assert.equal(clear('{"a":"x\\n"}', 8, 9), "\\n");
});

test("a backslash that no quote stands before is what it is", () => {
  assert.equal(clear("C:\\name42", 3, 9), "name42");
  assert.equal(clear('"quoted"\nC:\\name42', 12, 18), "name42");
});
