/** The sentences that developers read when a limit refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hold } from "../../src/decision/decision.ts";
import { createMemoryLimits } from "../../src/limits/memory.ts";
import { refusalOf } from "../../src/limits/refusal.ts";
import { hold } from "./holds.ts";

const NOW = Date.parse("2026-11-23T13:04:10Z");
const REVISION = { id: "a1b2c3d4e5f6", content: "0".repeat(64), commit: null };

interface Spent {
  readonly microUsd?: number;
  readonly tokens?: number;
  readonly settled?: boolean;
}

/** Fills a counter, asks once more and gives the refusal. */
function refused(rule: Hold, before: Spent, ask: Spent, timezone = "Europe/Berlin") {
  const limits = createMemoryLimits();
  const demand = (spent: Spent) => ({ tokens: spent.tokens ?? 0, microUsd: spent.microUsd ?? 0 });
  for (
    let fill = ["requests", "calls", "concurrency"].includes(rule.slot.measure) ? rule.amount : 1;
    fill > 0;
    fill--
  ) {
    const taken = limits.reserve([rule], demand(before), timezone, NOW);
    assert.ok(taken.kind === "reservation");
    if (before.settled !== false && rule.slot.measure !== "concurrency") limits.settle(taken, demand(before), NOW);
  }
  const denial = limits.reserve([rule], demand(ask), timezone, NOW);
  assert.ok(denial.kind === "denial");
  return refusalOf(denial, REVISION, timezone, NOW);
}

test("a rate says its ceiling, its owner and when it is free, on the org's clock", () => {
  const rule = hold("requests", 20, "min", { per: "team-a" });
  const refusal = refused(rule, {}, {});
  assert.equal(refusal.message, "rate limit: 20 requests a minute for key team-a; free again in 3 s");
  assert.deepEqual([refusal.reason, refusal.retryAfterMs, refusal.revision], ["requests", 3_000, REVISION.id]);
  assert.deepEqual(refusal.origins, [rule.origin]);
  assert.equal(
    refused(hold("requests", 1, "hour"), {}, {}).message,
    "rate limit: 1 request an hour for team eng; free again at 15:05",
  );
  assert.equal(
    refused(hold("tokens", 2_000_000, "hour"), { tokens: 2_000_000 }, { tokens: 100_000 }).message,
    "rate limit: 2,000,000 tokens an hour for team eng; free again at 14:08",
  );
  assert.equal(
    refused(hold("requests", 5, "day"), {}, {}).message,
    "rate limit: 5 requests a day for team eng; free again 24 Nov",
  );
});

test("a limit on calls says of which tools; a long wait in seconds too, since a model has no clock", () => {
  const counting = (amount: number, period: "min" | "hour" | "day") => {
    const rule = hold("calls", amount, period);
    return { ...rule, slot: { ...rule.slot, tools: { bits: new Uint32Array(1), written: ["@shell", "mcp:crm/*"] } } };
  };
  const refusal = refused(counting(60, "min"), {}, {});
  assert.equal(refusal.message, "limit of 60 calls a minute of @shell, mcp:crm/* for team eng is reached");
  assert.deepEqual([refusal.reason, refusal.retryAfterMs], ["calls", 1_000]);
  assert.equal(
    refused(counting(2, "hour"), {}, {}).message,
    "limit of 2 calls an hour of @shell, mcp:crm/* for team eng is reached; free again at 14:35, in 1800 s",
  );
  assert.equal(
    refused(counting(1, "day"), {}, {}).message,
    "limit of 1 call a day of @shell, mcp:crm/* for team eng is reached; free again 24 Nov, in 35750 s",
  );
});

test("a budget says what is spent of what, and when it resets", () => {
  const cents = (count: number) => ({ microUsd: count * 10_000 });
  const cases: [Hold, Spent, Spent, string][] = [
    [hold("budget", 50_000_000, "month"), cents(5_000), cents(1), "used up ($50.00 of $50.00 spent); resets 1 Dec"],
    [hold("budget", 50_000_000, "day"), cents(5_000), cents(1), "used up ($50.00 of $50.00 spent); resets 24 Nov"],
    [hold("budget", 50_000_000, "week"), cents(5_000), cents(1), "used up ($50.00 of $50.00 spent); resets 30 Nov"],
    [hold("budget", 50_000_000, "hour"), cents(5_000), cents(1), "used up ($50.00 of $50.00 spent); resets at 15:00"],
    [
      hold("budget", 50_000_000, "month"),
      cents(4_990),
      cents(20),
      "has too little left for this request ($49.90 of $50.00 spent); resets 1 Dec",
    ],
    [
      hold("budget", 50_000_000, "month"),
      { microUsd: 40_000_000, settled: false },
      cents(2_000),
      "has too little left at this moment ($0.00 spent and $40.00 held by requests under way, of $50.00); try again shortly",
    ],
    [
      hold("budget", 500, "month"),
      { microUsd: 0 },
      cents(1),
      "is $0.0005, and this request alone may cost more; make it smaller",
    ],
  ];
  for (const [rule, before, ask, words] of cases) {
    const refusal = refused(rule, before, ask);
    assert.equal(refusal.message, `budget of team eng ${words}`);
    // What others hold comes back with them: that is a place to wait for, not a budget that is used up.
    assert.equal(refusal.reason, words.includes("held by requests") ? "concurrency" : "budget");
  }
});

test("waiting that does not help has no retry, and requests under way have a short one", () => {
  const alone = refused(hold("tokens", 1_000, "min"), {}, { tokens: 1_001 });
  assert.equal(alone.retryAfterMs, null);
  assert.match(alone.message, /^rate limit: 1,000 tokens a minute for team eng; this request alone needs more/);
  const busy = refused(hold("concurrency", 2, null, { per: "ci" }), {}, {});
  assert.equal(busy.message, "limit of 2 requests at one time for key ci is reached; try again when one has ended");
  assert.deepEqual([busy.reason, busy.retryAfterMs], ["concurrency", 2_000]);
});

test("a counter that an absurd answer filled beyond every date still has its sentence", () => {
  const limits = createMemoryLimits();
  const rule = hold("tokens", 1_000, "hour");
  const asked = { tokens: 1, microUsd: 0 };
  const taken = limits.reserve([rule], asked, "Europe/Berlin", NOW);
  assert.ok(taken.kind === "reservation");
  limits.settle(taken, { tokens: Number.MAX_SAFE_INTEGER, microUsd: 0 }, NOW);
  const denial = limits.reserve([rule], asked, "Europe/Berlin", NOW);
  assert.ok(denial.kind === "denial");
  const { message } = refusalOf(denial, REVISION, "Europe/Berlin", NOW);
  assert.equal(message, "rate limit: 1,000 tokens an hour for team eng; used up beyond any date");
});

test("every sentence is one line without a full stop", () => {
  for (const period of ["sec", "min", "hour", "day", "week", "month"] as const) {
    for (const measure of ["requests", "tokens", "budget"] as const) {
      const { message } = refused(hold(measure, 10, period), { tokens: 10, microUsd: 10 }, { tokens: 5, microUsd: 5 });
      assert.doesNotMatch(message, /[\n\r]|\.$|undefined|NaN|Infinity/);
    }
  }
});
