/**
 * An input that has what a predicate asks, made from the predicate's own values: for a test that nobody has written yet. It is
 * found by trying, and each find is weighed; where nothing is found there may still be one.
 */
import { weigh } from "../decision/weigh.ts";
import type { Json } from "../language/tree.ts";
import type { Path, Predicate, Test } from "../model/predicate.ts";
import { canonicalForm } from "../model/predicate-text.ts";

type Input = { readonly [name: string]: Json };

/** More ways than this are not tried. */
const MOST_WAYS = 32;

/** An input of which the predicate is `yes`; null when none was found. */
export function witnessOf(predicate: Predicate): Input | null {
  for (const claims of waysOf(canonicalForm(predicate)).slice(0, MOST_WAYS)) {
    const input = inputWith(claims);
    if (input !== null && isRecord(input) && weigh(predicate, input) === "yes") return input;
  }
  return null;
}

/** The ways in which a predicate may hold: each a list of claims about single fields that hold together. */
function waysOf(predicate: Predicate): readonly (readonly Predicate[])[] {
  switch (predicate.kind) {
    case "or":
      return predicate.of.flatMap(waysOf);
    case "and":
      return predicate.of.reduce<readonly (readonly Predicate[])[]>(
        (ways, part) => ways.flatMap((way) => waysOf(part).map((more) => [...way, ...more])).slice(0, MOST_WAYS),
        [[]],
      );
    case "not":
    case "has":
    case "test":
    case "every":
    case "any":
      return [[predicate]];
    default:
      return predicate satisfies never;
  }
}

/** A value with members for all claims; null when a field finds none that suits all that is claimed about it. */
function inputWith(claims: readonly Predicate[]): Json | null {
  const byPath = Map.groupBy(claims, (claim) => JSON.stringify(pathOf(claim)));
  let input: Json = {};
  for (const about of byPath.values()) {
    const path = pathOf(about[0]!);
    if (about.some(isAbsence)) continue;
    const own = about.filter(({ kind }) => kind !== "has").map(ofValue);
    const value = candidates(own).find((each) => own.every((claim) => weigh(claim, each) === "yes"));
    if (value === undefined) return null;
    const whole = put(input, path, value);
    if (whole === null) return null;
    input = whole;
  }
  return input;
}

/** `not has …`: the field is left out. */
function isAbsence(claim: Predicate): boolean {
  return claim.kind === "not" && claim.of.kind === "has";
}

function pathOf(claim: Predicate): Path {
  if (claim.kind === "not") return pathOf(claim.of);
  return "path" in claim ? claim.path : [];
}

/** The same claim, of the value alone. */
function ofValue(claim: Predicate): Predicate {
  if (claim.kind === "not") return { kind: "not", of: ofValue(claim.of) };
  return "path" in claim ? { ...claim, path: [] } : claim;
}

/** Values that some claim about a field may be made of. */
function candidates(claims: readonly Predicate[]): readonly Json[] {
  const own = claims.flatMap((claim): readonly Json[] => {
    const asked = claim.kind === "not" ? claim.of : claim;
    if (asked.kind === "test") return asked.of === "size" ? sized(asked.test) : near(asked.test);
    if (asked.kind !== "every" && asked.kind !== "any") return [];
    return waysOf(asked.of).flatMap((way) => {
      const entry = inputWith(way);
      return entry === null ? [] : [[entry]];
    });
  });
  return [...own, "x", 1, true, ["x"]];
}

/** Values that pass a test, and some that do not. */
function near(test: Test): readonly Json[] {
  switch (test.kind) {
    case "equals":
      return [test.value, other(test.value)];
    case "in":
      return [...test.values, other(test.values[0]!)];
    case "order":
      return [test.than, test.than + 1, test.than - 1];
    case "like":
      return [sample(test.glob), "other"];
    case "within":
      return [[sample(test.globs[0]!)], sample(test.globs[0]!), ["other"]];
    case "matches":
      // Good for expressions that are little more than a text.
      return [test.expression.re2.replace(/\\b|[\^$]|\\(?=\W)|\(\?\w+\)/g, ""), "other"];
    case "under":
      return [`${test.folder === "/" ? "" : test.folder}/x`, "/", "/elsewhere"];
    default:
      return test satisfies never;
  }
}

function other(value: string | number | boolean): Json {
  if (typeof value === "boolean") return !value;
  return typeof value === "number" ? value + 1 : `${value}x`;
}

/** A text that a glob matches. */
function sample(glob: string): string {
  return glob.replaceAll(/\*+|\?/g, "x");
}

const LONGEST_SAMPLE = 64;

/** Texts of sizes around what a test names; one that needs a long text is not worth a test. */
function sized(test: Test): readonly Json[] {
  const numbers = near(test).flatMap((value) => (typeof value === "number" ? [Math.floor(value), 1, 0] : []));
  return numbers.filter((size) => size >= 0 && size <= LONGEST_SAMPLE).map((size) => "x".repeat(size));
}

function put(input: Json, path: Path, value: Json): Json | null {
  const [name, ...rest] = path;
  if (name === undefined) return isRecord(input) && Object.keys(input).length === 0 ? value : null;
  if (!isRecord(input)) return null;
  const inner = put(Object.hasOwn(input, name) ? input[name]! : {}, rest, value);
  return inner === null ? null : { ...input, [name]: inner };
}

function isRecord(value: Json): value is Input {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
