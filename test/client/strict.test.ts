/**
 * The unchanged client, which searches for tools and loads them late, with a provider that takes no conversation apart:
 * tools are taken out, a policy grants more and less in the middle, and every request is still one that a provider takes.
 */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { call, type Step, say, type WholeStep } from "../support/provider.ts";
import { tell } from "../support/session.ts";
import { bindingOf, faultOf, type StrictBody } from "../support/strict.ts";

const HOME = dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-memory/package.json"));
const MEMORY = `mcp memory {
  command ${JSON.stringify(process.execPath)} ${JSON.stringify(join(HOME, "dist/index.js"))}
  env MEMORY_FILE_PATH
}
`;
const ALWAYS = "allow models @all\nallow tools ToolSearch, Read, DeferredToolPlaceholder";
const GRAPH = "mcp__memory__read_graph";

/** The names that stand alone in a line of the system's words. */
function listedIn({ messages }: StrictBody): Set<string> {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => JSON.stringify(content));
  return new Set(system.flatMap((text) => text.split("\\n")));
}

test("a strict provider takes every request of a session in which the policy changes", async () => {
  const steps: WholeStep[] = [
    call("ToolSearch", { query: `select:${GRAPH}` }),
    call(GRAPH, {}),
    call("Read", { file_path: "/etc/hostname" }),
    say("done"),
  ];
  const faults: string[] = [];
  const bodies: StrictBody[] = [];
  let change = async (_index: number) => {};
  const { decisions } = await tell(
    { team: `${ALWAYS}, Write, mcp:memory/read_graph`, more: MEMORY },
    async ({ index, body }): Promise<Step> => {
      const asked = body as unknown as StrictBody;
      const fault = faultOf(asked);
      bodies.push(asked);
      if (fault !== null) {
        faults.push(fault);
        return { kind: "fail", status: 400, type: "invalid_request_error", message: fault };
      }
      await change(index);
      return { ...(steps[index] ?? say("done")), signature: bindingOf(asked) };
    },
    async ({ ask, gateway, policy }) => {
      const grants = [
        `${ALWAYS}, Bash, mcp:memory/read_graph, mcp:memory/open_nodes`,
        `${ALWAYS}, mcp:memory/read_graph`,
      ];
      change = async (index) => {
        const team = grants[index];
        if (team !== undefined) await gateway.reload(policy({ team, more: MEMORY }));
      };
      const url = gateway.url.replace("/anthropic", "/mcp/memory");
      const servers = { memory: { type: "http", url, headers: { Authorization: `Bearer ${gateway.key}` } } };
      const { text, isError } = await ask("look at the graph", {
        args: ["--mcp-config", JSON.stringify({ mcpServers: servers }), "--allowedTools", `${GRAPH},ToolSearch,Read`],
      });
      assert.deepEqual(faults, []);
      assert.equal(text, "done");
      assert.equal(isError, false);
    },
  );
  assert.ok(new Set(decisions.map(({ revision }) => revision)).size >= 3);
  assert.match(JSON.stringify(bodies.at(-1)), /bound-.*bound-.*bound-/, "thinking comes back");
  for (const body of bodies) {
    const names = body.tools?.map(({ name }) => name) ?? [];
    assert.ok(names.includes("Write"), "what was offered stays, though it was revoked");
    assert.ok(!names.includes("Bash"), "what was taken out stays out, though it was granted");
    const listed = listedIn(body);
    assert.ok(listed.has(GRAPH));
    assert.ok(!listed.has("WebFetch") && !listed.has("NotebookEdit"));
  }
  assert.ok(bodies.at(-1)?.tools?.some(({ name, defer_loading }) => name === GRAPH && defer_loading === true));
});
