/** The unchanged client with servers of tools behind the gateway: what it lists, what it calls, what the record joins. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { CallBody, OutcomeBody } from "../../src/audit/entry.ts";
import { call, say } from "../support/provider.ts";
import { type Session, type Told, tell } from "../support/session.ts";

const HOME = dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-memory/package.json"));
const MEMORY = `mcp memory {
  command ${JSON.stringify(process.execPath)} ${JSON.stringify(join(HOME, "dist/index.js"))}
  env MEMORY_FILE_PATH
}
`;
const ENTITY = { entities: [{ name: "Ada", entityType: "person", observations: ["counts"] }] };

/** How the client is told of the gateway's servers; without tool search, so that all tools stand in its requests. */
function withServer({ gateway }: Session, name: string, path: string) {
  const url = gateway.url.replace("/anthropic", path);
  const servers = { [name]: { type: "http", url, headers: { Authorization: `Bearer ${gateway.key}` } } };
  const config = JSON.stringify({ mcpServers: servers });
  const args = ["--mcp-config", config, "--strict-mcp-config", "--allowedTools", `mcp__${name}__*`];
  return { args, env: { ENABLE_TOOL_SEARCH: "false" } };
}

function callsOf({ bodies }: Told): CallBody[] {
  return bodies.filter((body): body is CallBody => body.kind === "call");
}

for (const [label, path, prefix] of [
  ["memory", "/mcp/memory", "mcp__memory__"],
  ["gw", "/mcp", "mcp__gw__memory__"],
] as const) {
  test(`a granted tool under the label ${label} is offered, called and recorded with the call of the model`, async () => {
    const told = await tell(
      { team: "allow models @all\nallow tools mcp:memory/create_*, mcp:memory/read_graph", more: MEMORY },
      ({ index, result }) => {
        if (index === 0) return call(`${prefix}create_entities`, ENTITY);
        return index === 1 ? call(`${prefix}read_graph`, {}) : say(`remembered ${result}`);
      },
      async (session) => {
        const { text, denials } = await session.ask("remember somebody", withServer(session, label, path));
        assert.match(text, /^remembered .*Ada/s);
        assert.equal(denials, 0);
        const names = session.provider.calls[0]?.tools
          ?.map(({ name }) => name)
          .filter((name) => name.startsWith("mcp__"));
        assert.deepEqual(names?.sort(), [
          `${prefix}create_entities`,
          `${prefix}create_relations`,
          `${prefix}read_graph`,
        ]);
      },
    );
    const [first, second] = callsOf(told);
    assert.deepEqual([first?.name, second?.name], ["mcp:memory/create_entities", "mcp:memory/read_graph"]);
    const returned = told.bodies.filter(({ kind }) => kind === "return");
    assert.equal(returned.length, 2);
    const answers = told.bodies.filter((body): body is OutcomeBody => body.kind === "outcome");
    assert.deepEqual(
      answers.flatMap(({ toolUses }) => toolUses.map(({ granted }) => granted)),
      [true, true],
    );
    assert.ok([first, second].every((it) => it?.toolUse?.startsWith("toolu_")));
  });
}

test("a tool that is not granted is neither listed nor called, though the model tries", async () => {
  const told = await tell(
    { team: "allow models @all\nallow tools mcp:memory/read_graph", more: MEMORY },
    ({ index }) =>
      index === 0 ? call("mcp__memory__delete_entities", { entityNames: ["Ada"] }) : say("it was called"),
    async (session) => {
      const { text } = await session.ask("forget somebody", withServer(session, "memory", "/mcp/memory"));
      assert.match(text, /mcp__memory__delete_entities|mcp:memory\/delete_entities/);
      assert.match(text, /gateway\.policy:\d+/);
    },
  );
  assert.deepEqual(callsOf(told), []);
});

test("a tool that is granted in the middle of a session is there in its next turn", async () => {
  let grant = async () => {};
  const seen: (readonly string[])[] = [];
  await tell(
    { team: "allow models @all\nallow tools mcp:memory/read_graph", more: MEMORY },
    async ({ index, body }) => {
      seen.push((body.tools ?? []).map(({ name }) => name).filter((name) => name.startsWith("mcp__")));
      if (index === 0) await grant();
      return index < 2 ? call("mcp__memory__read_graph", {}) : say("done");
    },
    async (session) => {
      const { gateway, policy } = session;
      const team = "allow models @all\nallow tools mcp:memory/read_graph, mcp:memory/search_nodes";
      grant = () => gateway.reload(policy({ team, more: MEMORY }));
      await session.ask("look twice", withServer(session, "memory", "/mcp/memory"));
    },
  );
  assert.deepEqual(seen[0], ["mcp__memory__read_graph"]);
  assert.deepEqual(seen.at(-1)?.toSorted(), ["mcp__memory__read_graph", "mcp__memory__search_nodes"]);
});

test("a tool that is revoked in the middle of a call's turn is not called any more, in one clean sentence", async () => {
  let revoke = async () => {};
  let heard = "";
  const told = await tell(
    { team: "allow models @all\nallow tools mcp:memory/read_graph, mcp:memory/search_nodes", more: MEMORY },
    async ({ index, result }) => {
      heard ||= index === 1 ? result : "";
      if (index === 0) await revoke();
      // This answer began under the policy that grants it; the call comes under the one that does not.
      return index === 0 ? call("mcp__memory__search_nodes", { query: "Ada" }) : say("done");
    },
    async (session) => {
      const { gateway, policy } = session;
      const team = "allow models @all\nallow tools mcp:memory/read_graph";
      revoke = () => gateway.reload(policy({ team, more: MEMORY }));
      const { isError } = await session.ask("search for somebody", withServer(session, "memory", "/mcp/memory"));
      assert.equal(isError, false);
    },
  );
  assert.match(heard, /Unknown tool: search_nodes|does not offer this tool|No such tool/);
  assert.ok(callsOf(told).every(({ effect }) => effect === "refuse"));
});
