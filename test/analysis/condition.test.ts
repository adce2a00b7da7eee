import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionOf } from "../../src/analysis/condition.ts";
import { implies } from "../../src/analysis/implies.ts";
import { chainOf } from "../../src/decision/access.ts";
import { callGranted, dependsOnInput } from "../../src/decision/call-granted.ts";
import { toolGranted } from "../../src/decision/decide.ts";
import { runtimeOf } from "../../src/decision/view.ts";
import { weigh } from "../../src/decision/weigh.ts";
import type { Access } from "../../src/model/model.ts";
import type { Predicate } from "../../src/model/predicate.ts";
import { predicateText } from "../../src/model/predicate-text.ts";
import { access, holder, model, node, tableOf } from "../decision/models.ts";
import { random } from "../decision/oracle.ts";
import {
  and,
  any,
  equals,
  every,
  has,
  like,
  not,
  oneOf,
  or,
  order,
  randomInput,
  randomPredicate,
  under,
  within,
} from "../decision/predicates.ts";

test("a tighter condition is known to imply a looser one", () => {
  const pairs: readonly (readonly [Predicate, Predicate])[] = [
    [and(has("a"), has("b")), has("a")],
    [has("a"), or(has("b"), has("a"))],
    [or(and(has("a"), has("b")), and(has("a"), has("c"))), has("a")],
    [equals("a", "x"), oneOf("a", "x", "y")],
    [oneOf("a", "x", "y"), oneOf("a", "z", "y", "x")],
    [equals("a", 3), order("a", "<=", 3)],
    [oneOf("a", 1, 2), order("a", "<", 3)],
    [order("a", "<", 3), order("a", "<=", 3)],
    [order("size(a)", "<=", 2), order("size(a)", "<", 3)],
    [order("a", ">", 3), order("a", ">=", 2)],
    [equals("a", "x/y"), like("a", "x/*")],
    [under("a", "/srv/docs"), under("a", "/srv")],
    [equals("a", "/srv/x"), under("a", "/srv")],
    [within("a", "x"), within("a", "y", "x")],
    [like("a", "x*"), within("a", "y", "x*")],
    [oneOf("a", "x", "y"), not(equals("a", "z"))],
    [not(oneOf("a", "x", "y")), not(equals("a", "x"))],
    [every("a", equals("it", 1)), every("a", oneOf("it", 1, 2))],
    [every("a", equals("it", 1)), any("a", equals("it", 1))],
    [equals("a.b", 1), has("a")],
    [not(equals("a", 1)), has("a")],
    [and(oneOf("a", "x", "y"), has("b")), or(and(equals("a", "x"), has("b")), and(has("b"), equals("a", "y")))],
    [and(or(has("a"), has("b")), has("c")), or(and(has("a"), has("c")), and(has("b"), has("c")))],
  ];
  for (const [a, b] of pairs) assert.ok(implies(a, b), `${predicateText(a)} → ${predicateText(b)}`);
  const others: readonly (readonly [Predicate, Predicate])[] = [
    [has("a"), has("a.b")],
    [not(has("a")), has("a")],
    [any("a", equals("it", 1)), every("a", equals("it", 1))],
    [not(equals("a", "x")), not(oneOf("a", "x", "y"))],
    [order("a", "<=", 3), order("a", "<", 3)],
    [order("a", "<", 3), order("size(a)", "<", 3)],
    [equals("a", "x"), equals("b", "x")],
  ];
  for (const [a, b] of others) assert.ok(!implies(a, b), `${predicateText(a)} → ${predicateText(b)}`);
});

test("what is implied holds, for random predicates and inputs", () => {
  const next = random(11);
  const all = Array.from({ length: 1_200 }, () => randomPredicate(next, next() < 0.5 ? 0 : 1));
  const inputs = Array.from({ length: 60 }, () => randomInput(next, 2));
  let shown = 0;
  for (let round = 0; round < 60_000; round++) {
    const a = all[Math.floor(next() * all.length)]!;
    const b = all[Math.floor(next() * all.length)]!;
    if (a === b || !implies(a, b)) continue;
    shown++;
    for (const input of inputs) {
      assert.ok(weigh(a, input) !== "yes" || weigh(b, input) === "yes", `${predicateText(a)} → ${predicateText(b)}`);
    }
  }
  assert.ok(shown > 200, String(shown));
});

test("one predicate says what the statements of a chain ask of a call", () => {
  const next = random(12);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const statement = (): Access => {
    const effect = pick(["allow", "allow", "allow", "only", "deny"]);
    return access(1, `${effect} tools ${pick(["A", "B", "*"])}`, null, next() < 0.6 ? randomPredicate(next, 1) : null);
  };
  const some = (): Access[] => Array.from({ length: Math.floor(next() * 4) }, statement);
  let asked = 0;
  for (let round = 0; round < 500; round++) {
    const table = tableOf(
      model({ nodes: [node(1, "org o", null, { access: some() }), node(2, "key dana", 0, { access: some() })] }),
    );
    const dana = holder(table, "dana");
    for (const tool of ["A", "B", "C"]) {
      if (!toolGranted(table, dana, tool, 0).granted) continue;
      const condition = conditionOf(chainOf(table.nodes, 1), runtimeOf(table).atomOf.tools(tool), 0);
      assert.equal(condition !== null, dependsOnInput(table, dana, tool, 0));
      for (let each = 0; each < 10; each++) {
        const input = randomInput(next, 1);
        const { granted } = callGranted(table, dana, { tool, input }, 0);
        assert.equal(granted, condition === null || weigh(condition, input) === "yes");
        asked += condition === null ? 0 : 1;
      }
    }
  }
  assert.ok(asked > 1_000, String(asked));
});
