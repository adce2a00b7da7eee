/**
 * Reads JSON whose form is known beforehand, byte by byte, without making anything that is not asked for. It is right or
 * it gives up: what differs from the form by a blank, and strings with escapes or beyond ASCII, set `failed`, and then
 * nothing that was read counts.
 */
import type { Names } from "./names-in-bytes.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const ZERO = 0x30;
const COLON = 0x3a;
const LETTER_Z = 0x5a;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const NULL = part("null");
const TRUE = part("true");
const FALSE = part("false");
const EMPTY = part("[]");

/** Bytes that stand for themselves in a string, as JSON and as Latin-1. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== 0x5c),
);

/** `2026-01-01T00:00:00.000Z`. */
const MOMENT = 24;

/** So many digits are a whole number exactly, added up one by one. */
const EXACT = 15;

/** A part of the form that is always the same: its bytes by fours, and those that are left. */
export interface Part {
  readonly fours: Int32Array;
  readonly rest: Uint8Array;
  readonly length: number;
}

/** Makes a part. */
export function part(text: string): Part {
  const bytes = Buffer.from(text, "latin1");
  const fours = Int32Array.from({ length: bytes.length >> 2 }, (_, index) => bytes.readInt32LE(index * 4));
  return { fours, rest: Uint8Array.from(bytes.subarray(fours.length * 4)), length: bytes.length };
}

/** A place in bytes, and whether all before it had the form. */
export class KnownJson {
  failed = false;
  /** What is read. */
  bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #end = 0;
  /** Where the content of the string begins and ends that was read last. */
  from = 0;
  to = 0;
  /** The first 16 bytes of the moment that was read last, and where that minute begins. */
  readonly #minute = new Int32Array(4);
  #minuteAt = 0;

  /** Begins to read a stretch of bytes. */
  begin(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.bytes) this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.failed = false;
  }

  /** Whether all was read, and all of it had the form. */
  isDone(): boolean {
    return !this.failed && this.#at === this.#end;
  }

  /** Whether the next bytes are these; then they are read. */
  isNext({ fours, rest, length }: Part): boolean {
    const next = this.#at + length;
    if (next > this.#end) return false;
    let at = this.#at;
    const view = this.#view;
    for (let index = 0; index < fours.length; index++, at += 4) {
      if (view.getInt32(at, true) !== fours[index]) return false;
    }
    const bytes = this.bytes;
    for (let index = 0; index < rest.length; index++, at++) {
      if (bytes[at] !== rest[index]) return false;
    }
    this.#at = next;
    return true;
  }

  /** The next bytes must be these. */
  expect(part: Part): void {
    if (!this.isNext(part)) this.failed = true;
  }

  /** A string that is not looked at. */
  skipText(): void {
    const bytes = this.bytes;
    const from = this.#at + 1;
    let at = from;
    while (PLAIN[bytes[at]!] === 1) at++;
    this.#closeText(from, at);
  }

  /** Behind a string. What runs over the end of the stretch is found by `isDone`. */
  #closeText(from: number, to: number): void {
    const bytes = this.bytes;
    if (bytes[from - 1] !== QUOTE || bytes[to] !== QUOTE) this.failed = true;
    this.from = from;
    this.to = to;
    this.#at = to + 1;
  }

  /** A string that is a moment, in milliseconds. The minute is worked out only when it is another than that before. */
  moment(): number {
    this.skipText();
    const from = this.from;
    if (this.failed || this.to - from !== MOMENT) return Date.parse(this.#slice(from, this.to));
    const bytes = this.bytes;
    const digit = (at: number): number => bytes[from + at]! - ZERO;
    const [tens, ones] = [digit(17), digit(18)];
    const [a, b, c] = [digit(20), digit(21), digit(22)];
    const exact = bytes[from + 16] === COLON && bytes[from + 19] === DOT && bytes[from + 23] === LETTER_Z;
    if (!exact || !(tens < 6 && isDigit(tens) && isDigit(ones) && isDigit(a) && isDigit(b) && isDigit(c))) {
      return Date.parse(this.#slice(from, this.to));
    }
    if (!this.#isMinute(from)) {
      for (let word = 0; word < 4; word++) this.#minute[word] = this.#view.getInt32(from + word * 4, true);
      this.#minuteAt = Date.parse(`${this.#slice(from, from + 16)}Z`);
    }
    return this.#minuteAt + tens * 10_000 + ones * 1_000 + a * 100 + b * 10 + c;
  }

  #isMinute(from: number): boolean {
    const view = this.#view;
    const minute = this.#minute;
    for (let word = 0; word < 4; word++) if (view.getInt32(from + word * 4, true) !== minute[word]) return false;
    return true;
  }

  /** A string out of few, by its number. */
  name(names: Names): number {
    const bytes = this.bytes;
    const from = this.#at + 1;
    let at = from;
    let sum = 0;
    for (; PLAIN[bytes[at]!] === 1; at++) sum = (Math.imul(sum, 31) + bytes[at]!) | 0;
    this.#closeText(from, at);
    return this.failed ? 0 : names.inBytes(bytes, from, at, sum);
  }

  /** The number of the name between two places of strings that were read. */
  nameBetween(from: number, to: number, names: Names): number {
    let sum = 0;
    for (let at = from; at < to; at++) sum = (Math.imul(sum, 31) + this.bytes[at]!) | 0;
    return names.inBytes(this.bytes, from, to, sum);
  }

  /** The same, or `none` for null. */
  nameOr(none: number, names: Names): number {
    return this.#isNull() ? none : this.name(names);
  }

  skipTextOrNull(): void {
    if (!this.#isNull()) this.skipText();
  }

  #isNull(): boolean {
    return this.bytes[this.#at] === LETTER_N && this.isNext(NULL);
  }

  truth(): boolean {
    const isTrue = this.bytes[this.#at] === LETTER_T;
    this.expect(isTrue ? TRUE : FALSE);
    return isTrue;
  }

  /** A number that is not below zero, without exponent. */
  number(): number {
    const from = this.#at;
    const whole = this.#digits();
    const digits = this.#at - from;
    if (digits === 0 || (digits > 1 && this.bytes[from] === ZERO)) this.failed = true;
    if (this.bytes[this.#at] !== DOT && digits <= EXACT) return whole;
    if (this.bytes[this.#at] === DOT) {
      const point = this.#at++;
      this.#digits();
      if (this.#at === point + 1) this.failed = true;
    }
    return Number(this.#slice(from, this.#at));
  }

  numberOrNull(): number | null {
    return this.#isNull() ? null : this.number();
  }

  #digits(): number {
    const bytes = this.bytes;
    const end = this.#end;
    let at = this.#at;
    let value = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (!isDigit(digit)) break;
      value = value * 10 + digit;
    }
    this.#at = at;
    return value;
  }

  /** A list, each item of which `read` reads; how many there were. */
  list<T>(read: (json: KnownJson, into: T) => void, into: T): number {
    if (this.isNext(EMPTY)) return 0;
    let items = 0;
    if (this.bytes[this.#at++] !== OPEN) this.failed = true;
    while (!this.failed) {
      read(this, into);
      items++;
      const sign = this.bytes[this.#at++];
      if (sign === CLOSE) break;
      if (sign !== COMMA) this.failed = true;
    }
    return items;
  }

  #slice(from: number, to: number): string {
    return this.bytes.toString("latin1", from, to);
  }
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}
