/** Random lists: what is told could be left out, all of it together, and every entry that is left names something alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lint } from "../../../src/analysis/lint.ts";
import type { Item } from "../../../src/language/tree.ts";
import type { Access } from "../../../src/model/model.ts";
import { access, at, model, node, tableOf } from "../../decision/models.ts";
import { globMatches } from "../../decision/oracle.ts";
import { type Chance, chanceOf } from "../../wire/chance.ts";

const TOKENS = ["a", "b", "/", "a", "b", "*", "**", "?"];

function randomItems(chance: Chance): Item[] {
  return Array.from({ length: 2 + chance.below(5) }, (_, index) => {
    const text = Array.from({ length: 1 + chance.below(3) }, () => chance.pick(TOKENS)).join("");
    return { kind: "glob", text: text.replace(/\*{3,}/g, "**"), span: at(100 + index) };
  });
}

function matches(items: readonly Item[], name: string): boolean {
  return items.some(({ text }) => globMatches(text, name));
}

test("what is told adds nothing to its list, and what is left does", () => {
  let told = 0;
  let kept = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const chance = chanceOf(seed);
    const items = randomItems(chance);
    const thing = chance.pick<Access["thing"]>(["models", "tools"]);
    const globs = [...new Set(items.map(({ text }) => text))];
    const line: Access = { ...access(1, `deny ${thing}`), globs, written: globs };
    const nodes = [node(0, "org o", null, { access: [line] })];
    const policy = model({ nodes, lists: [{ thing, items, routeOf: null }] });
    const table = tableOf(policy);
    const starts = lint(policy, table, 0).flatMap(({ code, span }) => (code === "GW6011" ? [span.start] : []));
    const left = items.filter(({ span }) => !starts.includes(span.start));
    const names = table.atoms[thing].examples.filter((name) => name !== "");
    for (const name of names) assert.equal(matches(left, name), matches(items, name), `seed ${seed}: ${name}`);
    for (const item of left) {
      const others = left.filter((it) => it !== item);
      const isOffered = thing === "models" && !/[*?]/.test(item.text) && others.every(({ text }) => text !== item.text);
      const isAlone = names.some((name) => matches([item], name) && !matches(others, name));
      assert.ok(isOffered || isAlone, `seed ${seed}: ${item.text}`);
      kept++;
    }
    told += starts.length;
  }
  assert.ok(told > 200 && kept > 200, `${told} told, ${kept} kept`);
});
