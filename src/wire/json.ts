/**
 * Values in JSON bytes, found but not built: skim.ts notes where each stands, so that a reader can look at what it needs
 * and an editor can splice around it. read.ts and document.ts walk the result.
 */

/** The text is not JSON as this gateway reads it, or not of the shape it must have; the message quotes nothing of it. */
export class JsonError extends Error {
  readonly code: "syntax" | "utf8" | "depth" | "size" | "duplicate" | "shape";
  /** Byte offset of the trouble. */
  readonly at: number;
  constructor(code: JsonError["code"], message: string, at: number) {
    super(message);
    this.name = "JsonError";
    this.code = code;
    this.at = at;
  }
}

/** Names a value (or key) of one `Json`. */
export type Node = number;

export type JsonKind = "object" | "array" | "string" | "number" | "true" | "false" | "null";

/** Numbers per node: first byte, byte behind its last, node behind its subtree. */
export const STRIDE = 3;
const BACKSLASH = 0x5c;
/** Longest string that counts as a word, and the words met lately, by hash. */
const WORD_MAX = 32;
const WORDS: string[] = new Array<string>(512).fill("");
const KINDS: Readonly<Record<number, JsonKind>> = {
  123: "object",
  91: "array",
  34: "string",
  116: "true",
  102: "false",
  110: "null",
};

/** A checked JSON text; node 0 is its root. */
export class Json {
  readonly bytes: Uint8Array;
  readonly #text: Buffer;
  readonly #nodes: Int32Array;

  constructor(bytes: Uint8Array, nodes: Int32Array) {
    this.bytes = bytes;
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#nodes = nodes;
  }

  kind(node: Node): JsonKind {
    return KINDS[this.bytes[this.start(node)]!] ?? "number";
  }

  /** Offset of the value's first byte (of a string: its quote). */
  start(node: Node): number {
    return this.#nodes[node * STRIDE]!;
  }

  /** Offset behind the value's last byte. */
  end(node: Node): number {
    return this.#nodes[node * STRIDE + 1]!;
  }

  /** The node behind this one and all that lies in it. */
  next(node: Node): Node {
    return this.#nodes[node * STRIDE + 2]!;
  }

  /** A string's value, with escapes undone. */
  text(node: Node): string {
    return decodeText(this.#text, this.start(node) + 1, this.end(node) - 1);
  }

  /** The same for keys and types: the few words that they are made of are not decoded again and again. */
  word(node: Node): string {
    const start = this.start(node) + 1;
    const end = this.end(node) - 1;
    if (end - start > WORD_MAX) return this.text(node);
    let hash = end - start;
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + this.bytes[at]!) | 0;
    const slot = hash & (WORDS.length - 1);
    const known = WORDS[slot]!;
    if (known.length === end - start && this.#spells(known, start)) return known;
    const word = decodeText(this.#text, start, end);
    if (this.#spells(word, start) && word.length === end - start) WORDS[slot] = word;
    return word;
  }

  /** True when the bytes from `start` are the word's letters, with nothing to undo. */
  #spells(word: string, start: number): boolean {
    for (let k = 0; k < word.length; k += 1) {
      const code = word.charCodeAt(k);
      if (code !== this.bytes[start + k] || code === BACKSLASH || code >= 0x80) return false;
    }
    return true;
  }

  /** A value's bytes as they stand, as text. */
  raw(node: Node): string {
    return this.#text.toString("utf8", this.start(node), this.end(node));
  }

  /** Values of an array; empty for anything else. */
  elements(node: Node): Node[] {
    const found: Node[] = [];
    if (this.kind(node) !== "array") return found;
    for (let at = node + 1, end = this.next(node); at < end; at = this.next(at)) found.push(at);
    return found;
  }

  /** Members of an object by decoded key, of equal keys the last, as most readers do; empty for anything else. */
  members(node: Node): Map<string, Node> {
    return this.kind(node) === "object" ? this.#collect(node, false) : new Map();
  }

  /** Members of a value that must be an object and whose keys must differ; throws JsonError `shape` or `duplicate`. */
  fields(node: Node): Map<string, Node> {
    if (this.kind(node) !== "object") throw new JsonError("shape", "an object is expected", this.start(node));
    return this.#collect(node, true);
  }

  #collect(object: Node, distinct: boolean): Map<string, Node> {
    const found = new Map<string, Node>();
    for (let key = object + 1, end = this.next(object); key < end; key = this.next(key + 1)) {
      const name = this.word(key);
      if (distinct && found.has(name)) {
        throw new JsonError("duplicate", "an object has the same key twice", this.start(key));
      }
      found.set(name, key + 1);
    }
    return found;
  }
}

/**
 * Undoes the escapes of a checked string, or of a part that cuts none of them, that stands in `text[start, end)`. What it
 * gives is no slice of another string, in which every look at a letter would go a longer way.
 */
export function decodeText(text: Buffer, start: number, end: number): string {
  const raw = text.toString("utf8", start, end);
  return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
}
