/** Calls that a person has to confirm: the official client says yes and no, in each era, at each kind of server. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CallBody } from "../../../src/audit/entry.ts";
import { connect, textOf } from "../../support/mcp/client.ts";
import { startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, messageOf, packaged, post, programOf, serverAt, stateless } from "./servers.ts";

const ERAS = ["sessions", "stateless"] as const;
type Era = (typeof ERAS)[number];
const RULES =
  "allow tools mcp:**\n  ask tools mcp:fixture/test_simple_*, mcp:fixture/test_input_*, mcp:fixture/test_elicitation";

async function worldOf(t: TestContext, eras: Era, rules = RULES): Promise<World> {
  const fixture = await startFixture({ eras });
  t.after(() => fixture.close());
  return startWorld(t, { policy: policyOf(rules, serverAt("fixture", fixture.url)) });
}

/** A client whose person gives these answers, one after the other; `asked` gathers what was shown. */
async function clientOf(
  t: TestContext,
  world: World,
  { era, path, says }: { era: Era; path: string; says: readonly string[] },
) {
  const client = await connect(t, { url: world.url + path, key: world.key, era, capabilities: { elicitation: {} } });
  const asked: string[] = [];
  client.setRequestHandler("elicitation/create", ({ params }) => {
    asked.push(params.message);
    const action = says[asked.length - 1] as "accept" | "decline" | "cancel";
    return action === "accept" ? { action, content: contentFor(params.message) } : { action };
  });
  return { client, asked };
}

/** The gateway's form has no fields; the servers' own want a name. */
function contentFor(message: string): Record<string, string> {
  return message.includes("Policy wants") ? {} : { name: "Ada", username: "ada", email: "ada@acme.example" };
}

function callsOf(world: World): CallBody[] {
  return world.entries.flatMap(({ body }) => (body.kind === "call" ? [body] : []));
}

const PLACE = "test.policy:17";

for (const eras of ERAS) {
  for (const era of ERAS) {
    for (const path of ["/mcp/fixture", "/mcp"]) {
      const name = `${path === "/mcp" ? "fixture__" : ""}test_simple_text`;
      test(`a person at a client of ${era} accepts and declines calls of a server of ${eras} through ${path}`, async (t) => {
        const world = await worldOf(t, eras);
        const { client, asked } = await clientOf(t, world, { era, path, says: ["accept", "decline", "cancel"] });
        const { tools } = await client.listTools();
        const marks = tools.filter(({ _meta }) => _meta?.["anthropic/requiresUserInteraction"] === true);
        assert.ok(marks.some((tool) => tool.name === name));
        assert.ok(!marks.some((tool) => tool.name.endsWith("test_tool_with_progress")));

        const said = await client.callTool({ name, arguments: {} });
        assert.equal(textOf(said), "This is a simple text response for testing.");
        assert.equal(
          asked[0],
          `Call mcp:fixture/test_simple_text with {}? Policy wants a person to confirm it (${PLACE}).`,
        );
        const declined = await client.callTool({ name, arguments: {} });
        assert.equal(declined.isError, true);
        assert.match(
          textOf(declined),
          /^mcp:fixture\/test_simple_text needs a person's confirmation, and it was declined \(test\.policy:17, req_/,
        );
        const cancelled = await client.callTool({ name, arguments: {} });
        assert.match(textOf(cancelled), /confirmation, and nobody gave it/);
        assert.equal(asked.length, 3);

        const answers = callsOf(world).map(({ effect, reason, confirmation }) => [
          effect,
          reason,
          confirmation?.answer,
        ]);
        const asking = era === "sessions" ? [] : [["refuse", "unconfirmed", "asked"]];
        assert.deepEqual(answers, [
          ...asking,
          ["allow", null, "accept"],
          ...asking,
          ["refuse", "unconfirmed", "decline"],
          ...asking,
          ["refuse", "unconfirmed", "cancel"],
        ]);
        assert.ok(callsOf(world).every(({ confirmation }) => confirmation?.origin === PLACE));
        const slow = await client.callTool({ name: name.replace("simple_text", "tool_with_progress"), arguments: {} });
        assert.ok(slow.content);
        assert.equal(asked.length, 3, "what is not named is not asked about");
      });
    }
  }
}

const ASKING = { sessions: "test_elicitation", stateless: "test_input_required_result_elicitation" } as const;

for (const eras of ERAS) {
  for (const era of ERAS) {
    test(`a server of ${eras} asks its own question in a call that a person at a client of ${era} confirmed`, async (t) => {
      const world = await worldOf(t, eras);
      const { client, asked } = await clientOf(t, world, { era, path: "/mcp/fixture", says: ["accept", "accept"] });
      const text = textOf(await client.callTool({ name: ASKING[eras], arguments: { message: "Who are you?" } }));
      assert.match(text, /Hello, Ada!|action=accept.*"username":"ada"/);
      assert.equal(asked.length, 2, asked.join("\n"));
      assert.match(asked[0]!, /with \{"message":"Who are you\?"\}\? Policy wants/);
    });
  }
}

for (const era of ERAS) {
  test(`a client of ${era} that cannot ask anybody is refused, and nothing reaches the server`, async (t) => {
    const world = await worldOf(t, era);
    const client = await connect(t, { url: `${world.url}/mcp/fixture`, key: world.key, era, capabilities: {} });
    const result = await client.callTool({ name: "test_simple_text", arguments: {} });
    assert.equal(result.isError, true);
    assert.match(
      textOf(result),
      /needs a person's confirmation, and this client cannot ask for it \(test\.policy:17, req_/,
    );
    const [call] = callsOf(world);
    assert.deepEqual(call?.confirmation, { answer: "unable", origin: PLACE });
    assert.ok(world.entries.every(({ body }) => body.kind !== "return"));
  });

  test(`a program's tools are asked about too, of a client of ${era}`, async (t) => {
    const rules = "allow tools mcp:**\n  ask tools mcp:every/get-env";
    const every = programOf("every", packaged("server-everything", "stdio"));
    const world = await startWorld(t, { policy: policyOf(rules, every) });
    const { client, asked } = await clientOf(t, world, { era, path: "/mcp/every", says: ["decline", "accept"] });
    assert.match(textOf(await client.callTool({ name: "get-env", arguments: {} })), /it was declined/);
    assert.match(textOf(await client.callTool({ name: "get-env", arguments: {} })), /PATH/);
    assert.equal(asked.length, 2);
  });
}

/** The first two requests of a stateless client, by hand. */
async function byHand(world: World, params: Record<string, unknown>, name = "test_simple_text") {
  const _meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } };
  const request = stateless("tools/call", { name, arguments: {}, _meta, ...params });
  const sent = messageOf(await post(world, "/mcp/fixture", request, about("tools/call", name)));
  return sent.result as unknown as {
    readonly resultType: string;
    readonly requestState: string;
    readonly isError?: boolean;
    readonly content: readonly { readonly text: string }[];
  };
}

test("a confirmation is good once, for the very call that was shown", async (t) => {
  const world = await worldOf(t, "stateless");
  const yes = { inputResponses: { confirmation: { action: "accept", content: {} } } };
  const first = await byHand(world, {});
  assert.equal(first.resultType, "input_required");
  const { requestState } = first;
  const other = await byHand(world, { arguments: { more: 1 }, requestState, ...yes });
  assert.match(other.content[0]!.text, /the question for it is over; call again from the beginning/);
  const good = await byHand(world, { requestState, ...yes });
  assert.equal(good.content[0]!.text, "This is a simple text response for testing.");
  const again = await byHand(world, { requestState, ...yes });
  assert.match(again.content[0]!.text, /the question for it is over/);
  const made = await byHand(world, { requestState: "confirm:req_made_up", ...yes });
  assert.match(made.content[0]!.text, /the question for it is over/);
  const foreign = await byHand(world, { requestState: "held:x", ...yes });
  assert.equal(foreign.resultType, "input_required", "an answer to nothing is no answer");
  const silent = await byHand(world, { requestState: foreign.requestState });
  assert.match(silent.content[0]!.text, /nobody gave it/);
});

test("only calls of which the condition holds or is open are asked about, and clients are given no mark", async (t) => {
  const rules = 'allow tools mcp:**\n  ask tools mcp:fixture/test_simple_text where not path under "/tmp"';
  const world = await worldOf(t, "stateless", rules);
  const says = ["accept", "decline", "decline"];
  const { client, asked } = await clientOf(t, world, { era: "sessions", path: "/mcp/fixture", says });
  const { tools } = await client.listTools();
  assert.ok(tools.every(({ _meta }) => _meta?.["anthropic/requiresUserInteraction"] === undefined));
  const call = async (args: Record<string, unknown>) =>
    textOf(await client.callTool({ name: "test_simple_text", arguments: args }));
  const good = "This is a simple text response for testing.";
  assert.equal(await call({ path: "/tmp/a" }), good);
  assert.deepEqual(asked, []);
  assert.equal(await call({ path: "/etc/a" }), good);
  assert.match(await call({ path: "/tmp/../etc/a" }), /it was declined/);
  assert.match(await call({}), /it was declined/);
  assert.equal(asked.length, 3, "what the input leaves open is asked about");
  const answers = callsOf(world).map(({ confirmation }) => confirmation?.answer ?? null);
  assert.deepEqual(answers, [null, "accept", "decline", "decline"]);
});

test("a client that calls itself Claude Code is asked all the same", async (t) => {
  const world = await worldOf(t, "stateless");
  const _meta = {
    "io.modelcontextprotocol/clientInfo": { name: "claude-code", version: "9.9.9" },
    "io.modelcontextprotocol/clientCapabilities": {},
    "claudecode/toolUseId": "toolu_made_up",
  };
  const request = stateless("tools/call", { name: "test_simple_text", arguments: {}, _meta });
  const headers = { ...about("tools/call", "test_simple_text"), "user-agent": "claude-code/9.9.9 (cli)" };
  const { result } = messageOf(await post(world, "/mcp/fixture", request, headers)) as unknown as {
    result: { isError: boolean };
  };
  assert.equal(result.isError, true);
});

test("what a person reads of the arguments is cut, and holds no hidden signs", async (t) => {
  const world = await worldOf(t, "sessions");
  const { client, asked } = await clientOf(t, world, { era: "sessions", path: "/mcp/fixture", says: ["decline"] });
  await client.callTool({ name: "test_simple_text", arguments: { a: `\u202e${"x".repeat(2_000)}` } });
  assert.match(asked[0]!, /with \{"a":"\?x+ … and \d+ more characters\? Policy wants/);
  assert.ok(asked[0]!.length < 1_300);
});

test("the mark adds to what a definition says of itself, and a pin is held against the server's own", async (t) => {
  const world = await worldOf(t, "stateless");
  const { result } = messageOf(
    await post(world, "/mcp/fixture", stateless("tools/list"), about("tools/list")),
  ) as unknown as { result: { tools: Record<string, unknown>[] } };
  world.use(policyOf("allow tools mcp:**", serverAt("fixture", urlIn(world))));
  const plain = messageOf(
    await post(world, "/mcp/fixture", stateless("tools/list"), about("tools/list")),
  ) as unknown as { result: { tools: Record<string, unknown>[] } };
  for (const [index, tool] of result.tools.entries()) {
    const own = plain.result.tools[index]!;
    if (!String(own.name).startsWith("test_simple_")) continue;
    assert.deepEqual(tool, { ...own, _meta: { ...(own._meta as object), "anthropic/requiresUserInteraction": true } });
  }
});

function urlIn(world: World): string {
  const { reach } = world.ports.policy().servers[0]!;
  assert.ok(reach.kind === "http");
  return reach.url;
}
