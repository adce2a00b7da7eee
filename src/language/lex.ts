/**
 * From text to tokens: runs the lexer of tokens.ts, reports what is no word of the language, and decides which
 * `team`, `key`, `models` … begin a declaration. That decision is what makes recovery cheap: inside a block such a word
 * is an ordinary part of a statement, so a broken statement cannot be taken for the next declaration, and a missing `}`
 * shows at the next header. later.ts then takes out what is reserved for later versions.
 */
import { type IToken, Lexer, type TokenType } from "chevrotain";
import type { Diagnostic } from "./diagnostic.ts";
import { sortSigns } from "./inner-forms.ts";
import { skipLater } from "./later.ts";
import type { Lines } from "./lines.ts";
import {
  Blank,
  Close,
  Expression,
  Head,
  type HeadWord,
  Inner,
  Integer,
  isName,
  LEXED,
  Name,
  Open,
  OpenExpression,
  OpenText,
  Reserved,
  Text,
  WORDS,
} from "./tokens.ts";

let lexer: Lexer | null = null;

/** Made at the first use: it takes longer than reading a small file. */
function theLexer(): Lexer {
  lexer ??= new Lexer(LEXED, { positionTracking: "onlyOffset", ensureOptimizations: true, skipValidations: true });
  return lexer;
}

/** The tokens of a text, its comments, and what could not be read. */
export interface Lexed {
  readonly tokens: IToken[];
  readonly comments: readonly IToken[];
  readonly faults: Diagnostic[];
}

/** Reads a text; every fault is reported and what is left can be parsed. */
export function lex(text: string, lines: Lines): Lexed {
  const result = theLexer().tokenize(text);
  markWords(result.tokens);
  const slashes = skipSlashes(result.tokens, text, lines);
  const sorted = sortSigns(slashes.tokens, lines);
  markHeads(sorted.tokens);
  const faults: Diagnostic[] = [
    ...result.errors.map((at) => unknownCharacter(text, lines, at.offset, at.length)),
    ...slashes.faults,
    ...sorted.faults,
    ...openEnds(sorted.tokens, lines),
    ...directionMarks(text, lines),
  ];
  const later = skipLater(sorted.tokens, text, lines);
  const inLater = (at: Diagnostic) =>
    later.skipped.some((gap) => gap.start <= at.span.start && at.span.start < gap.end);
  return {
    tokens: later.tokens,
    comments: result.groups.comments ?? [],
    faults: [...faults.filter((fault) => !inLater(fault)), ...later.faults],
  };
}

function unknownCharacter(text: string, lines: Lines, offset: number, length: number): Diagnostic {
  return {
    code: "GW1003",
    severity: "error",
    span: lines.span(offset, offset + length),
    message: `unexpected \`${text.slice(offset, offset + Math.min(length, 40))}\``,
    help: INSTEAD[text[offset] ?? ""] ?? null,
    notes: [],
  };
}

/** What people mean by signs of other languages. */
const INSTEAD: Readonly<Record<string, string>> = {
  ";": "statements need no sign between them",
  "&": "conditions are joined by `and`",
  "|": "conditions are joined by `or`",
  "'": 'strings stand in double quotes: `"…"`',
  "€": "money is written in dollars: `$50/day`",
  "£": "money is written in dollars: `$50/day`",
};

function markWords(tokens: readonly IToken[]): void {
  for (const token of tokens) {
    if (token.tokenType !== Name) continue;
    const word = WORDS.get(token.image);
    if (word !== undefined) retype(token, word);
  }
}

/** Comments as other languages have them, taken out up to the end of their line. */
function skipSlashes(tokens: IToken[], text: string, lines: Lines): { tokens: IToken[]; faults: Diagnostic[] } {
  const faults: Diagnostic[] = [];
  if (!text.includes("//")) return { tokens, faults };
  let end = -1;
  const kept = tokens.filter(({ image, startOffset }) => {
    if (startOffset < end) return false;
    if (!image.startsWith("//")) return true;
    const lineStart = text.lastIndexOf("\n", startOffset - 1) + 1;
    if (text.slice(lineStart, startOffset).trim() !== "") return true;
    const lineEnd = text.indexOf("\n", startOffset);
    end = lineEnd < 0 ? text.length : lineEnd;
    const span = lines.span(startOffset, startOffset + 2);
    const help = "comments begin with `#`";
    faults.push({ code: "GW1006", severity: "error", span, message: "unexpected `//`", help, notes: [] });
    return false;
  });
  return { tokens: faults.length === 0 ? tokens : kept, faults };
}

/** Strings and expressions without an end: they are taken as whole, so that nothing else is reported about them. */
function openEnds(tokens: readonly IToken[], lines: Lines): Diagnostic[] {
  const faults: Diagnostic[] = [];
  for (const token of tokens) {
    if (token.tokenType !== OpenText && token.tokenType !== OpenExpression) continue;
    const text = token.tokenType === OpenText;
    faults.push({
      code: text ? "GW1004" : "GW1005",
      severity: "error",
      span: lines.span(token.startOffset, token.startOffset + 1),
      message: text ? "this string has no closing quote" : "this regular expression has no closing slash",
      help: text
        ? 'close it with `"` on the same line'
        : "close it with `/` on the same line; a slash inside is written `\\/`",
      notes: [],
    });
    retype(token, text ? Text : Expression);
  }
  return faults;
}

/** Marks that turn the direction of text: what a reviewer sees would not be what is read. */
function directionMarks(text: string, lines: Lines): Diagnostic[] {
  return Array.from(text.matchAll(/[\u202A-\u202E\u2066-\u2069]/g), (found) => ({
    code: "GW1017",
    severity: "error",
    span: lines.span(found.index, found.index + 1),
    message: `the invisible mark U+${found[0].charCodeAt(0).toString(16).toUpperCase()} changes the direction of text`,
    help: "remove it, or write it as `\\u{…}` in a string",
    notes: [],
  }));
}

/** A word that begins declarations, with the type it has when it does. */
const HEAD_OF: ReadonlyMap<TokenType, { word: HeadWord; head: TokenType }> = new Map(
  (Object.keys(Head) as HeadWord[]).map((word) => [Inner[word], { word, head: Head[word] }]),
);

/** After these a declaration's word is a part of the statement, wherever it stands. */
const NOT_BEFORE_HEAD: ReadonlySet<TokenType> = new Set([
  Reserved.per,
  Reserved.for,
  Reserved.allow,
  Reserved.deny,
  Reserved.only,
  Reserved.can,
  Reserved.cannot,
  Reserved.to,
]);

function markHeads(tokens: readonly IToken[]): void {
  let depth = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (token.tokenType === Open) depth++;
    else if (token.tokenType === Close) depth = Math.max(0, depth - 1);
    else {
      const found = HEAD_OF.get(token.tokenType);
      if (found === undefined || NOT_BEFORE_HEAD.has(tokens[index - 1]?.tokenType ?? Blank)) continue;
      const header = depth > 0 && looksLikeHeader(tokens, index, found.word);
      if (header) depth = 0;
      if (depth === 0) retype(token, found.head);
    }
  }
}

/** Whether a declaration's word inside a block is followed by the rest of a header, which no statement ever is. */
function looksLikeHeader(tokens: readonly IToken[], index: number, word: HeadWord): boolean {
  const next = tokens[index + 1]?.tokenType;
  const afterNext = tokens[index + 2]?.tokenType;
  if (next === undefined) return false;
  switch (word) {
    case "audit":
      return next === Open;
    case "language":
      return next === Integer;
    case "test":
      return next === Text && afterNext === Reserved.for;
    case "invariant":
      return next === Text && afterNext === Open;
    case "delegate":
      return next === Text && afterNext === Reserved.to;
    case "use":
      return afterNext === Reserved.from;
    case "key":
      return isName(next) && afterNext === Reserved.in;
    default:
      return isName(next) && afterNext === Open;
  }
}

function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}
