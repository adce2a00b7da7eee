/**
 * Whether one predicate holding means that another one holds, of whatever input. It is shown by their forms, so that a `true`
 * is a proof, and a `false` means only that none was found: what is compared by it is then told as changed, never as tighter.
 */
import { weigh } from "../decision/weigh.ts";
import type { Path, Predicate, Scalar, Test } from "../model/predicate.ts";
import { canonicalForm, predicateText } from "../model/predicate-text.ts";

/** Whether `b` is `yes` of every input of which `a` is. */
export function implies(a: Predicate, b: Predicate): boolean {
  return shows(canonicalForm(a), canonicalForm(b));
}

/** So often one condition is taken apart into its cases, each of which is then shown by itself. */
const MOST_SPLITS = 2;
/** Into so many at a time. */
const MOST_CASES = 16;

function shows(a: Predicate, b: Predicate, splits = MOST_SPLITS): boolean {
  if (predicateText(a) === predicateText(b)) return true;
  if (a.kind === "or") return a.of.every((part) => shows(part, b, splits));
  if (b.kind === "and") return b.of.every((part) => shows(a, part, splits));
  if (b.kind === "or" && b.of.some((part) => shows(a, part, splits))) return true;
  if (a.kind === "and" && a.of.some((part) => shows(part, b, splits))) return true;
  const cases = splits > 0 ? casesOf(a) : null;
  if (cases?.every((each) => shows(each, b, splits - 1))) return true;
  return a.kind !== "and" && showsAlone(a, b);
}

/** The cases of a condition by one of its parts: `repo in ["a", "b"]` is the one or the other. */
function casesOf(a: Predicate): readonly Predicate[] | null {
  const parts = a.kind === "and" ? a.of : [a];
  for (const [index, part] of parts.entries()) {
    const cases = part.kind === "or" ? part.of : valueCases(part);
    if (cases === null || cases.length > MOST_CASES) continue;
    return cases.map((one) => canonicalForm({ kind: "and", of: parts.with(index, one) }));
  }
  return null;
}

function valueCases(part: Predicate): readonly Predicate[] | null {
  if (part.kind !== "test" || part.test.kind !== "in") return null;
  return part.test.values.map((value) => ({ ...part, test: { kind: "equals", value } }));
}

/** One condition that has no parts. */
function showsAlone(a: Predicate, b: Predicate): boolean {
  if (b.kind === "has") return touches(a, b.path);
  if ((a.kind === "every" || a.kind === "any") && (b.kind === "every" || b.kind === "any")) {
    // What holds of every entry holds of any: a list without entries passes neither.
    return samePath(a.path, b.path) && (a.kind === "every" || b.kind === "any") && shows(a.of, b.of);
  }
  return showsOfValue(a, b);
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

/** Whether a predicate can be `yes` only of an input that has a member there. */
function touches(a: Predicate, path: Path): boolean {
  switch (a.kind) {
    case "and":
      return a.of.some((part) => touches(part, path));
    case "or":
      return a.of.every((part) => touches(part, path));
    case "not":
      return a.of.kind !== "has" && touches(a.of, path);
    case "has":
    case "test":
    case "every":
    case "any":
      return path.every((name, index) => name === a.path[index]);
    default:
      return a satisfies never;
  }
}

/** A test of a value, or that it fails. */
interface Asked {
  readonly path: Path;
  readonly of: "value" | "size";
  readonly test: Test;
  readonly fails: boolean;
}

function askedBy(predicate: Predicate): Asked | null {
  if (predicate.kind === "test") return { ...predicate, fails: false };
  return predicate.kind === "not" && predicate.of.kind === "test" ? { ...predicate.of, fails: true } : null;
}

/** Two tests of the same value. */
function showsOfValue(a: Predicate, b: Predicate): boolean {
  const one = askedBy(a);
  const other = askedBy(b);
  if (one === null || other === null || one.of !== other.of || !samePath(one.path, other.path)) return false;
  if (one.fails) return other.fails && excludesMore(one.test, other.test);
  const values = valuesOf(one.test);
  if (values !== null) return values.every((value) => holdsOf(value, other));
  return !other.fails && isWithin(one.test, other.test);
}

/** The values of which alone a test holds; null when they are too many to name. */
function valuesOf(test: Test): readonly Scalar[] | null {
  if (test.kind === "equals") return [test.value];
  return test.kind === "in" ? test.values : null;
}

function holdsOf(value: Scalar, { test, fails }: Asked): boolean {
  return weigh({ kind: "test", path: [], of: "value", test }, value) === (fails ? "no" : "yes");
}

/** Whether values that are kept out by the first test hold all that the second keeps out, of one type. */
function excludesMore(one: Test, other: Test): boolean {
  const mine = valuesOf(one);
  const theirs = valuesOf(other);
  if (mine === null || theirs === null || typeof mine[0] !== typeof theirs[0]) return false;
  return theirs.every((value) => mine.includes(value));
}

function isWithin(one: Test, other: Test): boolean {
  switch (one.kind) {
    case "order":
      return other.kind === "order" && isTighter(one, other);
    case "under":
      return other.kind === "under" && holdsOf(one.folder, { path: [], of: "value", test: other, fails: false });
    case "like":
      return other.kind === "within" && other.globs.includes(one.glob);
    case "within":
      return other.kind === "within" && one.globs.every((glob) => other.globs.includes(glob));
    case "equals":
    case "in":
    case "matches":
      return false;
    default:
      return one satisfies never;
  }
}

type OrderTest = Extract<Test, { kind: "order" }>;

function isTighter(one: OrderTest, other: OrderTest): boolean {
  const [up, otherUp] = [one.order.startsWith(">"), other.order.startsWith(">")];
  if (up !== otherUp) return false;
  const further = up ? one.than > other.than : one.than < other.than;
  const isOpen = !one.order.endsWith("=");
  return further || (one.than === other.than && (isOpen || other.order.endsWith("=")));
}
