/**
 * The unchanged client with 200 tools, which it offers by their names alone and loads when the model searches for them:
 * what is not granted appears nowhere, and a provider that takes no conversation apart takes every request.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallBody } from "../../src/audit/entry.ts";
import { startManyTools } from "../support/mcp/many-tools.ts";
import { call, type Step, say, type WholeStep } from "../support/provider.ts";
import { type Told, tell } from "../support/session.ts";
import { bindingOf, faultOf, type StrictBody } from "../support/strict.ts";

const AGENT = "allow models @all\nallow tools ToolSearch, DeferredToolPlaceholder";
const GRANTED = Array.from({ length: 100 }, (_, at) => `mcp__store__get_item_${2 * at}`);
const WANTED = "mcp__store__get_item_14";

interface Searched {
  readonly told: Told;
  readonly bodies: readonly StrictBody[];
  readonly called: readonly string[];
}

/** Lets a model search, in words and for a name that it must not know, and then call what it may. */
async function search(grant: string, isHeld: boolean): Promise<Searched> {
  await using store = await startManyTools(200);
  const bodies: StrictBody[] = [];
  const steps: WholeStep[] = [
    call("ToolSearch", { query: "item of the store", max_results: 20 }),
    call("ToolSearch", { query: `select:${WANTED},mcp__store__delete_item_15` }),
    call(WANTED, { shelf: "top" }),
  ];
  const told = await tell(
    { team: `${AGENT}, ${grant}`, more: isHeld ? `mcp store {\n  url "${store.url}"\n}\n` : "" },
    ({ index, body, result }): Step => {
      const asked = body as unknown as StrictBody;
      const message = faultOf(asked);
      if (message !== null) return { kind: "fail", status: 400, type: "invalid_request_error", message };
      bodies.push(asked);
      return { ...(steps[index] ?? say(`at last: ${result}`)), signature: bindingOf(asked) };
    },
    async ({ ask, gateway }) => {
      const held = { url: gateway.url.replace("/anthropic", "/mcp/store"), key: `Bearer ${gateway.key}` };
      const { url, key } = isHeld ? held : { url: store.url, key: "none of the gateway's" };
      const mcpServers = { store: { type: "http", url, headers: { Authorization: key } } };
      const { text, isError } = await ask("look at item 14", {
        args: [
          "--mcp-config",
          JSON.stringify({ mcpServers }),
          "--strict-mcp-config",
          "--allowedTools",
          "mcp__store__*,ToolSearch",
        ],
      });
      assert.equal(text, "at last: get_item_14 is done");
      assert.equal(isError, false);
    },
  );
  return { told, bodies, called: store.called };
}

/** The names that stand alone in a line of the system's words. */
function listedIn({ messages }: StrictBody): string[] {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => JSON.stringify(content));
  return system.flatMap((text) => text.split(/\\n|"/)).filter((line) => /^mcp__\w+$/.test(line));
}

for (const { whose, grant, isHeld } of [
  { whose: "a server of the gateway's", grant: "mcp:store/get_*", isHeld: true },
  { whose: "a server of the client's own", grant: "client-mcp:store/get_*", isHeld: false },
]) {
  test(`of 200 tools of ${whose} a model finds those that are granted, and no trace of the others`, async () => {
    const { told, bodies, called } = await search(grant, isHeld);
    assert.equal(bodies.length, 4);
    const [first, , , last] = bodies;
    assert.deepEqual(listedIn(first!).toSorted(), GRANTED.toSorted());
    assert.ok(
      first?.tools?.every(({ name }) => !name?.startsWith("mcp__")),
      "no definition before it was searched for",
    );
    const { defer_loading } = last?.tools?.find(({ name }) => name === WANTED) ?? {};
    assert.equal(defer_loading, true);
    assert.match(JSON.stringify(last?.messages), /"tool_reference","tool_name":"mcp__store__get_item_14"/);
    for (const { tools, messages } of bodies) {
      assert.doesNotMatch(JSON.stringify(tools), /delete_item/);
      // The model itself said one name, which it could only have guessed.
      const others = messages.filter(({ role }) => role !== "assistant");
      assert.deepEqual(JSON.stringify(others).match(/\w*delete_item_\d+/g) ?? [], []);
    }
    assert.deepEqual(called, ["get_item_14"]);
    const calls = told.bodies.filter((body): body is CallBody => body.kind === "call");
    assert.deepEqual(
      calls.map(({ name, effect, toolUse }) => [name, effect, toolUse]),
      isHeld ? [["mcp:store/get_item_14", "allow", "toolu_mock_3"]] : [],
    );
  });
}
