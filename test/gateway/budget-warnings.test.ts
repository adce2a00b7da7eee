/** A budget is told of once in each of its windows, by what was really spent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createBudgetWarnings } from "../../src/gateway/budget-warnings.ts";
import type { Level } from "../../src/limits/limits.ts";
import { hold } from "../limits/holds.ts";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const DAY = 86_400_000;
const BUDGET = { ...hold("budget", 1_000, "day"), warnAt: 80 };
const PLACE = { counter: "team eng budget/day", period: "day", warnAt: 80, ceiling: 1_000, origin: "eng.policy:7" };

function level(used: number, held = 0): Level {
  return { counter: BUDGET.counter, measure: "budget", used, held, amount: 1_000 };
}

test("at its share and beyond it is due, once in a window and again in the next one", () => {
  const warnings = createBudgetWarnings();
  const due = (used: number, now: number) => warnings.due(BUDGET, level(used), "Europe/Berlin", now);
  assert.equal(due(799, NOON), null);
  const since = Date.parse("2026-11-22T23:00:00Z");
  assert.deepEqual(due(800, NOON), { ...PLACE, since, used: 800 });
  assert.equal(due(1_200, NOON + 1), null);
  assert.equal(due(100, NOON + DAY), null);
  assert.deepEqual(due(900, NOON + DAY), { ...PLACE, since: since + DAY, used: 900 });
});

test("what is only set aside does not count", () => {
  const warnings = createBudgetWarnings();
  assert.equal(warnings.due(BUDGET, level(900, 101), "UTC", NOON), null);
  assert.equal(warnings.due(BUDGET, level(900, 100), "UTC", NOON)?.used, 800);
});

test("a budget that does not warn never does, and each counter is told of by itself", () => {
  const warnings = createBudgetWarnings();
  assert.equal(warnings.due({ ...BUDGET, warnAt: null }, level(1_000), "UTC", NOON), null);
  assert.ok(warnings.due(BUDGET, level(900), "UTC", NOON));
  const other = { ...BUDGET, counter: "team ops budget/day" };
  assert.ok(warnings.due(other, level(900), "UTC", NOON));
});

test("what was told before a start is not told again, and what could not be told is", () => {
  const warnings = createBudgetWarnings();
  const first = warnings.due(BUDGET, level(900), "UTC", NOON);
  assert.ok(first);
  warnings.forget(first);
  assert.deepEqual(warnings.due(BUDGET, level(900), "UTC", NOON), first);
  const later = createBudgetWarnings();
  later.restore(first);
  assert.equal(later.due(BUDGET, level(950), "UTC", NOON + 1), null);
  assert.ok(later.due(BUDGET, level(950), "UTC", NOON + DAY));
});
