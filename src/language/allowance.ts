/**
 * `# allow GW6010: why it stays`: the author has seen this warning and keeps what it is about. Behind a statement or a
 * header, or on a line of its own above it, the comment speaks for the whole of it, however the formatter breaks its
 * lines; behind a `}` for the whole block. model/allowances.ts sets what it says against what is found.
 */
import type { IToken } from "chevrotain";
import type { Lines } from "./lines.ts";
import type { Span } from "./source.ts";
import { type Marked, type Unit, unitsOf } from "./units.ts";

/** One code that a comment allows. */
export interface Allowance {
  /** As written, in capitals; it may be no code at all. */
  readonly code: string;
  /** null when none is given. */
  readonly reason: string | null;
  /** Where the code stands in the comment. */
  readonly span: Span;
  /** The statement, header or block that it speaks for; null when nothing follows. */
  readonly over: Stretch | null;
}

/** A stretch of the text by its offsets, `end` exclusive. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** One `#` only: what `##` says is for everybody who meets the declaration. */
const FORM = /^#[ \t]*allow[ \t]+(GW\d+(?:[ \t]*,[ \t]*GW\d+)*)(?:[ \t]*:(.*))?/i;

/** The allowances among the comments of a text, in order. */
export function allowancesOf(marked: Marked, comments: readonly IToken[], text: string, lines: Lines): Allowance[] {
  const found = comments.flatMap((comment) => {
    const match = FORM.exec(comment.image);
    return match === null ? [] : [{ comment, match }];
  });
  if (found.length === 0) return [];
  const units = [...unitsOf(marked)];
  return found.flatMap(({ comment, match }) => {
    const [, codes = "", reason = ""] = match;
    const over = stretchBeside(comment, units, text);
    const first = comment.startOffset + match[0].indexOf(codes);
    return Array.from(codes.matchAll(/GW\d+/gi), ({ 0: code, index }): Allowance => {
      const span = lines.span(first + index, first + index + code.length);
      return { code: code.toUpperCase(), reason: reason.trim() || null, span, over };
    });
  });
}

/** What a comment stands in, else what it stands behind on its line, else what follows. */
function stretchBeside({ startOffset: at }: IToken, units: readonly Unit[], text: string): Stretch | null {
  const next = units.findIndex(({ start }) => start > at);
  const before = next < 0 ? units.length - 1 : next - 1;
  const last = units[before];
  if (last !== undefined && (at < last.end || !text.slice(last.end, at).includes("\n"))) {
    const first = last.kind === "close" ? units.slice(0, before).findLast(({ kind }) => kind === "head") : last;
    return { start: (first ?? last).start, end: last.end };
  }
  const following = units[next];
  if (following === undefined || following.kind === "close") return null;
  return { start: following.start, end: following.end };
}
