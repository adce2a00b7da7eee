/** Behind the address of all servers nobody waits for one that hangs; what it says later is told as a change. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { TableServer } from "../../../src/decision/table.ts";
import { joined, type Member } from "../../../src/gateway/mcp/all-servers.ts";
import { quiet } from "../../../src/gateway/mcp/http-exchange.ts";
import { PATIENCE_MS } from "../../../src/gateway/mcp/in-time.ts";
import type { Peer } from "../../../src/gateway/mcp/peer.ts";
import { UpstreamError } from "../../../src/providers/provider.ts";
import type { Fields } from "../../../src/wire/mcp/message.ts";

interface Answers {
  readonly result: Promise<Fields>;
  readonly told: string[];
}

/** A server that answers lists and greetings when `result` is there. */
function member(name: string, { result, told }: Answers): Member {
  const peer: Peer = {
    asksInCalls: false,
    hello: async () => ({ capabilities: {}, serverInfo: null, instructions: (await result).says as string }),
    call: async () => ({ result: await result, error: null }),
  };
  const server = { name } as TableServer;
  return { server, peer: async () => peer, onLeftOut: () => {}, onLate: (change) => told.push(`${name} ${change}`) };
}

const READY: Fields = { tools: [{ name: "get" }], resources: [{ uri: "file:///a", name: "a" }], says: "ask me" };

function quickAndSlow(context: TestContext) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const told: string[] = [];
  const slow = Promise.withResolvers<Fields>();
  const members = [
    member("quick", { result: Promise.resolve(READY), told }),
    member("slow", { ...slow, result: slow.promise, told }),
  ];
  const peer = joined(members);
  const listed = async (method: string) => {
    const { result } = await peer.call(quiet(method));
    return Object.values(result ?? {}).flatMap((entries) => (entries as Fields[]).map(({ name }) => name));
  };
  const pass = async (ms: number) => {
    await turn();
    context.mock.timers.tick(ms);
    await turn();
  };
  return { peer, slow, told, listed, pass };
}

test("a server that hangs is missing from a list, and the list changes when it is there", async (context) => {
  const { slow, told, listed, pass } = quickAndSlow(context);
  let isThere = false;
  const tools = listed("tools/list").finally(() => {
    isThere = true;
  });
  const resources = listed("resources/list");
  await pass(PATIENCE_MS - 1);
  assert.equal(isThere, false);
  await pass(1);
  assert.deepEqual([await tools, await resources, told], [["quick__get"], ["a"], []]);
  slow.resolve(READY);
  await turn();
  assert.deepEqual(told.sort(), ["slow resourcesListChanged", "slow toolsListChanged"]);
  assert.deepEqual(await listed("tools/list"), ["quick__get", "slow__get"]);
  assert.equal(told.length, 2, "who is in time is no change");
});

test("one that fails in the end was never there", async (context) => {
  const { slow, told, listed, pass } = quickAndSlow(context);
  const tools = listed("tools/list");
  await pass(PATIENCE_MS);
  slow.reject(new UpstreamError("timeout", "made up"));
  await turn();
  assert.deepEqual([await tools, told], [["quick__get"], []]);
});

test("a greeting does without what a server that hangs says of itself", async (context) => {
  const { peer, pass } = quickAndSlow(context);
  const hello = peer.hello();
  await pass(PATIENCE_MS);
  assert.equal((await hello).instructions, "quick: ask me");
});

test("when all hang, none can be reached", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const never = { result: new Promise<Fields>(() => {}), told: [] };
  const list = joined([member("one", never), member("two", never)]).call(quiet("tools/list"));
  const failed = assert.rejects(list, UpstreamError);
  await turn();
  context.mock.timers.tick(PATIENCE_MS);
  await failed;
});
