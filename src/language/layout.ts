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
  const firstComma = row.parts.findIndex((token) => token.tokenType === tokens.Comma);
  const whole = row.inside.size === 0 && (firstComma < 0 || one.length <= WIDTH);
  const lines = whole ? [one] : brokenLines(row, indent, firstComma);
  if (row.trailing !== null) lines[lines.length - 1] += ` ${row.trailing}`;
  return lines;
}

function joined(parts: readonly IToken[]): string {
  let line = "";
  for (const token of parts) line += (line === "" || token.tokenType === tokens.Comma ? "" : " ") + token.image;
  return line;
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

/** One item of the list a line, what follows the list on a line of its own, and a new line after each comment. */
function brokenLines(row: Row, indent: string, firstComma: number): string[] {
  const deeper = firstComma === 1 ? indent : indent + STEP;
  const ends = listEnds(row.parts);
  const lines: string[] = [];
  let line: IToken[] = [];
  const flush = (suffix = "") => {
    if (line.length > 0) lines.push((lines.length === 0 ? indent : deeper) + joined(line) + suffix);
    line = [];
  };
  for (const [at, token] of row.parts.entries()) {
    if (ends.has(at)) flush();
    line.push(token);
    if (token.tokenType === tokens.Comma && !row.inside.has(token)) flush();
    for (const remark of row.inside.get(token) ?? []) {
      flush(remark.trailing ? ` ${remark.text}` : "");
      if (!remark.trailing) lines.push(deeper + remark.text);
    }
  }
  flush();
  return lines;
}
