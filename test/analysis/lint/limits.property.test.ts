/**
 * Random limits on a small tree and random traffic through them, once with the limits that the lint says never bite and
 * once without them: every request meets the same end. Counters are those of the gateway, with estimates that are settled
 * later.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lint } from "../../../src/analysis/lint.ts";
import { principalOf } from "../../../src/analysis/question.ts";
import { callLimits } from "../../../src/decision/call-limits.ts";
import type { Demand } from "../../../src/decision/demand.ts";
import { slotText } from "../../../src/decision/duties.ts";
import { runtimeOf, viewOf } from "../../../src/decision/view.ts";
import type { Reservation } from "../../../src/limits/limits.ts";
import { createMemoryLimits } from "../../../src/limits/memory.ts";
import type { Limit, Model } from "../../../src/model/model.ts";
import { limit, model, node, tableOf } from "../../decision/models.ts";
import { type Chance, chanceOf } from "../../wire/chance.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-06-01T12:00:00Z");
const KEYS = [4, 5, 6];

function randomModel(chance: Chance): Model {
  const parents = [null, 0, 1, 0, 1, 2, 3];
  const words = ["org o", "team t", "team t/u", "team v", "key k", "key l", "key m"];
  let line = 0;
  const nodes = parents.map((parent, index) => {
    const slots = new Map<string, Limit>();
    for (let count = chance.below(4); count > 0; count--) {
      const it = randomLimit(chance, KEYS.includes(index), 100 + line++);
      slots.set(`${slotText(it)} ${it.until === null}`, it);
    }
    return node(index, words[index]!, parent, { limits: [...slots.values()] });
  });
  return model({ nodes });
}

function randomLimit(chance: Chance, isKey: boolean, line: number): Limit {
  const until = chance.below(3) > 0 ? null : START + (chance.below(3) - 1) * 20 * MINUTE;
  const per = isKey ? "block" : chance.pick(["block", "team", "key"] as const);
  const [measure, period] = chance.pick([
    ["requests", "min"],
    ["requests", "day"],
    ["tokens", "hour"],
    ["budget", "day"],
    ["concurrency", null],
    ["calls", "min"],
    ["calls", "min"],
  ] as const);
  const globs = chance.pick([["Bash"], ["Bash", "Read"], ["Read"], ["**"]]);
  const tools = measure === "calls" ? { globs, written: globs } : null;
  return limit(line, { measure, tools, period, per, until, amount: 1 + chance.below(8) });
}

/** Whether each request or call of the same traffic passes under a policy; estimates are settled later, by more or less. */
function play(policy: Model, seed: number): boolean[] {
  const chance = chanceOf(seed);
  const table = tableOf(policy);
  const limits = createMemoryLimits();
  const open: { reservation: Reservation | null; actual: Demand }[] = [];
  let now = START;
  return Array.from({ length: 80 }, () => {
    now += chance.below(3) * 20_000 + (chance.below(10) === 0 ? 10 * MINUTE : 0);
    const node = chance.pick(KEYS);
    const tool = chance.pick([null, "Bash", "Read", "Edit"]);
    const called = tool === null ? null : callLimits(table, principalOf(table, node), tool, now);
    const holds = called ?? viewOf(runtimeOf(table), node, now).holds;
    const actual = { tokens: chance.below(4), microUsd: chance.below(4) };
    const answer = limits.reserve(holds, { tokens: 1 + chance.below(3), microUsd: 1 + chance.below(3) }, "UTC", now);
    open.push({ reservation: answer.kind === "reservation" ? answer : null, actual });
    if (chance.below(2) === 0) {
      const [ended] = open.splice(chance.below(open.length), 1);
      if (ended?.reservation) limits.settle(ended.reservation, ended.actual, now);
    }
    return answer.kind === "reservation";
  });
}

function without(policy: Model, gone: (it: Limit) => boolean): Model {
  return { ...policy, nodes: policy.nodes.map((it) => ({ ...it, limits: it.limits.filter((one) => !gone(one)) })) };
}

test("limits that are said never to bite never do", () => {
  let told = 0;
  let refused = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const policy = randomModel(chanceOf(seed));
    const remarks = lint(policy, tableOf(policy), START).filter(({ code }) => code === "GW6010" || code === "GW3029");
    const starts = remarks.map(({ span }) => span.start);
    const before = play(policy, seed);
    const isTold = ({ span }: Limit) => starts.includes(span.start);
    assert.deepEqual(play(without(policy, isTold), seed), before, `seed ${seed}`);
    for (const start of starts) {
      const left = without(policy, ({ span }) => span.start === start);
      assert.deepEqual(play(left, seed), before, `seed ${seed}, line ${start / 100}`);
    }
    told += starts.length;
    refused += before.filter((passed) => !passed).length;
  }
  assert.ok(told > 300 && refused > 1_000, `${told} told, ${refused} refused`);
});
