/** Random guards on a small tree: without those that are said to add nothing, every node is guarded by the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lint } from "../../../src/analysis/lint.ts";
import { runtimeOf, viewOf } from "../../../src/decision/view.ts";
import type { Guardrail, GuardUse, Model } from "../../../src/model/model.ts";
import { at, doing, model, node, REDACT, tableOf } from "../../decision/models.ts";
import { type Chance, chanceOf } from "../../wire/chance.ts";

const NOW = 1_000;
const ENDS = [900, 1_000, 2_000, 3_000];
const MOMENTS = [1_000, 1_001, 2_001, 3_001];
const NAMES = ["one", "two", "three"];

function randomModel(chance: Chance): Model {
  let line = 0;
  const use = (): GuardUse => ({
    guardrail: chance.pick(NAMES),
    until: chance.below(2) > 0 ? null : chance.pick(ENDS),
    observe: chance.below(3) === 0,
    span: at(100 + line++),
  });
  const words = ["org o", "team t", "team t/u", "key k", "key l"];
  const nodes = [null, 0, 1, 1, 2].map((parent, index) =>
    node(index, words[index]!, parent, { guards: Array.from({ length: chance.below(4) }, use) }),
  );
  const rest = { on: ["request"], in: ["user"], patterns: [], ...doing(REDACT), doc: null } as const;
  const guardrails = NAMES.map((name, index): Guardrail => ({ name, ...rest, span: at(900 + index) }));
  return model({ nodes, guardrails });
}

/** What guards each node at each moment, and what is only observed there. */
function guardsOf(policy: Model): (readonly string[])[] {
  const table = tableOf(policy);
  const named = (index: number): string => {
    const { name, twinOf } = table.guardrails[index]!;
    return twinOf === null ? name : `observe ${name}`;
  };
  return MOMENTS.flatMap((now) =>
    policy.nodes.map((_, index) => viewOf(runtimeOf(table), index, now).guards.map(named).sort()),
  );
}

function without(policy: Model, starts: readonly number[]): Model {
  const left = (guards: readonly GuardUse[]) => guards.filter(({ span }) => !starts.includes(span.start));
  return { ...policy, nodes: policy.nodes.map((it) => ({ ...it, guards: left(it.guards) })) };
}

test("guards that are said to add nothing add nothing, and all others add something", () => {
  const tally = { told: 0, kept: 0 };
  for (let seed = 1; seed <= 200; seed++) {
    const policy = randomModel(chanceOf(seed));
    const remarks = lint(policy, tableOf(policy), NOW).filter(({ code }) => code === "GW6012" || code === "GW3029");
    const starts = remarks.map(({ span }) => span.start);
    const before = guardsOf(policy);
    for (const gone of [starts, ...starts.map((start) => [start])]) {
      assert.deepEqual(guardsOf(without(policy, gone)), before, `seed ${seed}, lines ${gone}`);
    }
    const rest = without(policy, starts);
    for (const { span } of rest.nodes.flatMap(({ guards }) => guards)) {
      assert.notDeepEqual(guardsOf(without(rest, [span.start])), before, `seed ${seed}, line ${span.line}`);
      tally.kept++;
    }
    tally.told += starts.length;
  }
  assert.ok(tally.told > 200 && tally.kept > 200, JSON.stringify(tally));
});
