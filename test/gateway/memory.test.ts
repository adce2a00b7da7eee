/** All bodies together have a bound: beyond it a request is told to come back, and whatever ends gives its place back. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { message, sendDocument } from "./answers.ts";
import { OPEN, policyOf, request, startWorld, type World } from "./world.ts";

const KB = 1024;
const ROOM = { maxHeldBytes: 100 * KB };
const OK = message([{ type: "text", text: "ok" }]);

function large(kilobytes: number) {
  return request({ messages: [{ role: "user", content: "x".repeat(kilobytes * KB) }] });
}

async function refused(response: Response): Promise<void> {
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "2");
  assert.match(
    await response.text(),
    /"type":"api_error","message":"the gateway holds as many bodies as it has memory for, so this \w+ has no place \(req_/,
  );
}

/** A place is given back when the outcome is recorded, a moment after the caller has its answer: the first times may be too early. */
async function fits(world: World, kilobytes: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const response = await world.ask(large(kilobytes));
    await response.text();
    if (response.status === 200) return;
  }
  assert.fail("what was held is not given back");
}

test("a request beyond what there is memory for is told to come back, and passes when others have ended", async (t) => {
  const waiting: ServerResponse[] = [];
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    timings: ROOM,
    answer(incoming, response) {
      if (incoming.headers["x-want"] === "wait") {
        waiting.push(response);
        world.upstream.server.emit("waits");
      } else sendDocument(response, OK);
    },
  });
  const waits = once(world.upstream.server, "waits");
  const first = world.ask(large(60), { headers: { "x-want": "wait" } });
  await waits;
  await refused(await world.ask(large(60)));
  assert.equal((await world.ask(large(10))).status, 200, "a small one has a place");
  assert.deepEqual(
    world.entries.flatMap(({ body }) => (body.kind === "fault" ? [[body.fault, body.status, body.actor.key]] : [])),
    [["overloaded", 503, "dev"]],
  );
  for (const response of waiting) sendDocument(response, OK);
  assert.equal((await first).status, 200);
  await fits(world, 60);
});

test("a body whose length nobody said counts as it comes", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    timings: ROOM,
    answer: (_, response) => sendDocument(response, OK),
  });
  const { hostname, port } = new URL(world.url);
  const socket = connect(Number(port), hostname);
  const lines = ["host: x", `authorization: Bearer ${world.key}`, "content-type: application/json"];
  socket.write(`POST /anthropic/v1/messages HTTP/1.1\r\n${lines.join("\r\n")}\r\ntransfer-encoding: chunked\r\n\r\n`);
  const piece = "x".repeat(8 * KB);
  for (let sent = 0; sent < 20; sent++) socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
  const [answer] = await once(socket, "data");
  assert.match(String(answer), /^HTTP\/1\.1 503 /);
  socket.destroy();
  await fits(world, 90);
});

test("an answer that has to be held whole needs a place too, and is paid for when it finds none", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  budget $1/day`),
    timings: ROOM,
    answer: (_, response) => sendDocument(response, message([{ type: "text", text: "y".repeat(200 * KB) }])),
  });
  await refused(await world.ask(request()));
  const outcome = await world.outcome();
  assert.deepEqual([outcome.end, outcome.fault, outcome.status], ["upstream-failed", "overloaded", 503]);
  assert.ok(outcome.microUsd > 0 && outcome.charges.length === 1);
  assert.doesNotMatch(await world.metrics.text(), /gw_upstream_errors_total\{/, "the provider did no wrong");
});

test("however a request ends, it gives its place back", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    // Room for two: the place of the one before may be given back a moment late.
    timings: { maxHeldBytes: 200 * KB },
    answer(incoming, response) {
      const want = incoming.headers["x-want"];
      if (want === "cut") incoming.socket.destroy();
      else if (want === "error") response.writeHead(500).end("{}");
      else if (want === "hang") world.upstream.server.emit("hangs");
      else sendDocument(response, OK);
    },
  });
  const ends: readonly (() => Promise<unknown>)[] = [
    async () => (await world.ask(large(90), { headers: { "x-want": "cut" } })).text(),
    async () => (await world.ask(large(90), { headers: { "x-want": "error" } })).text(),
    async () => (await world.ask(`{"model": ${"1".repeat(90 * KB)}`)).text(),
    async () => (await world.ask({ ...large(90), model: "gpt-4" })).text(),
    async () => {
      const gone = new AbortController();
      const hangs = once(world.upstream.server, "hangs").then(() => "hangs");
      const asked = world.ask(large(90), { headers: { "x-want": "hang" }, signal: gone.signal });
      assert.equal(await Promise.race([hangs, asked.then(({ status }) => status)]), "hangs");
      gone.abort();
      await assert.rejects(asked);
    },
  ];
  for (const end of [...ends, ...ends, ...ends]) {
    await end();
    await fits(world, 90);
  }
});
