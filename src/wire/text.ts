/** Strings of JSON as people read them and as they stand in bytes: finds raw places, quotes replacements. */
import type { Edit } from "./anthropic/messages.ts";
import { decodeText } from "./json.ts";

/** What takes the place of `[start, end)` of a decoded string, in UTF-16 units. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text with changes made, which come sorted and apart. */
export function changed(text: string, changes: readonly Change[]): string {
  let result = "";
  let from = 0;
  for (const change of changes) {
    result += text.slice(from, change.start) + change.text;
    from = change.end;
  }
  return result + text.slice(from);
}

/** The changes that make the text again out of what these changes made of it. */
export function inverse(text: string, changes: readonly Change[]): Change[] {
  let shift = 0;
  return changes.map((change) => {
    const start = change.start + shift;
    shift += change.text.length - (change.end - change.start);
    return { start, end: start + change.text.length, text: text.slice(change.start, change.end) };
  });
}

/** A text as it stands inside JSON quotes, without them. */
export function quoteText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The value of the checked string that stands in `bytes[start, end)`, quotes left out. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  return decodeText(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), start, end);
}

/**
 * Turns changes of the decoded string in `bytes[start, end)` into edits of the bytes. Changes come sorted and apart. An
 * edge inside a surrogate pair moves outward, so that no character is left in halves.
 */
export function rawEdits(bytes: Uint8Array, start: number, end: number, changes: readonly Change[]): Edit[] {
  const edits: Edit[] = [];
  const walk = new Walk(bytes, start, end);
  for (const change of changes) {
    walk.seek(change.start, false);
    const from = walk.at;
    walk.seek(change.end, true);
    edits.push({ start: from, end: walk.at, bytes: Buffer.from(quoteText(change.text)) });
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

  /** Goes to the unit, or where that is the middle of a pair, before the pair or (`past`) behind it. */
  seek(unit: number, past: boolean): void {
    while (this.#units < unit && this.at < this.#end) {
      this.#skipPlain(unit);
      if (this.#units >= unit || this.at >= this.#end) return;
      const pair = this.#pairSize();
      if (pair > 0 && this.#units + 1 === unit && !past) return;
      this.at += pair > 0 ? pair : this.#size();
      this.#units += pair > 0 ? 2 : 1;
    }
  }

  /** Most characters are one byte and one unit, and a long text has millions of them. */
  #skipPlain(unit: number): void {
    const bytes = this.#bytes;
    const last = Math.min(this.#end, this.at + unit - this.#units);
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
    if (byte === 0x5c) return this.#bytes[this.at + 1] === 0x75 ? 6 : 2;
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
