/**
 * Runs of text that are another text in base64, percent or hex form. Each is undone once: what is hidden twice is not
 * looked for. Only what gives clean text counts, so that hashes, paths and pictures are not taken for anything.
 */
import type { Encoding } from "../language/tree.ts";

/** A run of encoded text, with what it says. */
export interface Unpacked {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Shorter runs hide nothing that is worth the time. */
const LEAST = 32;

/** Letters of every form; the backslash because a slash may stand escaped in JSON. */
const LETTERS = Uint8Array.from({ length: 256 }, (_, code) =>
  /[A-Za-z0-9+/_%\\-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Lines of a wrapped block but the first are at least this long, except for the last. */
const LEAST_LINE = 16;

/** Where a run begins that may go on behind the end of a text; -1 when none does. */
export function openRun(text: string): number {
  let found = -1;
  // Half of a line's end may have come.
  let end = text.endsWith("\r") ? text.length - 1 : text.length;
  const isCut = end < text.length;
  for (let isLast = true; ; isLast = false) {
    let start = end;
    while (start > 0 && LETTERS[text.charCodeAt(start - 1)] === 1) start--;
    const length = end - start;
    if (length >= LEAST || (isLast && length > 0 && !isCut)) found = start;
    // Whatever stands above belongs to it only when this line is nothing else, and long enough.
    if ((!isLast || isCut) && length < LEAST_LINE) return found;
    const isLine = start > 0 && text.charCodeAt(start - 1) === 0x0a;
    if (!isLine) return found;
    end = text.charCodeAt(start - 2) === 0x0d ? start - 2 : start - 1;
  }
}

const FORMS = {
  // Lines of a wrapped block belong together.
  base64: /[A-Za-z0-9+/_-]{32,}(?:\r?\n[A-Za-z0-9+/_-]{16,})*={0,2}/g,
  percent: /(?:[\w.~!*'()+-]|%[0-9A-Fa-f]{2}){32,}/g,
  hex: /(?:[0-9A-Fa-f]{2}){16,}/g,
} as const satisfies Record<Encoding, RegExp>;

/** Every run of one form that gives clean text. */
export function unpack(text: string, encoding: Encoding): Unpacked[] {
  const found: Unpacked[] = [];
  for (const match of text.matchAll(FORMS[encoding])) {
    const plain = UNDO[encoding](match[0]);
    if (plain !== null) found.push({ start: match.index, end: match.index + match[0].length, text: plain });
  }
  return found;
}

const UNDO = { base64: fromBase64, percent: fromPercent, hex: fromHex } as const satisfies Record<
  Encoding,
  (run: string) => string | null
>;

/** Letters whose bytes are looked at before a long run is undone as a whole. */
const GLANCE = 24;

function fromBase64(run: string): string | null {
  if (!isText(Buffer.from(run.slice(0, GLANCE), "base64"), true)) return null;
  return asText(Buffer.from(run.replace(/[\r\n]/g, ""), "base64"));
}

function fromHex(run: string): string | null {
  if (!isText(Buffer.from(run.slice(0, GLANCE), "hex"), true)) return null;
  return asText(Buffer.from(run, "hex"));
}

function fromPercent(run: string): string | null {
  if (!run.includes("%")) return null;
  try {
    return decodeURIComponent(run);
  } catch {
    return null;
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function asText(bytes: Uint8Array): string | null {
  if (!isText(bytes, false)) return null;
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** No control characters but blanks and line ends. A `glance` may end within a character, so it asks for no more. */
function isText(bytes: Uint8Array, glance: boolean): boolean {
  if (bytes.length === 0) return false;
  let high = 0;
  for (const byte of bytes) {
    if (byte < 0x20 ? byte !== 0x09 && byte !== 0x0a && byte !== 0x0d : byte === 0x7f) return false;
    if (byte >= 0x80) high++;
  }
  return glance || high <= bytes.length / 2;
}
