/** Limits on calls of the gateway's own servers: every `tools/call` counts, and nothing else does. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readEarlier } from "../../../src/audit/charges.ts";
import type { CallBody } from "../../../src/audit/entry.ts";
import { listLogs } from "../../../src/audit/segment.ts";
import { callLimits } from "../../../src/decision/call-limits.ts";
import { createMemoryLimits } from "../../../src/limits/memory.ts";
import { startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, messageOf, packaged, post, programOf, serverAt, stateless } from "./servers.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");

async function open(t: TestContext, ...lines: string[]): Promise<World> {
  const fixture = await startFixture({});
  t.after(() => fixture.close());
  const servers = [
    serverAt("fixture", fixture.url),
    programOf("every", packaged("server-everything", "stdio")),
    programOf("files", packaged("server-filesystem", import.meta.dirname)),
  ];
  const grants = "allow tools mcp:*/**, mcp-prompt:*/**, mcp-resource:*/**";
  return startWorld(t, { policy: policyOf([grants, ...lines].join("\n  "), servers.join("")), now: () => NOW });
}

/** Calls a tool and gives the result's text, and whether it is an error. */
async function call(world: World, path: string, name: string, args: Record<string, unknown> = {}) {
  const sent = await post(world, path, stateless("tools/call", { name, arguments: args }), about("tools/call", name));
  assert.equal(sent.status, 200);
  const { result } = messageOf(sent) as unknown as { result: { isError?: boolean; content: { text: string }[] } };
  return { isError: result.isError === true, text: result.content[0]?.text ?? "" };
}

const REACHED =
  /^limit of 2 calls a minute of mcp:every\/echo, mcp:files\/\* for key dev is reached; try again in 30 s \(test\.policy:\d+, req_\w+\)$/;

test("real servers share a limit; what is beyond it gets one sentence, and never reaches a server", async (t) => {
  const world = await open(t, "limit calls mcp:files/*, mcp:every/echo 2/min per key");
  assert.deepEqual(await call(world, "/mcp/every", "echo", { message: "hi" }), { isError: false, text: "Echo: hi" });
  const listed = await call(world, "/mcp", "files__list_allowed_directories");
  assert.match(listed.text, /gateway\/mcp/);
  for (const [path, name] of [
    ["/mcp/every", "echo"],
    ["/mcp", "every__echo"],
    ["/mcp/files", "list_allowed_directories"],
  ] as const) {
    const refused = await call(world, path, name, { message: "hi" });
    assert.equal(refused.isError, true);
    assert.match(refused.text, REACHED);
  }
  const sum = await call(world, "/mcp/every", "get-sum", { a: 1, b: 2 });
  assert.deepEqual([sum.isError, /3/.test(sum.text)], [false, true], "other tools are not counted");
  const calls = world.entries.map(({ body }) => body).filter((body): body is CallBody => body.kind === "call");
  assert.deepEqual(
    calls.map(({ effect, reason, charges }) => [effect, reason, charges.length]),
    [
      ["allow", null, 1],
      ["allow", null, 1],
      ...Array.from({ length: 3 }, () => ["refuse", "calls", 0]),
      ["allow", null, 0],
    ],
  );
  assert.match(calls[2]?.origins.join() ?? "", /^test\.policy:\d+$/);
  const text = await world.metrics.text();
  assert.match(text, /gw_mcp_calls_total\{team="eng",mcp_server="every",tool="echo",result="refused:calls"\} 2/);
  assert.match(text, /gw_limit_denials_total\{team="eng",limit="test\.policy:\d+",kind="calls"\} 3/);
});

test("lists, prompts and resources are not counted, whatever the list of a limit says", async (t) => {
  const world = await open(t, "limit calls ** 1/day");
  const listing = about("tools/list");
  for (let round = 0; round < 3; round++) await post(world, "/mcp/fixture", stateless("tools/list"), listing);
  const prompt = stateless("prompts/get", { name: "test_simple_prompt" });
  const read = stateless("resources/read", { uri: "test://static-text" });
  for (let round = 0; round < 2; round++) {
    const got = await post(world, "/mcp/fixture", prompt, about("prompts/get", "test_simple_prompt"));
    assert.ok("result" in messageOf(got), got.text);
    const found = await post(world, "/mcp/fixture", read, about("resources/read", "test://static-text"));
    assert.ok("result" in messageOf(found), found.text);
  }
  assert.equal((await call(world, "/mcp/fixture", "test_simple_text")).isError, false);
  const second = await call(world, "/mcp/fixture", "test_simple_text");
  assert.match(
    second.text,
    /^limit of 1 call a day of \*\* for team eng is reached; free again 5 May, in 50400 s \(test\.policy:/,
  );
});

test("a call that its server fails is a call; one that is not granted is none", async (t) => {
  const dead = serverAt("dead", "http://127.0.0.1:1/mcp");
  const policy = policyOf("allow tools mcp:dead/a\n  limit calls mcp:dead/* 1/day", dead);
  const world = await startWorld(t, { policy, now: () => NOW });
  const ungranted = stateless("tools/call", { name: "b", arguments: {} });
  const refused = await post(world, "/mcp/dead", ungranted, about("tools/call", "b"));
  assert.match(refused.text, /Unknown tool: b/);
  assert.match((await call(world, "/mcp/dead", "a")).text, /cannot be reached/);
  assert.match((await call(world, "/mcp/dead", "a")).text, /limit of 1 call a day/);
});

test("what calls took is known again from the record, once", async (t) => {
  const world = await open(t, "limit calls mcp:fixture/* 10/day per key");
  for (let round = 0; round < 3; round++) await call(world, "/mcp/fixture", "test_simple_text");
  const limits = createMemoryLimits();
  const [log] = await listLogs(world.dir);
  for await (const it of readEarlier(log!, "another boot", NOW)) if (!("kind" in it)) limits.restore(it, "UTC", NOW);
  const table = world.ports.policy();
  const [key] = table.keys.values();
  const holds = callLimits(table, { key: key!, node: key!.node }, "mcp:fixture/test_simple_text", NOW);
  const counter = "team eng calls(mcp:fixture/*)/day per key dev";
  assert.deepEqual(limits.levels(holds, "UTC", NOW), [{ counter, measure: "calls", used: 3, held: 0, amount: 10 }]);
});
