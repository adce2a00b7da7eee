/** Each kind of client with each kind of server, one by one and all together: the official client against the official server. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Client } from "@modelcontextprotocol/client";
import { connect, textOf } from "../../support/mcp/client.ts";
import { startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, messageOf, packaged, post, programOf, serverAt, stateless } from "./servers.ts";

const GRANTS = "allow tools mcp:**, mcp-prompt:**, mcp-resource:**";

async function meet(t: TestContext, world: World, path: string, era: "sessions" | "stateless"): Promise<Client> {
  const capabilities = { elicitation: {}, sampling: {} };
  const client = await connect(t, { url: world.url + path, key: world.key, era, capabilities });
  const content = { name: "Ada", username: "ada", email: "ada@acme.example" };
  client.setRequestHandler("elicitation/create", () => ({ action: "accept", content }));
  return client;
}

const SERVERS = ["sessions", "stateless", "both"] as const;
const ERAS = ["sessions", "stateless"] as const;

for (const eras of SERVERS) {
  for (const era of ERAS) {
    for (const path of ["/mcp/fixture", "/mcp"]) {
      test(`a client of ${era} through ${path} with a server of ${eras}`, async (t) => {
        const fixture = await startFixture({ eras });
        t.after(() => fixture.close());
        const world = await startWorld(t, { policy: policyOf(GRANTS, serverAt("fixture", fixture.url)) });
        const client = await meet(t, world, path, era);
        const [own, uri] = path === "/mcp" ? ["fixture__", "fixture+"] : ["", ""];

        const { tools } = await client.listTools();
        assert.deepEqual([tools.length, tools[0]?.name], [27, `${own}test_simple_text`]);
        const simple = await client.callTool({ name: `${own}test_simple_text`, arguments: {} });
        assert.equal(textOf(simple), "This is a simple text response for testing.");

        const steps: unknown[] = [];
        const slow = { name: `${own}test_tool_with_progress`, arguments: {} };
        await client.callTool(slow, { onprogress: ({ progress }) => steps.push(progress) });
        assert.deepEqual(steps, [0, 50, 100]);

        const { prompts } = await client.listPrompts();
        assert.equal(prompts[0]?.name, `${own}test_simple_prompt`);
        const embedded = { name: `${own}test_prompt_with_embedded_resource`, arguments: { resourceUri: "test://x" } };
        const [first] = (await client.getPrompt(embedded)).messages;
        assert.equal(first?.content.type === "resource" && first.content.resource.uri, `${uri}test://x`);
        const ref = { type: "ref/prompt" as const, name: `${own}test_prompt_with_arguments` };
        const { completion } = await client.complete({ ref, argument: { name: "arg1", value: "par" } });
        assert.deepEqual(completion.values, ["paris", "park", "party"]);

        const { resources } = await client.listResources();
        assert.equal(resources[0]?.uri, `${uri}test://static-text`);
        const { contents } = await client.readResource({ uri: `${uri}test://template/7/data` });
        assert.equal(contents[0]?.uri, `${uri}test://template/7/data`);
        const { resourceTemplates } = await client.listResourceTemplates();
        assert.equal(resourceTemplates[0]?.uriTemplate, `${uri}test://template/{id}/data`);

        const missing = client.callTool({ name: `${own}nothing`, arguments: {} });
        await assert.rejects(missing, /Tool nothing not found/);
      });
    }
  }
}

/** How a server asks: in the middle of its answer, or by a result that asks. */
const ASKING = { sessions: "test_elicitation", stateless: "test_input_required_result_elicitation" } as const;

for (const eras of ERAS) {
  for (const era of ERAS) {
    for (const path of ["/mcp/fixture", "/mcp"]) {
      test(`a question of a server of ${eras} reaches a client of ${era} through ${path}`, async (t) => {
        const fixture = await startFixture({ eras });
        t.after(() => fixture.close());
        const world = await startWorld(t, { policy: policyOf(GRANTS, serverAt("fixture", fixture.url)) });
        const client = await meet(t, world, path, era);
        const name = `${path === "/mcp" ? "fixture__" : ""}${ASKING[eras]}`;
        const text = textOf(await client.callTool({ name, arguments: { message: "Who are you?" } }));
        assert.match(text, /Hello, Ada!|action=accept.*"username":"ada"/);
      });

      test(`a server of ${eras} that may not ask cannot, of a client of ${era} through ${path}`, async (t) => {
        const fixture = await startFixture({ eras });
        t.after(() => fixture.close());
        const world = await startWorld(t, { policy: policyOf(GRANTS, serverAt("fixture", fixture.url, "")) });
        const client = await meet(t, world, path, era);
        client.setRequestHandler("elicitation/create", () => assert.fail("the client was asked"));
        const name = `${path === "/mcp" ? "fixture__" : ""}${ASKING[eras]}`;
        const result = await client.callTool({ name, arguments: { message: "Who are you?" } }).then(textOf, String);
        assert.match(result, /not support|did not declare|capabilit/i);
      });
    }
  }
}

test("a call that waits for an answer goes on for the arguments alone that it was made with", async (t) => {
  const fixture = await startFixture({ eras: "sessions" });
  t.after(() => fixture.close());
  const world = await startWorld(t, { policy: policyOf(GRANTS, serverAt("fixture", fixture.url)) });
  const name = "test_elicitation";
  const _meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } };
  const call = async (params: Record<string, unknown>) => {
    const request = stateless("tools/call", { name, _meta, ...params });
    return messageOf(await post(world, "/mcp/fixture", request, about("tools/call", name))) as unknown as {
      readonly result?: { readonly resultType: string; readonly requestState: string; readonly content?: unknown };
      readonly error?: { readonly message: string };
    };
  };
  const { result } = await call({ arguments: { message: "Who are you?" } });
  assert.equal(result?.resultType, "input_required");
  const answer = { requestState: result.requestState, inputResponses: { question: { action: "decline" } } };
  const other = await call({ arguments: { message: "What is the password?" }, ...answer });
  assert.match(other.error?.message ?? "", /the call that asked is over/);
  assert.ok((await call({ arguments: { message: "Who are you?" }, ...answer })).result?.content);
});

for (const era of ERAS) {
  test(`a program serves clients of ${era}, and nothing of the gateway's environment reaches it`, async (t) => {
    const every = programOf("every", packaged("server-everything", "stdio"), "env GIVEN, ABSENT");
    const world = await startWorld(t, { policy: policyOf(GRANTS, every), env: { GIVEN: "yes", WITHHELD: "no" } });
    const client = await meet(t, world, "/mcp/every", era);
    assert.equal(client.getServerVersion()?.title, "Everything Reference Server");
    const env = JSON.parse(textOf(await client.callTool({ name: "get-env", arguments: {} })));
    assert.deepEqual(Object.keys(env).sort(), ["GIVEN", "PATH"]);
    const steps: number[] = [];
    const slow = { name: "trigger-long-running-operation", arguments: { duration: 0.1, steps: 2 } };
    await client.callTool(slow, { onprogress: ({ progress }) => steps.push(progress) });
    assert.deepEqual(steps, [1, 2]);
    const structured = await client.callTool({ name: "get-structured-content", arguments: { location: "New York" } });
    assert.ok(structured.structuredContent);
    assert.equal(client.getServerCapabilities()?.logging, undefined);
  });

  test(`several programs are one server to a client of ${era}`, async (t) => {
    const memory = programOf("memory", packaged("server-memory"));
    const files = programOf("files", packaged("server-filesystem", import.meta.dirname));
    const grants = "allow tools mcp:memory/read_graph, mcp:files/list_*";
    const world = await startWorld(t, { policy: policyOf(grants, memory + files) });
    const client = await meet(t, world, "/mcp", era);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    assert.deepEqual(names, [
      "files__list_directory",
      "files__list_directory_with_sizes",
      "files__list_allowed_directories",
      "memory__read_graph",
    ]);
    const listed = await client.callTool({ name: "files__list_allowed_directories", arguments: {} });
    assert.match(textOf(listed), /gateway\/mcp/);
    await assert.rejects(
      client.callTool({ name: "files__write_file", arguments: {} }),
      /Unknown tool: files__write_file /,
    );
  });
}
