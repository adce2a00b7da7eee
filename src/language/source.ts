/** What is written, and where. Neighbours: diagnostic.ts points into a source, tree.ts carries spans. */

/** One `.policy` file: its path as people write it (relative to the policy directory, `/` separators) and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A stretch of a source: offsets in UTF-16 units, `end` exclusive; `line` and `column` of `start`, counted from 1. */
export interface Span {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** `file:line`, the form in which decisions and messages name a place. */
export function place(span: Span): string {
  return `${span.path}:${span.line}`;
}
