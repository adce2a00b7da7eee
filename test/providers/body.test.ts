/** The queue between the HTTP client and who reads an answer: order, gathering, back-pressure, ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { BodyQueue, handOn, type Take } from "../../src/providers/body.ts";
import { createMask } from "../../src/providers/mask.ts";

const FOREVER = 3_600_000;

function queue() {
  const told: string[] = [];
  const tap = {
    pause: () => void told.push("pause"),
    resume: () => void told.push("resume"),
    abort: () => void told.push("abort"),
  };
  const body = new BodyQueue(tap, createMask("#secret-of-the-gateway"));
  const push = (text: string) => body.push(Buffer.from(text));
  return { body, push, told };
}

function collector(answer: (text: string) => ReturnType<Take> = () => null) {
  const pieces: string[] = [];
  const take: Take = (chunk) => {
    pieces.push(Buffer.from(chunk).toString());
    return answer(pieces.at(-1)!);
  };
  return { pieces, take };
}

test("pieces are handed on in their order, those of one turn as one, until the end", async () => {
  const { body, push } = queue();
  const { pieces, take } = collector();
  const over = handOn(body, take);
  push("a");
  push("b");
  await turn();
  push("c");
  await turn();
  push("d");
  body.end(null);
  await over;
  assert.deepEqual(pieces, ["ab", "c", "d"]);
});

test("what comes soon after a piece waits for the next one, and for no longer than the end", async () => {
  const { body, push } = queue();
  const { pieces, take } = collector();
  const over = handOn(body, take, FOREVER);
  push("first");
  await turn();
  assert.deepEqual(pieces, ["first"], "the first piece waits for nothing");
  for (const text of ["b", "c", "d"]) {
    push(text);
    await turn();
  }
  assert.deepEqual(pieces, ["first"]);
  body.end(null);
  await over;
  assert.deepEqual(pieces, ["first", "bcd"]);
});

test("what was gathered is handed on when its time is over, and at once when there is much of it", async () => {
  const { body, push, told } = queue();
  const seen = Promise.withResolvers<void>();
  const { pieces, take } = collector((text) => {
    if (text === "b") seen.resolve();
    return null;
  });
  const over = handOn(body, take, 5);
  push("a");
  await turn();
  push("b");
  await seen.promise;
  body.end(null);
  await over;
  assert.deepEqual(pieces, ["a", "b"]);

  const other = queue();
  const large = collector();
  const done = handOn(other.body, large.take, FOREVER);
  other.push("a");
  await turn();
  other.push("x".repeat(300_000));
  await turn();
  assert.equal(large.pieces[1]?.length, 300_000);
  assert.deepEqual(other.told, ["pause", "resume"]);
  assert.deepEqual(told, []);
  other.body.end(null);
  await done;
});

test("a taker that has to wait gets the rest when it is ready", async () => {
  const { body, push } = queue();
  const gate = Promise.withResolvers<void>();
  const { pieces, take } = collector((text) => (text === "a" ? gate.promise : null));
  const over = handOn(body, take);
  push("a");
  await turn();
  push("b");
  await turn();
  push("c");
  body.end(null);
  await turn();
  assert.deepEqual(pieces, ["a"]);
  gate.resolve();
  await over;
  assert.deepEqual(pieces, ["a", "bc"]);
});

test("enough is enough: the rest is not asked for, and the connection is given up", async () => {
  const { body, push, told } = queue();
  const { pieces, take } = collector(() => "enough");
  const over = handOn(body, take);
  push("a");
  await over;
  push("b");
  assert.deepEqual(pieces, ["a"]);
  assert.deepEqual(told, ["abort"]);
});

test("a body that breaks off rejects after what came of it; a taker that fails gives the body up", async () => {
  const broken = queue();
  const { pieces, take } = collector();
  const over = handOn(broken.body, take, FOREVER);
  broken.push("a");
  await turn();
  broken.push("b");
  broken.body.end(new Error("the wire was cut"));
  await assert.rejects(over, /the wire was cut/);
  assert.deepEqual(pieces, ["a", "b"]);

  const failing = queue();
  const fails = handOn(failing.body, () => {
    throw new Error("no taker");
  });
  failing.push("a");
  await assert.rejects(fails, /no taker/);
  failing.push("b");
  assert.deepEqual(failing.told, ["abort"]);
});

test("a secret that was split over pieces is blotted out, whoever takes them", async () => {
  const { body, push } = queue();
  const { pieces, take } = collector();
  const over = handOn(body, take, FOREVER);
  push("see #secret-of");
  await turn();
  push("-the-gateway!");
  body.end(null);
  await over;
  assert.equal(pieces.join(""), `see ${"*".repeat(22)}!`);
});
