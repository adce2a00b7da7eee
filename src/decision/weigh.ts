/**
 * Whether the input of a call is as a predicate asks. There are three answers: what is missing, of another type or beyond judging
 * is `unclear`, and stays so through `and`, `or` and `not` unless the rest decides alone. call-granted.ts takes `unclear`
 * against the caller, whatever the statement, so nobody gets further by leaving a field out or by writing it oddly.
 */
import { RE2JS } from "re2js";
import { normalPath } from "../model/normal-path.ts";
import type { Order, Path, Predicate, Sought, Test } from "../model/predicate.ts";
import { textMatches } from "./text-glob.ts";

export type Verdict = "yes" | "no" | "unclear";

/** Weighs a predicate against the JSON value that a call gives as its input; `undefined`: it could not be read. */
export function weigh(predicate: Predicate, input: unknown): Verdict {
  switch (predicate.kind) {
    case "and":
      return all(predicate.of, (part) => weigh(part, input));
    case "or":
      return not(all(predicate.of, (part) => not(weigh(part, input))));
    case "not":
      return not(weigh(predicate.of, input));
    case "has":
      return isThere(input, predicate.path);
    case "test": {
      const value = valueAt(input, predicate.path);
      return passes(predicate.test, predicate.of === "size" ? sizeOf(value) : value);
    }
    case "every":
      return entries(valueAt(input, predicate.path), (entry) => weigh(predicate.of, entry));
    case "any":
      return not(entries(valueAt(input, predicate.path), (entry) => not(weigh(predicate.of, entry))));
    default:
      return predicate satisfies never;
  }
}

function not(verdict: Verdict): Verdict {
  return verdict === "yes" ? "no" : verdict === "no" ? "yes" : "unclear";
}

/** `no` when one is, else `unclear` when one is, else `yes`. */
function all<T>(parts: readonly T[], verdictOf: (part: T) => Verdict): Verdict {
  let verdict: Verdict = "yes";
  for (const part of parts) {
    const own = verdictOf(part);
    if (own === "no") return "no";
    if (own === "unclear") verdict = "unclear";
  }
  return verdict;
}

/** An empty list is as a missing one: to many a tool it means everything, so it must not pass for harmless. */
function entries(value: unknown, verdictOf: (entry: unknown) => Verdict): Verdict {
  return Array.isArray(value) && value.length > 0 ? all(value, verdictOf) : "unclear";
}

/** The value at a path; `undefined` when there is none. */
function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member that is null is neither there nor missing: tools take it for either. */
function isThere(input: unknown, path: Path): Verdict {
  let value = input;
  for (const name of path) {
    if (!isObject(value)) return "unclear";
    if (!Object.hasOwn(value, name)) return "no";
    value = value[name];
  }
  return value === null || value === undefined ? "unclear" : "yes";
}

function sizeOf(value: unknown): number | undefined {
  if (typeof value === "string") return Buffer.byteLength(value);
  return Array.isArray(value) ? value.length : undefined;
}

function passes(test: Test, value: unknown): Verdict {
  switch (test.kind) {
    case "equals":
      return isComparable(value, test.value) ? verdictOf(value === test.value) : "unclear";
    case "in":
      return isComparable(value, test.values[0]) ? verdictOf(test.values.some((each) => each === value)) : "unclear";
    case "order":
      return isComparable(value, test.than) ? verdictOf(ORDERED[test.order](value as number, test.than)) : "unclear";
    case "like":
      return typeof value === "string" ? verdictOf(textMatches(test.glob, value)) : "unclear";
    case "matches":
      return typeof value === "string" ? verdictOf(finderOf(test.expression)(value)) : "unclear";
    case "under":
      return typeof value === "string" ? isUnder(test.folder, value) : "unclear";
    case "within":
      if (Array.isArray(value)) return entries(value, (entry) => isWithin(test.globs, entry));
      return isWithin(test.globs, value);
    default:
      return test satisfies never;
  }
}

function verdictOf(holds: boolean): Verdict {
  return holds ? "yes" : "no";
}

/** Of one type. Beyond 2^53 JavaScript reads different numbers as one, so they are not compared. */
function isComparable(value: unknown, other: unknown): boolean {
  if (typeof value !== typeof other) return false;
  return typeof value !== "number" || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

const ORDERED: Readonly<Record<Order, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function isWithin(globs: readonly string[], value: unknown): Verdict {
  return typeof value === "string" ? verdictOf(globs.some((glob) => textMatches(glob, value))) : "unclear";
}

/** Symbolic links are out of reach: what a path leads to, only the tool's own machine knows. */
function isUnder(folder: string, path: string): Verdict {
  const place = normalPath(path);
  if (place === null) return "unclear";
  return verdictOf(place === folder || place.startsWith(folder === "/" ? folder : `${folder}/`));
}

const finders = new WeakMap<Sought, (text: string) => boolean>();

/** What looks for an expression, made once. V8 runs what was proved linear there, RE2 all else. */
function finderOf(expression: Sought): (text: string) => boolean {
  const known = finders.get(expression);
  if (known !== undefined) return known;
  const found = createFinder(expression);
  finders.set(expression, found);
  return found;
}

function createFinder({ engine, source, flags, re2 }: Sought): (text: string) => boolean {
  const linear = RE2JS.compile(re2);
  if (engine === "linear") return (text) => linear.matcher(text).find();
  const quick = new RegExp(source, flags.replace("g", ""));
  return (text) => {
    try {
      return quick.test(text);
    } catch (error) {
      // V8 keeps a way back for every letter of a run, and has no room for millions.
      if (!(error instanceof RangeError)) throw error;
      return linear.matcher(text).find();
    }
  };
}
