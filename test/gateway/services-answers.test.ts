/** Guardrails that ask a service about answers: what it is asked, what waits for its verdict, and what becomes of it. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { type Answer, type Got, startService } from "../services/server.ts";
import { visibleIn } from "../wire/anthropic/answers.ts";
import { eventsOf, finish, message, START, sendDocument, sendStream, sse, textBlock, toolBlock } from "./answers.ts";
import { OPEN, policyOf, request, startWorld } from "./world.ts";

type Block = Readonly<Record<string, unknown>>;

const say = (text: string): Block => ({ type: "text", text });
const call = (name: string, input: unknown, id = "toolu_0"): Block => ({ type: "tool_use", id, name, input });

function streamed(blocks: readonly Block[]): string {
  const events = blocks.map((block, index) =>
    block.type === "text"
      ? textBlock(index, ...(String(block.text).match(/.{1,5}/gs) ?? []))
      : toolBlock(index, String(block.name), block.input),
  );
  const calls = blocks.some(({ type }) => type === "tool_use");
  return START + events.join("") + finish(calls ? "tool_use" : "end_turn");
}

interface Parts {
  /** What the service says of a call; by default it flags texts with EVIL in them. */
  readonly script?: (got: Got) => Answer | Promise<Answer>;
  /** Sends the answer to a streamed request by hand. */
  readonly stream?: (response: ServerResponse) => void;
  readonly team?: string;
  readonly more?: string;
  readonly pingMs?: number;
}

const judge = ({ json }: Got): Answer => ({
  json: {
    verdicts: json.texts.map(({ text }: { text: string }) => ({ flagged: /EVIL/.test(text), reasons: ["evil"] })),
  },
});

/** A team under a guardrail that asks a webhook about answers. */
async function judged(t: TestContext, rule: string, blocks: readonly Block[], parts: Parts = {}) {
  const service = await startService(t, parts.script ?? judge);
  const rest = `
service shield { kind webhook url "${service.url}" credential env SERVICE_KEY }
guardrail tone { on response ask shield timeout 2s ${rule} }
${parts.more ?? ""}`;
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  ${parts.team ?? "guard tone"}`, rest),
    timings: parts.pingMs === undefined ? {} : { pingMs: parts.pingMs },
    async answer(incoming, response) {
      const { stream } = JSON.parse((await bodyOf(incoming)).toString());
      const reason = blocks.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn";
      if (stream !== true) sendDocument(response, message([...blocks], reason));
      else if (parts.stream === undefined) sendStream(response, streamed(blocks));
      else parts.stream(response);
    },
  });
  const ask = async (stream: boolean) => {
    const response = await world.ask(request({ messages: [{ role: "user", content: "hello" }], stream }));
    const text = await response.text();
    assert.equal(response.status, 200, text);
    if (stream) return { text, ...visibleIn(text) };
    const { content, stop_reason: stop } = JSON.parse(text);
    return { text, content, stop, error: null };
  };
  const texts = () => service.got.flatMap(({ json }) => json.texts as { place: string; text: string }[]);
  return { world, service, ask, texts };
}

const REJECT = 'on error block action reject "that is not for us to say"';
const SENTENCE = /^\[The gateway stopped this answer: guardrail tone, that is not for us to say \(.*:\d+\)\.\]$/;

for (const stream of [true, false]) {
  const form = stream ? "streamed" : "in one piece";

  test(`an answer that passes goes out as it came, and each of its blocks was asked about, ${form}`, async (t) => {
    const blocks = [say("first words"), say("more words"), call("Read", { path: "a.txt", n: [1, "two"] })];
    const { world, ask, texts } = await judged(t, REJECT, blocks);
    const { content, stop } = await ask(stream);
    assert.equal(stop, "tool_use");
    assert.deepEqual(
      content.map(({ text, input }: Record<string, unknown>) => text ?? input),
      ["first words", "more words", { path: "a.txt", n: [1, "two"] }],
    );
    const said = texts().map(({ place, text }) => `${place}: ${text}`);
    assert.deepEqual(said.toSorted(), ["answer: first words", "answer: more words", "call: a.txt\ntwo"]);
    const { asked, findings, scan, end } = await world.outcome();
    assert.equal(end, "complete");
    assert.deepEqual(
      asked.map(({ guardrail, service, texts: count, verdict, calls }) => [guardrail, service, count, verdict, calls]),
      [["tone", "shield", 3, "pass", 3]],
    );
    assert.deepEqual(findings, []);
    assert.equal(scan, null, "no guardrail looked by itself");
    assert.match(await world.metrics.text(), /gw_guard_asks_total\{[^}]*service="shield"[^}]*\} 1\b/);
  });

  test(`a block that is flagged ends the answer in its place, and nothing behind it goes out, ${form}`, async (t) => {
    const blocks = [say("good"), say("this is EVIL, isn't it"), call("Bash", { command: "ls" })];
    const { world, ask } = await judged(t, REJECT, blocks);
    const { text, content, stop, error } = await ask(stream);
    assert.deepEqual([content.length, stop, error], [2, "end_turn", null]);
    assert.equal(content[0]!.text, "good");
    assert.match(String(content[1]!.text), SENTENCE);
    assert.ok(!text.includes("EVIL") && !text.includes("isn't it"));
    const { end, findings, asked, toolUses } = await world.outcome();
    assert.equal(end, "stopped");
    assert.deepEqual(
      findings.map(({ guardrail, pattern, stage, done, count }) => [guardrail, pattern, stage, done, count]),
      [["tone", "shield", "response", "reject", 1]],
    );
    assert.deepEqual(
      asked.map(({ verdict, why }) => [verdict, why]),
      [["flagged", ["evil"]]],
    );
    assert.deepEqual(
      toolUses.map(({ granted, withheld }) => [granted, withheld?.reason]),
      [[false, "guardrail"]],
    );
    assert.ok(!JSON.stringify(world.entries).includes("EVIL"));
    const metrics = await world.metrics.text();
    assert.match(metrics, /gw_decisions_total\{[^}]*effect="refuse",stage="response",rule="tone"[^}]*\} 1\b/);
  });

  test(`a call is flagged by what it gives to its tool, ${form}`, async (t) => {
    const { ask } = await judged(t, REJECT, [say("good"), call("Bash", { command: ["a", { deep: "EVIL" }] })]);
    const { content, stop } = await ask(stream);
    assert.equal(stop, "end_turn");
    assert.deepEqual([content.length, content[0]!.text], [2, "good"]);
    assert.match(String(content[1]!.text), SENTENCE);
  });

  test(`without a verdict the answer is stopped or let pass, as the guardrail says, ${form}`, async (t) => {
    const script = (): Answer => ({ status: 403, json: {} });
    const blocking = await judged(t, REJECT, [say("hello")], { script });
    const { content } = await blocking.ask(stream);
    assert.match(
      String(content[0]!.text),
      /tone, service shield gave no verdict: it does not take the gateway's call; tell those who run the gateway \(/,
    );
    const outcome = await blocking.world.outcome();
    assert.deepEqual([outcome.end, outcome.findings, outcome.asked[0]!.trouble], ["stopped", [], "refused"]);
    const open = await judged(t, 'on error allow action reject "no"', [say("hello")], { script });
    assert.equal((await open.ask(stream)).content[0]!.text, "hello");
    assert.equal((await open.world.outcome()).asked[0]!.verdict, "none");
  });

  test(`observed, a verdict is recorded and decides nothing, ${form}`, async (t) => {
    const { world, ask } = await judged(t, REJECT, [say("EVIL")], { team: "observe guard tone" });
    assert.equal((await ask(stream)).content[0]!.text, "EVIL");
    const { findings } = await world.outcome();
    assert.deepEqual(
      findings.map(({ done, observed }) => [done, observed]),
      [[null, "reject"]],
    );
  });

  test(`a service gets no secret, whether the client does or not, and is not asked about our own sentences, ${form}`, async (t) => {
    const ids = `guardrail ids { on request, response match /EMP-\\d{6}/ action redact restore tool-input }
guardrail late { on request match /BADGE-\\d{4}/ action redact }
guardrail mild { on response match /note-\\d/ action flag }`;
    const blocks = [
      say("I am EMP-123456, BADGE-1234, note-7"),
      call("Read", { path: "EMP-123456" }),
      call("Forbidden", { path: "x" }),
    ];
    const team = "deny tools Forbidden\n  guard tone, ids, late, mild";
    const { ask, texts } = await judged(t, REJECT, blocks, { more: ids, team });
    const { content } = await ask(stream);
    assert.match(String(content[0]!.text), /^I am \[\[secret:ids:.{10}\]\], BADGE-1234, note-7$/);
    assert.deepEqual(content[1]!.input, { path: "EMP-123456" });
    assert.match(String(content[2]!.text), /withheld a call of the tool Forbidden/);
    const [words = "", input = "", ...more] = texts()
      .toSorted((a, b) => (a.place < b.place ? -1 : 1))
      .map(({ text }) => text);
    assert.match(words, /^I am \[\[secret:ids:.{10}\]\], \[\[secret:late:.{10}\]\], note-7$/);
    assert.match(input, /^\[\[secret:ids:.{10}\]\]$/);
    assert.deepEqual(more, []);
  });

  test(`it is asked about a call that goes out, and about none that is withheld for its arguments or a limit, ${form}`, async (t) => {
    const blocks = [
      call("Bash", { command: "rm -rf here" }, "toolu_1"),
      call("Read", { path: "first" }, "toolu_2"),
      call("Read", { path: "second" }, "toolu_3"),
    ];
    const team = 'deny tools Bash where command like "rm *"\n  limit calls Read 1/hour\n  guard tone';
    const { ask, texts, world } = await judged(t, REJECT, blocks, { team });
    const { content } = await ask(stream);
    assert.deepEqual(
      content.map(({ type }: Record<string, unknown>) => type),
      ["text", "tool_use", "text"],
    );
    assert.deepEqual(
      texts().map(({ text }) => text),
      ["first"],
    );
    const { toolUses } = await world.outcome();
    assert.deepEqual(
      toolUses.map(({ withheld }) => withheld?.reason),
      ["arguments", undefined, "calls"],
    );
  });
}

test("what is only flagged does not wait: the answer ends before the service has spoken", async (t) => {
  const ended = Promise.withResolvers<void>();
  const { world, ask } = await judged(t, "on error allow action flag", [say("EVIL")], {
    script: async (got) => {
      await ended.promise;
      return judge(got);
    },
  });
  for (const stream of [true, false]) assert.equal((await ask(stream)).content[0]!.text, "EVIL");
  assert.ok(!world.entries.some(({ body }) => body.kind === "outcome"));
  ended.resolve();
  const { findings, asked, end } = await world.outcome();
  assert.deepEqual([findings[0]!.done, asked[0]!.verdict, end], ["flag", "flagged", "complete"]);
});

test("a verdict ends the answer at once, though upstream is silent and would go on", async (t) => {
  const hung = Promise.withResolvers<void>();
  const { world, ask } = await judged(t, REJECT, [], {
    stream(response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START + textBlock(0, "EVIL") + sse("ping"));
      response.on("close", () => hung.resolve());
    },
  });
  const { content, stop } = await ask(true);
  assert.deepEqual([content.length, stop], [1, "end_turn"]);
  assert.match(String(content[0]!.text), SENTENCE);
  await hung.promise;
  assert.equal((await world.outcome()).end, "stopped");
});

test("while a block waits the client gets signs of life, and nothing of the block", async (t) => {
  const pinged = Promise.withResolvers<void>();
  const { world } = await judged(t, REJECT, [say("patience")], {
    pingMs: 20,
    script: async (got) => {
      await pinged.promise;
      return judge(got);
    },
  });
  const response = await world.ask(request({ messages: [{ role: "user", content: "hello" }], stream: true }));
  let seen = "";
  for await (const chunk of response.body!) {
    seen += Buffer.from(chunk).toString();
    if (!seen.includes("event: ping")) continue;
    if (!seen.includes("message_stop")) assert.ok(!seen.includes("patience") && !seen.includes("content_block_start"));
    pinged.resolve();
  }
  assert.equal(visibleIn(seen).content[0]!.text, "patience");
});

test("blocks are asked about as they become whole, and go out in their order whichever verdict comes first", async (t) => {
  const second = Promise.withResolvers<void>();
  const { ask } = await judged(t, REJECT, [say("the first"), say("the second"), say("the third is EVIL")], {
    script: async (got) => {
      const { text } = got.json.texts[0];
      if (text === "the first") await second.promise;
      if (text === "the second") second.resolve();
      return judge(got);
    },
  });
  const { text, content } = await ask(true);
  assert.deepEqual(
    content.slice(0, 2).map((block: Block) => block.text),
    ["the first", "the second"],
  );
  assert.match(String(content[2]!.text), SENTENCE);
  assert.equal(eventsOf(text).filter(({ type }) => type === "message_stop").length, 1);
});

test("what broke off in the middle is judged as far as it came", async (t) => {
  const broken = (text: string) => (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(START + textBlock(0, text).replace(/event: content_block_stop.*\n\n$/s, ""));
  };
  const bad = await judged(t, REJECT, [], { stream: broken("half of EVIL") });
  const { content, error } = await bad.ask(true);
  assert.match(String(content[0]!.text), SENTENCE);
  assert.equal(error, null);
  const good = await judged(t, REJECT, [], { stream: broken("half of it") });
  const half = await good.ask(true);
  assert.equal(half.content[0]!.text, "half of it");
  assert.match(JSON.stringify(half.error), /ended too early/);
  assert.equal((await good.world.outcome()).end, "upstream-failed");
});

test("a session lives on behind an answer that was stopped, and the same words are not asked about twice", async (t) => {
  const { world, ask, service } = await judged(t, REJECT, [say("EVIL")]);
  const first = await ask(true);
  const calls = service.got.length;
  const messages = [
    { role: "user", content: "hello" },
    { role: "assistant", content: first.content },
    { role: "user", content: "and now?" },
  ];
  const response = await world.ask(request({ messages }));
  assert.equal(response.status, 200);
  assert.match(JSON.parse(await response.text()).content[0].text, SENTENCE);
  assert.equal(service.got.length, calls);
  assert.equal((await world.outcome()).asked[0]!.known, 1);
});
