/**
 * Diagnostics of an older text, shown beside a newer one: what an edit did not touch moves with it, what it touched is
 * left out. A check of the whole policy takes longer than a keystroke; meanwhile its last findings stay where they belong.
 */
import type { Diagnostic } from "../language/diagnostic.ts";
import { Lines } from "../language/lines.ts";
import type { Source } from "../language/source.ts";

/** The stretch in which two texts differ: equal up to `start`, and equal again from the two ends on. */
export interface Difference {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** Where two texts differ; null when they are equal. */
export function difference(old: string, now: string): Difference | null {
  if (old === now) return null;
  const most = Math.min(old.length, now.length);
  let start = 0;
  while (start < most && old.charCodeAt(start) === now.charCodeAt(start)) start++;
  let tail = 0;
  while (tail < most - start && old.charCodeAt(old.length - 1 - tail) === now.charCodeAt(now.length - 1 - tail)) tail++;
  return { start, oldEnd: old.length - tail, newEnd: now.length - tail };
}

/** The diagnostics of a file's old text that still hold their place in the new one. */
export function carry(diagnostics: readonly Diagnostic[], old: string, now: Source): readonly Diagnostic[] {
  const gap = difference(old, now.text);
  if (gap === null || diagnostics.length === 0) return diagnostics;
  const lines = new Lines(now);
  const by = gap.newEnd - gap.oldEnd;
  return diagnostics.flatMap((diagnostic) => {
    const { start, end } = diagnostic.span;
    if (end <= gap.start) return [diagnostic];
    if (start >= gap.oldEnd) return [{ ...diagnostic, span: lines.span(start + by, end + by) }];
    // An edit inside of a block leaves the block where it is: a test fails as a whole, and is edited line by line.
    const around = start < gap.start && end > gap.oldEnd && old.slice(start, end).includes("\n");
    return around ? [{ ...diagnostic, span: lines.span(start, end + by) }] : [];
  });
}
