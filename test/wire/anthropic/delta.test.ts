/** Deltas told by their bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf, isBareDelta, looksLikeDelta, readDelta } from "../../../src/wire/anthropic/delta.ts";
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

test("a delta is read as a parser reads it, or left to one", () => {
  const parsed = (event: string): unknown => JSON.parse(event.slice(event.indexOf("{")));
  const read = (event: string): unknown => {
    const delta = readDelta(Buffer.from(event));
    return delta === null ? null : fieldsOf(delta);
  };
  for (const text of ["", "hello", ' "\\n\t\u0007', "é😀\ud800", "}}\n\n", "\\"]) {
    for (const index of [0, 7, 10, 123_456_789]) {
      const deltas = [
        { type: "text_delta", text },
        { type: "thinking_delta", thinking: text },
        { type: "input_json_delta", partial_json: text },
        { type: "signature_delta", signature: text },
      ];
      for (const event of deltas.map((delta) => blockDelta(index, delta))) {
        assert.deepEqual(read(event), parsed(event), event);
      }
    }
  }
  const escaped = blockDelta(0, { type: "text_delta", text: "hi" }).replace("hi", "\\u0068\\u00e9\\/");
  assert.deepEqual(read(escaped), parsed(escaped));
  const plain = blockDelta(0, { type: "text_delta", text: "hello" });
  const others = [
    blockDelta(0, { type: "text_delta", thinking: "hello" }),
    blockDelta(0, { type: "citations_delta", citation: "hello" }),
    blockDelta(0, { type: "text_delta", text: "hello", more: 1 }),
    blockDelta(1_234_567_890, { type: "text_delta", text: "hello" }),
    plain.replace('"index":0', '"index":00'),
    plain.replace('"index":0', '"index":'),
    plain.replace('"index":0', '"index":0.5'),
    plain.replace('"hello"', '"\\x"'),
    plain.replace('"hello"', '"a\u0001"'),
    plain.replace('"hello"', '"hello'),
    plain.replace('"hello"}', '"hello"},"delta":{"type":"text_delta","text":"b"}'),
  ];
  for (const event of others) assert.equal(read(event), null, event);
});
