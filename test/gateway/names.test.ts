/** What a person reads about a tool names it as policy does, under whatever label a client has its server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { message, sendDocument } from "./answers.ts";
import { policyOf, request, startWorld } from "./world.ts";

const WIKI = 'mcp wiki {\n  url "https://wiki.example/mcp"\n}';
const TEAM = "allow models @all\n  allow tools Bash, mcp:wiki/get";
const NAMES = ["mcp__wiki__drop", "mcp__gw__wiki__drop", "mcp__other__drop"];
/** As policy calls them, in the same order. */
const KNOWN = ["mcp:wiki/drop", "mcp:wiki/drop", "client-mcp:other/drop"];
const ALLOWED = policyOf(TEAM)
  .split("\n")
  .findIndex((line) => line.includes("allow tools"));
const LINE = `test.policy:${ALLOWED + 1}`;

test("a call that is withheld", async (t) => {
  const calls = NAMES.map((name, index) => ({ type: "tool_use", id: `toolu_${index}`, name, input: {} }));
  const world = await startWorld(t, {
    policy: policyOf(TEAM, WIKI),
    answer: (_, response) => sendDocument(response, message(calls, "tool_use")),
  });
  const answer = (await (await world.ask(request())).json()) as { content: { text: string }[] };
  assert.deepEqual(
    answer.content.map(({ text }) => text),
    KNOWN.map((tool) => `[The gateway withheld a call of the tool ${tool}: policy does not grant it here (${LINE}).]`),
  );
});

for (const [way, org, line] of [
  ["a request that cannot do without a tool", "", LINE],
  ["a request that is refused for its offer", "on ungranted tool refuse", "test.policy:3"],
] as const) {
  test(`${way}, with the line that decides`, async (t) => {
    const world = await startWorld(t, { policy: policyOf(TEAM, WIKI, org) });
    for (const [index, name] of NAMES.entries()) {
      const offer = { tools: [{ name, input_schema: {} }], tool_choice: { type: "tool", name } };
      const response = await world.ask(request(offer));
      const { error } = (await response.json()) as { error: { message: string } };
      assert.equal(response.status, 400);
      assert.match(error.message.replaceAll("`", ""), new RegExp(`^tool ${KNOWN[index]} is not granted to key dev`));
      assert.ok(error.message.includes(`(${line}, `), error.message);
    }
  });
}
