/** Strings of JSON as people read them and as they stand in bytes: finds raw places, quotes replacements. */
import type { Change } from "../decision/change.ts";
import { atOnce } from "../decision/steps.ts";
import type { Edit } from "./anthropic/messages.ts";
import { decodeText } from "./json.ts";

/** A text as it stands inside JSON quotes, without them. */
export function quoteText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The value of the checked string that stands in `bytes[start, end)`, quotes left out. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  return decodeText(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), start, end);
}

/** Bytes of a long string that are read or passed at one go. */
const STEP = 128 * 1024;

/** The same in steps, each of which takes a part of a long string; a part has at least the bytes of a character. */
export function* readingAt(bytes: Uint8Array, start: number, end: number, part = STEP): Generator<void, string> {
  const parts: string[] = [];
  for (let from = start; from < end; ) {
    const to = from + part >= end ? end : cutBefore(bytes, from, from + part);
    parts.push(textAt(bytes, from, to));
    from = to;
    if (from < end) yield;
  }
  return parts.join("");
}

/** The last place up to here that lies in no character and in no escape; a string is whole at `from`. */
function cutBefore(bytes: Uint8Array, from: number, place: number): number {
  let at = place;
  while ((bytes[at]! & 0xc0) === 0x80) at -= 1;
  const near = Math.max(from, at - UNICODE + 1);
  const slash = near + bytes.subarray(near, at).lastIndexOf(BACKSLASH);
  if (slash < near) return at;
  let run = slash;
  while (run > from && bytes[run - 1] === BACKSLASH) run -= 1;
  // Of an even number, the last is what the one before it escapes.
  const isEscape = (slash - run) % 2 === 0;
  return isEscape && slash + sizeOf(bytes, slash) > at ? slash : at;
}

const BACKSLASH = 0x5c;
/** Bytes of an escape such as `\u00e9`. */
const UNICODE = 6;

/** Bytes of the escape that begins here. */
function sizeOf(bytes: Uint8Array, at: number): number {
  return bytes[at + 1] === 0x75 ? UNICODE : 2;
}

/**
 * Turns changes of the decoded string in `bytes[start, end)` into edits of the bytes. Changes come sorted and apart. An
 * edge inside a surrogate pair moves outward, so that no character is left in halves.
 */
export function rawEdits(bytes: Uint8Array, start: number, end: number, changes: readonly Change[]): Edit[] {
  return atOnce(editingAt(bytes, { start, end }, changes));
}

/** The same in steps, each of which passes a part of a long string. */
export function* editingAt(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  changes: readonly Change[],
): Generator<void, Edit[]> {
  const edits: Edit[] = [];
  const walk = new Walk(bytes, start, end);
  let rested = start;
  for (const change of changes) {
    while (!walk.seek(change.start, false)) yield;
    const from = walk.at;
    while (!walk.seek(change.end, true)) yield;
    edits.push({ start: from, end: walk.at, bytes: Buffer.from(quoteText(change.text)) });
    if (walk.at - rested < STEP) continue;
    rested = walk.at;
    yield;
  }
  return edits;
}

/** Walks a raw string character by character and counts the UTF-16 units passed. */
class Walk {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #units = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  /**
   * Goes to the unit, or where that is the middle of a pair, before the pair or (`past`) behind it; false when that is far
   * and it stands on the way.
   */
  seek(unit: number, past: boolean): boolean {
    const far = this.at + STEP;
    while (this.#units < unit && this.at < this.#end) {
      if (this.at >= far) return false;
      this.#skipPlain(unit, far);
      if (this.#units >= unit || this.at >= this.#end) return true;
      const pair = this.#pairSize();
      if (pair > 0 && this.#units + 1 === unit && !past) return true;
      this.at += pair > 0 ? pair : this.#size();
      this.#units += pair > 0 ? 2 : 1;
    }
    return true;
  }

  /** Most characters are one byte and one unit, and a long text has millions of them. */
  #skipPlain(unit: number, far: number): void {
    const bytes = this.#bytes;
    const last = Math.min(this.#end, this.at + unit - this.#units, far);
    let at = this.at;
    for (let byte = bytes[at]!; at < last && byte < 0x80 && byte !== 0x5c; byte = bytes[at]!) at += 1;
    this.#units += at - this.at;
    this.at = at;
  }

  /** Bytes of the surrogate pair that begins here; 0 when none does. */
  #pairSize(): number {
    const byte = this.#bytes[this.at]!;
    if (byte >= 0xf0) return 4;
    return this.#surrogate(this.at) === "high" && this.#surrogate(this.at + 6) === "low" ? 12 : 0;
  }

  #size(): number {
    const byte = this.#bytes[this.at]!;
    if (byte === BACKSLASH) return sizeOf(this.#bytes, this.at);
    return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : 3;
  }

  /** Which half of a pair the escape at this place is. */
  #surrogate(at: number): "high" | "low" | null {
    const bytes = this.#bytes;
    if (at + 6 > this.#end || bytes[at] !== 0x5c || bytes[at + 1] !== 0x75) return null;
    const code = Number.parseInt(String.fromCharCode(bytes[at + 2]!, bytes[at + 3]!), 16);
    if (code >= 0xd8 && code <= 0xdb) return "high";
    return code >= 0xdc && code <= 0xdf ? "low" : null;
  }
}
