/** Events cut out of bytes, however the bytes arrive. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventData, SseError, SseFramer } from "../../src/wire/sse.ts";

const LINES = [
  ": a comment\n\n",
  'event: message_start\ndata: {"a":"é"}\n\n',
  "event: ping\r\ndata: {}\r\n\r\n",
  "data: one\ndata: two\ndata:three\n\n",
  "\n",
  "id: 7\ndata\n\n",
  "event: x\ndata:  two blanks\n\n",
  "retry: 5\n\r\n",
];
const DATA = [null, '{"a":"é"}', "{}", "one\ntwo\nthree", null, "", " two blanks", null];

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString();
}

function framed(chunks: readonly Uint8Array[]): Uint8Array[] {
  const framer = new SseFramer();
  const events = chunks.flatMap((chunk) => framer.push(chunk));
  assert.equal(framer.rest().length, 0);
  return events;
}

test("a whole chunk gives views of itself", () => {
  const chunk = Buffer.from(LINES.join(""));
  const events = framed([chunk]);
  assert.deepEqual(events.map(textOf), LINES);
  assert.deepEqual(
    events.map((event) => textOf(eventData(event))),
    DATA,
  );
  for (const event of events) assert.equal(event.buffer, chunk.buffer);
});

test("every split in two, and every byte alone, gives the same events", () => {
  const whole = Buffer.from(LINES.join(""));
  for (let at = 0; at <= whole.length; at += 1) {
    assert.deepEqual(framed([whole.subarray(0, at), whole.subarray(at)]).map(textOf), LINES, `split at ${at}`);
  }
  assert.deepEqual(framed([...whole].map((byte) => Buffer.from([byte]))).map(textOf), LINES);
});

test("a chunk may be used again by its owner once it was pushed", () => {
  const framer = new SseFramer();
  const chunk = Buffer.from("data: abc");
  assert.deepEqual(framer.push(chunk), []);
  chunk.fill(0);
  assert.deepEqual(framer.push(Buffer.from("\n\n")).map(textOf), ["data: abc\n\n"]);
});

test("what has no empty line behind it is the rest", () => {
  const framer = new SseFramer();
  assert.deepEqual(framer.push(Buffer.from("data: a\n\nevent: b\nda")).map(textOf), ["data: a\n\n"]);
  assert.equal(textOf(framer.rest()), "event: b\nda");
});

test("an event without end is an error, not a growing heap", () => {
  const framer = new SseFramer();
  const chunk = Buffer.alloc(4 * 1024 * 1024, "x");
  assert.throws(() => {
    for (let count = 0; count < 10; count += 1) framer.push(chunk);
  }, SseError);
});

test("a huge line passes whole", () => {
  const line = `data: ${"y".repeat(3_000_000)}\n\n`;
  const whole = Buffer.from(line);
  const events = framed([
    whole.subarray(0, 1_000_000),
    whole.subarray(1_000_000, 2_000_000),
    whole.subarray(2_000_000),
  ]);
  assert.deepEqual(
    events.map((event) => event.length),
    [line.length],
  );
});

test("a carriage return alone, which only some readers take for a line's end, is an error wherever chunks end", () => {
  const hidden = 'event: x\rdata: {"a":1}\r\revent: ping\ndata: {}\n\n';
  for (const text of [hidden, "data: a\r\r", "data: a\r\r\n\r\n"]) {
    for (let at = 0; at <= text.length; at += 1) {
      const framer = new SseFramer();
      const push = () => {
        framer.push(Buffer.from(text.slice(0, at)));
        framer.push(Buffer.from(text.slice(at)));
      };
      assert.throws(push, { name: "SseError", code: "ambiguous" }, `${JSON.stringify(text)} split at ${at}`);
    }
  }
});

test("a byte order mark before a line, which only some readers drop, is an error", () => {
  assert.throws(() => eventData(Buffer.from("event: x\n\ufeffdata: {}\n\n")), { name: "SseError", code: "ambiguous" });
  assert.equal(textOf(eventData(Buffer.from("data: \ufeff\n\n"))), "\ufeff");
});
