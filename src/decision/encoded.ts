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

/** Every run of one form that gives clean text. */
export function unpack(text: string, encoding: Encoding): Unpacked[] {
  const found: Unpacked[] = [];
  for (const { start, end } of RUNS[encoding](text)) {
    const plain = UNDO[encoding](text.slice(start, end));
    if (plain !== null) found.push({ start, end, text: plain });
  }
  return found;
}

type Run = Pick<Unpacked, "start" | "end">;

// By hand, because a text can be megabytes long: an expression would try each place of a word, and has no room for long runs.
const RUNS = { base64: base64Runs, percent: percentRuns, hex: hexRuns } as const satisfies Record<
  Encoding,
  (text: string) => Generator<Run>
>;

const BASE64 = lettersOf(/[A-Za-z0-9+/_-]/);
const HEX = lettersOf(/[0-9A-Fa-f]/);
/** What may stand as it is beside what is written in percent form. */
const PLAIN = lettersOf(/[\w.~!*'()+-]/);

function lettersOf(letter: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (letter.test(String.fromCharCode(code)) ? 1 : 0));
}

function* base64Runs(text: string): Generator<Run> {
  for (let start = longRun(text, BASE64, 0); start >= 0; ) {
    let end = endOf(text, BASE64, start);
    // Lines of a wrapped block belong together.
    for (let line = nextLine(text, end); line >= 0; line = nextLine(text, end)) {
      const lineEnd = endOf(text, BASE64, line);
      if (lineEnd - line < LEAST_LINE) break;
      end = lineEnd;
    }
    for (let padding = 0; padding < 2 && text[end] === "="; padding++) end++;
    yield { start, end };
    start = longRun(text, BASE64, end);
  }
}

function* hexRuns(text: string): Generator<Run> {
  for (let start = longRun(text, HEX, 0); start >= 0; ) {
    const end = endOf(text, HEX, start);
    yield { start, end: end - ((end - start) % 2) };
    start = longRun(text, HEX, end);
  }
}

function* percentRuns(text: string): Generator<Run> {
  let last = 0;
  for (let sign = text.indexOf("%"); sign >= 0; sign = text.indexOf("%", Math.max(last, sign + 1))) {
    let start = sign;
    while (start > last && PLAIN[text.charCodeAt(start - 1)] === 1) start--;
    let end = sign;
    while (isPercent(text, end)) end = endOf(text, PLAIN, end + 3);
    last = end;
    if (end > sign && end - start >= LEAST) yield { start, end };
  }
}

function isPercent(text: string, at: number): boolean {
  return text[at] === "%" && HEX[text.charCodeAt(at + 1)] === 1 && HEX[text.charCodeAt(at + 2)] === 1;
}

/** Where the next run of enough letters begins, -1 for none: most of a text is passed by its shorter words. */
function longRun(text: string, letters: Uint8Array, from: number): number {
  for (let start = from; start + LEAST <= text.length; ) {
    let at = start + LEAST - 1;
    while (at >= start && letters[text.charCodeAt(at)] === 1) at--;
    if (at < start) return start;
    start = at + 1;
  }
  return -1;
}

function endOf(text: string, letters: Uint8Array, from: number): number {
  let end = from;
  while (letters[text.charCodeAt(end)] === 1) end++;
  return end;
}

/** Where the line behind a line's end begins; -1 when none ends here. */
function nextLine(text: string, end: number): number {
  const at = text[end] === "\r" ? end + 1 : end;
  return text[at] === "\n" ? at + 1 : -1;
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
