import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import { textMatches } from "../../src/decision/text-glob.ts";
import { type Verdict, weigh } from "../../src/decision/weigh.ts";
import type { Order, Predicate, Test } from "../../src/model/predicate.ts";
import { canonicalText } from "../../src/model/predicate-text.ts";
import { globMatches, random } from "./oracle.ts";
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
  randomValue,
  under,
  within,
} from "./predicates.ts";

function check(predicate: Predicate, cases: readonly (readonly [unknown, Verdict])[]): void {
  for (const [input, verdict] of cases) {
    assert.equal(weigh(predicate, input), verdict, `${canonicalText(predicate)} of ${JSON.stringify(input)}`);
  }
}

test("values are compared with values of their own type; all else is unclear", () => {
  check(equals("repo", "acme/pay"), [
    [{ repo: "acme/pay" }, "yes"],
    [{ repo: "acme/other" }, "no"],
    [{ repo: ["acme/pay"] }, "unclear"],
    [{ repo: null }, "unclear"],
    [{}, "unclear"],
    [undefined, "unclear"],
    ["acme/pay", "unclear"],
  ]);
  check(oneOf("n", 1, 2), [
    [{ n: 2 }, "yes"],
    [{ n: 3 }, "no"],
    [{ n: "2" }, "unclear"],
  ]);
  check(equals("dry", true), [
    [{ dry: true }, "yes"],
    [{ dry: false }, "no"],
    [{ dry: "true" }, "unclear"],
  ]);
  check(order("max", "<=", 5), [
    [{ max: 5 }, "yes"],
    [{ max: 5.1 }, "no"],
    [{ max: "5" }, "unclear"],
  ]);
});

test("numbers that JavaScript cannot tell apart are not compared", () => {
  check(equals("n", 9_007_199_254_740_991), [
    [{ n: 9_007_199_254_740_991 }, "yes"],
    [JSON.parse('{"n":9007199254740993}'), "unclear"],
  ]);
  check(order("n", ">", 1), [[JSON.parse('{"n":1e400}'), "unclear"]]);
});

test("a field lies in objects, never in lists or in what every object has", () => {
  check(equals("repo.owner", "acme"), [
    [{ repo: { owner: "acme" } }, "yes"],
    [{ repo: [{ owner: "acme" }] }, "unclear"],
    [{ "repo.owner": "acme" }, "unclear"],
  ]);
  check(has("constructor"), [[{}, "no"]]);
  check(equals("length", 2), [["ab", "unclear"]]);
  check(equals("__proto__.x", 1), [
    [JSON.parse('{"__proto__":{"x":1}}'), "yes"],
    [{}, "unclear"],
  ]);
});

test("a member is there, is missing, or is null, which tools take for either", () => {
  check(has("a.b"), [
    [{ a: { b: 0 } }, "yes"],
    [{ a: {} }, "no"],
    [{}, "no"],
    [{ a: { b: null } }, "unclear"],
    [{ a: "text" }, "unclear"],
    [undefined, "unclear"],
  ]);
});

test("size is bytes of a text and entries of a list", () => {
  check(order("size(body)", "<=", 4), [
    [{ body: "abcd" }, "yes"],
    [{ body: "äé" }, "yes"],
    [{ body: "€€" }, "no"],
    [{ body: [1, 2, 3, 4] }, "yes"],
    [{ body: [1, 2, 3, 4, 5] }, "no"],
    [{ body: { length: 1 } }, "unclear"],
    [{ body: 3 }, "unclear"],
  ]);
});

test("a path is under a folder when it is absolute and stays there", () => {
  check(under("path", "/srv/docs/out"), [
    [{ path: "/srv/docs/out" }, "yes"],
    [{ path: "/srv/docs/out/" }, "yes"],
    [{ path: "/srv/docs/out/a/b.md" }, "yes"],
    [{ path: "/srv/docs/./out//a/../b" }, "yes"],
    [{ path: "/srv/docs/output" }, "no"],
    [{ path: "/srv/docs/out/.." }, "no"],
    [{ path: "/srv/docs/out/../../../etc/passwd" }, "no"],
    [{ path: "/../srv/docs/out" }, "unclear"],
    [{ path: "srv/docs/out" }, "unclear"],
    [{ path: "~/out" }, "unclear"],
    [{ path: "" }, "unclear"],
    [{ path: "/srv/docs/out/a\0/../../../etc" }, "unclear"],
    [{ path: "/srv/docs/out\\..\\..\\etc" }, "unclear"],
  ]);
});

test("globs and expressions are about texts: a glob about the whole, an expression about a part", () => {
  check(like("branch", "feat/*"), [
    [{ branch: "feat/a" }, "yes"],
    [{ branch: "feat/a/b" }, "no"],
    [{ branch: "my-feat/a" }, "no"],
    [{ branch: 1 }, "unclear"],
  ]);
  for (const engine of ["v8", "linear"] as const) {
    check(matches("q", "^sel", engine), [
      [{ q: "select 1" }, "yes"],
      [{ q: "a select" }, "no"],
      [{ q: ["select"] }, "unclear"],
    ]);
  }
  check(within("domains", "*.acme.example", "acme.example"), [
    [{ domains: "www.acme.example" }, "yes"],
    [{ domains: ["www.acme.example", "acme.example"] }, "yes"],
    [{ domains: ["www.acme.example", "evil.example"] }, "no"],
    [{ domains: ["www.acme.example", 7] }, "unclear"],
    [{ domains: [] }, "unclear"],
    [{}, "unclear"],
  ]);
});

test("of every entry and of any, an empty list says nothing", () => {
  check(every("labels", oneOf("it", "bug", "docs")), [
    [{ labels: ["bug", "docs"] }, "yes"],
    [{ labels: ["bug", "urgent"] }, "no"],
    [{ labels: ["bug", 1] }, "unclear"],
    [{ labels: ["urgent", 1] }, "no"],
    [{ labels: [] }, "unclear"],
    [{ labels: "bug" }, "unclear"],
  ]);
  check(any("files", and(like("path", "**.key"), has("content"))), [
    [{ files: [{ path: "a.md" }, { path: "b.key", content: "" }] }, "yes"],
    [{ files: [{ path: "a.md" }] }, "no"],
    [{ files: [] }, "unclear"],
  ]);
});

test("what is unclear stays so, unless the rest decides alone", () => {
  const open = equals("missing", 1);
  const yes = has("a");
  const no = not(yes);
  const input = { a: 1 };
  for (const [predicate, verdict] of [
    [and(yes, open), "unclear"],
    [and(open, no), "no"],
    [or(open, yes), "yes"],
    [or(no, open), "unclear"],
    [not(open), "unclear"],
  ] as const) {
    check(predicate, [[input, verdict]]);
  }
});

/** What may be true and what may be false of something, worked out the plain way: `[true, true]` is unclear. */
type Possible = readonly [may: boolean, mayNot: boolean];
const OPEN: Possible = [true, true];

function possible(predicate: Predicate, input: unknown): Possible {
  switch (predicate.kind) {
    case "and": {
      const parts = predicate.of.map((part) => possible(part, input));
      return [parts.every(([may]) => may), parts.some(([, mayNot]) => mayNot)];
    }
    case "or": {
      const parts = predicate.of.map((part) => possible(part, input));
      return [parts.some(([may]) => may), parts.every(([, mayNot]) => mayNot)];
    }
    case "not": {
      const [may, mayNot] = possible(predicate.of, input);
      return [mayNot, may];
    }
    case "has": {
      const parents = predicate.path.slice(0, -1);
      const chain = parents.map((_, index) => at(input, parents.slice(0, index + 1)));
      if (![input, ...chain].every((it) => it === undefined || isRecord(it)) || input === undefined) return OPEN;
      const value = at(input, predicate.path);
      return value === null ? OPEN : [value !== undefined, value === undefined];
    }
    case "test": {
      const value = at(input, predicate.path);
      const size = typeof value === "string" ? new TextEncoder().encode(value).length : (value as unknown[])?.length;
      const judged = predicate.of === "value" ? value : Array.isArray(value) || typeof value === "string" ? size : null;
      return passes(predicate.test, judged);
    }
    case "every":
    case "any": {
      const list = at(input, predicate.path);
      if (!Array.isArray(list) || list.length === 0) return OPEN;
      const parts = list.map((entry) => possible(predicate.of, entry));
      if (predicate.kind === "every") return [parts.every(([may]) => may), parts.some(([, mayNot]) => mayNot)];
      return [parts.some(([may]) => may), parts.every(([, mayNot]) => mayNot)];
    }
    default:
      return predicate satisfies never;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

function at(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => {
    return isRecord(value) ? new Map(Object.entries(value)).get(name) : undefined;
  }, input);
}

function passes(it: Test, value: unknown): Possible {
  const said = (holds: boolean): Possible => [holds, !holds];
  if (typeof value === "number" && !(value > -(2 ** 53) && value < 2 ** 53)) return OPEN;
  switch (it.kind) {
    case "equals":
      return typeof value === typeof it.value ? said(Object.is(value, it.value)) : OPEN;
    case "in":
      return typeof value === typeof it.values[0] ? said((it.values as unknown[]).includes(value)) : OPEN;
    case "order": {
      if (typeof value !== "number") return OPEN;
      const sign: Record<Order, boolean> = {
        "<": value < it.than,
        ">": value > it.than,
        "<=": !(value > it.than),
        ">=": !(value < it.than),
      };
      return said(sign[it.order]);
    }
    case "like":
      return typeof value === "string" ? said(globMatches(it.glob, value)) : OPEN;
    case "matches":
      return typeof value === "string" ? said(new RegExp(it.expression.source).test(value)) : OPEN;
    case "under": {
      if (typeof value !== "string" || !value.startsWith("/") || /[\\\0]/.test(value)) return OPEN;
      if (escapes(value)) return OPEN;
      return said(!posix.relative(it.folder, value).startsWith(".."));
    }
    case "within": {
      const globs = (text: unknown): Possible =>
        typeof text === "string" ? said(it.globs.some((glob) => globMatches(glob, text))) : OPEN;
      if (!Array.isArray(value)) return globs(value);
      if (value.length === 0) return OPEN;
      return [value.every((text) => globs(text)[0]), value.some((text) => globs(text)[1])];
    }
    default:
      return it satisfies never;
  }
}

/** Whether a path leads above the root on its way. */
function escapes(path: string): boolean {
  const steps = path.split("/").filter((step) => step !== "" && step !== ".");
  return steps.some((_, index) => {
    const before = steps.slice(0, index + 1);
    return before.filter((step) => step === "..").length > before.length / 2;
  });
}

test("the verdict is the one that a plain reading gives, for random predicates and inputs", () => {
  const next = random(5);
  const seen = { yes: 0, no: 0, unclear: 0 };
  for (let round = 0; round < 20_000; round++) {
    const predicate = randomPredicate(next);
    const input = next() < 0.02 ? randomValue(next, 2) : randomInput(next);
    const [may, mayNot] = possible(predicate, input);
    const expected = may && mayNot ? "unclear" : may ? "yes" : "no";
    const verdict = weigh(predicate, input);
    assert.equal(verdict, expected, `${canonicalText(predicate)} of ${JSON.stringify(input)}`);
    seen[verdict]++;
  }
  assert.ok(Math.min(seen.yes, seen.no, seen.unclear) > 500, JSON.stringify(seen));
});

test("a glob of a text is matched as names are, and a long text takes no longer than its length", () => {
  const next = random(6);
  const letters = ["a", "b", "/", "*", "?", "**", "é", "😀"];
  const word = (longest: number): string =>
    Array.from({ length: Math.floor(next() * longest) }, () => letters[Math.floor(next() * letters.length)]).join("");
  for (let round = 0; round < 5_000; round++) {
    const glob = word(6).replaceAll("***", "**");
    const text = word(6).replaceAll("*", "a").replaceAll("?", "b");
    assert.equal(textMatches(glob, text), globMatches(glob, text), `${glob} of ${text}`);
  }
  assert.equal(textMatches("**a**a**a**a**a**a**a**a**b", "a".repeat(20_000)), false);
});
