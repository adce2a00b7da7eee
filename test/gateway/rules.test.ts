import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { eventsOf, finish, message, START, sendDocument, sendStream, textBlock, textOf, toolBlock } from "./answers.ts";
import { OPEN, policyOf, request, startWorld, type World } from "./world.ts";

const IDS = "guardrail ids {\n  on request, response\n  match /\\bEMP-\\d{6}\\b/\n  action redact\n}";
const DROP = 'guardrail drop {\n  on response\n  match /\\bDROP\\s+TABLE\\b/i\n  action reject "ask a human"\n}';
const PLACEHOLDER = /\[\[secret:ids:[a-z2-7]{10}\]\]/;

/** A world whose provider answers with what `script` says, streamed or not as asked, and keeps what it got. */
async function scripted(
  t: Parameters<typeof startWorld>[0],
  policy: string,
  script: { readonly stream: string; readonly document: string },
): Promise<{ world: World; got: string[] }> {
  const got: string[] = [];
  const world = await startWorld(t, {
    policy,
    async answer(incoming, response) {
      const body = (await bodyOf(incoming)).toString();
      got.push(body);
      if (JSON.parse(body).stream === true) sendStream(response, script.stream);
      else sendDocument(response, script.document);
    },
  });
  return { world, got };
}

const HELLO = {
  stream: START + textBlock(0, "hi") + finish("end_turn"),
  document: message([{ type: "text", text: "hi" }]),
};

test("a secret in a request never reaches the provider; the same value gets the same placeholder", async (t) => {
  const { world, got } = await scripted(t, policyOf(`${OPEN}\n  guard ids`, IDS), HELLO);
  const result = { type: "tool_result", tool_use_id: "t", content: "row EMP-123456 and EMP-999999" };
  const messages = [
    { role: "user", content: "I am EMP-123456" },
    { role: "assistant", content: [{ type: "thinking", thinking: "EMP-777777", signature: "s" }] },
    { role: "user", content: [result] },
  ];
  const response = await world.ask(request({ system: "for EMP-123456", messages }));
  assert.equal(response.status, 200);
  const [body = ""] = got;
  assert.doesNotMatch(body.replace("EMP-777777", ""), /EMP-\d/);
  const parsed = JSON.parse(body);
  const placeholder = PLACEHOLDER.exec(parsed.system)?.[0];
  assert.ok(placeholder);
  assert.equal(parsed.messages[0].content, `I am ${placeholder}`);
  assert.ok(parsed.messages[2].content[0].content.startsWith(`row ${placeholder} and [[secret:ids:`));
  assert.equal(parsed.messages[1].content[0].thinking, "EMP-777777");
  const [decision] = world.decisions();
  assert.deepEqual(
    decision!.findings.map(({ guardrail, place, done, count, values }) => [
      guardrail,
      place,
      done,
      count,
      values.length,
    ]),
    [
      ["ids", "system", "redact", 1, 1],
      ["ids", "user", "redact", 1, 1],
      ["ids", "tool-result", "redact", 2, 2],
    ],
  );
  const id = placeholder.slice(-12, -2);
  assert.ok(
    decision!.findings.every(({ values }) => values.includes(id)),
    "the ids are those of the placeholders",
  );
  assert.deepEqual(decision!.scan?.skipped, [{ reason: "thinking", count: 1 }]);
  const counted = await world.ask(request({ system: "EMP-123456" }), { path: "/anthropic/v1/messages/count_tokens" });
  assert.equal(counted.status, 200);
  assert.doesNotMatch(got[1] ?? "EMP-1", /EMP-\d/);
  assert.doesNotMatch(JSON.stringify(world.entries), /EMP-\d/);
});

test("more secrets than anybody redacts one by one are refused", async (t) => {
  const { world, got } = await scripted(t, policyOf(`${OPEN}\n  guard ids`, IDS), HELLO);
  const ask = (count: number) => world.ask(request({ system: "EMP-123456 ".repeat(count) }));
  assert.equal((await ask(10_000)).status, 200);
  const refused = await ask(10_001);
  assert.equal(refused.status, 400);
  assert.match(
    await refused.text(),
    /policy_blocked.*guardrail `ids`; the request contains `ids` and the like 10,001 times/,
  );
  assert.equal(got.length, 1);
});

test("a secret in an answer is replaced, split over deltas or not, and in the non-streaming twin alike", async (t) => {
  const script = {
    stream: START + textBlock(0, "it is EM", "P-12", "3456 as", " you know") + finish("end_turn"),
    document: message([{ type: "text", text: "it is EMP-123456 as you know" }]),
  };
  const { world } = await scripted(t, policyOf(`${OPEN}\n  guard ids`, IDS), script);
  const streamed = await (await world.ask(request({ stream: true }))).text();
  const twin = JSON.parse(await (await world.ask(request())).text());
  assert.match(textOf(streamed), /^it is \[\[secret:ids:[a-z2-7]{10}\]\] as you know$/);
  assert.equal(twin.content[0].text, textOf(streamed));
  assert.equal(eventsOf(streamed).at(-1)?.type, "message_stop");
  const outcome = await world.outcome();
  const { values, ...found } = outcome.findings[0]!;
  assert.deepEqual(found, {
    ...{ guardrail: "ids", pattern: "ids", stage: "response", place: null },
    ...{ done: "redact", observed: null, count: 1 },
  });
  assert.ok(textOf(streamed).includes(`:${values.join()}]]`));
  assert.deepEqual(outcome.scan, { texts: 1, bytes: 28, skipped: [] });
});

test("an answer that a rule ends is ended properly in both forms, and the provider is left", async (t) => {
  let closed = false;
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  guard drop`, DROP),
    async answer(incoming, response) {
      const body = JSON.parse((await bodyOf(incoming)).toString());
      if (body.stream !== true) {
        return sendDocument(response, message([{ type: "text", text: "run DROP TABLE users now" }]));
      }
      response.on("close", () => {
        closed = !response.writableEnded;
        world.upstream.server.emit("left");
      });
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`${START}${textBlock(0, "run DROP TABLE users now ")}`);
    },
  });
  const left = new Promise((resolve) => world.upstream.server.once("left", resolve));
  const streamed = await (await world.ask(request({ stream: true }))).text();
  await left;
  assert.ok(closed);
  const twin = JSON.parse(await (await world.ask(request())).text());
  const sentence = /\[The gateway stopped this answer: guardrail drop, ask a human \(test\.policy:\d+\)\.\]/;
  assert.match(textOf(streamed), sentence);
  assert.match(JSON.stringify(twin.content), sentence);
  assert.doesNotMatch(streamed + JSON.stringify(twin), /DROP TABLE/);
  assert.equal(eventsOf(streamed).at(-1)?.type, "message_stop");
  assert.equal(twin.stop_reason, "end_turn");
  const ends = world.entries.flatMap(({ body }) => (body.kind === "outcome" ? [body.end] : []));
  assert.deepEqual([...ends, (await world.outcome()).end].slice(0, 2), ["stopped", "stopped"]);
});

test("tools that are not granted are cut from the request, whatever door they came through", async (t) => {
  const { world, got } = await scripted(t, policyOf(OPEN), HELLO);
  const names = ["Bash", "Write", "mcp__github__get_issue", "mcp__crm__delete"];
  const tools = names.map((name) => ({ name, input_schema: {} }));
  const web = { type: "web_search_20250305", name: "web_search" };
  await (await world.ask(request({ tools: [...tools, web] }))).text();
  const sent = JSON.parse(got[0] ?? "").tools.map((tool: { name: string }) => tool.name);
  assert.deepEqual(sent, ["Bash", "mcp__github__get_issue"]);
  assert.deepEqual(world.decisions()[0]?.stripped, ["Write", "client-mcp:crm/delete", "server:web_search"]);
});

test("a secret that reaches from a name that is taken out into other words leaves nothing behind", async (t) => {
  const crossing = "guardrail ids {\n  on request\n  match /\\bWrite\\s+EMP-\\d{6}\\b/\n  action redact\n}";
  const { world, got } = await scripted(t, policyOf(`${OPEN}\n  guard ids`, crossing), HELLO);
  const words = { role: "system", content: "Tools:\nBash\nWrite\n\nEMP-123456 is who asks" };
  await (await world.ask(request({ messages: [{ role: "user", content: "hello" }, words] }))).text();
  const [, sent] = JSON.parse(got[0] ?? "").messages;
  assert.match(sent.content, /^Tools:\nBash\[\[secret:ids:[a-z2-7]{10}\]\] is who asks$/);
});

test("the record names each tool that was cut once, and not more of them than it has room for", async (t) => {
  const { world } = await scripted(t, policyOf(OPEN), HELLO);
  const offer = (count: number) =>
    request({ tools: Array.from({ length: count }, (_, index) => ({ name: `T${index % 150}` })) });
  for (const count of [3, 100_000]) await (await world.ask(offer(count))).text();
  const [few, many] = world.decisions();
  assert.deepEqual(few?.stripped, ["T0", "T1", "T2"]);
  assert.deepEqual([many?.tools, many?.stripped.length, new Set(many?.stripped).size], [100_000, 100, 100]);
});

test("a call that is not granted is replaced by a sentence, in the stream and in its twin", async (t) => {
  const script = {
    stream: START + toolBlock(0, "Write", { path: "/etc/x" }) + finish("tool_use"),
    document: message([{ type: "tool_use", id: "t", name: "Write", input: { path: "/etc/x" } }], "tool_use"),
  };
  const { world } = await scripted(t, policyOf(OPEN), script);
  const streamed = await (await world.ask(request({ stream: true }))).text();
  const twin = JSON.parse(await (await world.ask(request())).text());
  const sentence = /withheld a call of the tool Write: policy does not grant it here \(test\.policy:\d+\)/;
  assert.match(textOf(streamed), sentence);
  assert.match(twin.content[0].text, sentence);
  assert.doesNotMatch(streamed + JSON.stringify(twin), /tool_use|etc\/x/);
  const last = eventsOf(streamed).find(({ type }) => type === "message_delta");
  assert.deepEqual(last?.delta, { stop_reason: "end_turn", stop_sequence: null });
  assert.equal(twin.stop_reason, "end_turn");
  const [{ withheld, ...use } = { withheld: null }] = (await world.outcome()).toolUses;
  assert.deepEqual(use, { name: "Write", granted: false, id: null, observed: null });
  assert.equal(withheld?.reason, "tool");
  assert.match(withheld.origin, /^test\.policy:\d+$/);
});

test("a granted call passes as it came", async (t) => {
  const script = {
    stream: START + toolBlock(0, "Bash", { command: "ls" }) + finish("tool_use"),
    document: message([{ type: "tool_use", id: "t", name: "Bash", input: { command: "ls" } }], "tool_use"),
  };
  const { world } = await scripted(t, policyOf(OPEN), script);
  assert.equal(await (await world.ask(request({ stream: true }))).text(), script.stream);
  assert.equal(await (await world.ask(request())).text(), script.document);
});

test("a request keeps the policy it began with; the next one has the new policy", async (t) => {
  let release: () => void = () => {};
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(_, response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START);
      release = () => response.end(toolBlock(0, "Bash", { command: "ls" }) + finish("tool_use"));
    },
  });
  const response = await world.ask(request({ stream: true }));
  world.use(policyOf("allow models @all\n  deny tools **"));
  release();
  assert.match(await response.text(), /"tool_use"/);
  assert.equal((await world.outcome()).toolUses[0]?.granted, true);
  const next = await world.ask(request({ stream: true }));
  release();
  assert.doesNotMatch(await next.text(), /"type":"tool_use"/);
  world.use(policyOf(OPEN).replace("$HASH", `sha256:${"0".repeat(64)}`));
  assert.equal((await world.ask(request())).status, 401);
});
