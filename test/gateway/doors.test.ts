/**
 * Every door through which a tool could come to the model, each by itself: what is not granted does not come through, or
 * the request is refused in a sentence; what is granted passes as it came.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { message, sendDocument } from "./answers.ts";
import { OPEN, policyOf, request, startWorld } from "./world.ts";

const TEAM = `${OPEN}\n  allow tools connector:good.example, server:web_search`;
const BASH = { name: "Bash", input_schema: {} };
const say = (text: string) => ({ type: "text", text });
const user = (content: unknown) => ({ role: "user", content });
const words = (content: unknown) => [user("hello"), { role: "system", content }];
const server = (host: string) => ({ type: "url", name: host, url: `https://${host}.example/mcp` });
const set = (mcp_server_name: string) => ({ type: "mcp_toolset", mcp_server_name });
const addition = (tool: unknown) => ({ type: "tool_addition", tool });
const reference = (tool_name: string) => ({ type: "tool_reference", tool_name });
const found = (...names: string[]) => [
  user("hello"),
  { role: "assistant", content: [{ type: "tool_use", id: "t", name: "ToolSearch", input: {} }] },
  user([{ type: "tool_result", tool_use_id: "t", content: names.map(reference) }]),
];

/** What is asked, and what the provider gets of it, or the words of the refusal. */
const DOORS: readonly {
  readonly door: string;
  readonly asked: Record<string, unknown>;
  readonly sent: Record<string, unknown> | RegExp;
}[] = [
  { door: "an offer", asked: { tools: [BASH, { name: "Write" }] }, sent: { tools: [BASH] } },
  {
    door: "an offer of a family that nobody knows",
    asked: { tools: [BASH, { type: "robot_20270101" }] },
    sent: { tools: [BASH] },
  },
  {
    door: "a tool of the client's by another type",
    asked: { tools: [BASH, { type: "text_editor_20250728", name: "str_replace" }] },
    sent: { tools: [BASH] },
  },
  {
    door: "a tool that the provider runs",
    asked: { tools: [BASH, { type: "code_execution_20250825", name: "code_execution" }] },
    sent: { tools: [BASH] },
  },
  {
    door: "a server that the provider calls",
    asked: { tools: [BASH, set("good"), set("evil")], mcp_servers: [server("good"), server("evil")] },
    sent: { tools: [BASH, set("good")], mcp_servers: [server("good")] },
  },
  {
    door: "an addition by reference",
    asked: { tools: [BASH], messages: words([say("now:"), addition({ type: "tool_reference", name: "Write" })]) },
    sent: { tools: [BASH], messages: words([say("now:")]) },
  },
  {
    door: "an addition with a definition of its own",
    asked: { tools: [BASH], messages: words([addition({ type: "tool_definition", name: "Bash", input_schema: {} })]) },
    sent: /inline tool definition/,
  },
  {
    door: "an addition of a whole toolset",
    asked: { tools: [BASH], messages: words([addition(set("good"))]) },
    sent: /inline tool definition/,
  },
  {
    door: "a summary that changes tools",
    asked: { messages: [user([{ type: "compaction", tool_changes: [] }])] },
    sent: /tool_changes/,
  },
  {
    door: "a reference in a result",
    asked: { tools: [BASH], messages: found("Bash", "Write") },
    sent: { tools: [BASH], messages: found("Bash") },
  },
  {
    door: "a tool that is loaded late",
    asked: { tools: [BASH, { name: "mcp__crm__list", defer_loading: true }], messages: found("mcp__crm__list") },
    sent: {
      tools: [BASH],
      messages: [
        ...found().slice(0, 2),
        user([{ type: "tool_result", tool_use_id: "t", content: [say("(this tool is not granted here)")] }]),
      ],
    },
  },
  {
    door: "a name in a list in the system's words",
    asked: { messages: words("Deferred tools:\nBash\nWrite\nmcp__crm__list\nRead\n\nBe brief.") },
    sent: { messages: words("Deferred tools:\nBash\nRead\n\nBe brief.") },
  },
  {
    door: "a name in a list in a reminder of the client's",
    asked: {
      messages: [user([say("<system-reminder>\nDeferred tools:\nBash\nWrite\n</system-reminder>"), say("hello")])],
    },
    sent: { messages: [user([say("<system-reminder>\nDeferred tools:\nBash\n</system-reminder>"), say("hello")])] },
  },
  {
    door: "a list in the user's own words, which is none",
    asked: { messages: [user("my tools:\nWrite")] },
    sent: {},
  },
  {
    door: "a choice",
    asked: { tools: [BASH, { name: "Write" }], tool_choice: { type: "tool", name: "Write" } },
    sent: /Write/,
  },
  ...[
    { type: "tool_change", tool: BASH },
    { type: "tools_added", tools: [{ type: "web_search_20250305", name: "web_search" }] },
    { type: "news", of: { custom: BASH } },
  ].map((block) => ({
    door: `a definition in a block that nobody knows, ${block.type}`,
    asked: { messages: words([say("now:"), block]) },
    sent: /inline tool definition/,
  })),
  {
    door: "a block that nobody knows and that has no tool",
    asked: { messages: words([{ type: "news", text: "new", of: { name: "Bash" } }]) },
    sent: {},
  },
  { door: "a thread that the provider keeps", asked: { thread: { type: "continue", id: "t" } }, sent: /thread/ },
  { door: "a container with skills", asked: { container: { skills: [] } }, sent: /container/ },
  { door: "other models to fall back on", asked: { fallbacks: [{ model: "claude-other" }] }, sent: /fallbacks/ },
  { door: "a toolset of the agent's", asked: { agent: "a" }, sent: /agent/ },
];

for (const { door, asked, sent } of DOORS) {
  test(`the door: ${door}`, async (t) => {
    const got: string[] = [];
    const world = await startWorld(t, {
      policy: policyOf(TEAM),
      async answer(incoming, response) {
        got.push((await bodyOf(incoming)).toString());
        sendDocument(response, message([say("ok")]));
      },
    });
    for (const path of ["/anthropic/v1/messages", "/anthropic/v1/messages/count_tokens"]) {
      const before = got.length;
      const response = await world.ask(request(asked), { path });
      const answer = JSON.stringify(await response.json());
      if (sent instanceof RegExp) {
        assert.equal(response.status, 400);
        assert.match(answer, /policy_blocked/);
        assert.match(answer, sent);
        assert.equal(got.length, before);
      } else assert.deepEqual(JSON.parse(got[before] ?? ""), request({ ...asked, ...sent }));
    }
  });
}

test("the door of batches is not there, and says which doors are", async (t) => {
  const world = await startWorld(t, { policy: policyOf(TEAM) });
  const response = await world.ask({ requests: [] }, { path: "/anthropic/v1/messages/batches" });
  assert.equal(response.status, 400);
  assert.match(await response.text(), /serves \/anthropic\/v1\/messages/);
});
