/** Limits on calls of tools that answers ask for: counted as they go out, in the stream and in its twin. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readEarlier } from "../../src/audit/charges.ts";
import { listLogs } from "../../src/audit/segment.ts";
import { callLimits } from "../../src/decision/call-limits.ts";
import { createMemoryLimits } from "../../src/limits/memory.ts";
import { bodyOf } from "../providers/upstream.ts";
import { eventsOf, finish, message, START, sendDocument, sendStream, textOf, toolBlock } from "./answers.ts";
import { OPEN, policyOf, request, startWorld, type World } from "./world.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");
const IDS = "guardrail ids {\n  on request, response\n  match /\\bEMP-\\d{6}\\b/\n  action redact\n}";

/** A world whose answers call these tools, one after the other. */
function calling(t: Parameters<typeof startWorld>[0], policy: string, ...tools: string[]): Promise<World> {
  const stream = tools.map((name, index) => toolBlock(index, name, { of: index })).join("");
  const blocks = tools.map((name, index) => ({ type: "tool_use", id: `toolu_${index}`, name, input: { of: index } }));
  return startWorld(t, {
    policy,
    now: () => NOW,
    async answer(incoming, response) {
      const wantsStream = JSON.parse((await bodyOf(incoming)).toString()).stream === true;
      if (wantsStream) sendStream(response, START + stream + finish("tool_use"));
      else sendDocument(response, message(blocks, "tool_use"));
    },
  });
}

const WITHHELD =
  /^\[The gateway withheld a call of the tool Bash: limit of 2 calls a minute of Bash for key dev is reached; try again in 30 s \(test\.policy:\d+\)\.\]$/;

for (const guarded of [false, true]) {
  const how = guarded ? "held for a guardrail" : "passed on at once";
  const policy = policyOf(
    `${OPEN}\n  limit calls Bash 2/min per key${guarded ? "\n  guard ids" : ""}`,
    guarded ? IDS : "",
  );

  test(`of a stream, calls beyond a limit are replaced by a sentence, be they ${how}`, async (t) => {
    const world = await calling(t, policy, "Bash", "Read", "Bash", "Bash");
    const streamed = await (await world.ask(request({ stream: true }))).text();
    const begun = eventsOf(streamed).filter(({ type }) => type === "content_block_start");
    assert.deepEqual(
      begun.map(({ content_block }) => (content_block as { name?: string }).name),
      ["Bash", "Read", "Bash", undefined],
    );
    assert.match(textOf(streamed), WITHHELD);
    assert.doesNotMatch(streamed, /"of\\":3/);
    const last = eventsOf(streamed).find(({ type }) => type === "message_delta");
    assert.deepEqual(last?.delta, { stop_reason: "tool_use", stop_sequence: null }, "other calls are still waited for");
    const { toolUses, charges } = await world.outcome();
    assert.deepEqual(
      toolUses.map(({ name, granted, withheld }) => [name, granted, withheld?.reason ?? null]),
      [
        ["Bash", true, null],
        ["Read", true, null],
        ["Bash", true, null],
        ["Bash", false, "calls"],
      ],
    );
    assert.match(toolUses[3]?.withheld?.origin ?? "", /^test\.policy:\d+$/);
    assert.deepEqual(
      charges.map(({ counter, measure, amount, ceiling, at }) => [counter, measure, amount, ceiling, at]),
      Array.from({ length: 2 }, () => ["team eng calls(Bash)/min per key dev", "calls", 1, 2, NOW]),
    );
  });

  test(`the twin does the same, and counts with the stream, be they ${how}`, async (t) => {
    const world = await calling(t, policy, "Bash");
    assert.match(await (await world.ask(request({ stream: true }))).text(), /"tool_use"/);
    const second = JSON.parse(await (await world.ask(request())).text());
    assert.deepEqual([second.content[0].type, second.stop_reason], ["tool_use", "tool_use"]);
    const third = JSON.parse(await (await world.ask(request())).text());
    assert.match(third.content[0].text, WITHHELD);
    assert.deepEqual([third.content.length, third.stop_reason], [1, "end_turn"]);
    const fourth = await (await world.ask(request({ stream: true }))).text();
    assert.match(textOf(fourth), WITHHELD);
    const last = eventsOf(fourth).find(({ type }) => type === "message_delta");
    assert.deepEqual(last?.delta, { stop_reason: "end_turn", stop_sequence: null });
  });
}

test("a call that is not granted, or withheld for what it holds, is not counted", async (t) => {
  const policy = policyOf(`${OPEN}\n  limit calls ** 1/min\n  guard ids`, IDS);
  const world = await startWorld(t, {
    policy,
    now: () => NOW,
    answer: (_, response) => {
      const blocks = [
        { type: "tool_use", id: "toolu_0", name: "Write", input: {} },
        { type: "tool_use", id: "toolu_1", name: "Bash", input: { command: "echo EMP-123456" } },
        { type: "tool_use", id: "toolu_2", name: "Bash", input: { command: "ls" } },
        { type: "tool_use", id: "toolu_3", name: "Read", input: {} },
      ];
      sendDocument(response, message(blocks, "tool_use"));
    },
  });
  const { content } = JSON.parse(await (await world.ask(request())).text());
  assert.deepEqual(
    content.map(({ type }: { type: string }) => type),
    ["text", "text", "tool_use", "text"],
  );
  assert.match(content[3].text, /a call of the tool Read: limit of 1 call a minute of \*\* for team eng is reached/);
});

test("every limit on the path must pass, and one that is short takes from none", async (t) => {
  const policy = policyOf(
    `${OPEN}\n  limit calls Bash, Read 3/day`,
    "",
    "limit calls client-mcp:github/*, Bash 1/hour",
  );
  const world = await calling(t, policy, "Bash", "mcp__github__get_issue", "Read", "Read", "Read");
  const { content } = JSON.parse(await (await world.ask(request())).text());
  assert.deepEqual(
    content.map((block: { type: string; name?: string }) => block.name ?? block.type),
    ["Bash", "text", "Read", "Read", "text"],
  );
  assert.match(
    content[1].text,
    /limit of 1 call an hour of Bash, client-mcp:github\/\* for org acme is reached; free again/,
  );
  assert.match(content[4].text, /limit of 3 calls a day of Bash, Read for team eng is reached; free again 5 May/);
  await world.outcome();
  const text = await world.metrics.text();
  assert.match(text, /gw_tool_calls_total\{team="eng",tool="Read",mcp_server="none",verdict="withheld"\} 1/);
  assert.match(text, /gw_limit_denials_total\{team="eng",limit="test\.policy:\d+",kind="calls"\} 1/);
});

test("a tool of the gateway's own servers is counted when it is called, not when an answer asks for it", async (t) => {
  const held = 'mcp files {\n  url "http://127.0.0.1:1/mcp"\n}';
  const world = await calling(
    t,
    policyOf("allow models @all\n  allow tools **\n  limit calls mcp:** 1/day", held),
    ...["mcp__files__read", "mcp__gw__files__read", "mcp__files__read"],
  );
  const { content } = JSON.parse(await (await world.ask(request())).text());
  assert.deepEqual(
    content.map(({ type }: { type: string }) => type),
    ["tool_use", "tool_use", "tool_use"],
  );
  assert.deepEqual((await world.outcome()).charges, []);
});

test("a limit with `until` takes the place of the plain one for the same tools, and only for those", async (t) => {
  const lines = ["limit calls Bash 1/day", "limit calls Bash 2/day until 2026-06-01", "limit calls Read 1/day"];
  const world = await calling(t, policyOf([OPEN, ...lines].join("\n  ")), "Bash", "Bash", "Bash", "Read", "Read");
  const { content } = JSON.parse(await (await world.ask(request())).text());
  assert.deepEqual(
    content.map((block: { type: string; name?: string }) => block.name ?? block.type),
    ["Bash", "Bash", "text", "Read", "text"],
  );
});

test("what calls took is known again from the record", async (t) => {
  const world = await calling(t, policyOf(`${OPEN}\n  limit calls Bash 2/day`), "Bash", "Bash");
  await (await world.ask(request())).text();
  await world.outcome();
  const limits = createMemoryLimits();
  const [log] = await listLogs(world.dir);
  for await (const it of readEarlier(log!, "another boot", NOW)) if (!("kind" in it)) limits.restore(it, "UTC", NOW);
  const table = world.ports.policy();
  const [key] = table.keys.values();
  const levels = limits.levels(callLimits(table, { key: key!, node: key!.node }, "Bash", NOW), "UTC", NOW);
  assert.deepEqual(levels, [{ counter: "team eng calls(Bash)/day", measure: "calls", used: 2, held: 0, amount: 2 }]);
});
