/** The unchanged client with servers of tools here and elsewhere: the record tells which call belongs to which answer. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { CallBody, JoinBody } from "../../src/audit/entry.ts";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

const HOME = dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-memory/package.json"));
const PROGRAM = { command: process.execPath, args: [join(HOME, "dist/index.js")] };
const server = (name: string) => `mcp ${name} {
  command ${[PROGRAM.command, ...PROGRAM.args].map((word) => JSON.stringify(word)).join(" ")}
}
`;

test("calls here are joined with their answers; a label of the gateway's and a server of the client's own are told", async () => {
  const steps = ["memory", "notes", "mine"].map((label) => call(`mcp__${label}__read_graph`, {}));
  const { bodies, decisions } = await tell(
    {
      team: "allow models @all\nallow tools mcp:memory/read_graph, mcp:notes/read_graph, client-mcp:mine/*",
      more: server("memory") + server("notes"),
    },
    ({ index }) => steps[index] ?? say("done"),
    async ({ ask, gateway }) => {
      const url = gateway.url.replace("/anthropic", "/mcp/memory");
      const headers = { Authorization: `Bearer ${gateway.key}` };
      // The second has the label of a server of the gateway, and is not that server.
      const mcpServers = { memory: { type: "http", url, headers }, notes: PROGRAM, mine: PROGRAM };
      const { text } = await ask("look at three graphs", {
        args: [
          "--mcp-config",
          JSON.stringify({ mcpServers }),
          "--strict-mcp-config",
          "--allowedTools",
          "mcp__memory__*,mcp__notes__*,mcp__mine__*",
        ],
        env: { ENABLE_TOOL_SEARCH: "false" },
      });
      assert.equal(text, "done");
    },
  );
  const joins = bodies.filter((body): body is JoinBody => body.kind === "join");
  assert.deepEqual(
    joins.map(({ finding, name }) => [finding, name]),
    [
      ["joined", "mcp:memory/read_graph"],
      ["bypassed", "mcp:notes/read_graph"],
      ["outside", "client-mcp:mine/read_graph"],
    ],
  );
  const calls = bodies.filter((body): body is CallBody => body.kind === "call");
  assert.deepEqual(
    calls.map(({ ticket, toolUse }) => [ticket, toolUse]),
    [[joins[0]?.call, joins[0]?.toolUse]],
  );
  const { session } = decisions[0]!;
  assert.ok(session !== null && joins.every((found) => found.session === session && found.answer !== null));
});
