/** A list that its server lets be kept is fetched once, and cut for each caller by the policy of the moment. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, messageOf, post, serverAt, stateless } from "./servers.ts";

/** A server that counts how often it is asked for its tools; a call of any of them rings on the stream of listeners. */
async function startCounting(t: TestContext, ttlMs: number) {
  const counting = { url: "", lists: 0, ring: () => {} };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id: number; method: string };
    const answer = (result: object) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result: { resultType: "complete", ...result } }));
    };
    if (method === "server/discover") return answer({ supportedVersions: ["2026-07-28"], capabilities: { tools: {} } });
    if (method === "subscriptions/listen") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const say = (name: string) =>
        response.write(`data: {"jsonrpc":"2.0","method":"notifications/${name}","params":{}}\n\n`);
      counting.ring = () => say("tools/list_changed");
      return say("subscriptions/acknowledged");
    }
    if (method !== "tools/list") return response.writeHead(404).end();
    counting.lists += 1;
    answer({
      tools: [{ name: "get_a" }, { name: `get_${counting.lists}` }, { name: "set_a" }],
      ttlMs,
      cacheScope: "public",
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  counting.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  return counting;
}

async function namesOf(world: World, id: string | number): Promise<string[]> {
  const sent = await post(world, "/mcp/s", stateless("tools/list", {}, id), about("tools/list"));
  const message = messageOf(sent) as unknown as {
    id: unknown;
    result: { tools: { name: string }[]; ttlMs: number; cacheScope: string };
  };
  assert.equal(message.id, id);
  assert.deepEqual(
    [message.result.ttlMs, message.result.cacheScope],
    [0, "private"],
    "what is kept here is kept nowhere else",
  );
  return message.result.tools.map(({ name }) => name);
}

test("a list is fetched once as long as it may be kept, and each policy cuts it anew", async (t) => {
  const server = await startCounting(t, 60_000);
  const rest = serverAt("s", server.url);
  const world = await startWorld(t, { policy: policyOf("allow tools mcp:s/get_*", rest) });
  assert.deepEqual(await namesOf(world, 1), ["get_a", "get_1"]);
  assert.deepEqual(await namesOf(world, "two"), ["get_a", "get_1"]);
  world.use(policyOf("allow tools mcp:s/set_*", rest));
  assert.deepEqual(await namesOf(world, 3), ["set_a"]);
  assert.equal(server.lists, 1);
});

test("a list that may not be kept is fetched each time", async (t) => {
  const server = await startCounting(t, 0);
  const world = await startWorld(t, { policy: policyOf("allow tools mcp:s/get_*", serverAt("s", server.url)) });
  assert.deepEqual(await namesOf(world, 1), ["get_a", "get_1"]);
  assert.deepEqual(await namesOf(world, 1), ["get_a", "get_2"]);
});

test("a server that says that its list changed is asked again", async (t) => {
  const server = await startCounting(t, 60_000);
  const world = await startWorld(t, { policy: policyOf("allow tools mcp:s/get_*", serverAt("s", server.url)) });
  assert.deepEqual(await namesOf(world, 1), ["get_a", "get_1"]);
  const controller = new AbortController();
  t.after(() => controller.abort());
  const response = await fetch(`${world.url}/mcp/s`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${world.key}`,
      ...about("subscriptions/listen"),
    },
    body: JSON.stringify(stateless("subscriptions/listen", { notifications: { toolsListChanged: true } })),
    signal: controller.signal,
  });
  const reader = response.body!.getReader();
  let text = "";
  const until = async (words: string) => {
    while (!text.includes(words)) text += Buffer.from((await reader.read()).value ?? []).toString();
  };
  await until("acknowledged");
  server.ring();
  await until("list_changed");
  assert.deepEqual(await namesOf(world, 2), ["get_a", "get_2"]);
});
