/** Conditions on what tools are called with, in answers of models and in what requests give to tools of the provider. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { eventsOf, finish, message, START, sendDocument, sendStream, textOf, toolBlock } from "./answers.ts";
import { policyOf, request, startWorld, type World } from "./world.ts";

const BASH =
  'allow models @all\n  allow tools Read, client-mcp:github/*\n  allow tools Bash where command like "git *"';
/** Line of the last statement of a team in the policies of these tests. */
const LINE = "test.policy:18";

/** A world whose model calls one tool, streamed or not as asked. */
async function calling(t: TestContext, policy: string, name: string, input: unknown): Promise<World> {
  return startWorld(t, {
    policy,
    async answer(incoming, response) {
      const body = JSON.parse((await bodyOf(incoming)).toString()) as { stream?: boolean };
      if (body.stream === true) sendStream(response, START + toolBlock(0, name, input) + finish("tool_use"));
      else sendDocument(response, message([{ type: "tool_use", id: "toolu_0", name, input }], "tool_use"));
    },
  });
}

/** What the client has of an answer, streamed and whole. */
async function both(world: World) {
  const stream = await (await world.ask(request({ stream: true }))).text();
  const document = JSON.parse(await (await world.ask(request())).text());
  return { stream, document, uses: (await world.outcome()).toolUses };
}

test("a call that its condition grants passes, streamed and whole", async (t) => {
  const input = { command: "git status" };
  const { stream, document, uses } = await both(await calling(t, policyOf(BASH), "Bash", input));
  assert.equal(stream, START + toolBlock(0, "Bash", input) + finish("tool_use"));
  assert.deepEqual([document.content[0].input, document.stop_reason], [input, "tool_use"]);
  assert.deepEqual(uses, [{ name: "Bash", granted: true, id: null, withheld: null, observed: null }]);
});

test("a call that it does not grant is one sentence that names condition and line, and its record says no more", async (t) => {
  const world = await calling(t, policyOf(BASH), "Bash", { command: "rm -rf hunter2" });
  const { stream, document, uses } = await both(world);
  const sentence = `[The gateway withheld a call of the tool Bash: it is granted to key dev only where command like "git *" (${LINE}).]`;
  assert.equal(textOf(stream), sentence);
  assert.deepEqual(document.content, [{ type: "text", text: sentence }]);
  assert.equal(document.stop_reason, "end_turn");
  assert.deepEqual(eventsOf(stream).find(({ type }) => type === "message_delta")?.delta, {
    stop_reason: "end_turn",
    stop_sequence: null,
  });
  const withheld = { reason: "arguments", origin: LINE };
  assert.deepEqual(uses, [{ name: "Bash", granted: false, id: null, withheld, observed: null }]);
  assert.doesNotMatch(stream + JSON.stringify(world.entries), /hunter2/);
});

test("a call that policy judges leaves with its end, and the one before it has left by then", async (t) => {
  const [read, bash] = [toolBlock(0, "Read", { path: "a" }), toolBlock(1, "Bash", { command: "git log" })];
  const [begun, end] = [bash.slice(0, -30), bash.slice(-30)];
  let finishAnswer: () => void = () => {};
  const world = await startWorld(t, {
    policy: policyOf(BASH),
    answer(_, response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START + read + begun);
      finishAnswer = () => response.end(end + finish("tool_use"));
    },
  });
  const response = await world.ask(request({ stream: true }));
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.length < (START + read).length) text += (await reader.read()).value;
  assert.equal(text, START + read);
  finishAnswer();
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  assert.equal(text, START + read + bash + finish("tool_use"));
});

test("the value behind a placeholder is what is judged, since that is what the tool gets", async (t) => {
  const guard = `guardrail ids {
  on request, response
  in user, tool-input
  match /\\bEMP-\\d{6}\\b/
  action redact restore tool-input
}`;
  const team = 'allow models @all\n  guard ids\n  allow tools Write where content = "EMP-123456"';
  let placeholder = "";
  const world = await startWorld(t, {
    policy: policyOf(team, guard),
    async answer(incoming, response) {
      const body = JSON.parse((await bodyOf(incoming)).toString());
      placeholder = /\[\[secret:ids:\w+\]\]/.exec(body.messages[0].content)![0];
      const input = { content: body.messages[0].content.includes("bare") ? placeholder.slice(2, -2) : placeholder };
      if (body.stream) sendStream(response, START + toolBlock(0, "Write", input) + finish("tool_use"));
      else sendDocument(response, message([{ type: "tool_use", id: "t", name: "Write", input }], "tool_use"));
    },
  });
  const ask = async (stream: boolean, content: string) => {
    const body = request({ stream, messages: [{ role: "user", content }] });
    return (await world.ask(body)).text();
  };
  for (const stream of [true, false]) {
    assert.match(await ask(stream, "write EMP-123456"), /tool_use.*EMP-123456/s);
    assert.match(await ask(stream, "write EMP-123456 bare"), /withheld a call of the tool Write: it is granted/);
    assert.match(await ask(stream, "write EMP-654321"), /withheld a call of the tool Write: it is granted/);
  }
});

test("a condition that is only observed withholds nothing, and the record says what it would have done", async (t) => {
  const team = "allow models @all\n  allow tools Bash\n  observe deny tools Bash where command matches /\\brm\\b/";
  const world = await calling(t, policyOf(team), "Bash", { command: "rm -rf /" });
  const { stream, document, uses } = await both(world);
  assert.match(stream, /"type":"tool_use"/);
  assert.equal(document.stop_reason, "tool_use");
  const observed = { effect: "refuse", origin: LINE };
  assert.deepEqual(uses, [{ name: "Bash", granted: true, id: null, withheld: null, observed }]);
});

const SEARCH = "allow models @all\n  allow tools Read\n  allow tools server:web_search where max_uses <= 5";
const searched = (_: unknown, response: ServerResponse) =>
  sendDocument(response, message([{ type: "text", text: "found" }]));
const search = (limits: object) => ({ type: "web_search_20250305", name: "web_search", ...limits });

test("a tool of the provider is refused with limits that are too wide or absent, and nothing leaves", async (t) => {
  let left = 0;
  const world = await startWorld(t, {
    policy: policyOf(SEARCH),
    answer(incoming, response) {
      left += 1;
      searched(incoming, response);
    },
  });
  const ask = async (limits: object, path?: string) => {
    const response = await world.ask(request({ tools: [search(limits)] }), path === undefined ? {} : { path });
    return { status: response.status, error: JSON.parse(await response.text()).error };
  };
  const { status, error } = await ask({ max_uses: 8 });
  assert.deepEqual([status, error.type], [400, "policy_blocked"]);
  const sentence =
    /^server:web_search is granted to key dev only where max_uses <= 5; this request has it with max_uses 8 \(test\.policy:18, req_\w+\)$/;
  assert.match(error.message, sentence);
  assert.match((await ask({})).error.message, /this request has it without any limits/);
  assert.match((await ask({ max_uses: "5" })).error.message, /with max_uses "5"/);
  assert.equal((await ask({ max_uses: 8 }, "/anthropic/v1/messages/count_tokens")).status, 400);
  assert.equal(left, 0);
  assert.equal((await ask({ max_uses: 5 })).status, 200);
  const [refused] = world.decisions();
  assert.deepEqual([refused?.reason, refused?.origins, refused?.defined], ["arguments", [LINE], ["server:web_search"]]);
});

test("a tool of the provider that is not granted at all is taken out as before, whatever its limits", async (t) => {
  const world = await startWorld(t, { policy: policyOf("allow models @all\n  allow tools Read"), answer: searched });
  const tools = [search({ max_uses: 8 }), { name: "Read", input_schema: { type: "object" } }];
  assert.equal((await world.ask(request({ tools }))).status, 200);
  assert.deepEqual(world.decisions()[0]?.stripped, ["server:web_search"]);
});

test("observed limits refuse nobody, and the record says whom they would have refused", async (t) => {
  const team = "allow models @all\n  allow tools server:*\n  observe deny tools server:web_search where max_uses > 5";
  const world = await startWorld(t, { policy: policyOf(team), answer: searched });
  assert.equal((await world.ask(request({ tools: [search({ max_uses: 8 })] }))).status, 200);
  assert.deepEqual(world.decisions()[0]?.observed, {
    effect: "refuse",
    reason: "arguments",
    stripped: [],
    origins: [LINE],
  });
});
