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
  await faultsRecorded(world, 3);
  await serves(world);
  assert.deepEqual(faultsOf(world).sort(), [
    [null, "malformed", 408, ""],
    ["dev", "malformed", 400, "/anthropic/v1/messages"],
    ["dev", "malformed", 408, "/anthropic/v1/messages"],
  ]);
});

test("a request that breaks off is answered once and recorded once, under one id and with its caller", async (t) => {
  const world = await startWorld(t, { policy: policyOf(OPEN), answer: (_, response) => sendDocument(response, OK) });
  const chunked = head(world, 0).replace("content-length: 0", "transfer-encoding: chunked");
  const cases = [
    [`${head(world, 1_000)}{"model":`, true],
    [`${chunked}5\r\n{"mod\r\nno length\r\n`, false],
  ] as const;
  for (const [index, [bytes, end]] of cases.entries()) {
    const socket = connect({ port: Number(new URL(world.url).port), host: "127.0.0.1", allowHalfOpen: true });
    const before = world.entries.length;
    socket.write(bytes);
    if (end) socket.end();
    const answer = await answerTo(socket);
    socket.destroy();
    assert.match(answer, /^HTTP\/1\.1 400 /);
    await faultsRecorded(world, index + 1);
    await serves(world);
    const faults = world.entries.slice(before).flatMap(({ body }) => (body.kind === "fault" ? [body] : []));
    assert.deepEqual(
      faults.map(({ actor, status, ticket }) => [actor.key, status, ticket]),
      [["dev", 400, /"request_id":"(req_[0-9a-f]+)"/.exec(answer)?.[1]]],
    );
  }
});

test("what cannot be read behind a request breaks off its answer, and is never taken for it", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(_, response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START);
    },
  });
  const body = JSON.stringify(request({ stream: true }));
  const socket = await raw(world);
  socket.write(head(world, body.length) + body);
  await once(socket, "data");
  socket.write("\u0016\u0003\u0001 this is not HTTP\r\n\r\n");
  assert.doesNotMatch(await answerTo(socket), /HTTP\/1\.1 400|invalid_request_error/);
  assert.equal((await world.outcome()).end, "client-gone");
});

/** Waits until so many faults are recorded. */
function faultsRecorded(world: World, count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (faultsOf(world).length >= count) resolve();
    };
    world.ports.log.subscribe(look);
    look();
  });
}

function faultsOf(world: World) {
  return world.entries.flatMap(({ body }) => {
    return body.kind === "fault" ? [[body.actor.key, body.fault, body.status, body.path]] : [];
  });
}

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

test("a stream leaves in chunks, one for what came at once; to a caller of HTTP/1.0 it leaves bare", async (t) => {
  const whole = START + textBlock(0, "hello") + finish("end_turn");
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer: (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START);
      setImmediate(() => response.end(whole.slice(START.length)));
    },
  });
  const body = JSON.stringify({ ...request(), stream: true });
  const ask = async (version: string): Promise<string> => {
    const socket = await raw(world);
    const lines = [`POST /anthropic/v1/messages HTTP/${version}`, "host: x", "content-type: application/json"];
    const rest = [`x-api-key: ${world.key}`, "connection: close", `content-length: ${Buffer.byteLength(body)}`];
    socket.write(`${[...lines, ...rest].join("\r\n")}\r\n\r\n${body}`);
    return answerTo(socket);
  };
  const [head = "", chunks = ""] = (await ask("1.1")).split(/\r\n\r\n(.*)/s);
  assert.match(head, /transfer-encoding: chunked/i);
  assert.equal(unchunked(chunks), whole);
  const [bareHead = "", bare] = (await ask("1.0")).split(/\r\n\r\n(.*)/s);
  assert.doesNotMatch(bareHead, /transfer-encoding/i);
  assert.equal(bare, whole);
});

/** The body that stands in chunks, each framed as it must be, the last one empty. */
function unchunked(text: string): string {
  const [line = "", rest = ""] = text.split(/\r\n(.*)/s);
  const size = Number.parseInt(line, 16);
  assert.equal(rest.slice(size, size + 2), "\r\n");
  if (size === 0) {
    assert.equal(rest.length, 2, "nothing stands behind the last chunk");
    return "";
  }
  return rest.slice(0, size) + unchunked(rest.slice(size + 2));
}

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
