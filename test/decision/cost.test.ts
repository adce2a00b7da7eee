import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../src/decision/compile.ts";
import { costOf, estimateCost, tokensOf } from "../../src/decision/cost.ts";
import { createOutputEstimate } from "../../src/decision/output-estimate.ts";
import type { Price } from "../../src/model/model.ts";
import { model, node, price, REVISION, tableOf } from "./models.ts";

const OCTOBER = Date.parse("2026-10-07T00:00:00Z");
const LATER = OCTOBER + 86_400_000;
const NONE = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };

function priced(...prices: Price[]) {
  return tableOf(model({ nodes: [node(1, "org acme", null)], prices }));
}

const haiku = priced(
  price(1, ["claude-haiku-5-5"], {
    input: 1e5,
    output: 5e5,
    cacheRead: 1e4,
    cacheWrite: 125_000,
    cacheWrite1h: 2e5,
    from: OCTOBER,
  }),
  price(2, ["claude-haiku-5-5"], {
    input: 5e5,
    output: 25e5,
    cacheRead: 5e4,
    cacheWrite: 625_000,
    cacheWrite1h: 1e6,
    above: 100_000,
    from: OCTOBER,
  }),
  price(3, ["claude-fable-*"], { input: 10e6, output: 50e6 }),
);

test("every class of tokens has its own price", () => {
  const usage = { input: 1_000, output: 2_000, cacheRead: 10_000, cacheWrite: 4_000, cacheWrite1h: 100 };
  // 0.10 × 1,000 + 0.50 × 2,000 + 0.01 × 10,000 + 0.125 × 4,000 + 0.20 × 100 dollars per million tokens.
  assert.deepEqual(costOf(haiku, "claude-haiku-5-5", usage, LATER), { microUsd: 1_720, priced: true });
});

test("a prompt over the band re-prices every token, its output too; caches count as prompt", () => {
  const cost = (parts: object): number => costOf(haiku, "claude-haiku-5-5", { ...NONE, ...parts }, LATER).microUsd;
  assert.equal(cost({ input: 100_000, output: 1_000 }), 10_500);
  assert.equal(cost({ input: 100_001, output: 1_000 }), 52_501);
  assert.equal(cost({ input: 1, cacheRead: 100_000 }), 5_001);
  assert.equal(cost({ cacheWrite: 50_000, cacheWrite1h: 50_001 }), 81_251);
});

test("parts of a micro-dollar are rounded up, nothing costs nothing", () => {
  assert.equal(costOf(haiku, "claude-haiku-5-5", { ...NONE, input: 1 }, LATER).microUsd, 1);
  assert.equal(costOf(haiku, "claude-haiku-5-5", NONE, LATER).microUsd, 0);
});

test("a request is charged at the price of its day", () => {
  const table = priced(price(1, ["m"], { input: 2e6, from: OCTOBER }), price(2, ["m"], { input: 4e6 }));
  const cost = (at: number): number => costOf(table, "m", { ...NONE, input: 1_000_000 }, at).microUsd;
  assert.equal(cost(OCTOBER - 1), 4e6);
  assert.equal(cost(OCTOBER), 2e6);
});

test("before its first day a model costs what it costs first", () => {
  const cost = costOf(haiku, "claude-haiku-5-5", { ...NONE, input: 1_000_000 }, OCTOBER - 1);
  assert.deepEqual(cost, { microUsd: 5e5, priced: true });
});

test("own rows beat rows of packs, a written name beats a glob", () => {
  const table = priced(
    price(1, ["claude-*"], { input: 1e6, own: true }),
    price(2, ["claude-opus-5"], { input: 2e6, own: true }),
    price(3, ["claude-opus-5", "claude-sonnet-5"], { input: 9e6, own: false, from: OCTOBER }),
  );
  const cost = (name: string): number => costOf(table, name, { ...NONE, input: 1_000_000 }, LATER).microUsd;
  assert.equal(cost("claude-opus-5"), 2e6);
  assert.equal(cost("claude-sonnet-5"), 1e6);
});

test("a model without a price is charged the dearest, and says so", () => {
  assert.deepEqual(costOf(haiku, "unheard-of", { ...NONE, output: 1_000_000 }, LATER), {
    microUsd: 50e6,
    priced: false,
  });
  assert.deepEqual(costOf(priced(), "unheard-of", { ...NONE, output: 1_000_000 }, LATER), {
    microUsd: 0,
    priced: false,
  });
});

test("two prices of one rank for one model are a fault, unless they say the same", () => {
  const of = (...prices: Price[]) =>
    compile(model({ nodes: [node(1, "org acme", null)], prices }), REVISION).diagnostics;
  const [fault, ...more] = of(price(1, ["claude-*"]), price(2, ["claude-opus-*"], { input: 7 }));
  assert.equal(fault?.code, "GW3011");
  assert.deepEqual([fault?.span.line, fault?.notes[0]?.span?.line, more.length], [2, 1, 0]);
  assert.deepEqual(of(price(1, ["claude-*"]), price(2, ["claude-opus-*"])), []);
  assert.deepEqual(of(price(1, ["claude-*"]), price(2, ["claude-opus-*"], { input: 7, above: 5 })), []);
  assert.deepEqual(of(price(1, ["claude-*"]), price(2, ["claude-opus-*"], { input: 7, own: false })), []);
});

test("an estimate is the cost of uncached tokens", () => {
  assert.equal(estimateCost(haiku, "claude-fable-5", { input: 1_000, output: 100 }, LATER).microUsd, 15_000);
});

test("token limits do not count what was read from a cache", () => {
  assert.equal(tokensOf({ input: 1, output: 10, cacheRead: 100, cacheWrite: 1_000, cacheWrite1h: 10_000 }), 11_011);
});

test("the output guess begins at 2,048, follows the last answers, and keeps to what the request allows", () => {
  const estimate = createOutputEstimate();
  assert.equal(estimate.expect(32_000), 2_048);
  estimate.observe(40);
  assert.equal(estimate.expect(32_000), 2_048);
  for (let i = 1; i <= 100; i++) estimate.observe(i);
  assert.equal(estimate.expect(32_000), 97);
  assert.equal(estimate.expect(50), 50);
});
