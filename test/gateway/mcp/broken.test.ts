/** Servers that fail: each caller hears one sentence, the record says what it was, and the next call finds a server again. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ReturnBody } from "../../../src/audit/entry.ts";
import { connect, textOf } from "../../support/mcp/client.ts";
import { startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, messageOf, packaged, post, programOf, serverAt, stateless } from "./servers.ts";

const GRANTS = "allow tools mcp:**";

/** A server that knows who it is, and answers calls as the test has it. */
async function startOdd(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    if (request.headers["mcp-method"] === "tools/call") return answer(request, response);
    request.resume();
    const result = { supportedVersions: ["2026-07-28"], capabilities: {}, resultType: "complete" };
    const found = request.headers["mcp-method"] === "server/discover";
    response.writeHead(found ? 200 : 400, { "content-type": "application/json" });
    response.end(
      JSON.stringify({ jsonrpc: "2.0", id: 1, ...(found ? { result } : { error: { code: -32_022, message: "no" } }) }),
    );
  });
  return listeningAt(t, server);
}

async function listeningAt(t: TestContext, server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

async function ask(world: World, path = "/mcp/odd") {
  const sent = await post(world, path, stateless("tools/call", { name: "t", arguments: {} }), about("tools/call", "t"));
  const ended = await world.until((bodies) => bodies.findLast((body): body is ReturnBody => body.kind === "return"));
  const { result } = messageOf(sent) as unknown as { result?: { isError?: boolean; content: { text: string }[] } };
  return { sent, ended, text: result?.content[0]?.text ?? "", isError: result?.isError };
}

const ODD: readonly [string, RequestListener, RegExp, ReturnBody["fault"]][] = [
  [
    "does not take the credential",
    (_, response) => response.writeHead(401).end(),
    /does not take the gateway's credential; tell those who run the gateway \(/,
    "upstream",
  ],
  ["is overloaded", (_, response) => response.writeHead(503).end("busy"), /answered with status 503/, "upstream"],
  [
    "fails in its own words",
    (_, response) => response.writeHead(500, { "content-type": "application/json" }).end('{"error":"secret"}'),
    /answered with status 500, which is neither an answer nor an error; try again in 2 s/,
    "upstream",
  ],
  [
    "sends elsewhere",
    (_, response) => response.writeHead(307, { location: "http://127.0.0.1:1/" }).end(),
    /answered with status 307/,
    "upstream",
  ],
  [
    "answers with no message",
    (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"),
    /answered with what is no message/,
    "upstream",
  ],
  ["hangs up", (request) => request.socket.destroy(), /broke off before it answered/, "upstream"],
  ["is silent", () => {}, /was silent for too long/, "timeout"],
  [
    "ends its stream early",
    (_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end(": hello\n\n"),
    /ended its answer before it was complete/,
    "upstream",
  ],
  [
    "breaks its stream off",
    (request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(": hello\n\n");
      setImmediate(() => request.socket.destroy());
    },
    /broke off before it answered/,
    "upstream",
  ],
];

for (const [how, answer, words, fault] of ODD) {
  for (const path of ["/mcp/odd", "/mcp"]) {
    test(`a server that ${how} is one sentence to a caller of ${path}`, async (t) => {
      const url = await startOdd(t, answer);
      const world = await startWorld(t, { policy: policyOf(GRANTS, serverAt("odd", url, "timeout 300ms idle")) });
      const name = path === "/mcp" ? "odd__t" : "t";
      const sent = await post(world, path, stateless("tools/call", { name, arguments: {} }), about("tools/call", name));
      assert.equal(sent.status, 200);
      const ended = await world.until((bodies) =>
        bodies.findLast((body): body is ReturnBody => body.kind === "return"),
      );
      const { result } = messageOf(sent) as unknown as { result: { isError: boolean; content: { text: string }[] } };
      assert.match(result.content[0]!.text, words);
      assert.match(result.content[0]!.text, /^server `odd` /);
      assert.equal(result.isError, true);
      assert.deepEqual([ended.end, ended.fault], ["upstream-failed", fault]);
      assert.equal(ended.name, "mcp:odd/t");
    });
  }
}

/** A server with sessions that answers whatever comes after its greeting with a status. */
async function startWithSessions(t: TestContext, status: number): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, id } = JSON.parse(Buffer.concat(chunks).toString() || "{}") as { method?: string; id?: number };
    if (method === "server/discover") return response.writeHead(404).end();
    if (method !== "initialize") return response.writeHead(status).end("who are you, a-secret?");
    const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "odd", version: "1" } };
    response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "s1" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
  return listeningAt(t, server);
}

for (const status of [401, 403]) {
  test(`a credential that is not taken, ${status}, is one sentence whatever eras the client and the server speak`, async (t) => {
    const stateful = await startWithSessions(t, status);
    const modern = await startOdd(t, (_, response) => response.writeHead(status).end("who are you, a-secret?"));
    const closed = await listeningAt(
      t,
      createServer((_, response) => response.writeHead(status).end()),
    );
    for (const url of [stateful, modern, closed]) {
      const world = await startWorld(t, { policy: policyOf(GRANTS, serverAt("odd", url)) });
      const called = { name: "t", arguments: {} };
      const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "c", version: "1" } };
      const begun = await post(world, "/mcp/odd", { jsonrpc: "2.0", id: 1, method: "initialize", params: hello });
      const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "none" };
      const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: called };
      const answers = [
        await post(world, "/mcp/odd", stateless("tools/call", called), about("tools/call", "t")),
        url === closed ? begun : await post(world, "/mcp/odd", call, session),
      ];
      for (const sent of answers) {
        assert.match(sent.text, /"server `odd` does not take the gateway's credential[^"]* \([\w-]+\)"/);
        const id = sent.headers.get("request-id");
        assert.ok(id !== null && sent.text.includes(`(${id})`), "the id of the request stands in the sentence");
        assert.doesNotMatch(sent.text, /a-secret/);
      }
      const ended = await world.until((bodies) => {
        const returns = bodies.filter((body): body is ReturnBody => body.kind === "return");
        return returns.length === (url === closed ? 1 : 2) ? returns : undefined;
      });
      for (const { end, fault } of ended) assert.deepEqual([end, fault], ["upstream-failed", "upstream"]);
    }
  });
}

test("a server whose issuer gives no token is told apart from one that fails", async (t) => {
  const fixture = await startFixture({ token: "never-given" });
  t.after(() => fixture.close());
  const issuer = await listeningAt(
    t,
    createServer((request, response) => {
      request.resume();
      response.writeHead(401, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: "invalid_client", of: request.headers.authorization }));
    }),
  );
  const oauth = `credential oauth "${issuer}" client "gateway" secret env ISSUER_SECRET`;
  const world = await startWorld(t, {
    policy: policyOf(GRANTS, serverAt("odd", fixture.url, oauth)),
    env: { ISSUER_SECRET: "s3cret-of-the-gateway" },
  });
  const { text, ended, isError } = await ask(world);
  assert.equal(isError, true);
  assert.match(text, /^the gateway has no token for server `odd`: its issuer answered with status 401/);
  assert.deepEqual([ended.end, ended.fault], ["upstream-failed", "issuer"]);
  const basic = Buffer.from("gateway:s3cret-of-the-gateway").toString("base64");
  const recorded = JSON.stringify(await world.until((bodies) => bodies));
  assert.ok(!text.includes(basic) && !recorded.includes(basic));
  assert.equal(fixture.seen.length, 0, "the server is not asked without a token");
});

test("a call that goes on for too long is ended, however much it says", async (t) => {
  const url = await startOdd(t, (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const tick = setInterval(() => response.write(": still here\n\n"), 20);
    response.on("close", () => clearInterval(tick));
  });
  const world = await startWorld(t, {
    policy: policyOf(GRANTS, serverAt("odd", url, "timeout 100ms idle 400ms total")),
  });
  const { text, ended } = await ask(world);
  assert.match(text, /broke off|took longer than its policy lets it/);
  assert.deepEqual([ended.end, ended.fault], ["upstream-failed", "timeout"]);
});

test("a server that is down is not reached, and is when it is up again", async (t) => {
  const fixture = await startFixture();
  const { port } = new URL(fixture.url);
  const world = await startWorld(t, { policy: policyOf(GRANTS, serverAt("odd", fixture.url)) });
  await fixture.close();
  const { text, isError } = await ask(world);
  assert.deepEqual([isError, /^server `odd` cannot be reached/.test(text)], [true, true]);
  const again = await startFixture({ port: Number(port) });
  t.after(() => again.close());
  const name = "test_simple_text";
  const served = await post(
    world,
    "/mcp/odd",
    stateless("tools/call", { name, arguments: {} }),
    about("tools/call", name),
  );
  assert.match(served.text, /simple text response/);
});

test("a client that goes away takes its call with it", async (t) => {
  let gone!: () => void;
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  let came!: () => void;
  const there = new Promise<void>((resolve) => {
    came = resolve;
  });
  const url = await startOdd(t, (_, response) => {
    response.on("close", gone);
    came();
  });
  const world = await startWorld(t, { policy: policyOf(GRANTS, serverAt("odd", url)) });
  const controller = new AbortController();
  const sent = fetch(`${world.url}/mcp/odd`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${world.key}`, ...about("tools/call", "t") },
    body: JSON.stringify(stateless("tools/call", { name: "t", arguments: {} })),
    signal: controller.signal,
  });
  await there;
  controller.abort();
  await assert.rejects(sent);
  await left;
  const ended = await world.until((bodies) => bodies.find((body): body is ReturnBody => body.kind === "return"));
  assert.equal(ended.end, "client-gone");
});

/** A program that speaks just enough, and does what its tools are called. */
const PROGRAM = `
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === "initialize") return say({ id, result: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "p", version: "1" } } });
  if (method === "notifications/cancelled") return process.stderr.write("cancelled");
  if (id === undefined) return;
  if (params.name === "die") process.kill(process.pid, "SIGKILL");
  if (params.name === "noise") process.stdout.write("this is no message\\n");
  if (params.name === "pid" || params.name === "noise") say({ id, result: { content: [{ type: "text", text: String(process.pid) }] } });
});
`;

test("a program that is killed fails the call it was in, and the next call finds a new one", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "program-"));
  t.after(() => rm(dir, { recursive: true }));
  const path = join(dir, "program.cjs");
  await writeFile(path, PROGRAM);
  const world = await startWorld(t, { policy: policyOf(GRANTS, programOf("p", [process.execPath, path])) });
  const client = await connect(t, { url: `${world.url}/mcp/p`, key: world.key, era: "stateless" });
  const call = async (name: string) => textOf(await client.callTool({ name, arguments: {} }));
  const first = await call("pid");
  assert.equal(await call("noise"), first);
  assert.match(await call("die"), /^server `p` broke off before it answered/);
  assert.match(await call("pid"), /^server `p` cannot be reached/, "it rests after a failure");
  assert.deepEqual(world.ended, ["p ended with SIGKILL"]);
  let second = "";
  while (!/^\d+$/.test(second)) second = await call("pid");
  assert.notEqual(second, first);
  world.use(policyOf(GRANTS));
  await assert.doesNotReject(until(() => !isAlive(Number(second))));
});

test("a program that cannot be started is a server that cannot be reached", async (t) => {
  const world = await startWorld(t, { policy: policyOf(GRANTS, programOf("p", ["/no/such/program"])) });
  const sent = await post(
    world,
    "/mcp/p",
    stateless("tools/call", { name: "t", arguments: {} }),
    about("tools/call", "t"),
  );
  assert.match(sent.text, /"isError":true/);
  assert.match(sent.text, /server `p` (broke off|cannot be reached)/);
});

test("one server that fails does not take the others' tools away", async (t) => {
  const memory = programOf("memory", packaged("server-memory"));
  const broken = programOf("broken", ["/no/such/program"]);
  const world = await startWorld(t, { policy: policyOf(GRANTS, memory + broken) });
  const client = await connect(t, { url: `${world.url}/mcp`, key: world.key, era: "stateless" });
  const { tools } = await client.listTools();
  assert.equal(tools.length, 9);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
