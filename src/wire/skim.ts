/**
 * One strict pass over JSON bytes that checks the whole text and notes where every value stands; json.ts reads the notes.
 * Strict means RFC 8259 to the letter, in valid UTF-8 without a mark in front, because a lenient reading that differs
 * from the provider's would be a way around policy.
 */
import { Json, JsonError, type Node, STRIDE } from "./json.ts";

/** Deepest nesting that is read. */
export const MAX_DEPTH = 512;
/** Most values and keys that are kept of one text. */
export const MAX_NODES = 4_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Checks a whole JSON text and notes where its values are; throws JsonError. */
export function skim(bytes: Uint8Array): Json {
  const skimmer = new Skimmer(bytes);
  skimmer.run();
  return new Json(bytes, skimmer.nodes);
}

class Skimmer {
  readonly bytes: Uint8Array;
  nodes: Int32Array;
  count = 0;
  at = 0;
  readonly #open: Node[] = [];

  /** The same memory, to be read four bytes at a time. */
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.nodes = new Int32Array(STRIDE * Math.max(64, bytes.length >> 6));
  }

  run(): void {
    do this.#value();
    while (this.#follow());
    this.#space();
    if (this.at < this.bytes.length) this.#fail("something follows the end of the value");
  }

  /** Reads a value up to its end, or a container up to its first value. */
  #value(): void {
    this.#space();
    const first = this.bytes[this.at];
    if (first === QUOTE) this.#string();
    else if (first === 0x7b || first === 0x5b) this.#enter(first);
    else if (first === 0x74) this.#word("true");
    else if (first === 0x66) this.#word("false");
    else if (first === 0x6e) this.#word("null");
    else this.#number();
  }

  #enter(first: number): void {
    if (this.#open.length === MAX_DEPTH)
      throw new JsonError("depth", `nested deeper than ${MAX_DEPTH} levels`, this.at);
    this.#open.push(this.#note(this.at, 0));
    this.at += 1;
    this.#space();
    if (this.bytes[this.at] === first + 2) return;
    if (first === 0x7b) this.#key();
    this.#value();
  }

  /** Closes what ends here; true when another value has to be read. */
  #follow(): boolean {
    while (this.#open.length > 0) {
      const container = this.#open[this.#open.length - 1]!;
      const first = this.bytes[this.nodes[container * STRIDE]!]!;
      this.#space();
      const byte = this.bytes[this.at];
      this.at += 1;
      if (byte === 0x2c) {
        this.#space();
        if (first === 0x7b) this.#key();
        return true;
      }
      if (byte !== first + 2) {
        this.at -= 1;
        this.#fail(byte === undefined ? "the text ends too early" : "a comma or a closing bracket is missing");
      }
      this.nodes[container * STRIDE + 1] = this.at;
      this.nodes[container * STRIDE + 2] = this.count;
      this.#open.pop();
    }
    return false;
  }

  #key(): void {
    if (this.bytes[this.at] !== QUOTE) this.#fail("a key is missing");
    this.#string();
    this.#space();
    if (this.bytes[this.at] !== 0x3a) this.#fail("a colon is missing");
    this.at += 1;
  }

  #string(): void {
    const bytes = this.bytes;
    const start = this.at;
    let at = start + 1;
    let seen = 0;
    for (;;) {
      at = this.#plainWords(at);
      let byte = bytes[at]!;
      while (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) {
        seen |= byte;
        byte = bytes[++at]!;
      }
      if (byte === QUOTE) break;
      this.at = at;
      if (at >= bytes.length) this.#fail("the text ends too early");
      if (byte !== BACKSLASH) this.#fail("a control character in a string");
      at = this.#escape();
    }
    this.at = at + 1;
    // Outside of strings the grammar is ASCII, so this is all of the text that can be invalid.
    if (seen > 0x7f) this.#checkUtf8(start, at);
    this.#note(start, this.at);
  }

  /**
   * Offset behind the plain ASCII that begins here, as far as whole words of four bytes reach. A word is plain when no
   * byte of it lets its highest bit come up: below a space, a quote, a backslash, or not ASCII.
   */
  #plainWords(from: number): number {
    const view = this.#view;
    const last = view.byteLength - 4;
    let at = from;
    for (; at <= last; at += 4) {
      const word = view.getInt32(at, true);
      const below = word - 0x20202020;
      const quote = (word ^ 0x22222222) - 0x01010101;
      const backslash = (word ^ 0x5c5c5c5c) - 0x01010101;
      if (((word | below | quote | backslash) & 0x80808080) !== 0) break;
    }
    return at;
  }

  #checkUtf8(start: number, end: number): void {
    try {
      UTF8.decode(this.bytes.subarray(start, end));
    } catch {
      throw new JsonError("utf8", "the text is not valid UTF-8", start);
    }
  }

  /** Offset behind the escape that begins here. */
  #escape(): number {
    const at = this.at + 1;
    const byte = this.bytes[at];
    if (byte === 0x75) {
      for (let k = 1; k <= 4; k += 1) if (!isHex(this.bytes[at + k])) this.#fail("a bad escape in a string");
      return at + 5;
    }
    // " \ / b f n r t
    const known = byte === QUOTE || byte === BACKSLASH || byte === 0x2f || byte === 0x62 || byte === 0x66;
    if (!known && byte !== 0x6e && byte !== 0x72 && byte !== 0x74) this.#fail("a bad escape in a string");
    return at + 1;
  }

  #number(): void {
    const start = this.at;
    if (this.bytes[this.at] === 0x2d) this.at += 1;
    if (this.bytes[this.at] === 0x30) this.at += 1;
    else this.#digits(start === this.at ? "a value is missing" : "a bad number");
    if (this.bytes[this.at] === 0x2e) {
      this.at += 1;
      this.#digits("a bad number");
    }
    if (this.bytes[this.at] === 0x65 || this.bytes[this.at] === 0x45) {
      this.at += 1;
      if (this.bytes[this.at] === 0x2b || this.bytes[this.at] === 0x2d) this.at += 1;
      this.#digits("a bad number");
    }
    this.#note(start, this.at);
  }

  #digits(message: string): void {
    const start = this.at;
    while (this.bytes[this.at]! >= 0x30 && this.bytes[this.at]! <= 0x39) this.at += 1;
    if (this.at === start) this.#fail(this.at < this.bytes.length ? message : "the text ends too early");
  }

  #word(word: "true" | "false" | "null"): void {
    for (let k = 1; k < word.length; k += 1) {
      if (this.bytes[this.at + k] !== word.charCodeAt(k)) this.#fail("a value is missing");
    }
    this.at += word.length;
    this.#note(this.at - word.length, this.at);
  }

  #space(): void {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.at += 1;
    }
  }

  #note(start: number, end: number): Node {
    const node = this.count;
    if (node === MAX_NODES) throw new JsonError("size", "more values than are read of one text", start);
    const place = node * STRIDE;
    if (place === this.nodes.length) this.#grow();
    this.nodes[place] = start;
    this.nodes[place + 1] = end;
    this.nodes[place + 2] = node + 1;
    this.count += 1;
    return node;
  }

  #grow(): void {
    const wider = new Int32Array(this.nodes.length * 2);
    wider.set(this.nodes);
    this.nodes = wider;
  }

  #fail(message: string): never {
    throw new JsonError("syntax", message, this.at);
  }
}

function isHex(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
