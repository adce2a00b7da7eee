/** Limits on calls as the unchanged client meets them: the model reads one sentence with the wait, on either plane. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { CallBody, OutcomeBody } from "../../src/audit/entry.ts";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

const HOME = dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-memory/package.json"));
const MEMORY = `mcp memory {
  command ${JSON.stringify(process.execPath)} ${JSON.stringify(join(HOME, "dist/index.js"))}
  env MEMORY_FILE_PATH
}
`;

test("a server's tool that is called too often answers with a sentence, and the session goes on", async () => {
  const heard: string[] = [];
  const told = await tell(
    {
      team: "allow models @all\nallow tools mcp:memory/read_graph\nlimit calls mcp:memory/* 1/hour per key",
      more: MEMORY,
    },
    ({ index, result }) => {
      if (index > 0) heard.push(result);
      return index < 2 ? call("mcp__memory__read_graph", {}) : say("I will wait");
    },
    async ({ ask, gateway }) => {
      const url = gateway.url.replace("/anthropic", "/mcp/memory");
      const headers = { Authorization: `Bearer ${gateway.key}` };
      const config = JSON.stringify({ mcpServers: { memory: { type: "http", url, headers } } });
      const args = ["--mcp-config", config, "--strict-mcp-config", "--allowedTools", "mcp__memory__*"];
      const { text, isError } = await ask("look twice", { args, env: { ENABLE_TOOL_SEARCH: "false" } });
      assert.deepEqual([text, isError], ["I will wait", false]);
    },
  );
  assert.match(heard[0] ?? "", /entities/);
  assert.match(
    heard[1] ?? "",
    /limit of 1 call an hour of mcp:memory\/\* for key [\w-]+ is reached; free again .* \(gateway\.policy:\d+, req_\w+\)/,
  );
  assert.doesNotMatch(heard[1] ?? "", /Error POSTing|jsonrpc/);
  const calls = told.bodies.filter((body): body is CallBody => body.kind === "call");
  assert.deepEqual(
    calls.map(({ effect, reason }) => [effect, reason]),
    [
      ["allow", null],
      ["refuse", "calls"],
    ],
  );
});

test("a tool of the client that is called too often is not run, and the answer says so", async () => {
  const told = await tell(
    { team: "allow models @all\nallow tools *\nlimit calls Bash 1/min" },
    ({ index }) => (index < 2 ? call("Bash", { command: "true", description: "nothing" }) : say("not reached")),
    async ({ ask }) => {
      const { text } = await ask("run it twice", { args: ["--allowedTools", "Bash"] });
      assert.match(
        text,
        /^\[The gateway withheld a call of the tool Bash: limit of 1 call a minute of Bash for team eng is reached; (?:free again .*; )?try again in \d+ s \(gateway\.policy:\d+\)\.\]$/,
      );
    },
  );
  const uses = told.bodies
    .filter((body): body is OutcomeBody => body.kind === "outcome")
    .flatMap(({ toolUses }) => toolUses.filter(({ name }) => name === "Bash"));
  assert.deepEqual(
    uses.map(({ granted, withheld }) => [granted, withheld?.reason ?? null]),
    [
      [true, null],
      [false, "calls"],
    ],
  );
});
