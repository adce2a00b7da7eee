/** An input is read as everybody reads it, or not at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inputAt, oneReading, readInput } from "../../src/wire/input.ts";
import { skim } from "../../src/wire/skim.ts";

const read = (text: string): unknown => readInput(Buffer.from(text));

test("a value that has one reading is that value", () => {
  for (const value of [{}, [], null, 1, "x", { a: { b: [1, { c: "d" }] }, B: 2 }]) {
    const text = JSON.stringify(value);
    assert.deepEqual(read(text), value);
    assert.deepEqual(oneReading(value), value);
    assert.deepEqual(inputAt(skim(Buffer.from(`[${text}]`)), 1), value);
  }
});

test("what is no JSON, or no UTF-8, has none", () => {
  for (const text of ["", "{", "{'a':1}", '{"a":1}x', `${"[".repeat(600)}${"]".repeat(600)}`]) {
    assert.equal(read(text), undefined, text.slice(0, 20));
  }
  assert.equal(readInput(Buffer.from([0x22, 0xff, 0x22])), undefined);
});

test("a key that stands twice, be it in other letters or in another case, makes two", () => {
  for (const twins of ['"a":1,"a":2', '"a":1,"\\u0061":2', '"path":1,"Path":2', '"ss":1,"ß":2', '"k":1,"\u212a":2']) {
    assert.equal(read(`{${twins}}`), undefined, twins);
    assert.equal(read(`[{"x":{${twins}}}]`), undefined, twins);
  }
  assert.equal(oneReading([{ x: { path: 1, PATH: 2 } }]), undefined);
  assert.deepEqual(oneReading(JSON.parse('{"a":1,"a":2}')), { a: 2 }, "of a parsed value only the last is left");
});
