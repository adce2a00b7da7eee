import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { eventsOf, finish, message, START, sendDocument, textBlock } from "./answers.ts";
import { OPEN, policyOf, request, startWorld, type World } from "./world.ts";

const OK = message([{ type: "text", text: "ok" }]);

async function raw(world: World): Promise<Socket> {
  const socket = connect(Number(new URL(world.url).port), "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

async function answerTo(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}

async function serves(world: World): Promise<void> {
  const response = await world.ask(request());
  assert.equal(response.status, 200);
  await response.text();
}

test("too many headers, bytes that are no HTTP: a typed error each, and the process stays up", async (t) => {
  const world = await startWorld(t, { policy: policyOf(OPEN), answer: (_, response) => sendDocument(response, OK) });
  const cases = [
    [`POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\n${"x-flood: 1234567890\r\n".repeat(5_000)}\r\n`, 431],
    ["\u0016\u0003\u0001 this is not HTTP\r\n\r\n", 400],
    ["POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 3, 4\r\n\r\nabc", 400],
    [
      "POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\nabc",
      400,
    ],
  ] as const;
  for (const [bytes, status] of cases) {
    const socket = await raw(world);
    socket.write(bytes);
    const answer = await answerTo(socket);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answer, /"type":"error","request_id":"req_[0-9a-f]+","error":\{"type":"invalid_request_error"/);
    await serves(world);
  }
});

test("headers that come too slowly, and a body that never comes whole", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    timings: { headersMs: 200, requestMs: 400 },
    answer: (_, response) => sendDocument(response, OK),
  });
  const slow = await raw(world);
  slow.write("POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\n");
  const half = await raw(world);
  half.write(head(world, 1_000));
  half.write('{"model":');
  const gone = await raw(world);
  gone.write(head(world, 1_000));
  gone.destroy();
  assert.match(await answerTo(slow), /^HTTP\/1\.1 408 /);
  assert.match(await answerTo(half), /^HTTP\/1\.1 408 /);
  await serves(world);
  const faults = world.entries.flatMap(({ body }) => (body.kind === "fault" ? [body.fault] : []));
  assert.ok(faults.length >= 3 && faults.every((fault) => fault === "malformed"), faults.join());
});

function head(world: World, length: number): string {
  const lines = [`authorization: Bearer ${world.key}`, "content-type: application/json", `content-length: ${length}`];
  return `POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\n${lines.join("\r\n")}\r\n\r\n`;
}

test("told to end: nothing new is taken, what is under way ends well", async (t) => {
  let release: () => void = () => {};
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(_, response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START);
      release = () => response.end(textBlock(0, "ok") + finish("end_turn"));
    },
  });
  const response = await world.ask(request({ stream: true }));
  const closed = world.gateway.close();
  assert.ok(world.gateway.draining);
  await assert.rejects(world.ask(request()));
  release();
  assert.equal(eventsOf(await response.text()).at(-1)?.type, "message_stop");
  await closed;
  assert.equal((await world.outcome()).end, "complete");
});

test("told to end, and the deadline passes: an error event, an outcome, no false end", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    timings: { drainMs: 30 },
    answer(_, response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START);
    },
  });
  const response = await world.ask(request({ stream: true }));
  const closed = world.gateway.close();
  const text = await response.text();
  assert.equal(eventsOf(text).at(-1)?.type, "error");
  assert.match(text, /shutting down/);
  await closed;
  const outcome = await world.outcome();
  assert.deepEqual([outcome.end, outcome.fault], ["upstream-failed", "draining"]);
});

test("a connection that is kept serves one request after another", async (t) => {
  const bodies: string[] = [];
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    async answer(incoming, response) {
      bodies.push((await bodyOf(incoming)).toString());
      sendDocument(response, OK);
    },
  });
  const socket = await raw(world);
  const body = JSON.stringify(request());
  const refused = head(world, 2).replace(world.key, "nobody");
  socket.write(`${head(world, body.length)}${body}${refused}{}${head(world, body.length)}${body}`);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  while (text.split("HTTP/1.1 ").length < 4) await once(socket, "data");
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 401", "HTTP/1.1 200"]);
  assert.deepEqual(bodies, [body, body]);
  socket.destroy();
});
