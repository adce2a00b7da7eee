/** How large what tools give back may be: real servers in every way that a message goes, and an answer on the wrong stream. */
import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ReturnBody } from "../../../src/audit/entry.ts";
import { startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, messageOf, packaged, post, programOf, type Sent, serverAt, stateless } from "./servers.ts";

const GRANTS = "allow tools mcp:*/**, mcp-prompt:*/**, mcp-resource:*/**";

async function open(t: TestContext, servers: readonly string[], ...lines: string[]): Promise<World> {
  return startWorld(t, { policy: policyOf([GRANTS, ...lines].join("\n  "), servers.join("")) });
}

interface Given {
  readonly isError?: boolean;
  readonly resultType?: string;
  readonly content: readonly { readonly text: string }[];
}

function givenIn(sent: Sent): Given {
  assert.equal(sent.status, 200, sent.text);
  return (messageOf(sent) as unknown as { result: Given }).result;
}

/** Calls a tool by a request of the stateless era. */
function call(world: World, path: string, name: string, args: Record<string, unknown> = {}): Promise<Sent> {
  return post(world, path, stateless("tools/call", { name, arguments: args }), about("tools/call", name));
}

/** The same in a session of its own. */
async function callInSession(world: World, path: string, name: string, args: Record<string, unknown> = {}) {
  const greeting = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const begun = await post(world, path, { jsonrpc: "2.0", id: 0, method: "initialize", params: greeting });
  const headers = {
    "mcp-session-id": begun.headers.get("mcp-session-id") ?? "",
    "mcp-protocol-version": "2025-11-25",
  };
  await post(world, path, { jsonrpc: "2.0", method: "notifications/initialized" }, headers);
  return post(world, path, { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }, headers);
}

/** The record of how calls ended, once there are so many. */
function returns(world: World, count: number): Promise<readonly ReturnBody[]> {
  return world.until((bodies) => {
    const ended = bodies.filter((body): body is ReturnBody => body.kind === "return");
    return ended.length < count ? undefined : ended;
  });
}

function tooLarge(name: string, max: string): RegExp {
  return new RegExp(
    `^what ${name} gave back has [\\d,]+ bytes, and policy lets ${max} through; ask for less \\(test\\.policy:\\d+, req_\\w+\\)$`,
  );
}

test("a program's result that is too large gives way to one sentence, in both eras and behind either address", async (t) => {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "results-")));
  t.after(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, "big.txt"), "a secret line\n".repeat(20_000));
  await writeFile(join(dir, "small.txt"), "a line\n");
  const servers = [
    programOf("every", packaged("server-everything", "stdio")),
    programOf("files", packaged("server-filesystem", dir)),
  ];
  const world = await open(t, servers, "results mcp:files/read_* max 64k", "results mcp:every/echo max 1k");
  const big = { path: join(dir, "big.txt") };
  const sentence = tooLarge("mcp:files/read_text_file", "64,000");
  for (const sent of [
    await call(world, "/mcp/files", "read_text_file", big),
    await call(world, "/mcp", "files__read_text_file", big),
    await callInSession(world, "/mcp/files", "read_text_file", big),
    await callInSession(world, "/mcp", "files__read_text_file", big),
  ]) {
    assert.doesNotMatch(sent.text, /secret/);
    const { isError, content } = givenIn(sent);
    assert.equal(isError, true);
    assert.match(content[0]!.text, sentence);
    assert.equal(content.length, 1);
  }
  const small = givenIn(await call(world, "/mcp/files", "read_text_file", { path: join(dir, "small.txt") }));
  assert.deepEqual([small.isError === true, small.content[0]!.text], [false, "a line\n"]);
  const said = givenIn(await call(world, "/mcp/every", "echo", { message: "hi" }));
  assert.equal(said.content[0]!.text, "Echo: hi");
  const shouted = givenIn(await call(world, "/mcp/every", "echo", { message: "hi".repeat(600) }));
  assert.match(shouted.content[0]!.text, tooLarge("mcp:every/echo", "1,000"));

  const [first, ...rest] = (await returns(world, 7)).map(({ result, oversize }) => ({ result, oversize }));
  assert.equal(first!.result, "tool-error");
  assert.ok(first!.oversize!.bytes > 280_000 && first!.oversize!.max === 64_000);
  assert.match(first!.oversize!.origin, /^test\.policy:\d+$/);
  assert.deepEqual(
    rest.map(({ oversize }) => oversize === null),
    [false, false, false, true, true, false],
  );
  const metrics = await world.metrics.text();
  assert.match(metrics, /gw_mcp_results_too_large_total\{team="eng",mcp_server="files",rule="test\.policy:\d+"\} 4/);
});

test("the smallest size on the way down counts, to the byte, and other tools are left alone", async (t) => {
  const servers = [programOf("every", packaged("server-everything", "stdio"))];
  const open1 = await open(t, servers);
  const whole = givenIn(await call(open1, "/mcp/every", "echo", { message: "hello" }));
  const { resultType: _, ...own } = whole;
  const bytes = Buffer.byteLength(JSON.stringify(own));
  const exact = await open(t, servers, "results mcp:every/* max 1M", `results mcp:every/echo max ${bytes}`);
  assert.deepEqual(givenIn(await call(exact, "/mcp/every", "echo", { message: "hello" })), whole);
  assert.equal(givenIn(await call(exact, "/mcp/every", "echo", { message: "hello!" })).isError, true);
  assert.equal(givenIn(await call(exact, "/mcp/every", "get-sum", { a: 1, b: 2 })).isError === true, false);
});

test("a server that speaks the client's own era is held in documents and streams, and else handed on byte for byte", async (t) => {
  const fixture = await startFixture({});
  t.after(() => fixture.close());
  const servers = [serverAt("fixture", fixture.url)];
  const held = await open(t, servers, "results mcp:fixture/test_* max 10");
  const wide = await open(t, servers, "results mcp:fixture/test_* max 1M");
  const plain = await open(t, servers);
  for (const [index, ask] of [call, callInSession].entries()) {
    const sent = await ask(held, "/mcp/fixture", "test_simple_text");
    assert.match(givenIn(sent).content[0]!.text, tooLarge("mcp:fixture/test_simple_text", "10"));
    assert.equal((await returns(held, index + 1)).at(-1)!.oversize!.max, 10);
    const through = await ask(wide, "/mcp/fixture", "test_simple_text");
    assert.equal(through.text, (await ask(plain, "/mcp/fixture", "test_simple_text")).text);
    assert.equal((await returns(wide, index + 1)).at(-1)!.oversize, null);
  }
  assert.equal(givenIn(await call(held, "/mcp/fixture", "test_simple_text")).resultType, "complete");
});

/** A server that answers a call with an error of the protocol, and sends the answer to another one beside it. */
async function startOdd(t: TestContext, messages: readonly unknown[]): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: number; method: string };
      if (method !== "tools/call") {
        const result = {
          supportedVersions: ["2026-07-28"],
          capabilities: { tools: {} },
          resultType: "complete",
          ttlMs: 0,
          cacheScope: "private",
        };
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const message of messages)
        response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", id, ...(message as object) })}\n\n`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

test("neither an error nor an answer to another call takes more past the gateway", async (t) => {
  const long = "secret ".repeat(1_000);
  const url = await startOdd(t, [
    { id: 99, result: { content: [{ type: "text", text: long }], resultType: "complete" } },
    { error: { code: -32_000, message: long } },
  ]);
  const world = await open(t, [serverAt("odd", url)], "results mcp:odd/tell max 1k");
  const sent = await call(world, "/mcp/odd", "tell");
  assert.doesNotMatch(sent.text, /secret/);
  const events = [...sent.text.matchAll(/^data: (\{.*\})$/gm)].map(([, data]) => JSON.parse(data!) as { id: number });
  assert.deepEqual(
    events.map(({ id }) => id),
    [99, 1],
  );
  assert.match(givenIn(sent).content[0]!.text, tooLarge("mcp:odd/tell", "1,000"));
});
