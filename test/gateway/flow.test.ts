/** Flow rules on the way of the Messages format: what was called in a conversation closes tools in its answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { finish, message, START, sendDocument, sendStream, sse, toolBlock } from "./answers.ts";
import { policyOf, request, startWorld, type World } from "./world.ts";

const RULES = `allow models @all
  allow tools Bash, Read, WebFetch, client-mcp:*/*, server:**
  deny tools Bash, client-mcp:mail/* after tools WebFetch, client-mcp:wiki/*, server:web_search`;

/** A world whose provider calls the tools that the request's last text names, in the way that it asks for. */
async function worldOf(t: Parameters<typeof startWorld>[0], policy = policyOf(RULES)): Promise<World> {
  return startWorld(t, {
    policy,
    async answer(incoming, response) {
      const body = JSON.parse((await bodyOf(incoming)).toString()) as Asked;
      const names = wanted(body);
      if (body.stream === true) {
        const blocks = names.map((name, index) =>
          name.startsWith("server ") ? servedBlock(index, name.slice(7)) : toolBlock(index, name, { index }),
        );
        return sendStream(response, START + blocks.join("") + finish("tool_use"));
      }
      const content = names.map((name, index) => {
        return name.startsWith("server ")
          ? { type: "server_tool_use", id: `srvtoolu_${index}`, name: name.slice(7), input: {} }
          : { type: "tool_use", id: `toolu_${index}`, name, input: { index } };
      });
      sendDocument(response, message(content, "tool_use"));
    },
  });
}

interface Asked {
  readonly stream?: boolean;
  readonly messages: readonly { readonly content: unknown }[];
}

function wanted({ messages }: Asked): readonly string[] {
  const { content } = messages.at(-1)!;
  const last = Array.isArray(content) ? (content.at(-1) as { text: string }).text : (content as string);
  return last.replace(/^.*: /, "").split(", ");
}

function servedBlock(index: number, name: string): string {
  const content_block = { type: "server_tool_use", id: `srvtoolu_${index}`, name, input: {} };
  return sse("content_block_start", { index, content_block }) + sse("content_block_stop", { index });
}

interface Turn {
  readonly session?: string;
  /** Calls of earlier turns that the request shows. */
  readonly history?: readonly Record<string, unknown>[];
  readonly stream?: boolean;
  readonly agent?: string;
}

/** One turn of a conversation; gives what the client got, each call by its name and each sentence by itself. */
async function turn(world: World, calls: string, { session = "s1", history = [], stream = true, agent }: Turn = {}) {
  const before = history.flatMap((block, index) => [
    { role: "assistant", content: [{ id: `h${index}`, input: {}, type: "tool_use", ...block }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: `h${index}`, content: "ok" }] },
  ]);
  const messages = [{ role: "user", content: "go" }, ...before, { role: "user", content: `call: ${calls}` }];
  const headers = { "x-claude-code-session-id": session, ...(agent && { "x-claude-code-agent-id": agent }) };
  const response = await world.ask(request({ stream, messages }), { headers });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return stream ? ofStream(text) : ofDocument(text);
}

function ofStream(text: string): string[] {
  const events = text.split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : []));
  const got: string[] = [];
  for (const { type, content_block, delta } of events) {
    if (type === "content_block_start" && content_block.name !== undefined) got.push(content_block.name);
    if (delta?.type === "text_delta") got.push(delta.text);
    if (type === "message_delta") got.push(delta.stop_reason);
  }
  return got;
}

function ofDocument(text: string): string[] {
  const { content, stop_reason } = JSON.parse(text);
  return [...content.map((block: { name?: string; text?: string }) => block.name ?? block.text), stop_reason];
}

const withheld = (tool: string, after: string): string =>
  `[The gateway withheld a call of the tool ${tool}: policy does not let it be called after ${after} (test.policy:18).]`;

for (const stream of [true, false]) {
  const way = stream ? "a stream" : "one piece";
  test(`a call that stands in the history closes tools, in ${way}`, async (t) => {
    const world = await worldOf(t);
    assert.deepEqual(await turn(world, "Bash", { stream }), ["Bash", "tool_use"]);
    const history = [{ name: "WebFetch" }];
    const got = await turn(world, "Read, Bash", { stream, history });
    assert.deepEqual(got, ["Read", withheld("Bash", "WebFetch"), "tool_use"]);
    assert.deepEqual(await turn(world, "Bash", { stream, history }), [withheld("Bash", "WebFetch"), "end_turn"]);
    const outcome = await world.outcome();
    assert.deepEqual(outcome.toolUses, [
      {
        name: "Bash",
        granted: false,
        id: null,
        withheld: { reason: "flow", origin: "test.policy:18" },
        observed: null,
      },
    ]);
  });

  test(`within one answer a call closes those behind it and none before, in ${way}`, async (t) => {
    const world = await worldOf(t);
    const got = await turn(world, "Bash, mcp__wiki__get, Bash, mcp__mail__send", { stream });
    const after = "client-mcp:wiki/get";
    assert.deepEqual(got, [
      "Bash",
      "mcp__wiki__get",
      withheld("Bash", after),
      withheld("client-mcp:mail/send", after),
      "tool_use",
    ]);
  });

  test(`what the provider carries out by itself closes tools too, in ${way}`, async (t) => {
    const world = await worldOf(t);
    const got = await turn(world, "server web_search, Bash", { stream });
    assert.deepEqual(got, ["web_search", withheld("Bash", "server:web_search"), "end_turn"]);
  });
}

test("a history that was shortened forgets nothing, and agents of a session share it", async (t) => {
  const world = await worldOf(t);
  await turn(world, "WebFetch");
  assert.deepEqual(await turn(world, "Bash", { history: [{ name: "Read" }] }), [
    withheld("Bash", "WebFetch"),
    "end_turn",
  ]);
  assert.deepEqual(await turn(world, "Bash", { agent: "a1" }), [withheld("Bash", "WebFetch"), "end_turn"]);
  assert.deepEqual(await turn(world, "Bash", { session: "s2" }), ["Bash", "tool_use"]);
  // What only the history showed is remembered as well.
  await turn(world, "Read", { session: "s3", history: [{ name: "mcp__wiki__get" }] });
  const got = await turn(world, "Bash", { session: "s3" });
  assert.deepEqual(got, [withheld("Bash", "client-mcp:wiki/get"), "end_turn"]);
});

test("a call that was withheld was never made", async (t) => {
  const policy = policyOf(`${RULES}\n  deny tools Read after tools Bash`);
  const world = await worldOf(t, policy);
  const got = await turn(world, "WebFetch, Bash, Read");
  assert.deepEqual(got, ["WebFetch", withheld("Bash", "WebFetch"), "Read", "tool_use"]);
});

test("a tool of the provider is not offered where it could be called after what closes it", async (t) => {
  const rules = RULES.replace("after tools", "after tools Read, ").replace(
    "deny tools Bash",
    "deny tools server:web_fetch, Bash",
  );
  const world = await worldOf(t, policyOf(rules));
  const search = { type: "web_search_20250305", name: "web_search" };
  const fetching = { type: "web_fetch_20250910", name: "web_fetch" };
  const ask = (tools: readonly object[], messages: readonly object[] = []) =>
    world.ask(request({ tools, messages: [...messages, { role: "user", content: "call: Write" }] }));
  assert.equal((await ask([fetching])).status, 200);
  assert.equal((await ask([search])).status, 200);
  const both = await ask([fetching, search]);
  assert.equal(both.status, 400);
  assert.match(
    await both.text(),
    /`server:web_fetch` may not be used in a conversation after `server:web_search` was called, and one answer could call both; offer one of them \(test\.policy:18, req_/,
  );
  const calls = [
    { role: "user", content: "go" },
    { role: "assistant", content: [{ type: "tool_use", id: "h1", name: "Read", input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "h1", content: "ok" }] },
  ];
  const late = await ask([fetching], calls);
  assert.equal(late.status, 400);
  assert.match(await late.text(), /`server:web_fetch` may not be used in a conversation after `Read` was called/);
  assert.equal((await ask([search], calls)).status, 200);
  const refused = world.decisions().filter(({ effect }) => effect === "refuse");
  assert.deepEqual(
    refused.map(({ reason, origins }) => [reason, origins]),
    [
      ["flow", ["test.policy:18"]],
      ["flow", ["test.policy:18"]],
    ],
  );
});

test("a rule that is observed withholds nothing, and the record says what it would have", async (t) => {
  const world = await worldOf(t, policyOf(RULES.replace("  deny tools Bash", "  observe deny tools Bash")));
  assert.deepEqual(await turn(world, "WebFetch, Bash"), ["WebFetch", "Bash", "tool_use"]);
  const { toolUses } = await world.outcome();
  assert.deepEqual(
    toolUses.map(({ name, granted, observed }) => [name, granted, observed]),
    [
      ["WebFetch", true, null],
      ["Bash", true, { effect: "refuse", origin: "test.policy:18" }],
    ],
  );
});

test("a rule that comes in force later counts what the history shows, and one that goes closes nothing", async (t) => {
  const world = await worldOf(t, policyOf(RULES.replace(/ {2}deny.*/, "")));
  await turn(world, "WebFetch");
  world.use(policyOf(RULES));
  assert.deepEqual(await turn(world, "Bash", { history: [{ name: "WebFetch" }] }), [
    withheld("Bash", "WebFetch"),
    "end_turn",
  ]);
  world.use(policyOf(RULES.replace(/ {2}deny.*/, "")));
  assert.deepEqual(await turn(world, "Bash", { history: [{ name: "WebFetch" }] }), ["Bash", "tool_use"]);
});

test("a count of tokens calls nothing", async (t) => {
  const world = await worldOf(t);
  const path = "/anthropic/v1/messages/count_tokens";
  const messages = [
    { role: "user", content: "go" },
    { role: "assistant", content: [{ type: "tool_use", id: "h1", name: "WebFetch", input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "h1", content: "call: Bash" }] },
    { role: "user", content: "call: Bash" },
  ];
  const headers = { "x-claude-code-session-id": "s9" };
  await world.ask(request({ messages }), { path, headers });
  assert.deepEqual(await turn(world, "Bash", { session: "s9" }), ["Bash", "tool_use"]);
});
