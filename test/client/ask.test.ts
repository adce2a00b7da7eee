/** The unchanged client, with nobody in front of it, at tools that a person has to confirm. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { CallBody } from "../../src/audit/entry.ts";
import { playground } from "../cli/gw.ts";
import { policyText } from "../support/gateway.ts";
import { call, say } from "../support/provider.ts";
import { type Session, type Told, tell } from "../support/session.ts";

const HOME = dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-memory/package.json"));
const MEMORY = `mcp memory {
  command ${JSON.stringify(process.execPath)} ${JSON.stringify(join(HOME, "dist/index.js"))}
  env MEMORY_FILE_PATH
}
`;
const OPEN = "allow models @all\nallow tools Bash, mcp:memory/*";
const ASKED = `${OPEN}\nask tools mcp:memory/read_graph`;

function withServer({ gateway }: Session) {
  const url = gateway.url.replace("/anthropic", "/mcp/memory");
  const servers = { memory: { type: "http", url, headers: { Authorization: `Bearer ${gateway.key}` } } };
  const config = JSON.stringify({ mcpServers: servers });
  const args = ["--mcp-config", config, "--strict-mcp-config", "--allowedTools", "mcp__memory__*"];
  return { args, env: { ENABLE_TOOL_SEARCH: "false" } };
}

function callsOf({ bodies }: Told): CallBody[] {
  return bodies.filter((body): body is CallBody => body.kind === "call");
}

test("without a person the client refuses a call of a marked tool by itself, though it was told to allow all of the server's", async () => {
  let heard = "";
  const told = await tell(
    { team: ASKED, more: MEMORY },
    ({ index, result }) => {
      heard ||= index === 1 ? result : "";
      return index === 0 ? call("mcp__memory__read_graph", {}) : say("done");
    },
    async (session) => {
      const { text, denials } = await session.ask("read the graph", withServer(session));
      assert.deepEqual([text, denials], ["done", 1]);
    },
  );
  assert.match(heard, /requires permission/);
  assert.deepEqual(callsOf(told), []);
});

test("a call that the client makes from a list without the mark meets the gateway's question, which nobody answers", async () => {
  let ask = async () => {};
  let heard = "";
  const told = await tell(
    { team: OPEN, more: MEMORY },
    async ({ index, result }) => {
      heard ||= index === 1 ? result : "";
      if (index === 0) await ask();
      return index === 0 ? call("mcp__memory__read_graph", {}) : say("done");
    },
    async (session) => {
      const { gateway, policy } = session;
      ask = () => gateway.reload(policy({ team: ASKED, more: MEMORY }));
      const { text, denials } = await session.ask("read the graph", withServer(session));
      assert.deepEqual([text, denials], ["done", 0]);
    },
  );
  assert.match(
    heard,
    /^mcp:memory\/read_graph needs a person's confirmation, and nobody gave it \(gateway\.policy:\d+, req_\w+\)$/,
  );
  const calls = callsOf(told).map(({ effect, reason, confirmation }) => [effect, reason, confirmation?.answer]);
  assert.deepEqual(calls, [
    ["refuse", "unconfirmed", "asked"],
    ["refuse", "unconfirmed", "cancel"],
  ]);
});

test("under the settings that match the policy the client asks about its own tools, and refuses them without a person", async () => {
  const place = playground();
  place.write(
    "team.policy",
    policyText({ url: "http://127.0.0.1:1", digest: "0".repeat(64), team: `${OPEN}\nask tools Bash`, more: MEMORY }),
  );
  let heard = "";
  try {
    await tell(
      { team: `${OPEN}\nask tools Bash`, more: MEMORY },
      ({ index, result }) => {
        heard ||= index === 1 ? result : "";
        return index === 0 ? call("Bash", { command: "echo it-was-run", description: "say so" }) : say("done");
      },
      async (session) => {
        const origin = new URL(session.gateway.url).origin;
        const { code, out, err } = await place.gw(
          "claude",
          "settings",
          "--team",
          "eng",
          "--policy",
          ".",
          "--url",
          origin,
        );
        assert.equal(code, 0, err);
        const managed = JSON.parse(out);
        assert.deepEqual(managed.permissions.ask, ["Bash"]);
        const args = ["--managed-settings", JSON.stringify(managed), "--allowedTools", "Bash"];
        const { text, denials } = await session.ask("say so", { args });
        assert.deepEqual([text, denials], ["done", 1]);
      },
    );
  } finally {
    place.remove();
  }
  assert.match(heard, /requested permissions to use Bash, but you haven't granted it/);
});
