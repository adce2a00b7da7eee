/** Deltas told by their bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isBareDelta, looksLikeDelta } from "../../../src/wire/anthropic/delta.ts";
import { blockDelta } from "./answers.ts";

const says = (event: string): boolean[] => [looksLikeDelta(Buffer.from(event)), isBareDelta(Buffer.from(event))];

test("the deltas of an answer are told without parsing", () => {
  for (const text of ["", "hello", 'a "quote" \\ and \n', "é漢😀", '"}}\n\n']) {
    assert.deepEqual(says(blockDelta(0, { type: "text_delta", text })), [true, true], text);
    assert.deepEqual(says(blockDelta(12, { type: "input_json_delta", partial_json: text })), [true, true], text);
  }
});

test("whatever could say something else is left to be parsed", () => {
  const plain = blockDelta(0, { type: "text_delta", text: "hello" });
  const start = '"type":"content_block_start","content_block":{"type":"tool_use","name":"Bash"}';
  const cases = [
    plain.replace('"index"', `${start},"index"`),
    plain.replace("}}", `},${start}}`),
    plain.replace('"hello"', `"hello","x":1`),
    plain.replace('"hello"}', `"hello"},"delta":{"a":"b"}`),
    plain.replace(',"index"', `\ndata: ,${start},"index"`),
    plain.replace("hello", "hel\ndata: lo"),
    plain.replace("}}\n\n", "}}\nevent: x\n\n"),
    plain.replace('"hello"', "1"),
    plain.replace("hello", "hello\\"),
    plain.slice(0, -3),
  ];
  for (const event of cases) assert.deepEqual(says(event), [true, false], event);
  assert.deepEqual(says(plain.replaceAll("\n", "\r\n"))[0], false);
});
