/** Short messages take a shorter way: padded to any length, a message is read the same, and refused for the same reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readMessage } from "../../../src/wire/mcp/message.ts";

const PADDING = Buffer.alloc(4_096, " ");

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, PADDING]);
}

function withParams(params: string): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`);
}

const READABLE: Readonly<Record<string, Buffer>> = {
  "a request": withParams('{"name":"get","arguments":{"n":-0.5e+3}}'),
  "escapes, and half a character": withParams(String.raw`{"a":"\u00e9\"\/\ud800","b":"\u2028"}`),
  "characters of two, three and four bytes": withParams('{"a":"é€😀"}'),
  "a key that stands twice": withParams('{"a":1,"a":2}'),
  "a key that others take for the prototype": withParams('{"__proto__":{"a":1}}'),
  "a notification": Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}'),
  "an answer": Buffer.from('{"jsonrpc":"2.0","id":"a","result":{}}'),
  "space on all sides": Buffer.from(' \t\r\n{ "jsonrpc" : "2.0" , "method" : "ping" , "id" : 1 } '),
};

for (const [name, bytes] of Object.entries(READABLE)) {
  test(`${name} is read the same in a short text and in a long one`, () => {
    const short = readMessage(bytes);
    assert.notEqual(short.kind, "unreadable");
    assert.deepEqual(short, readMessage(padded(bytes)));
  });
}

const NO_JSON: Readonly<Record<string, Buffer>> = {
  "no bytes": Buffer.from(""),
  "a mark in front": Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), withParams("{}")]),
  "bytes that are no UTF-8": Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
  "a surrogate as bytes": Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  "a control character": withParams('{"a":"\u0001"}'),
  "a number that begins with zero": withParams('{"a":01}'),
  "a comma too many": withParams('{"a":1,}'),
  "a space of another alphabet": withParams('{\u00a0"a":1}'),
  "something behind the end": Buffer.concat([withParams("{}"), Buffer.from("{}")]),
};

for (const [name, bytes] of Object.entries(NO_JSON)) {
  test(`${name} makes no message, short or long, and both say why`, () => {
    const short = readMessage(bytes);
    assert.equal(short.kind, "unreadable");
    assert.match(short.kind === "unreadable" ? short.why : "", /^the message is not JSON: ./);
    assert.deepEqual(short, readMessage(padded(bytes)));
  });
}

test("what is nested too deeply is no message, however short", () => {
  const nested = (levels: number) => Buffer.from(`${"[".repeat(levels)}${"]".repeat(levels)}`);
  const why = (levels: number) => {
    const message = readMessage(nested(levels));
    return message.kind === "unreadable" ? message.why : "";
  };
  assert.match(why(512), /batches are not taken/);
  assert.match(why(513), /nested deeper than 512 levels/);
});
