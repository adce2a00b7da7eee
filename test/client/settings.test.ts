/** The unchanged client under the settings that `gw claude settings` writes: it takes them, and behaves as policy says. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { playground } from "../cli/gw.ts";
import { policyText } from "../support/gateway.ts";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

const HOME = dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-memory/package.json"));
const MEMORY = `mcp memory {
  command ${JSON.stringify(process.execPath)} ${JSON.stringify(join(HOME, "dist/index.js"))}
  env MEMORY_FILE_PATH
}
`;
const OPEN = "allow models @all\nallow tools @claude-code.read, @claude-code.shell, mcp:memory/*";
/** The gateway of this test lets more through than these settings do, so that what is missing is the client's doing. */
const NARROW = "allow models @all\nallow tools @claude-code.read, mcp:memory/read_graph";

/** What the client says of itself when it begins. */
interface Init {
  readonly tools: readonly string[];
  readonly mcp_servers: readonly { readonly name: string; readonly status: string }[];
}

test("the client asks the gateway, does not offer what is denied, and has the gateway's servers only", async () => {
  const place = playground();
  const digest = "0".repeat(64);
  place.write("team.policy", policyText({ url: "http://127.0.0.1:1", digest, team: NARROW, more: MEMORY }));
  try {
    await tell(
      { team: OPEN, more: MEMORY },
      ({ index, result }) => (index === 0 ? call("mcp__gw__memory__read_graph", {}) : say(`saw ${result}`)),
      async (session) => {
        const origin = new URL(session.gateway.url).origin;
        const settings = async (...more: string[]) => {
          const common = ["--team", "eng", "--policy", ".", "--url", origin];
          const { code, out, err } = await place.gw("claude", "settings", ...common, ...more);
          assert.equal(code, 0, err);
          return JSON.parse(out);
        };
        const managed = await settings();
        const { mcpServers } = await settings("--mcp");
        assert.ok(!JSON.stringify([managed, mcpServers]).includes(session.gateway.key));
        const servers = { ...mcpServers, shadow: { type: "http", url: `${origin}/elsewhere` } };
        const { text, events } = await session.ask("look", {
          // The person's own environment points elsewhere.
          baseUrl: "http://127.0.0.1:9",
          args: [
            // The flag does what the file does, but for the environment; that comes from the same file as settings.
            ...["--managed-settings", JSON.stringify(managed), "--settings", JSON.stringify({ env: managed.env })],
            ...["--mcp-config", JSON.stringify({ mcpServers: servers })],
            ...["--allowedTools", "mcp__gw__*,Bash"],
          ],
          env: { ENABLE_TOOL_SEARCH: "false", SALLYPORT_KEY: session.gateway.key },
        });
        assert.match(text, /^saw .*entities/s);
        const init = events.find(({ type, subtype }) => type === "system" && subtype === "init") as unknown as Init;
        assert.deepEqual(
          init.mcp_servers.map(({ name, status }) => [name, status]),
          [["gw", "connected"]],
        );
        const offered = session.provider.calls[0]?.tools?.map(({ name }) => name) ?? [];
        assert.ok(offered.includes("Read"), offered.join());
        for (const name of managed.permissions.deny) assert.ok(!offered.includes(name), name);
        assert.ok(managed.permissions.deny.includes("Bash"));
      },
    );
  } finally {
    place.remove();
  }
});
