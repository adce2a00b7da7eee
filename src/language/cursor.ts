/**
 * A place in a text that is being written: the word under it, and how the text may go on there. Faults before the place
 * cost little: the statement at the cursor is looked at in its block, and the block in its declaration.
 */
import type { IToken } from "chevrotain";
import { BODIES, NAME_MEANS } from "./expectation.ts";
import { type Follower, followers } from "./follow.ts";
import { lex } from "./lex.ts";
import { Lines } from "./lines.ts";
import * as tokens from "./tokens.ts";

/** One way in which a text may go on. */
export type Continuation =
  /** A word of the language. */
  | { readonly kind: "word"; readonly word: string; readonly rules: readonly string[] }
  /** A name or glob; where the grammar takes any name and then looks at it, the words that it `means`. */
  | { readonly kind: "name"; readonly means: readonly string[]; readonly rules: readonly string[] }
  /** An `@group`, or a string. */
  | { readonly kind: "group" | "text"; readonly rules: readonly string[] }
  /** A value, such as this one. */
  | { readonly kind: "value"; readonly example: string; readonly rules: readonly string[] };

/** What stands at a cursor. */
export interface Cursor {
  /** Where the word begins that is being written; the cursor itself when there is none. */
  readonly start: number;
  /** The words before it, from the beginning of its declaration on. */
  readonly before: readonly string[];
  readonly next: readonly Continuation[];
}

/** What may be written at an offset of a text; null inside of a comment or an expression, where anything may. */
export function cursorAt(text: string, offset: number): Cursor | null {
  const start = beginOfWord(text, offset);
  const head = text.slice(0, start);
  const { tokens: all, comments } = lex(head, new Lines({ path: "", text: head }));
  const lineStart = head.lastIndexOf("\n") + 1;
  if (comments.some((comment) => comment.startOffset >= lineStart)) return null;
  const from = all.findLastIndex(({ tokenType }) => HEADS.has(tokenType));
  const begun = all.slice(Math.max(0, from));
  return { start, before: begun.map(({ image }) => image), next: continuations(begun, head) };
}

/** The word at an offset, with its place; null when none stands there. */
export function wordAt(text: string, offset: number): { word: string; start: number; end: number } | null {
  const { tokens: all } = lex(text, new Lines({ path: "", text }));
  const token = all.find((it) => it.startOffset <= offset && offset <= tokens.endOf(it) && isWord(it));
  return token === undefined ? null : { word: token.image, start: token.startOffset, end: tokens.endOf(token) };
}

const HEADS: ReadonlySet<unknown> = new Set(Object.values(tokens.Head));

function isWord({ image }: IToken): boolean {
  return /^[a-z]/.test(image);
}

/** A string that is being written counts as one word, with its quote. */
function beginOfWord(text: string, offset: number): number {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const string = /"(?:[^"\\]|\\.)*$/.exec(line.replace(/"(?:[^"\\]|\\.)*"/g, (whole) => "_".repeat(whole.length)));
  const word = string ?? /@?[\w.:/*?$-]*$/.exec(line);
  return offset - (word?.[0].length ?? 0);
}

function continuations(begun: readonly IToken[], text: string): readonly Continuation[] {
  const found = followers("file", begun);
  if (found.length === 0) return asContinuations(followers("file", isOver(begun) ? [] : withoutBody(begun, text)));
  // At the beginning of a line a person may leave the statement before it as it is, and begin the next.
  const open = begun.findIndex(({ tokenType }) => tokenType === tokens.Open);
  const isNewLine = open >= 0 && text.slice(text.lastIndexOf("\n") + 1).trim() === "";
  const isInList = found.some(({ type }) => type === tokens.Glob);
  const others = isNewLine && !isInList ? followers("file", begun.slice(0, open + 1)) : [];
  return asContinuations([...found, ...(isOver(begun) ? [] : others)]);
}

/** Whether a declaration that could not be read has come to its end. */
function isOver(begun: readonly IToken[]): boolean {
  const count = (type: unknown) => begun.filter(({ tokenType }) => tokenType === type).length;
  const opened = count(tokens.Open);
  return !HEADS.has(begun[0]?.tokenType) || (opened > 0 && count(tokens.Close) >= opened);
}

const STARTERS: ReadonlySet<string> = new Set(Object.values(BODIES).flatMap(({ words }) => words));

/** The header of a block and the statement at its end: those between them may be broken. */
function withoutBody(begun: readonly IToken[], text: string): readonly IToken[] {
  const open = begun.findIndex(({ tokenType }) => tokenType === tokens.Open);
  const last = begun.findLastIndex((token, index) => index > open && STARTERS.has(token.image) && isFirst(token, text));
  return last < 0 ? begun.slice(0, open + 1) : [...begun.slice(0, open + 1), ...begun.slice(last)];
}

function isFirst({ startOffset }: IToken, text: string): boolean {
  return text.slice(text.lastIndexOf("\n", startOffset - 1) + 1, startOffset).trim() === "";
}

const VALUES: ReadonlyMap<unknown, string> = new Map([
  [tokens.MoneyRate, "$50/day"],
  [tokens.Money, "$0.10"],
  [tokens.Rate, "10/min"],
  [tokens.Percent, "80%"],
  [tokens.ClockRange, "07:00-20:00"],
]);

function asContinuations(found: readonly Follower[]): readonly Continuation[] {
  const seen = new Set<string>();
  return found
    .flatMap((follower) => asContinuation(follower))
    .filter((it) => {
      const key = JSON.stringify(it);
      return !seen.has(key) && seen.add(key);
    });
}

function asContinuation({ type, rules }: Follower): readonly Continuation[] {
  if (type === tokens.Name || type === tokens.Glob) {
    return [{ kind: "name", means: (NAME_MEANS[rules.at(-1) ?? ""] ?? []).flatMap(wordsIn), rules }];
  }
  if (type === tokens.Reference) return [{ kind: "group", rules }];
  if (type === tokens.Text) return [{ kind: "text", rules }];
  const example = VALUES.get(type);
  if (example !== undefined) return [{ kind: "value", example, rules }];
  // The label of a word is the word itself, that of `Thing` three of them.
  return wordsIn(type.LABEL ?? "").map((word) => ({ kind: "word", word, rules }));
}

/** The words of the language in a label: `a`, `b` or `c`. */
function wordsIn(label: string): readonly string[] {
  return Array.from(label.matchAll(/`([a-z][a-z0-9-]*)`/g), (found) => found[1]!);
}
