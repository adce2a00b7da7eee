/**
 * The formatter: parse, lay out, then read the result again and compare. It returns a text only if that has the same
 * tree and the same comments between the same tokens; otherwise it refuses, so that formatting never changes meaning.
 */
import type { Diagnostic } from "./diagnostic.ts";
import { layout } from "./layout.ts";
import { Lines } from "./lines.ts";
import { type Reading, read } from "./parse.ts";
import type { Source } from "./source.ts";

/** The canonical text of a source, or why there is none: its own faults, or a fault of the formatter. */
export type Printed = { readonly text: string } | { readonly diagnostics: Diagnostic[] };

/** Formats a source; who has read it already gives that along. */
export function print(source: Source, before: Reading = read(source)): Printed {
  if (before.diagnostics.length > 0) return { diagnostics: before.diagnostics };
  const text = layout({ text: source.text, ...before });
  if (text === source.text) return { text };
  const after = read({ path: source.path, text });
  if (sameMeaning(before, after)) return { text };
  return { diagnostics: [refusal(source)] };
}

function refusal(source: Source): Diagnostic {
  return {
    code: "GW1015",
    severity: "error",
    span: new Lines(source).span(0, 0),
    message: "formatting this file would change its meaning or move a comment, so it was left alone",
    help: "this is a fault of the formatter, please report it",
    notes: [],
  };
}

/** Whether two readings have equal trees, spans apart, and equal comments at equal places. */
export function sameMeaning(a: Reading, b: Reading): boolean {
  if (b.diagnostics.length > 0) return false;
  return sameTree(a.tree.declarations, b.tree.declarations) && sameList(commentPlaces(a), commentPlaces(b));
}

/** Each comment with the number of tokens before it. */
function commentPlaces({ tokens, comments }: Reading): string[] {
  let at = 0;
  return comments.map((comment) => {
    while (at < tokens.length && tokens[at]!.startOffset < comment.startOffset) at++;
    return `${at} ${comment.image.trimEnd()}`;
  });
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

function sameTree(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => key === "span" || sameTree(a[key as keyof typeof a], b[key as keyof typeof b]));
}
