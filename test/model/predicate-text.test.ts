import assert from "node:assert/strict";
import { test } from "node:test";
import { weigh } from "../../src/decision/weigh.ts";
import type { Predicate } from "../../src/model/predicate.ts";
import { canonicalText, predicateText } from "../../src/model/predicate-text.ts";
import { random } from "../decision/oracle.ts";
import {
  and,
  any,
  equals,
  every,
  has,
  like,
  matches,
  not,
  oneOf,
  or,
  order,
  randomInput,
  randomPredicate,
  under,
  within,
} from "../decision/predicates.ts";

test("a predicate is written as the language writes it", () => {
  const texts: readonly (readonly [Predicate, string])[] = [
    [equals("repo", 'a"b'), 'repo = "a\\"b"'],
    [not(equals("dry_run", true)), "dry_run != true"],
    [oneOf("n", 1, 2.5), "n in [1, 2.5]"],
    [order("size(body)", "<=", 8000), "size(body) <= 8000"],
    [like("repo.name", "pay-*"), 'repo.name like "pay-*"'],
    [matches("q", "^a"), "q matches /^a/"],
    [under("path", "/srv"), 'path under "/srv"'],
    [within("domains", "*.a"), 'domains within ["*.a"]'],
    [not(has("a")), "not has a"],
    [not(and(has("a"), has("b"))), "not (has a and has b)"],
    [and(has("a"), or(has("b"), has("c"))), "has a and (has b or has c)"],
    [or(and(has("a"), has("b")), has("c")), "(has a and has b) or has c"],
    [every("labels", like("it", "x*")), 'every labels like "x*"'],
    [any("labels", not(equals("it", "x"))), 'any labels != "x"'],
    [any("labels", order("size(it)", ">", 3)), "any labels (size(it) > 3)"],
    [every("files", has("path")), "every files (has path)"],
    [{ kind: "has", path: ["a/b", "c~d"] }, 'has "/a~1b/c~0d"'],
    [{ kind: "has", path: ["has"] }, 'has "/has"'],
  ];
  for (const [predicate, text] of texts) assert.equal(predicateText(predicate), text);
});

test("one meaning has one canonical text, whatever the order of its parts and wherever `not` stands", () => {
  const alike: readonly (readonly [Predicate, Predicate])[] = [
    [and(has("a"), has("b")), and(has("b"), has("a"))],
    [and(has("a"), and(has("b"), has("c"))), and(has("c"), has("b"), has("a"), has("b"))],
    [not(not(has("a"))), has("a")],
    [not(and(has("a"), order("n", "<", 1))), or(order("n", ">=", 1), not(has("a")))],
    [oneOf("a", "x"), equals("a", "x")],
    [oneOf("a", 10, 9, 10), oneOf("a", 9, 10)],
    [like("a", "x"), equals("a", "x")],
    [within("a", "x", "y"), within("a", "y", "x")],
    [not(every("a", equals("it", 1))), any("a", not(equals("it", 1)))],
  ];
  for (const [a, b] of alike) assert.equal(canonicalText(a), canonicalText(b));
  assert.notEqual(canonicalText(or(has("a"), has("b"))), canonicalText(and(has("a"), has("b"))));
});

test("predicates of one canonical text weigh alike", () => {
  const next = random(9);
  const byText = new Map<string, Predicate>();
  let shared = 0;
  for (let round = 0; round < 20_000; round++) {
    const predicate = next() < 0.5 ? randomPredicate(next, 1) : not(randomPredicate(next, 1));
    const text = canonicalText(predicate);
    const known = byText.get(text) ?? predicate;
    byText.set(text, known);
    if (predicateText(known) !== predicateText(predicate)) shared++;
    const input = randomInput(next, 2);
    assert.equal(weigh(predicate, input), weigh(known, input), text);
  }
  assert.ok(shared > 500, String(shared));
});
