/**
 * The two forms that stand inside of a statement and have signs of their own: the condition behind `where`, and the object
 * behind `input`. What belongs to them is marked here, so that everything else can count on `{` being a block and on a
 * reserved word beginning something; their signs at any other place are what people bring from other languages, and are
 * reported as that.
 */
import type { IToken, TokenType } from "chevrotain";
import type { Diagnostic } from "./diagnostic.ts";
import type { Lines } from "./lines.ts";
import * as tokens from "./tokens.ts";

const { Contextual, Reserved } = tokens;

/** Parts may stand inside of parts so deep; more than that nobody could read. */
const DEEPEST = 16;

/** What is left of the tokens, and what was reported. */
export interface Sorted {
  readonly tokens: IToken[];
  readonly faults: readonly Diagnostic[];
}

/** Marks the fields of conditions and the braces of objects; takes out signs that belong to neither. */
export function sortSigns(all: IToken[], lines: Lines): Sorted {
  const faults: Diagnostic[] = [];
  const strays = new Set<IToken>();
  let at: Place = { kind: "statement" };
  for (const [index, token] of all.entries()) {
    at = placeOf(all, index, at);
    const stray = strayIn(at, token);
    if (stray === null) continue;
    strays.add(token);
    faults.push(sayStray(token, stray, lines));
  }
  return { tokens: strays.size === 0 ? all : all.filter((token) => !strays.has(token)), faults };
}

/** Where a token stands: how many groups, or braces and lists, are open around it. */
type Place =
  | { readonly kind: "statement" }
  | { readonly kind: "send" }
  | { readonly kind: "condition"; readonly depth: number }
  | { readonly kind: "object"; readonly depth: number; readonly ends: boolean };

function placeOf(all: readonly IToken[], index: number, before: Place): Place {
  const token = all[index]!;
  const type = token.tokenType;
  if (type === Reserved.where) return { kind: "condition", depth: 0 };
  if (type === Reserved.send) return { kind: "send" };
  switch (before.kind) {
    case "statement":
      return before;
    case "send":
      if (type === tokens.Open && all[index - 1]?.tokenType === Contextual.input) {
        retype(token, tokens.OpenObject);
        return { kind: "object", depth: 1, ends: false };
      }
      return ends(type) ? { kind: "statement" } : before;
    case "condition":
      if (isField(all, index)) retype(token, tokens.Field);
      else if (isReserved(type) && type !== Reserved.in) return { kind: "statement" };
      if (ends(type)) return { kind: "statement" };
      return { kind: "condition", depth: before.depth + turn(type, tokens.OpenGroup, tokens.CloseGroup) };
    case "object":
      return before.ends ? placeOf(all, index, { kind: "send" }) : inObject(token, before.depth);
    default:
      return before satisfies never;
  }
}

function inObject(token: IToken, depth: number): Place {
  const type = token.tokenType;
  // An object that does not end: the expectation begins, or the next statement.
  if (isReserved(type)) return { kind: "statement" };
  if (type === tokens.Open) retype(token, tokens.OpenObject);
  else if (type === tokens.Close) retype(token, tokens.CloseObject);
  const braces = turn(token.tokenType, tokens.OpenObject, tokens.CloseObject);
  const inner = depth + braces + turn(type, tokens.OpenList, tokens.CloseList);
  return { kind: "object", depth: inner, ends: inner <= 0 };
}

function turn(type: TokenType, open: TokenType, close: TokenType): number {
  return type === open ? 1 : type === close ? -1 : 0;
}

function ends(type: TokenType): boolean {
  return type === tokens.Open || type === tokens.Close;
}

const RESERVED: ReadonlySet<TokenType> = new Set([
  ...Object.values(tokens.Inner),
  ...Object.values(tokens.Reserved),
  tokens.Later,
]);

function isReserved(type: TokenType): boolean {
  return RESERVED.has(type);
}

/** What is asked of a field stands behind it. */
const COMPARES: ReadonlySet<TokenType> = new Set([
  tokens.Equals,
  tokens.Differs,
  tokens.Less,
  tokens.AtMost,
  tokens.Greater,
  tokens.AtLeast,
  Reserved.in,
  Contextual.like,
  Contextual.matches,
  Contextual.under,
  Contextual.within,
]);

/** What may stand behind `has FIELD`, besides the next statement. */
const AFTER_FIELD: ReadonlySet<TokenType> = new Set([Contextual.and, Contextual.or, tokens.CloseGroup, tokens.Close]);

/** Whether a reserved word of a condition stands where a field is named: nothing else could go on as the text does. */
function isField(all: readonly IToken[], index: number): boolean {
  if (!isReserved(all[index]!.tokenType)) return false;
  const before = all[index - 1]!.tokenType;
  const next = all[index + 1]?.tokenType;
  // A text that ends here is being written.
  const isCompared = next === undefined || COMPARES.has(next);
  switch (before) {
    case Reserved.where:
    case Contextual.and:
    case Contextual.or:
    case Contextual.not:
      return isCompared;
    case tokens.OpenGroup:
      return isCompared || next === tokens.CloseGroup;
    case Contextual.every:
    case Contextual.any:
      return isCompared || next === tokens.OpenGroup;
    case Contextual.has:
      return (
        next === undefined || AFTER_FIELD.has(next) || (isReserved(next) && !next.CATEGORIES?.includes(tokens.Thing))
      );
    default:
      return false;
  }
}

/** What is wrong with a token at its place: its help; null when it may stand there. */
function strayIn(at: Place, { tokenType }: IToken): string | null {
  switch (tokenType) {
    case tokens.OpenGroup:
    case tokens.CloseGroup:
      if (at.kind === "condition") return at.depth > DEEPEST ? TOO_DEEP : null;
      return "a tool is named as a whole; what it may be called with stands behind `where`";
    case tokens.OpenList:
    case tokens.CloseList:
      if (at.kind === "object") return at.depth > DEEPEST ? TOO_DEEP : null;
      return at.kind === "condition" ? null : "a list stands without brackets";
    case tokens.OpenObject:
      return at.kind === "object" && at.depth > DEEPEST ? TOO_DEEP : null;
    case tokens.Colon:
      return at.kind === "object" ? null : "nothing stands between a word and what belongs to it";
    case tokens.Differs:
    case tokens.Less:
    case tokens.AtMost:
    case tokens.AtLeast:
      return at.kind === "condition" ? null : "comparisons stand in the condition behind `where`";
    default:
      return null;
  }
}

const TOO_DEEP = `parts stand inside of parts at most ${DEEPEST} deep`;

function sayStray(token: IToken, help: string, lines: Lines): Diagnostic {
  const span = lines.span(token.startOffset, tokens.endOf(token));
  return { code: "GW1003", severity: "error", span, message: `unexpected \`${token.image}\``, help, notes: [] };
}

function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}
