/** The conversation with a program that takes its time to say who it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { quiet } from "../../../src/gateway/mcp/http-exchange.ts";
import { createProgramPeer } from "../../../src/gateway/mcp/program-peer.ts";
import type { McpProgram } from "../../../src/providers/mcp.ts";

/** A program that answers what the test lets it answer. */
function startSlow() {
  const asked: { id: number; method: string }[] = [];
  const ended = Promise.withResolvers<string>();
  let say = (_: Buffer) => {};
  const line = {
    write: (text: string) => void asked.push(JSON.parse(text)),
    onLine: (listener: typeof say) => {
      say = listener;
    },
    ended: ended.promise,
  };
  const program: McpProgram = { kind: "program", check() {}, line: () => line };
  const answer = (method: string, result: object) => {
    const { id } = asked.findLast((message) => message.method === method)!;
    say(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, result })));
  };
  return { program, asked, answer, end: () => ended.resolve("ended with 0") };
}

const GREETING = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "slow" } };

test("a program that is late keeps nobody waiting, and is there once it has greeted", async () => {
  const { program, asked, answer } = startSlow();
  const changes: string[] = [];
  const peer = createProgramPeer(program, (change) => changes.push(change), 1);
  await assert.rejects(peer.hello(), { code: "timeout" });
  await assert.rejects(peer.call(quiet("tools/list")), { code: "timeout" });
  assert.deepEqual(
    asked.map(({ method }) => method),
    ["initialize"],
    "it is asked once, and not told that nobody waits",
  );
  answer("initialize", GREETING);
  const listing = peer.call(quiet("tools/list")).catch(() => peer.call(quiet("tools/list")));
  await new Promise((resolve) => setImmediate(resolve));
  answer("tools/list", { tools: [] });
  assert.deepEqual((await listing).result, { tools: [] });
  assert.deepEqual((await peer.hello()).serverInfo, { name: "slow" });
  assert.deepEqual(changes, ["toolsListChanged", "promptsListChanged", "resourcesListChanged"]);
});

test("a call waits for a greeting no longer than its policy lets it", async () => {
  const { program, end } = startSlow();
  const peer = createProgramPeer(program, () => {});
  const ending = new AbortController();
  const called = peer.call({ ...quiet("tools/call", { name: "x" }), signal: ending.signal });
  ending.abort();
  await assert.rejects(called, { message: "given up by the gateway" });
  await assert.rejects(peer.call({ ...quiet("tools/call"), signal: ending.signal }), { code: "broken" });
  end();
  await assert.rejects(peer.hello(), { message: "the program has ended" });
});

test("a program that greets in time changes nothing", async () => {
  const { program, answer } = startSlow();
  const changes: string[] = [];
  const peer = createProgramPeer(program, (change) => changes.push(change));
  const hello = peer.hello();
  answer("initialize", GREETING);
  assert.deepEqual((await hello).serverInfo, { name: "slow" });
  assert.deepEqual(changes, []);
});
