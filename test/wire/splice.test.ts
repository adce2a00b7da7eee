/** Edits put into bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { splice } from "../../src/wire/splice.ts";

const body = Buffer.from("0123456789");
const edit = (start: number, end: number, text: string) => ({ start, end, bytes: Buffer.from(text) });
const spliced = (...edits: ReturnType<typeof edit>[]): string => Buffer.from(splice(body, edits)).toString();

test("nothing to edit gives the very same bytes back", () => {
  assert.equal(splice(body, []), body);
});

test("edits replace, remove and insert, in any order", () => {
  assert.equal(spliced(edit(8, 10, "end"), edit(0, 1, ""), edit(4, 4, "--")), "123--4567end");
  assert.equal(spliced(edit(0, 10, "")), "");
  assert.equal(spliced(edit(10, 10, "!")), "0123456789!");
  assert.equal(spliced(edit(2, 4, "a"), edit(4, 6, "b")), "01ab6789");
});

test("edits that overlap or leave the body are an error", () => {
  assert.throws(() => spliced(edit(2, 5, ""), edit(4, 6, "")), RangeError);
  assert.throws(() => spliced(edit(8, 11, "")), RangeError);
});
