/** Places in decoded text found again in bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce } from "../../src/decision/steps.ts";
import { splice } from "../../src/wire/splice.ts";
import { rawEdits, readingAt, textAt } from "../../src/wire/text.ts";
import { chanceOf } from "./chance.ts";

/** Changes the string inside a JSON text and reads it back. */
function changed(raw: string, start: number, end: number, text: string): string {
  const bytes = Buffer.from(`["${raw}"]`);
  const edits = rawEdits(bytes, 2, bytes.length - 2, [{ start, end, text }]);
  return JSON.parse(Buffer.from(splice(bytes, edits)).toString())[0];
}

test("replacements are quoted, escapes and letters of many bytes are counted once", () => {
  assert.equal(changed("abc", 1, 2, 'a"\\\n'), 'aa"\\\nc');
  assert.equal(changed("\\n\\u0041é東b", 4, 5, "x"), "\nAé東x");
  assert.equal(changed("\\n\\u0041é東b", 0, 2, ""), "é東b");
});

test("an edge in the middle of a pair moves outward", () => {
  assert.equal(changed("a😀b", 2, 4, "x"), "ax");
  assert.equal(changed("a😀b", 0, 2, "x"), "xb");
  assert.equal(changed("a\\ud83d\\ude00b", 2, 4, "x"), "ax");
  assert.equal(changed("a\\ud83d\\ude00b", 0, 2, "x"), "xb");
  assert.equal(changed("a\\ud83db", 1, 2, "x"), "axb");
  assert.equal(changed("\\ud83d\\u0041", 1, 2, "x"), "\ud83dx");
  assert.equal(changed("\\u0041\\ude00", 1, 2, "x"), "Ax");
});

test("random strings change as if they had been decoded", () => {
  const chance = chanceOf(7);
  const parts = ["a", "é", "東", "😀", "\\n", "\\\\", '\\"', "\\u0041", "\\ud83d\\ude00", "\\/", " "];
  for (let round = 0; round < 3_000; round += 1) {
    const raw = Array.from({ length: 1 + chance.below(12) }, () => chance.pick(parts)).join("");
    const bytes = Buffer.from(`"${raw}"`);
    const text = textAt(bytes, 1, bytes.length - 1);
    assert.equal(text, JSON.parse(`"${raw}"`));
    const marks = [...text];
    const from = chance.below(marks.length);
    const to = from + 1 + chance.below(marks.length - from);
    const start = marks.slice(0, from).join("").length;
    const end = marks.slice(0, to).join("").length;
    assert.equal(changed(raw, start, end, "<>"), `${text.slice(0, start)}<>${text.slice(end)}`, raw);
  }
});

test("a string that is read part by part is the same, wherever it is cut", () => {
  const chance = chanceOf(8);
  const parts = ["a", "é", "東", "😀", "\\n", "\\\\", '\\"', "\\u0041", "\\ud83d\\ude00", "\\/", "u", "\\\\u00e9"];
  for (let round = 0; round < 2_000; round += 1) {
    const raw = Array.from({ length: 1 + chance.below(30) }, () => chance.pick(parts)).join("");
    const bytes = Buffer.from(`"${raw}"`);
    const size = 6 + chance.below(20);
    assert.equal(atOnce(readingAt(bytes, 1, bytes.length - 1, size)), JSON.parse(`"${raw}"`), `${raw} by ${size}`);
  }
});

test("changes of a long string come to stand where they belong", () => {
  const chance = chanceOf(9);
  const parts = ["words ", "é", "東", "😀", "\\n", "\\\\", "\\ud83d\\ude00"];
  const raw = Array.from({ length: 200_000 }, () => chance.pick(parts)).join("");
  const text = JSON.parse(`"${raw}"`) as string;
  for (let round = 0; round < 10; round += 1) {
    const start = text.indexOf("words", chance.below(text.length - 1_000));
    assert.equal(changed(raw, start, start + 5, "<>"), `${text.slice(0, start)}<>${text.slice(start + 5)}`);
  }
});
