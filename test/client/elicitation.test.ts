/**
 * The unchanged client, asked by a server of tools in the middle of a call. It runs without a person here, so that a hook
 * of its settings answers, or nobody; and policy says whether the question comes that far.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReturnBody } from "../../src/audit/entry.ts";
import { clientHome } from "../support/claude.ts";
import { startFixture } from "../support/mcp/fixture-server.ts";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

/** A hook that answers every question with the same words. */
const ANSWER = {
  hookSpecificOutput: {
    hookEventName: "Elicitation",
    action: "accept",
    content: { name: "Ada", username: "ada", email: "ada@acme.example" },
  },
};
const ANSWERING = {
  hooks: { Elicitation: [{ hooks: [{ type: "command", command: `echo '${JSON.stringify(ANSWER)}'` }] }] },
};

/** A server that asks in the middle of its answer, and one that asks by a result. */
const SESSIONS = { eras: "sessions", tool: "test_elicitation" } as const;
const STATELESS = { eras: "stateless", tool: "test_input_required_result_elicitation" } as const;

const STORIES = [
  { ...SESSIONS, may: "may elicit", settings: ANSWERING, heard: /action=accept.*"username":"ada"/ },
  { ...SESSIONS, may: "may elicit", settings: {}, heard: /action=cancel/ },
  { ...SESSIONS, may: "", settings: ANSWERING, heard: /Client does not support form elicitation/ },
  { ...STATELESS, may: "may elicit", settings: ANSWERING, heard: /^heard: Hello, Ada!$/ },
  { ...STATELESS, may: "", settings: ANSWERING, heard: /do not declare the required capability/ },
];

for (const { eras, tool, may, settings, heard } of STORIES) {
  const who = settings === ANSWERING ? "a client that answers" : "a client that nobody sits at";
  test(`a server of ${eras} that ${may || "may not ask"} and ${who}`, async () => {
    const fixture = await startFixture({ eras });
    await using home = await clientHome(settings);
    try {
      const { bodies, said } = await tell(
        {
          team: `allow models @all\nallow tools mcp:fixture/${tool}`,
          more: `mcp fixture {\n  url "${fixture.url}"\n  ${may}\n}\n`,
        },
        ({ index, result }) =>
          index === 0 ? call(`mcp__fixture__${tool}`, { message: "Who are you?" }) : say(`heard: ${result}`),
        async ({ ask, gateway }) => {
          const url = gateway.url.replace("/anthropic", "/mcp/fixture");
          const mcpServers = { fixture: { type: "http", url, headers: { Authorization: `Bearer ${gateway.key}` } } };
          const { text } = await ask("find out who I am", {
            home,
            args: [
              "--mcp-config",
              JSON.stringify({ mcpServers }),
              "--strict-mcp-config",
              "--allowedTools",
              "mcp__fixture__*",
            ],
            env: { ENABLE_TOOL_SEARCH: "false" },
          });
          assert.match(text, heard);
        },
      );
      const returned = bodies.filter((body): body is ReturnBody => body.kind === "return");
      assert.ok(returned.length > 0 && returned.every(({ end }) => end === "complete"));
      assert.ok(!said.includes("ada@acme.example"), "what a person answers is nobody else's");
    } finally {
      await fixture.close();
    }
  });
}
