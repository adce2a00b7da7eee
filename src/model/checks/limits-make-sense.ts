/** Promise: every limit, budget and time window can be counted as written, and none of them contradicts another. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import type {
  ActiveStatement,
  BudgetStatement,
  CallsStatement,
  ConcurrencyStatement,
  LimitStatement,
  Statement,
} from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault, firstIsHere } from "../fault.ts";
import { writtenNames } from "../lists.ts";

type Ceiling = LimitStatement | CallsStatement | ConcurrencyStatement | BudgetStatement;

const CEILINGS: ReadonlySet<Statement["kind"]> = new Set(["limit", "calls", "concurrency", "budget"] as const);

/** More requests at one time than this no gateway holds. */
const MAX_CONCURRENCY = 1_000_000;

/** Amounts out of range, scopes that do not fit their block, repeated limits, ranges turned round. */
export function limitsMakeSense(declared: Declared): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const check = (body: readonly Statement[], isKey: boolean) => {
    const seen = new Map<string, Span>();
    for (const statement of body) {
      if (statement.kind === "active") diagnostics.push(...range(statement));
      if (statement.kind === "results" && statement.max !== null && statement.max < 1) {
        diagnostics.push(
          fault("GW3024", statement.span, "`results … max 0` is out of range", "to forbid something, deny it"),
        );
      }
      if (!isCeiling(statement)) continue;
      diagnostics.push(...amount(statement), ...scope(statement, isKey), ...repeated(statement, seen));
    }
  };
  for (const org of declared.orgs) check(org.body, false);
  for (const { declaration } of declared.teams.values()) check(declaration.body, false);
  for (const { declaration } of declared.keys.values()) check(declaration.body, true);
  return diagnostics;
}

function isCeiling(statement: Statement): statement is Ceiling {
  return CEILINGS.has(statement.kind);
}

function amount(statement: Ceiling): Diagnostic[] {
  const value =
    statement.kind === "budget"
      ? statement.rate.microUsd
      : statement.kind === "concurrency"
        ? statement.amount
        : statement.rate.amount;
  const most = statement.kind === "concurrency" ? MAX_CONCURRENCY : Number.MAX_SAFE_INTEGER;
  const diagnostics: Diagnostic[] = [];
  if (!Number.isSafeInteger(value) || value < 1 || value > most) {
    const help = value < 1 ? "to forbid something, deny it" : "write a smaller amount";
    diagnostics.push(fault("GW3024", statement.span, `${wordsOf(statement)} is out of range`, help));
  }
  if (statement.kind === "budget" && statement.warnAt !== null && (statement.warnAt < 1 || statement.warnAt > 100)) {
    const message = `a budget cannot warn at ${statement.warnAt}%`;
    diagnostics.push(fault("GW3024", statement.span, message, "write a percentage from 1 to 100"));
  }
  return diagnostics;
}

function scope(statement: Ceiling, isKey: boolean): Diagnostic[] {
  if (!isKey || statement.per === "block") return [];
  const message = `a key has nothing below it that a \`per ${statement.per}\` could count`;
  return [fault("GW3027", statement.span, message, `leave out \`per ${statement.per}\``)];
}

function repeated(statement: Ceiling, seen: Map<string, Span>): Diagnostic[] {
  const words = wordsOf(statement);
  const slot = statement.until === null ? words : `${words} until`;
  const first = seen.get(slot);
  if (!first) {
    seen.set(slot, statement.span);
    return [];
  }
  return [fault("GW3008", statement.span, `${words} stands twice in this block`, "keep one", firstIsHere(first))];
}

function wordsOf(statement: Ceiling): string {
  const per = statement.per === "block" ? "" : ` per ${statement.per}`;
  switch (statement.kind) {
    case "limit":
      return `\`limit ${statement.measure} …/${statement.rate.period}${per}\``;
    case "calls":
      return `\`limit calls ${listText(statement.items)} …/${statement.rate.period}${per}\``;
    case "budget":
      return `\`budget $…/${statement.rate.period}${per}\``;
    case "concurrency":
      return `\`limit concurrency${per}\``;
    default:
      return statement satisfies never;
  }
}

/** A list whatever its order: two of the same names count the same calls. */
function listText(items: CallsStatement["items"]): string {
  return writtenNames(items).join(", ");
}

function range(statement: ActiveStatement): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  if (statement.fromDay > statement.toDay) {
    const help = "the week begins on Monday; write two `active` lines";
    diagnostics.push(fault("GW3013", statement.span, "the range of days ends before it begins", help));
  }
  if (statement.fromMinute >= statement.toMinute) {
    const help = "write two `active` lines, one up to 24:00 and one from 00:00";
    diagnostics.push(fault("GW3013", statement.span, "the range of times ends before it begins", help));
  }
  return diagnostics;
}
