/** The unchanged client under a flow rule: its calls name their conversation at servers of tools, and its history closes tools. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { CallBody, OutcomeBody } from "../../src/audit/entry.ts";
import { clientHome } from "../support/claude.ts";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

const HOME = dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-memory/package.json"));
const MEMORY = `mcp memory {
  command ${JSON.stringify(process.execPath)} ${JSON.stringify(join(HOME, "dist/index.js"))}
  env MEMORY_FILE_PATH
}
`;
const TEAM = `allow models @all
allow tools Bash, mcp:memory/*
deny tools Bash, mcp:memory/create_* after tools mcp:memory/read_graph`;
const touch = call("Bash", { command: "touch it-was-run", description: "leave a trace" });

test("what was read closes a tool for the turns after it, and not the calls of servers before it", async () => {
  await using place = await clientHome();
  const steps = [
    call("mcp__memory__create_entities", { entities: [{ name: "Ada", entityType: "person", observations: [] }] }),
    call("mcp__memory__read_graph", {}),
    touch,
  ];
  const told = await tell(
    { team: TEAM, more: MEMORY },
    ({ index }) => steps[index] ?? say("the tool was run"),
    async ({ ask, gateway }) => {
      const url = gateway.url.replace("/anthropic", "/mcp/memory");
      const servers = { memory: { type: "http", url, headers: { Authorization: `Bearer ${gateway.key}` } } };
      const config = ["--mcp-config", JSON.stringify({ mcpServers: servers }), "--strict-mcp-config"];
      const { text, code } = await ask("read the graph and act on it", {
        home: place,
        args: [...config, "--allowedTools", "Bash,mcp__memory__*"],
        env: { ENABLE_TOOL_SEARCH: "false" },
      });
      assert.match(text, /withheld a call of the tool Bash.*after mcp:memory\/read_graph.*gateway\.policy:\d+/);
      assert.equal(code, 0);
      assert.ok(!existsSync(join(place.work, "it-was-run")));
    },
  );
  const calls = told.bodies.filter((body): body is CallBody => body.kind === "call");
  assert.deepEqual(
    calls.map(({ name, effect }) => [name, effect]),
    [
      ["mcp:memory/create_entities", "allow"],
      ["mcp:memory/read_graph", "allow"],
    ],
  );
  const uses = told.bodies.flatMap((body) => (body.kind === "outcome" ? (body as OutcomeBody).toolUses : []));
  assert.deepEqual(
    uses.map(({ name, withheld }) => [name, withheld?.reason ?? null]),
    [
      ["client-mcp:memory/create_entities", null],
      ["client-mcp:memory/read_graph", null],
      ["Bash", "flow"],
    ],
  );
});
