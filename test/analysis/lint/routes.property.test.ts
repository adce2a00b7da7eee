/** Random grants of models and providers: a stop of a route is told of exactly when nobody ever takes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lint } from "../../../src/analysis/lint.ts";
import { atomOf } from "../../../src/decision/atoms.ts";
import { hasBit } from "../../../src/decision/bits.ts";
import { compile } from "../../../src/decision/compile.ts";
import { accessOf } from "../../../src/decision/view.ts";
import type { Item } from "../../../src/language/tree.ts";
import type { Access, Model } from "../../../src/model/model.ts";
import { access, at, group, model, node, provider, REVISION } from "../../decision/models.ts";
import { type Chance, chanceOf } from "../../wire/chance.ts";

const NOW = 1_000;
const MOMENTS = [1_000, 1_001, 2_001];
const PROVIDERS = ["pa", "pb", "pc"];
const ROUTES = { small: "ma", large: "mb" } as const;

function randomModel(chance: Chance): Model {
  let line = 0;
  const lineOf = (): Access => {
    const words = chance.pick([
      "allow models ma",
      "allow models mb",
      "deny models mb",
      "only providers pa, pb",
      "deny providers pb",
    ]);
    return access(100 + line++, words, chance.below(3) > 0 ? null : chance.pick([900, 1_000, 2_000]));
  };
  const words = ["org o", "team t", "team u", "key k"];
  const nodes = [null, 0, 0, 1].map((parent, index) =>
    node(index, words[index]!, parent, { access: Array.from({ length: chance.below(4) }, lineOf) }),
  );
  const routes = Object.entries(ROUTES).map(([name, glob], index) => {
    const via = Array.from({ length: 1 + chance.below(3) }, () => chance.pick(PROVIDERS));
    const items = via.map((text, stop): Item => ({ kind: "glob", text, span: at(500 + 10 * index + stop) }));
    return {
      list: { thing: "providers", items, routeOf: name } as const,
      group: group(600 + index, name, [glob], via),
    };
  });
  const [models, lists] = [routes.map((it) => it.group), routes.map((it) => it.list)];
  return model({ nodes, models, lists, providers: PROVIDERS.map(provider) });
}

test("a stop of a route, or all of it, is told of when nobody takes it", () => {
  const tally = { policies: 0, routes: 0, stops: 0, twice: 0 };
  for (let seed = 1; seed <= 600; seed++) {
    const policy = randomModel(chanceOf(seed));
    const { table } = compile(policy, REVISION);
    // A model that somebody may use and nobody serves is an error before it comes to lint.
    if (table === null) continue;
    tally.policies++;
    const found = lint(policy, table, NOW);
    const isTold = (code: string, start: number) => found.some((it) => it.code === code && it.span.start === start);
    const all = MOMENTS.flatMap((now) => policy.nodes.map((_, index) => accessOf(table, index, now)));
    for (const { items, routeOf } of policy.lists) {
      const atom = atomOf(table.atoms.models, ROUTES[routeOf as keyof typeof ROUTES]);
      const users = all.filter(({ models }) => hasBit(models, atom));
      const { start } = policy.models.find(({ name }) => name === routeOf)!.span;
      assert.equal(isTold("GW6022", start), users.length === 0, `seed ${seed}: ${routeOf}`);
      if (users.length === 0) tally.routes++;
      for (const [index, { text, span }] of items.entries()) {
        const isAgain = users.length > 0 && items.slice(0, index).some((it) => it.text === text);
        const stop = atomOf(table.atoms.providers, text);
        const isOpen: boolean = users.some(({ providers }) => hasBit(providers, stop));
        assert.equal(isTold("GW6022", span.start), isAgain, `seed ${seed}: ${routeOf} ${index}`);
        assert.equal(isTold("GW6021", span.start), users.length > 0 && !isOpen && !isAgain, `seed ${seed}: ${text}`);
        if (isAgain) tally.twice++;
        else if (users.length > 0 && !isOpen) tally.stops++;
      }
    }
  }
  assert.ok(Math.min(...Object.values(tally)) > 20, JSON.stringify(tally));
});
