/** The one canonical format, as the smallest edit that brings a text to it, so that cursor and folds stay where they are. */
import { print } from "../language/print.ts";
import type { Source } from "../language/source.ts";
import { difference } from "./carry.ts";

/** A stretch of a text, by offsets, and what comes in its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The edits that format a source: none when it is formatted already, or has faults. */
export function format(source: Source): readonly Edit[] {
  const printed = print(source);
  if ("diagnostics" in printed) return [];
  const gap = difference(source.text, printed.text);
  if (gap === null) return [];
  return [{ start: gap.start, end: gap.oldEnd, text: printed.text.slice(gap.start, gap.newEnd) }];
}
