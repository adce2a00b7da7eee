/**
 * Routes and prices of two random policies: what the rows say of a model, against what each policy answers by itself
 * when it is asked for the route and the cost of that model at that moment.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { diff } from "../../src/analysis/diff.ts";
import type { Side } from "../../src/analysis/diff-joint.ts";
import type { Diff, Row } from "../../src/analysis/diff-row.ts";
import { compile } from "../../src/decision/compile.ts";
import { costOf } from "../../src/decision/cost.ts";
import { decide } from "../../src/decision/decide.ts";
import type { Access, Model, Price } from "../../src/model/model.ts";
import { access, facts, group, holder, model, node, price, provider, REVISION } from "../decision/models.ts";
import { globMatches, random } from "../decision/oracle.ts";

const CASES = Number(process.env.DIFF_CASES ?? 1_500);
const NOW = 1_000;
const MOMENTS = [1_000, 2_000, 2_001, 3_000, 9_000];
const NAMES = ["a", "ab", "abc", "b", "bb", "c", "cx", "d"];
const PROMPTS = [50, 500];
const PROVIDERS = ["p", "q"];

type Next = () => number;
const below = (next: Next, most: number): number => Math.floor(next() * most);
function pick<T>(next: Next, from: readonly T[]): T {
  return from[below(next, from.length)]!;
}

function prices(next: Next, globs: readonly string[]): Price[] {
  const row = (parts: Partial<Price>) => price(1, globs, { input: 1e6 * (1 + below(next, 2)), output: 2e6, ...parts });
  const rows = below(next, 3) === 0 ? [] : [row({ from: pick(next, [null, null, 500, 2_000]) })];
  if (below(next, 3) === 0) rows.push(row({ from: pick(next, [3_000, 9_000]) }));
  if (rows.length > 0 && below(next, 3) === 0) rows.push(row({ above: 100, from: rows[0]!.from }));
  return rows;
}

function randomModel(next: Next): Model {
  const lines = (): Access[] => [
    access(
      1,
      pick(next, ["allow models **", "allow models a*, b*", "allow models b*, c*"]),
      pick(next, [null, null, 2_000]),
    ),
    ...(below(next, 3) === 0 ? [access(2, `only providers ${pick(next, PROVIDERS)}`, pick(next, [null, 2_000]))] : []),
  ];
  const via = () => pick(next, [["p"], ["q"], ["p", "q"], ["q", "p"]]);
  const heads = ["a*", "b*", "c*", "d*"];
  return model({
    nodes: [
      node(1, "org acme", null),
      node(2, "team t", 0, { access: lines() }),
      node(3, "key k", 1),
      node(4, "team u", 0, { access: lines() }),
      node(5, "key l", 3),
    ],
    providers: PROVIDERS.map(provider),
    models: [...heads.map((glob, i) => group(i, glob[0]!, [glob], via())), group(9, "ab", ["ab", "bb"])],
    prices: [...heads, "ab"].flatMap((glob) => prices(next, [glob])),
  });
}

function sideOf(it: Model): Side | null {
  const { table } = compile(it, REVISION);
  return table === null ? null : { model: it, table, texts: new Map() };
}

function routeOf({ table }: Side, key: string, { name, moment }: { name: string; moment: number }): string | null {
  const decision = decide(table, holder(table, key), facts({ model: name }), moment);
  return decision.kind === "allow" ? decision.routes.join() : null;
}

function costs({ table }: Side, name: string, moment: number): string {
  const usage = { output: 1_000, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };
  return PROMPTS.map((input) => costOf(table, name, { ...usage, input }, moment).microUsd).join();
}

function names(row: Row, name: string, sides: readonly Side[]): boolean {
  const has = (word: string): boolean => {
    const globs = word.startsWith("@")
      ? sides.flatMap(({ model: it }) => it.models).find((it) => it.name === word.slice(1))!.globs
      : [word];
    return globs.some((glob) => globMatches(glob, name));
  };
  return row.names?.some(({ all, except }) => all.every(has) && !except.some(has)) ?? false;
}

function check(old: Side, now: Side, { rows }: Diff): boolean {
  let differs = false;
  const during = (row: Row, moment: number): boolean =>
    (row.from === null || moment >= row.from) && (row.until === null || moment <= row.until);
  for (const name of NAMES) {
    const told = rows.filter((row) => (row.about === "route" || row.about === "price") && names(row, name, [now, old]));
    const asked = ["k", "l"].flatMap((key) => MOMENTS.map((moment) => ({ key, moment })));
    const shared = asked.flatMap(({ key, moment }) => {
      const routes = [old, now].map((side) => routeOf(side, key, { name, moment }));
      return routes.includes(null) ? [] : [{ key, moment, isOther: routes[0] !== routes[1] }];
    });
    for (const { key, moment, isOther } of shared) {
      if (!isOther) continue;
      differs = true;
      const index = now.model.nodes.findIndex((it) => it.name === key);
      const byAccess = rows.some(
        (row) => row.about === "providers" && row.nodes.includes(index) && during(row, moment),
      );
      assert.ok(byAccess || told.some(({ about }) => about === "route"), `${key} route of ${name} at ${moment}`);
    }
    const isRouted = told.some(({ about }) => about === "route");
    assert.ok(!isRouted || shared.some(({ isOther }) => isOther), `a route of ${name} that nobody takes`);
    for (const moment of MOMENTS) {
      const isOther = shared.length > 0 && costs(old, name, moment) !== costs(now, name, moment);
      const isTold = told.some((row) => row.about === "price" && during(row, moment));
      assert.equal(isTold, isOther, `price of ${name} at ${moment}`);
      differs ||= isOther;
    }
  }
  return differs;
}

suite("routes and prices against what each policy answers", () => {
  test(`${CASES} pairs of small random policies`, () => {
    const next = random(11);
    let [done, differing] = [0, 0];
    while (done < CASES) {
      const it = randomModel(next);
      const other = randomModel(next);
      const part = pick(next, ["prices", "models", "nodes", "all"] as const);
      const [old, now] = [sideOf(it), sideOf(part === "all" ? other : { ...it, [part]: other[part] })];
      if (old === null || now === null) continue;
      done++;
      const found = diff(old, now, NOW);
      assert.ok(found !== null);
      const isOther = check(old, now, found);
      if (isOther) differing++;
      assert.ok(!isOther || found.rows.length > 0);
      if (part === "prices" || part === "models") assert.equal(found.rows.length > 0, isOther, part);
    }
    assert.ok(differing > CASES / 3 && differing < CASES * 0.95, `${differing} of ${CASES} differ`);
  });
});
