/** Predicates and inputs for tests: small words that make them by hand, and random ones. */
import type { Order, Path, Predicate, Scalar, Sought, Test } from "../../src/model/predicate.ts";

export function path(text: string): Path {
  return text === "it" ? [] : text.split(".");
}

function test(where: string, it: Test): Predicate {
  const size = /^size\((.*)\)$/.exec(where)?.[1];
  return { kind: "test", path: path(size ?? where), of: size === undefined ? "value" : "size", test: it };
}

export const equals = (where: string, value: Scalar): Predicate => test(where, { kind: "equals", value });
export const oneOf = (where: string, ...values: Scalar[]): Predicate => test(where, { kind: "in", values });
export const like = (where: string, glob: string): Predicate => test(where, { kind: "like", glob });
export const under = (where: string, folder: string): Predicate => test(where, { kind: "under", folder });
export const within = (where: string, ...globs: string[]): Predicate => test(where, { kind: "within", globs });
export const order = (where: string, by: Order, than: number): Predicate =>
  test(where, { kind: "order", order: by, than });
export const matches = (where: string, source: string, engine: Sought["engine"] = "v8"): Predicate =>
  test(where, { kind: "matches", expression: { written: `/${source}/`, source, flags: "u", engine, re2: source } });
export const has = (where: string): Predicate => ({ kind: "has", path: path(where) });
export const not = (of: Predicate): Predicate => ({ kind: "not", of });
export const and = (...of: Predicate[]): Predicate => ({ kind: "and", of });
export const or = (...of: Predicate[]): Predicate => ({ kind: "or", of });
export const every = (where: string, of: Predicate): Predicate => ({ kind: "every", path: path(where), of });
export const any = (where: string, of: Predicate): Predicate => ({ kind: "any", path: path(where), of });

type Chance = () => number;

function pick<T>(next: Chance, list: readonly T[]): T {
  return list[Math.floor(next() * list.length)]!;
}

const FIELDS = ["a", "b", "c", "a.b", "c.d"];
const SCALARS: readonly Scalar[] = ["x", "y/z", "/srv/out", "", 1, 2, 2.5, true, false];
const GLOBS = ["x", "*", "**", "y/*", "?", "**z", "/srv/**"];
const FOLDERS = ["/", "/srv", "/srv/out"];
const EXPRESSIONS = ["x", "^y", "z$", "s.v"];

/** A random predicate about the fields that `randomInput` makes. */
export function randomPredicate(next: Chance, depth = 3): Predicate {
  const field = pick(next, depth < 3 && next() < 0.4 ? ["it"] : FIELDS);
  const inner = (): Predicate => randomPredicate(next, depth - 1);
  if (depth > 0 && next() < 0.5) {
    return pick<() => Predicate>(next, [
      () => and(inner(), inner()),
      () => or(inner(), inner(), inner()),
      () => not(inner()),
      () => every(field, inner()),
      () => any(field, inner()),
    ])();
  }
  const sized = next() < 0.5 ? field : `size(${field})`;
  return pick<() => Predicate>(next, [
    () => equals(field, pick(next, SCALARS)),
    () => oneOf(field, ...pick(next, [["x", "y/z"], [1, 2.5], [true]])),
    () => order(sized, pick(next, ["<", "<=", ">", ">="] as const), pick(next, [0, 1, 2, 3, 2.5])),
    () => like(field, pick(next, GLOBS)),
    () => matches(field, pick(next, EXPRESSIONS), pick(next, ["v8", "linear"] as const)),
    () => under(field, pick(next, FOLDERS)),
    () => within(field, pick(next, GLOBS), pick(next, GLOBS)),
    () => (field === "it" ? equals(field, "x") : has(field)),
  ])();
}

const LEAVES: readonly unknown[] = [
  ...SCALARS,
  null,
  "/srv/out/../..",
  "/srv/../../x",
  "/srv//./out/f",
  "/srv/out\\..",
  "/srv\0",
  "srv/out",
  "/srvx",
  "é",
  -1,
  2 ** 53,
];

/** A random value as `JSON.parse` gives it. */
export function randomValue(next: Chance, depth: number): unknown {
  const roll = next();
  if (depth === 0 || roll < 0.55) return pick(next, LEAVES);
  if (roll < 0.75) return Array.from({ length: Math.floor(next() * 4) }, () => randomValue(next, depth - 1));
  return randomInput(next, depth - 1);
}

/** A random input of a call. */
export function randomInput(next: Chance, depth = 3): unknown {
  const members: [string, unknown][] = [];
  for (const name of ["a", "b", "c", "d"]) if (next() < 0.7) members.push([name, randomValue(next, depth)]);
  return Object.fromEntries(members);
}
