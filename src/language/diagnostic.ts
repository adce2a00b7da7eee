/**
 * A fault in what is written: a value, never thrown. Message style: lower case, no final stop, the user's words in
 * backticks, help apart from the message. Codes and their pages are in codes.ts; frame.ts draws one for people.
 */
import type { Code } from "./codes.ts";
import type { Span } from "./source.ts";

/** A second place that matters, with a few words about it. */
export interface Note {
  readonly message: string;
  readonly span: Span | null;
}

export interface Diagnostic {
  readonly code: Code;
  readonly severity: "error" | "warning";
  readonly span: Span;
  /** What is wrong. */
  readonly message: string;
  /** What to do, shown beside the caret; null when the message says it all. */
  readonly help: string | null;
  readonly notes: readonly Note[];
}

/** Order of a report: by file, then place, then code. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.span.path !== b.span.path) return a.span.path < b.span.path ? -1 : 1;
  return a.span.start - b.span.start || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}
