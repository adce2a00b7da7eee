/**
 * Raw JSON text, looked at without decoding the whole: what follows a place, step by step, and a stretch around a place
 * as people read it. Both may see more than there is, never less, because a scanner rules texts out by them.
 */
import type { Step } from "../model/regex/steps.ts";

const BACKSLASH = 0x5c;
const UNICODE_ESCAPE = 0x75;
/** What the letter behind a backslash stands for, by its code; 0 for none. */
const ESCAPED = new Uint8Array(128);
for (const [letter, char] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]) {
  ESCAPED[letter!.charCodeAt(0)] = char!.charCodeAt(0);
}

/** A step with its set as a table of ASCII. */
export interface QuickStep {
  readonly holds: Uint8Array;
  readonly min: number;
  readonly max: number;
}

/** Steps as they can be checked quickly. */
export function quickSteps(steps: readonly Step[]): readonly QuickStep[] {
  return steps.map(({ set, min, max }) => {
    const holds = new Uint8Array(128);
    for (let index = 0; index < set.length; index += 2) {
      const to = Math.min(set[index + 1]!, 127);
      for (let code = set[index]!; code <= to; code++) holds[code] = 1;
    }
    return { holds, min, max: max ?? Infinity };
  });
}

/** False only when the text that stands raw in `bytes[at, end)` does not begin with the steps. */
export function mayFollow(bytes: Uint8Array, at: number, end: number, steps: readonly QuickStep[]): boolean {
  let from = at;
  for (const { holds, min, max } of steps) {
    let count = 0;
    while (count < max && from < end) {
      let code = bytes[from]!;
      let width = 1;
      if (code === BACKSLASH) {
        code = bytes[from + 1]!;
        if (code === UNICODE_ESCAPE) return true;
        code = ESCAPED[code]!;
        width = 2;
      }
      if (code >= 128) return true;
      if (holds[code] === 0) break;
      count++;
      from += width;
    }
    if (count < min) return false;
  }
  return true;
}

/** The same for text that is decoded already. */
export function mayFollowIn(text: string, at: number, steps: readonly QuickStep[]): boolean {
  let from = at;
  for (const { holds, min, max } of steps) {
    const last = Math.min(text.length, from + max);
    const first = from;
    while (from < last) {
      const code = text.charCodeAt(from);
      if (code >= 128) return true;
      if (holds[code] === 0) break;
      from++;
    }
    if (from - first < min) return false;
  }
  return true;
}

/** Bytes that a UTF-16 unit may take in UTF-8, and when it is written as an escape. */
const WIDE = 3;
const WIDEST = 6;

/** A place in raw text, which is `[start, end)` of the bytes. */
export interface Stretch {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly at: number;
}

/** At least `before` and `after` UTF-16 units around a place, decoded; at its edges may stand what is not in the text. */
export function decodedAround({ bytes, start, end, at }: Stretch, before: number, after: number): string {
  const near = (width: number): string =>
    bytes.toString("utf8", boundary(bytes, start, at - width * before), Math.min(end, at + width * after));
  const text = near(WIDE);
  if (!text.includes("\\")) return text;
  return undoEscapes(text.includes("\\u") ? near(WIDEST) : text);
}

/** The nearest place not behind `from` that is not inside a row of backslashes, whose halves would change places. */
function boundary(bytes: Buffer, start: number, from: number): number {
  let at = Math.max(start, from);
  while (at > start && bytes[at - 1] === BACKSLASH) at--;
  return at;
}

function undoEscapes(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, letter: string) =>
    String.fromCharCode(hex === undefined ? ESCAPED[letter.charCodeAt(0) & 0x7f]! : Number.parseInt(hex, 16)),
  );
}
