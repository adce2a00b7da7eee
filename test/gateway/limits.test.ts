import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutcomeBody } from "../../src/audit/entry.ts";
import { createLogger, narrate } from "../../src/telemetry/log.ts";
import { finish, message, START, sendDocument, textBlock } from "./answers.ts";
import { OPEN, policyOf, request, startWorld } from "./world.ts";

const OK = message([{ type: "text", text: "ok" }]);

test("200 at once on a limit of 50: exactly 50 pass", async (t) => {
  let reached = 0;
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  limit requests 50/day`),
    answer(_, response) {
      reached++;
      sendDocument(response, OK);
    },
  });
  const statuses = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const response = await world.ask(request());
      await response.text();
      return response.status;
    }),
  );
  assert.equal(statuses.filter((status) => status === 200).length, 50);
  assert.equal(statuses.filter((status) => status === 429).length, 150);
  assert.equal(reached, 50);
  await world.outcome();
  const outcomes = world.entries.filter(({ body }) => body.kind === "outcome");
  assert.equal(outcomes.length, 50);
  const text = await world.metrics.text();
  assert.match(text, /gw_limit_denials_total\{team="eng",limit="test\.policy:\d+",kind="requests"\} 150/);
});

test("a budget is held while requests are under way and settled by what they used", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  budget $1/day`),
    answer: (_, response) => sendDocument(response, OK),
  });
  await (await world.ask(request())).text();
  const outcome = await world.outcome();
  // 100 input at $1, 20 written to the cache at $1.25, 3,000 read from it at $0.10, 50 output at $10 a million.
  assert.equal(outcome.microUsd, 100 + 25 + 300 + 500);
  assert.deepEqual(
    outcome.charges.map(({ measure, period, amount }) => ({ measure, period, amount })),
    [{ measure: "budget", period: "day", amount: 925 }],
  );
  assert.equal(outcome.priced, true);
  const [charge] = outcome.charges;
  const held = world.decisions()[0]?.held ?? [];
  assert.deepEqual(
    held.map(({ counter, ceiling, at }) => ({ counter, ceiling, at })),
    [{ counter: charge?.counter, ceiling: 1_000_000, at: charge?.at }],
    "the decision says what was set aside, should there never be an outcome",
  );
  assert.ok(held[0]!.amount > 0);
  const text = await world.metrics.text();
  assert.match(text, /gw_budget_used_ratio\{scope="team eng budget\/day",period="day"\} 0\.000925/);
});

test("a budget warns once in its window, and the caller sees nothing of it", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  budget $1/day per key warn at 1%\n  budget $1/day`),
    answer: (_, response) => sendDocument(response, OK),
  });
  const told: string[] = [];
  world.ports.log.subscribe(narrate(createLogger("warn", { write: (line) => void told.push(line) })));
  const seen = new Set<string>();
  for (let ask = 0; ask < 16; ask++) {
    const response = await world.ask(request());
    assert.equal(response.status, 200);
    seen.add(`${[...response.headers.keys()].sort()} ${await response.text()}`);
    await world.outcome();
  }
  assert.equal(seen.size, 1);
  const bodies = world.entries.map(({ body }) => body);
  const outcomes = bodies.filter((body): body is OutcomeBody => body.kind === "outcome");
  const warnings = bodies.flatMap((body) => (body.kind === "budget.warn" ? [body] : []));
  const each = outcomes[0]!.microUsd;
  const reached = Math.ceil(10_000 / each);
  assert.ok(reached > 1 && reached < 16);
  assert.deepEqual(
    warnings.map(({ counter, warnAt, used, ceiling, actor }) => ({ counter, warnAt, used, ceiling, key: actor.key })),
    [{ counter: "team eng budget/day per key dev", warnAt: 1, used: reached * each, ceiling: 1_000_000, key: "dev" }],
  );
  assert.equal(warnings[0]?.ticket, outcomes[reached - 1]?.ticket, "the request that brought it there");
  assert.equal(told.length, 1);
  assert.match(told[0]!, /"msg":"budget nearly used up"/);
});

test("tokens are limited as the provider counts them, without what the cache gave", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  limit tokens 10_000/day`),
    answer: (_, response) => sendDocument(response, OK),
  });
  await (await world.ask(request())).text();
  assert.deepEqual(
    (await world.outcome()).charges.map(({ measure, amount }) => [measure, amount]),
    [["tokens", 170]],
  );
});

test("a place among those under way is free as soon as its answer has ended", async (t) => {
  let release: () => void = () => {};
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  limit concurrency 1 per key`),
    answer(_, response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START);
      release = () => response.end(textBlock(0, "ok") + finish("end_turn"));
    },
  });
  for (let turn = 0; turn < 5; turn++) {
    const first = await world.ask(request({ stream: true }));
    const second = await world.ask(request({ stream: true }));
    assert.equal(second.status, 429);
    assert.match(await second.text(), /rate_limit_error/);
    release();
    await first.text();
  }
});

test("counting tokens is scoped like the real thing, but takes nothing from any limit", async (t) => {
  const paths: (string | undefined)[] = [];
  const world = await startWorld(t, {
    policy: policyOf("allow models claude-sonnet-*\n  limit requests 1/day\n  limit concurrency 1\n  budget $0.01/day"),
    answer(incoming, response) {
      paths.push(incoming.url);
      sendDocument(response, '{"input_tokens":1}');
    },
  });
  const path = "/anthropic/v1/messages/count_tokens?beta=true";
  const { max_tokens: _, ...body } = request();
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.ask(body, { path })));
  for (const answer of answers) {
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), '{"input_tokens":1}');
  }
  assert.deepEqual(new Set(paths), new Set(["/v1/messages/count_tokens?beta=true"]));
  assert.equal((await world.ask({ ...body, model: "claude-opus-5-5" }, { path })).status, 400);
  const outcome = await world.outcome();
  assert.deepEqual([outcome.charges, outcome.microUsd], [[], 0]);
});
