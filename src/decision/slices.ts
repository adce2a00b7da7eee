/**
 * How very long texts are taken apart, so that others have the thread in between: into slices of so many letters, or into
 * such that no run of encoded text is cut.
 */
import { openRun } from "./encoded.ts";

/** Letters of a slice, and of a text that is worth slicing. */
export const SLICE = 32 * 1024;
export const LONG = 4 * SLICE;
/** How far a place is looked for at which a text can be cut. */
const SEARCH = 16 * 1024;
/** Letters of a line that tell whether encoded text goes on behind its end. */
const GLANCE = 4 * 1024;

/** A slice of a text. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** The slices of a text, each of about `size` letters; a text that is empty has one. */
export function* slicesOf(text: string, size: number): Generator<Slice> {
  yield* slices(text, (from) => Math.min(from + size, text.length));
}

/** Slices whose borders lie in no run of encoded text; where there is no such border near, they are longer. */
export function* cleanSlicesOf(text: string, size: number): Generator<Slice> {
  yield* slices(text, (from) => (from + size >= text.length ? text.length : cleanCut(text, from + size)));
}

function* slices(text: string, next: (from: number) => number): Generator<Slice> {
  let from = 0;
  do {
    const to = next(from);
    yield { from, to };
    from = to;
  } while (from < text.length);
}

/** The first place from here on that lies in no run of encoded text; the end when there is none near. */
function cleanCut(text: string, place: number): number {
  for (let at = text.indexOf("\n", place); at >= 0 && at < place + SEARCH; at = text.indexOf("\n", at + 1)) {
    if (openRun(text.slice(Math.max(0, at + 1 - GLANCE), at + 1)) < 0) return at + 1;
  }
  return text.length;
}
