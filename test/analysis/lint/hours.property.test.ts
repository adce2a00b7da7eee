/** Random hours on a small tree: without the lines that are said to change no hour, every hour of five weeks is as before. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lint } from "../../../src/analysis/lint.ts";
import { runtimeOf, viewOf } from "../../../src/decision/view.ts";
import { closedWindow } from "../../../src/decision/windows.ts";
import type { Active, Model } from "../../../src/model/model.ts";
import { at, model, node, tableOf } from "../../decision/models.ts";
import { type Chance, chanceOf } from "../../wire/chance.ts";

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
/** A Monday. */
const START = Date.parse("2026-06-01T00:00:00Z");
const KEYS = [3, 4];

function randomModel(chance: Chance): Model {
  let line = 0;
  const hours = (): Active => {
    const [fromDay, fromHour] = [chance.below(5), 6 + 3 * chance.below(4)];
    return {
      fromDay,
      toDay: fromDay + chance.below(7 - fromDay),
      fromMinute: fromHour * 60,
      toMinute: Math.min(24, fromHour + 3 + 3 * chance.below(3)) * 60,
      until: chance.below(3) > 0 ? null : START + (1 + chance.below(3)) * WEEK,
      span: at(100 + line++),
    };
  };
  const words = ["org o", "team t", "team t/u", "key k", "key l"];
  const parents = [null, 0, 1, 1, 2];
  const nodes = parents.map((parent, index) =>
    node(index, words[index]!, parent, { active: Array.from({ length: chance.below(3) }, hours) }),
  );
  return model({ nodes });
}

/** Whether each key is let in at each hour. */
function hoursOf(policy: Model): boolean[] {
  const table = tableOf(policy);
  const open: boolean[] = [];
  for (let now = START + HOUR / 2; now < START + 5 * WEEK; now += HOUR) {
    for (const key of KEYS) {
      const { windows } = viewOf(runtimeOf(table), key, now);
      open.push(windows === null || closedWindow("UTC", windows, now) === null);
    }
  }
  return open;
}

function without(policy: Model, starts: readonly number[]): Model {
  const left = (active: readonly Active[]) => active.filter(({ span }) => !starts.includes(span.start));
  return { ...policy, nodes: policy.nodes.map((it) => ({ ...it, active: left(it.active) })) };
}

test("lines that are said to change no hour change none", () => {
  let told = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const policy = randomModel(chanceOf(seed));
    const remarks = lint(policy, tableOf(policy), START).filter(({ code }) => code === "GW6010");
    const starts = remarks.map(({ span }) => span.start);
    const before = hoursOf(policy);
    for (const gone of [starts, ...starts.map((start) => [start])]) {
      assert.deepEqual(hoursOf(without(policy, gone)), before, `seed ${seed}, lines ${gone}`);
    }
    told += starts.length;
  }
  assert.ok(told > 20, `${told} told`);
});
