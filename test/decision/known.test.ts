/** Known values are found bare, whole and nowhere else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { KnownValues } from "../../src/decision/known.ts";
import { chanceOf } from "../wire/chance.ts";

function found(values: readonly string[], text: string): string[] {
  const known = new KnownValues();
  for (const value of values) known.add(value);
  return known.find(text).map(({ start, end }) => `${start} ${text.slice(start, end)}`);
}

test("a long value is found wherever its letters stand", () => {
  assert.deepEqual(found(["abcdefghijkl"], "xabcdefghijkly abcdefghijk abcdefghijkl"), [
    "1 abcdefghijkl",
    "27 abcdefghijkl",
  ]);
});

test("a short value is found only where it stands by itself", () => {
  assert.deepEqual(found(["hunt3r2"], "hunt3r2 xhunt3r2 hunt3r2x (hunt3r2) =hunt3r2"), [
    "0 hunt3r2",
    "27 hunt3r2",
    "37 hunt3r2",
  ]);
  assert.deepEqual(found(["p@ss!"], "ap@ss!b p@ss!"), ["8 p@ss!"]);
  assert.deepEqual(found(["!a!b!"], "x!a!b!y"), ["1 !a!b!"]);
});

test("what is very short or anybody's word is not looked for", () => {
  for (const value of ["a1b2", "admin", "Password", "SECRET", "8080", "12345"]) {
    const known = new KnownValues();
    known.add(value);
    assert.ok(!known.any, value);
    assert.deepEqual(known.find(`x ${value} y`), []);
  }
});

test("of two that begin alike the longer wins, and what was taken out is not found", () => {
  const known = new KnownValues();
  for (const value of ["abcde-12345-x", "abcde-12345-x-long", "abcde-12345-x"]) known.add(value);
  const text = "abcde-12345-x-long abcde-12345-x";
  const words = () => known.find(text).map(({ start, end }) => text.slice(start, end));
  assert.deepEqual(words(), ["abcde-12345-x-long", "abcde-12345-x"]);
  known.delete("abcde-12345-x-long");
  assert.deepEqual(words(), ["abcde-12345-x", "abcde-12345-x"]);
  known.delete("abcde-12345-x");
  assert.deepEqual(words(), []);
});

test("random texts give what a plain search gives", () => {
  const chance = chanceOf(21);
  for (let round = 0; round < 300; round += 1) {
    const letters = "aab1-é😀";
    const word = (length: number) => Array.from({ length }, () => chance.pick([...letters])).join("");
    const values = Array.from({ length: 1 + chance.below(4) }, () => word(12 + chance.below(6)));
    const text = Array.from({ length: 20 }, () => (chance.below(2) ? chance.pick(values) : word(5))).join(
      chance.pick(["", " "]),
    );
    const expected: string[] = [];
    for (let at = 0; at < text.length; at += 1) {
      const here = values.filter((value) => text.startsWith(value, at)).sort((a, b) => b.length - a.length)[0];
      if (here === undefined) continue;
      expected.push(`${at} ${here}`);
      at += here.length - 1;
    }
    assert.deepEqual(found(values, text), expected);
  }
});
