/** A gateway that starts anew knows no session of before: clients are told so as the protocol has it, and begin again. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createGateway } from "../../../src/gateway/gateway.ts";
import { connect, textOf } from "../../support/mcp/client.ts";
import { startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, startWorld, type World } from "../world.ts";
import { messageOf, post, serverAt } from "./servers.ts";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "tester", version: "1" } },
};
const CALL = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "test_simple_text", arguments: {} } };

async function startServed(t: TestContext): Promise<World> {
  const fixture = await startFixture({ eras: "sessions" });
  t.after(() => fixture.close());
  const policy = policyOf("allow tools mcp:fixture/*", serverAt("fixture", fixture.url));
  return startWorld(t, { policy });
}

/** Ends the gateway of a world, and starts another one at its address. */
async function restart(t: TestContext, world: World): Promise<void> {
  await world.gateway.close();
  const next = createGateway(world.ports);
  t.after(() => next.close());
  const url = await next.listen("127.0.0.1", Number(new URL(world.url).port));
  assert.equal(url, world.url);
  // Clients share this process, and have to see that their connections ended before they send anything.
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
}

for (const path of ["/mcp/fixture", "/mcp"]) {
  test(`a session of before is not found at ${path}, in every way in which a client may come`, async (t) => {
    const world = await startServed(t);
    const name = path === "/mcp" ? "fixture__test_simple_text" : "test_simple_text";
    const call = { ...CALL, params: { ...CALL.params, name } };
    const begin = async () => (await post(world, path, INITIALIZE)).headers.get("mcp-session-id") ?? "";
    const old = { "mcp-session-id": await begin() };
    assert.match((await post(world, path, call, old)).text, /simple text response/);

    await restart(t, world);
    const lost = await post(world, path, call, old);
    assert.equal(lost.status, 404);
    assert.match(JSON.stringify(messageOf(lost)), /"code":-32001,"message":"Session not found/);
    for (const method of ["GET", "DELETE"]) {
      const headers = { authorization: `Bearer ${world.key}`, accept: "text/event-stream", ...old };
      const response = await fetch(world.url + path, { method, headers });
      assert.equal(response.status, 404);
      await response.text();
    }
    // No call reached the server, and nothing was recorded as one.
    assert.equal(world.entries.filter(({ body }) => body.kind === "call").length, 1);

    const id = await begin();
    assert.notEqual(id, old["mcp-session-id"]);
    assert.match((await post(world, path, call, { "mcp-session-id": id })).text, /simple text response/);
  });
}

test("the official client begins anew, and a client without sessions notices nothing", async (t) => {
  const world = await startServed(t);
  const coming = { url: `${world.url}/mcp/fixture`, key: world.key };
  const [old, stateless] = [
    await connect(t, { ...coming, era: "sessions" }),
    await connect(t, { ...coming, era: "stateless" }),
  ];
  await restart(t, world);
  const call = { name: "test_simple_text", arguments: {} };
  assert.match(textOf(await stateless.callTool(call)), /simple text response/);
  await assert.rejects(old.callTool(call), /Session not found/);
  const anew = await connect(t, { ...coming, era: "sessions" });
  assert.match(textOf(await anew.callTool(call)), /simple text response/);
});
