/** What a person reads about a tool names it as policy does, under whatever label a client has its server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lockOf } from "../../src/model/lock.ts";
import { sha256 } from "../../src/revision/locks.ts";
import { bodyOf } from "../providers/upstream.ts";
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

for (const grant of ["mcp:wiki/page.read", "mcp:wiki/*\n  deny tools mcp:wiki/page.drop"]) {
  test(`a tool whose name clients cannot write is offered and called as ${grant.replace("\n  ", ", ")} says`, async (t) => {
    const tools = ["page.read", "page.drop"].map((name) => ({ name, inputSchema: { type: "object" } }));
    const written = ["mcp__wiki__page_read", "mcp__gw__wiki__page_drop", "mcp__wiki__page_more"];
    const calls = written.map((name, index) => ({ type: "tool_use", id: `toolu_${index}`, name, input: {} }));
    const got: { tools: { name: string }[] }[] = [];
    const world = await startWorld(t, {
      policy: policyOf(`allow models @all\n  allow tools Bash, ${grant}`, WIKI.replace("}", '  pins "wiki.lock"\n}')),
      locks: new Map([["wiki.lock", lockOf("wiki", tools, null, sha256)]]),
      async answer(incoming, response) {
        got.push(JSON.parse((await bodyOf(incoming)).toString()));
        sendDocument(response, message(calls, "tool_use"));
      },
    });
    const offer = written.map((name) => ({ name, input_schema: { type: "object" } }));
    const response = await world.ask(request({ tools: [{ name: "Bash", input_schema: {} }, ...offer] }));
    const { content } = (await response.json()) as { content: { text?: string; name?: string }[] };
    assert.deepEqual(
      got[0]?.tools.map(({ name }) => name),
      ["Bash", "mcp__wiki__page_read"],
    );
    assert.equal(content[0]?.name, "mcp__wiki__page_read");
    assert.match(content[1]?.text ?? "", /withheld a call of the tool mcp:wiki\/page\.drop: policy does not grant it/);
    assert.match(content[2]?.text ?? "", /withheld a call of the tool mcp:wiki\/page_more: policy does not grant it/);
  });
}
