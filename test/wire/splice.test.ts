/** Edits put into bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { splice, spliceInPlace } from "../../src/wire/splice.ts";

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

test("in place the bytes become the same, and memory is taken only where the room is too small", () => {
  const cases = [
    [edit(8, 10, "end"), edit(0, 1, ""), edit(4, 4, "--")],
    [edit(0, 3, "ab"), edit(5, 6, "cd"), edit(9, 10, "")],
    [edit(2, 2, "more"), edit(4, 10, "")],
    [edit(0, 10, "")],
    [],
  ];
  const reused = cases.map((edits) => {
    const own = Buffer.from(new Uint8Array(body).buffer);
    const wanted = Buffer.from(splice(own, edits)).toString();
    const result = spliceInPlace(own, edits);
    assert.equal(Buffer.from(result).toString(), wanted);
    return result.buffer === own.buffer;
  });
  assert.deepEqual(reused, [false, true, false, true, true]);
  assert.throws(() => spliceInPlace(Buffer.from(body), [edit(2, 5, ""), edit(4, 6, "")]), RangeError);
});
