/** Flow rules over calls of servers: which conversation a call is part of, and what is made of one that names none. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { bodyOf } from "../../providers/upstream.ts";
import { message, sendDocument } from "../answers.ts";
import { policyOf, request, startWorld, type World } from "../world.ts";
import { about, messageOf, packaged, post, programOf, stateless } from "./servers.ts";

const TEAM = `allow models @all
  allow tools WebFetch, Read, mcp:memory/*
  deny tools mcp:memory/delete_* after tools WebFetch, mcp:memory/read_graph`;

/** A world with the memory server; its provider calls the tools that the request's text names, by name and id. */
async function worldOf(t: TestContext, team = TEAM): Promise<World> {
  return startWorld(t, {
    policy: policyOf(team, programOf("memory", packaged("server-memory"))),
    async answer(incoming, response) {
      const { messages } = JSON.parse((await bodyOf(incoming)).toString());
      const content = messages
        .at(-1)
        .content.split(", ")
        .map((word: string) => {
          const [name, id] = word.split(" ");
          return { type: "tool_use", id, name, input: {} };
        });
      sendDocument(response, message(content, "tool_use"));
    },
  });
}

/** Has the model ask for calls, each `NAME ID`. */
async function ask(world: World, calls: string, session = "s1"): Promise<void> {
  const headers = { "x-claude-code-session-id": session };
  const response = await world.ask(request({ messages: [{ role: "user", content: calls }] }), { headers });
  await response.text();
  assert.equal(response.status, 200);
}

interface Call {
  readonly id?: string;
  readonly names?: readonly string[];
  readonly session?: string;
}

const DELETE = "delete_entities";

/** Calls a tool of the memory server; gives the sentence of a refusal, or null. */
async function call(world: World, name: string, { id, names = [], session }: Call = {}): Promise<string | null> {
  const meta = id === undefined ? {} : { "claudecode/toolUseId": id };
  const params = { name, arguments: name === DELETE ? { entityNames: names } : {}, _meta: meta };
  const sent =
    session === undefined
      ? await post(world, "/mcp/memory", stateless("tools/call", params), about("tools/call", name))
      : await post(
          world,
          "/mcp/memory",
          { jsonrpc: "2.0", id: 2, method: "tools/call", params },
          { "mcp-session-id": session },
        );
  assert.equal(sent.status, 200, sent.text);
  const { result } = messageOf(sent) as unknown as { result: { isError?: boolean; content: { text: string }[] } };
  return result.isError === true ? result.content[0]!.text.replace(/req_\w+/, "ID") : null;
}

async function openSession(world: World): Promise<string> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const sent = await post(world, "/mcp/memory", { jsonrpc: "2.0", id: 1, method: "initialize", params });
  return sent.headers.get("mcp-session-id")!;
}

const CLOSED = "mcp:memory/delete_entities may not be called in a conversation after";
const DOUBT = "no answer to key dev asked for this call, so it may be part of any of its conversations, and";

test("a call is judged by what had been called when the answer asked for it", async (t) => {
  const world = await worldOf(t);
  await ask(world, `mcp__memory__${DELETE} toolu_1, WebFetch toolu_2, mcp__memory__${DELETE} toolu_3`);
  assert.equal(await call(world, DELETE, { id: "toolu_1" }), null);
  // Taken back by its client and made again, it is the same call.
  assert.equal(await call(world, DELETE, { id: "toolu_1" }), null);
  const doubt = `${CLOSED} WebFetch; ${DOUBT} WebFetch was called in one (test.policy:18, ID)`;
  assert.equal(await call(world, DELETE, { id: "toolu_1", names: ["other"] }), doubt, "another call under its id");
  assert.equal(await call(world, DELETE, { id: "toolu_3" }), doubt, "withheld in the answer, so never asked for");
  assert.equal(await call(world, DELETE, { id: "toolu_made_up" }), doubt);
  const calls = world.entries.flatMap(({ body }) => (body.kind === "call" ? [body] : []));
  assert.deepEqual(
    calls.slice(0, 3).map(({ effect, reason, origins }) => [effect, reason, origins.length]),
    [
      ["allow", null, 1],
      ["allow", null, 1],
      ["refuse", "flow", 1],
    ],
  );
  assert.equal(calls[2]!.origins[0], "test.policy:18");
});

test("an id tells a conversation from the others of its key, and only for the tool that was asked for", async (t) => {
  const world = await worldOf(t);
  await ask(world, "WebFetch toolu_1");
  await ask(world, `mcp__memory__${DELETE} toolu_2, mcp__memory__read_graph toolu_3`, "s2");
  assert.equal(await call(world, "read_graph", { id: "toolu_3" }), null);
  assert.equal(await call(world, DELETE, { id: "toolu_2" }), null);
  await ask(world, "Read toolu_4", "s2");
  const judged = await call(world, DELETE, { id: "toolu_3" });
  assert.match(judged ?? "", /no answer to key dev asked for this call/);
});

test("the same conversation sends its calls of servers as its answers allow them", async (t) => {
  const world = await worldOf(t);
  await ask(world, "mcp__memory__read_graph toolu_1");
  await ask(world, `mcp__memory__${DELETE} toolu_2`);
  const { toolUses } = await world.outcome();
  assert.deepEqual(
    toolUses.map(({ name, withheld }) => [name, withheld?.reason]),
    [["client-mcp:memory/delete_entities", "flow"]],
  );
});

test("a call without an id is judged by its session, and by what its key called in any conversation", async (t) => {
  const world = await worldOf(t);
  const [first, second] = [await openSession(world), await openSession(world)];
  assert.equal(await call(world, DELETE, { session: first }), null);
  assert.equal(await call(world, "read_graph", { session: first }), null);
  const closed = await call(world, DELETE, { session: first });
  assert.match(closed ?? "", /after mcp:memory\/read_graph; no answer to key dev asked for this call/);
  assert.equal(await call(world, DELETE, { session: second }), null, "another session");
  assert.equal(await call(world, DELETE), null, "no session");
  await ask(world, "WebFetch toolu_1");
  assert.match((await call(world, DELETE, { session: second })) ?? "", /after WebFetch; no answer/);
});

test("calls without an id and without a session are as one", async (t) => {
  const world = await worldOf(t);
  assert.equal(await call(world, "read_graph"), null);
  assert.match((await call(world, DELETE)) ?? "", /after mcp:memory\/read_graph; no answer/);
});

test("a rule that is observed refuses nothing, and the record says what it would have", async (t) => {
  const world = await worldOf(t, TEAM.replace("deny", "observe deny"));
  assert.equal(await call(world, "read_graph"), null);
  assert.equal(await call(world, DELETE), null);
  const calls = world.entries.flatMap(({ body }) => (body.kind === "call" ? [body.observed] : []));
  const would = { effect: "refuse", reason: "flow", stripped: [], origins: ["test.policy:18"] };
  assert.deepEqual(calls, [null, would]);
});

test("a tool that is closed stays in the list", async (t) => {
  const world = await worldOf(t);
  await call(world, "read_graph");
  const sent = await post(world, "/mcp/memory", stateless("tools/list"), about("tools/list"));
  const { result } = messageOf(sent) as unknown as { result: { tools: { name: string }[] } };
  assert.ok(result.tools.some(({ name }) => name === DELETE));
});
