/** Predicates as text: as their author ordered them, for people; and in one form for each meaning, for comparing. */
import { writeText } from "../language/values.ts";
import type { Path, Predicate, Scalar, Test } from "./predicate.ts";

/** A predicate as the language writes it. */
export function predicateText(predicate: Predicate): string {
  switch (predicate.kind) {
    case "and":
    case "or":
      return predicate.of.map((part) => operandText(part, predicate.kind)).join(` ${predicate.kind} `);
    case "not":
      return notText(predicate.of);
    case "has":
      return `has ${pathText(predicate.path)}`;
    case "test":
      return `${subjectText(predicate)} ${testText(predicate.test)}`;
    case "every":
    case "any":
      return `${predicate.kind} ${pathText(predicate.path)} ${entryText(predicate.of)}`;
    default:
      return predicate satisfies never;
  }
}

/** `and` binds closer than `or`; parentheses stand wherever the two meet, so that nobody has to know. */
function operandText(part: Predicate, around: "and" | "or"): string {
  const text = predicateText(part);
  return (part.kind === "and" || part.kind === "or") && part.kind !== around ? `(${text})` : text;
}

function notText(of: Predicate): string {
  if (of.kind === "test" && of.test.kind === "equals") return `${subjectText(of)} != ${scalarText(of.test.value)}`;
  const text = predicateText(of);
  return of.kind === "and" || of.kind === "or" ? `not (${text})` : `not ${text}`;
}

/** What is asked of an entry of a list: a test of the entry itself stands bare, anything else in parentheses. */
function entryText(of: Predicate): string {
  if (isBare(of)) return testText(of.test);
  if (of.kind === "not" && isBare(of.of) && of.of.test.kind === "equals") return `!= ${scalarText(of.of.test.value)}`;
  return `(${predicateText(of)})`;
}

function isBare(of: Predicate): of is Extract<Predicate, { kind: "test" }> {
  return of.kind === "test" && of.of === "value" && of.path.length === 0;
}

function subjectText({ path, of }: Extract<Predicate, { kind: "test" }>): string {
  return of === "size" ? `size(${pathText(path)})` : pathText(path);
}

function testText(test: Test): string {
  switch (test.kind) {
    case "equals":
      return `= ${scalarText(test.value)}`;
    case "in":
      return `in [${test.values.map(scalarText).join(", ")}]`;
    case "order":
      return `${test.order} ${scalarText(test.than)}`;
    case "like":
      return `like ${writeText(test.glob)}`;
    case "matches":
      return `matches ${test.expression.written}`;
    case "under":
      return `under ${writeText(test.folder)}`;
    case "within":
      return `within [${test.globs.map(writeText).join(", ")}]`;
    default:
      return test satisfies never;
  }
}

function scalarText(value: Scalar): string {
  return typeof value === "string" ? writeText(value) : String(value);
}

/** Words that would not be read as a field's name where one stands. */
const NO_FIELD = new Set(["not", "has", "every", "any", "it"]);

/** `repo.name`, or a JSON pointer in quotes where a name is none that can stand bare; `it` is the value itself. */
export function pathText(path: Path): string {
  if (path.length === 0) return "it";
  const isPlain = path.every((name) => /^[A-Za-z_][\w-]*$/.test(name)) && !NO_FIELD.has(path[0]!);
  if (isPlain) return path.join(".");
  return writeText(path.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""));
}

/** One text for all predicates of one form: whatever the order of their parts, and wherever `not` stands. */
export function canonicalText(predicate: Predicate): string {
  return predicateText(canonicalForm(predicate));
}

/** The predicate in that form. */
export function canonicalForm(predicate: Predicate): Predicate {
  return normal(predicate, false);
}

/** The predicate, or its opposite, with `not` only where nothing is inside of it that could take it in. */
function normal(predicate: Predicate, negated: boolean): Predicate {
  switch (predicate.kind) {
    case "and":
    case "or":
      return joined(
        predicate.of.map((part) => normal(part, negated)),
        negated ? OTHER[predicate.kind] : predicate.kind,
      );
    case "not":
      return normal(predicate.of, !negated);
    case "has":
      return negated ? { kind: "not", of: predicate } : predicate;
    case "test":
      return normalTest(predicate, negated);
    case "every":
    case "any":
      return {
        ...predicate,
        kind: negated ? OTHER[predicate.kind] : predicate.kind,
        of: normal(predicate.of, negated),
      };
    default:
      return predicate satisfies never;
  }
}

const OTHER = { and: "or", or: "and", every: "any", any: "every" } as const;
const OPPOSITE = { "<": ">=", "<=": ">", ">": "<=", ">=": "<" } as const;

/** Parts in the order of their texts, each once, those of the same kind taken out of their parentheses. */
function joined(parts: readonly Predicate[], kind: "and" | "or"): Predicate {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  const byText = new Map(flat.map((part) => [predicateText(part), part]));
  const sorted = [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
  return sorted.length === 1 ? sorted[0]! : { kind, of: sorted };
}

function normalTest(predicate: Extract<Predicate, { kind: "test" }>, negated: boolean): Predicate {
  const test = oneForm(predicate.test);
  if (negated && test.kind === "order") return { ...predicate, test: { ...test, order: OPPOSITE[test.order] } };
  return negated ? { kind: "not", of: { ...predicate, test } } : { ...predicate, test };
}

function oneForm(test: Test): Test {
  switch (test.kind) {
    case "in": {
      const values = [...new Set(test.values)].sort(byText);
      return values.length === 1 ? { kind: "equals", value: values[0]! } : { kind: "in", values };
    }
    case "within":
      return { kind: "within", globs: [...new Set(test.globs)].sort() };
    case "like":
      // A glob without a star is the text itself.
      return /[*?]/.test(test.glob) ? test : { kind: "equals", value: test.glob };
    case "equals":
    case "order":
    case "matches":
    case "under":
      return test;
    default:
      return test satisfies never;
  }
}

function byText(a: Scalar, b: Scalar): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : 1;
}
