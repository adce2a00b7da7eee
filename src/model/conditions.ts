/** What stands behind `where` → a predicate; and what of it makes no sense, whatever the tool. */
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Condition, ConditionTest, Operand, Regex, Word } from "../language/tree.ts";
import { writeExpression } from "../language/values.ts";
import { checkExpression } from "./expression.ts";
import { fault } from "./fault.ts";
import { MAX_NAME } from "./glob.ts";
import { normalPath } from "./normal-path.ts";
import type { Predicate, Sought, Test } from "./predicate.ts";

type Report = (diagnostic: Diagnostic) => void;

/** The predicate of a condition; null when it has a fault, which is reported. */
export function predicateOf(condition: Condition, report: Report, inEntry = false): Predicate | null {
  switch (condition.kind) {
    case "and":
    case "or": {
      const parts = condition.parts.map((part) => predicateOf(part, report, inEntry));
      const whole = parts.filter((part) => part !== null);
      return whole.length < parts.length ? null : { kind: condition.kind, of: whole };
    }
    case "not": {
      const of = predicateOf(condition.part, report, inEntry);
      return of && { kind: "not", of };
    }
    case "has":
      return hasEntry(condition, report, inEntry) ? { kind: "has", path: condition.field.path } : null;
    case "every":
    case "any": {
      const of = predicateOf(condition.part, report, true);
      const isThere = hasEntry(condition, report, inEntry);
      return of && isThere ? { kind: condition.kind, path: condition.field.path, of } : null;
    }
    case "test":
      return testOf(condition, report, inEntry);
    default:
      return condition satisfies never;
  }
}

/** `it` is an entry of a list, and there must be one. */
function hasEntry({ kind, field }: Extract<Condition, { field: unknown }>, report: Report, inEntry: boolean): boolean {
  if (field.path.length > 0 || (inEntry && kind !== "has")) return true;
  const message = inEntry ? "`has it` always holds" : "`it` stands for an entry of a list, and there is none here";
  report(fault("GW3083", field.span, message, "as in `every labels (size(it) <= 50)`"));
  return false;
}

function testOf(condition: Extract<Condition, { kind: "test" }>, report: Report, inEntry: boolean): Predicate | null {
  const { field, of, test } = condition;
  const isThere = hasEntry(condition, report, inEntry);
  const wrong = of === "size" && !isAboutNumbers(test);
  if (wrong) report(fault("GW3083", test.span, "a size is a number", "as in `size(body) <= 8k`"));
  const read = readTest(test, report);
  if (read === null || wrong || !isThere) return null;
  const asked: Predicate = { kind: "test", path: field.path, of, test: read };
  return test.kind === "differs" ? { kind: "not", of: asked } : asked;
}

function isAboutNumbers(test: ConditionTest): boolean {
  switch (test.kind) {
    case "equals":
    case "differs":
      return typeof test.value.value === "number";
    case "in":
      return test.values.every(({ value }) => typeof value === "number");
    case "order":
      return true;
    case "like":
    case "matches":
    case "under":
    case "within":
      return false;
    default:
      return test satisfies never;
  }
}

function readTest(test: ConditionTest, report: Report): Test | null {
  switch (test.kind) {
    case "equals":
    case "differs":
      return { kind: "equals", value: test.value.value };
    case "in":
      return oneType(test.values, report) ? { kind: "in", values: test.values.map(({ value }) => value) } : null;
    case "order":
      return { kind: "order", order: test.order, than: test.than.value as number };
    case "like":
      return isGlob(test.glob, report) ? { kind: "like", glob: test.glob.text } : null;
    case "matches": {
      const expression = soughtOf(test.regex, report);
      return expression && { kind: "matches", expression };
    }
    case "under":
      return underOf(test.folder, report);
    case "within":
      return test.globs.filter((glob) => !isGlob(glob, report)).length === 0
        ? { kind: "within", globs: test.globs.map(({ text }) => text) }
        : null;
    default:
      return test satisfies never;
  }
}

function oneType(values: readonly Operand[], report: Report): boolean {
  const other = values.find(({ value }) => typeof value !== typeof values[0]!.value);
  if (other === undefined) return true;
  report(fault("GW3083", other.span, "the values of a list are of one type", "join two lists by `or`"));
  return false;
}

function isGlob({ text, span }: Word, report: Report): boolean {
  const wrong = text.includes("***")
    ? `\`${text}\` has more than two stars in a row`
    : text.length > MAX_NAME
      ? `a glob has ${text.length} characters`
      : null;
  if (wrong === null) return true;
  const help = text.length > MAX_NAME ? `no glob is longer than ${MAX_NAME}` : "`**` is any run of characters";
  report(fault("GW3015", span, wrong, help));
  return false;
}

function underOf({ text, span }: Word, report: Report): Test | null {
  const folder = normalPath(text);
  if (folder !== null) return { kind: "under", folder };
  const help = "it begins with `/`, and `..` does not lead above it: `/srv/docs/out`";
  report(fault("GW3083", span, `\`${text}\` is not an absolute path`, help));
  return null;
}

/** How an expression is run costs nothing here: an input is short, and looked through once a call. */
function soughtOf(regex: Regex, report: Report): Sought | null {
  const { expression, diagnostics } = checkExpression(regex);
  for (const diagnostic of diagnostics) if (diagnostic.severity === "error") report(diagnostic);
  if (expression === null) return null;
  const { source, flags, engine, re2 } = expression;
  return { written: writeExpression(regex.pattern, regex.flags), source, flags, engine, re2 };
}
