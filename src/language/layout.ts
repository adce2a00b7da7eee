/**
 * The canonical form: two-space indent, one statement a line, no column alignment, a list of more than 100 columns one
 * item a line, one blank line between declarations. It works on tokens and comments, in the author's order, so that
 * nothing can be lost; print.ts checks that nothing was.
 */
import type { IToken, TokenType } from "chevrotain";
import * as tokens from "./tokens.ts";
import { type Marked, type Unit, unitsOf } from "./units.ts";

/** What is laid out: a text that parsed without a fault. */
export interface Written extends Marked {
  readonly text: string;
  readonly comments: readonly IToken[];
}

/** The longest line that a list may make. */
const WIDTH = 100;
const STEP = "  ";

/** A line of the result before it is indented: a comment of its own, or the tokens of a header, a statement or a `}`. */
interface Row {
  readonly kind: "comment" | Unit["kind"];
  readonly parts: readonly IToken[];
  /** Comments between the tokens, and the one that ends the last line. */
  readonly inside: ReadonlyMap<IToken, readonly Remark[]>;
  readonly start: number;
  end: number;
  trailing: string | null;
}

/** A comment after a token of the same row: at the end of that token's line, or on lines of its own. */
interface Remark {
  readonly text: string;
  readonly trailing: boolean;
}

/** The canonical text. */
export function layout(written: Written): string {
  const lines: string[] = [];
  let previous: Row | null = null;
  let depth = 0;
  for (const row of rowsOf(written)) {
    if (row.kind === "close") depth = 0;
    if (previous !== null && blankBetween(previous, row, depth, written.text)) lines.push("");
    lines.push(...linesOf(row, STEP.repeat(depth)));
    if (row.kind === "head" && row.parts.at(-1)!.tokenType === tokens.Open) depth = 1;
    previous = row;
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

// ---- rows -------------------------------------------------------------------------------------------------------------

function rowsOf(written: Written): Row[] {
  const { text, comments } = written;
  const rows: Row[] = [];
  let next = 0;
  for (const { kind, parts, start, end } of unitsOf(written)) {
    for (; next < comments.length && comments[next]!.startOffset < start; next++) {
      rows.push(...placed(comments[next]!, rows.at(-1) ?? null, text));
    }
    const inside = new Map<IToken, Remark[]>();
    for (let at = 0; next < comments.length && comments[next]!.startOffset < end; next++) {
      while (parts[at + 1]!.startOffset < comments[next]!.startOffset) at++;
      const remarks = inside.get(parts[at]!) ?? [];
      const trailing =
        remarks.length === 0 && !text.slice(tokens.endOf(parts[at]!), comments[next]!.startOffset).includes("\n");
      inside.set(parts[at]!, [...remarks, { text: comments[next]!.image.trimEnd(), trailing }]);
    }
    rows.push({ kind, parts, inside, start, end, trailing: null });
  }
  for (; next < comments.length; next++) rows.push(...placed(comments[next]!, rows.at(-1) ?? null, text));
  return rows;
}

/** A comment between rows ends the line of the row before it, or is a row of its own. */
function placed(comment: IToken, before: Row | null, text: string): Row[] {
  const image = comment.image.trimEnd();
  const end = tokens.endOf(comment);
  if (before !== null && before.kind !== "comment" && !text.slice(before.end, comment.startOffset).includes("\n")) {
    before.trailing = image;
    before.end = end;
    return [];
  }
  const start = comment.startOffset;
  return [{ kind: "comment", parts: [comment], inside: new Map(), start, end, trailing: null }];
}

// ---- blank lines ------------------------------------------------------------------------------------------------------

/** Between declarations always one, elsewhere as the author had it, but never more than one. */
function blankBetween(before: Row, after: Row, depth: number, text: string): boolean {
  const authored = (text.slice(before.end, after.start).match(/\n/g)?.length ?? 0) > 1;
  if (after.kind === "close") return false;
  if (depth > 0) return before.kind !== "head" && authored;
  if (before.kind === "comment") return authored;
  const type = before.parts[0]!.tokenType;
  const follows = after.kind === "comment" || after.parts[0]!.tokenType === type;
  return authored || !ONE_LINERS.has(type) || !follows;
}

/** Declarations without a block: those of one kind stand together. */
const ONE_LINERS: ReadonlySet<TokenType> = new Set([tokens.Head.use, tokens.Head.delegate]);

// ---- lines ------------------------------------------------------------------------------------------------------------

function linesOf(row: Row, indent: string): string[] {
  const one = indent + joined(row.parts);
  if (row.kind === "comment") return [indent + row.parts[0]!.image.trimEnd()];
  const whole = row.inside.size === 0 && (one.length <= WIDTH || !mayBreak(row.parts));
  const lines = whole ? [one] : brokenLines(row, indent);
  if (row.trailing !== null) lines[lines.length - 1] += ` ${row.trailing}`;
  return lines;
}

/** Whether a statement has a list or a condition: all others stay on one line. */
function mayBreak(parts: readonly IToken[]): boolean {
  return parts.some(({ tokenType }) => tokenType === tokens.Reserved.where) || listCommas(parts).length > 0;
}

/** The commas between the names of a list, not those of an object or between brackets. */
function listCommas(parts: readonly IToken[]): number[] {
  let depth = 0;
  const commas: number[] = [];
  for (const [at, { tokenType }] of parts.entries()) {
    if (OPENS.has(tokenType)) depth++;
    else if (CLOSES.has(tokenType)) depth--;
    else if (depth === 0 && tokenType === tokens.Comma) commas.push(at);
  }
  return commas;
}

const OPENS: ReadonlySet<TokenType> = new Set([tokens.OpenList, tokens.OpenGroup, tokens.OpenObject]);
const CLOSES: ReadonlySet<TokenType> = new Set([tokens.CloseList, tokens.CloseGroup, tokens.CloseObject]);

function joined(parts: readonly IToken[]): string {
  let line = "";
  for (const [at, token] of parts.entries()) line += (isApart(parts, at) ? " " : "") + token.image;
  return line;
}

const TIGHT_AFTER: ReadonlySet<TokenType> = new Set([tokens.OpenList, tokens.OpenGroup]);
const TIGHT_BEFORE: ReadonlySet<TokenType> = new Set([tokens.Comma, tokens.Colon, tokens.CloseList, tokens.CloseGroup]);

/** Whether a blank stands before a token of a line. */
function isApart(parts: readonly IToken[], at: number): boolean {
  const before = parts[at - 1]?.tokenType;
  const { tokenType } = parts[at]!;
  if (before === undefined || TIGHT_BEFORE.has(tokenType) || TIGHT_AFTER.has(before)) return false;
  if (tokenType === tokens.CloseObject) return before !== tokens.OpenObject;
  return !(tokenType === tokens.OpenGroup && isMeasure(parts, at - 1));
}

/** `size` before its parenthesis, and not a field of that name: `every size (…)`. */
function isMeasure(parts: readonly IToken[], at: number): boolean {
  const before = parts[at - 1]?.tokenType;
  const isField = before === tokens.Contextual.every || before === tokens.Contextual.any;
  return parts[at]!.tokenType === tokens.Contextual.size && !isField;
}

/** Where lists begin and end: the index of each first item, and the index behind each last one. */
function listEnds(parts: readonly IToken[]): ReadonlySet<number> {
  // Nothing follows these lists, and their items are of one to three words.
  if (WHOLE_LISTS.has(parts[0]!.tokenType)) return new Set([1]);
  const ends = new Set<number>();
  let end = -1;
  for (const [at, token] of parts.entries()) {
    if (token.tokenType !== tokens.Comma) continue;
    if (at === end) ends.delete(end);
    else ends.add(at - 1);
    // `team eng, key ci`: an item may be two words.
    end = at + (SUBJECTS.has(parts[at + 1]!.tokenType) ? 3 : 2);
    ends.add(end);
  }
  return ends;
}

const WHOLE_LISTS: ReadonlySet<TokenType> = new Set([tokens.Reserved.check, tokens.Reserved.unless]);
const SUBJECTS: ReadonlySet<TokenType> = new Set([tokens.Inner.team, tokens.Inner.key, tokens.Inner.org]);

/** Where a statement is broken: before which of its tokens, and how deep the line is that begins there. */
type Breaks = ReadonlyMap<number, number>;

/** One item of the list a line, what follows the list on a line of its own, and a new line after each comment. */
function brokenLines(row: Row, indent: string): string[] {
  const { parts } = row;
  const breaks = breaksOf(row, indent);
  const lines: string[] = [];
  let line: IToken[] = [];
  let depth = 0;
  const flush = (suffix = "") => {
    if (line.length > 0) lines.push(indent + STEP.repeat(depth) + joined(line) + suffix);
    line = [];
  };
  const rest = listCommas(parts)[0] === 1 ? 0 : 1;
  for (const [at, token] of parts.entries()) {
    const next = breaks.get(at);
    if (next !== undefined) {
      flush();
      depth = next;
    }
    line.push(token);
    for (const remark of row.inside.get(token) ?? []) {
      flush(remark.trailing ? ` ${remark.text}` : "");
      depth = Math.max(depth, rest);
      if (!remark.trailing) lines.push(indent + STEP.repeat(depth) + remark.text);
    }
  }
  flush();
  return lines;
}

function breaksOf({ parts, inside }: Row, indent: string): Breaks {
  const where = parts.findIndex(({ tokenType }) => tokenType === tokens.Reserved.where);
  const head = where < 0 ? parts : parts.slice(0, where);
  const breaks = new Map<number, number>();
  const commas = listCommas(head);
  const isLong = inside.size > 0 || indent.length + joined(head).length > WIDTH;
  if (commas.length > 0 && (where < 0 || isLong)) {
    const deeper = commas[0] === 1 ? 0 : 1;
    for (const at of listEnds(head)) if (at < head.length) breaks.set(at, deeper);
    for (const at of commas) if (!inside.has(parts[at]!)) breaks.set(at + 1, deeper);
    for (const at of partsOfResults(head)) breaks.set(at, deeper);
  }
  if (where >= 0) breakCondition(parts, where, indent, breaks);
  return breaks;
}

/** Where `redact` and `flag` begin what is looked for in results, and are no names. */
function partsOfResults(parts: readonly IToken[]): readonly number[] {
  if (parts[0]!.tokenType !== tokens.Reserved.results) return [];
  return [...parts.keys()].filter((at) => {
    const before = parts[at - 1]?.tokenType;
    return SOUGHT.has(parts[at]!.tokenType) && before !== tokens.Comma && !(before !== undefined && SOUGHT.has(before));
  });
}

const SOUGHT: ReadonlySet<TokenType> = new Set([tokens.Contextual.redact, tokens.Contextual.flag]);

/** A condition stands on a line of its own; a long one has a line for each of its parts, a long list in it one for each value. */
function breakCondition(parts: readonly IToken[], where: number, indent: string, breaks: Map<number, number>): void {
  breaks.set(where, 1);
  const fits = (from: number, to: number, depth: number): boolean =>
    indent.length + STEP.length * depth + joined(parts.slice(from, to)).length <= WIDTH;
  if (fits(where, parts.length, 1)) return;
  const starts = [where, ...joints(parts, where), parts.length];
  for (const [index, start] of starts.slice(0, -1).entries()) {
    const depth = start === where ? 1 : 2;
    breaks.set(start, depth);
    const end = starts[index + 1]!;
    if (!fits(start, end, depth)) breakLists(parts, start, end, depth, breaks);
  }
}

/** The `and`s and `or`s of a condition outside of parentheses. */
function joints(parts: readonly IToken[], where: number): number[] {
  const found: number[] = [];
  let depth = 0;
  for (let at = where; at < parts.length; at++) {
    const { tokenType } = parts[at]!;
    if (OPENS.has(tokenType)) depth++;
    else if (CLOSES.has(tokenType)) depth--;
    else if (depth === 0 && isJoint(parts, at)) found.push(at);
  }
  return found;
}

/** `and` and `or` stand behind what was asked; where a field is wanted they are names. */
function isJoint(parts: readonly IToken[], at: number): boolean {
  const { and, or } = tokens.Contextual;
  const { tokenType } = parts[at]!;
  return (tokenType === and || tokenType === or) && !BEFORE_FIELD.has(parts[at - 1]!.tokenType);
}

const { Contextual } = tokens;
const BEFORE_FIELD: ReadonlySet<TokenType> = new Set([
  tokens.Reserved.where,
  ...[Contextual.and, Contextual.or, Contextual.not, Contextual.has, Contextual.every, Contextual.any],
]);

function breakLists(
  parts: readonly IToken[],
  from: number,
  to: number,
  depth: number,
  breaks: Map<number, number>,
): void {
  let inList = false;
  for (let at = from; at < to; at++) {
    const { tokenType } = parts[at]!;
    if (tokenType === tokens.CloseList) {
      breaks.set(at, depth);
      inList = false;
    } else if (tokenType === tokens.OpenList || (inList && tokenType === tokens.Comma)) {
      breaks.set(at + 1, depth + 1);
      inList = true;
    }
  }
}
