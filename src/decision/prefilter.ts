/**
 * Finds where many short literals stand in a text, in one pass that does next to nothing for most characters. Every
 * literal gives one trigram, the rarest it has in prose and code. A table of a million bits, by a hash of four characters,
 * tells where a trigram and what stands before it may belong to a literal; there the literals of that trigram are compared
 * in full. scanner.ts asks it before any expression runs.
 */

import { rarityOf } from "./trigrams.ts";

/** A literal to look for: ASCII, at least 3 long; in lower case and in either case when `fold`. */
export interface Literal {
  readonly text: string;
  readonly fold: boolean;
}

/** Told of a literal, by its index in the list, and where it begins; places come in no strict order. */
export type Visit = (literal: number, at: number) => void;

export interface Prefilter {
  /**
   * Tells every place of the text where a literal stands. Of a part of it, those that are known by a letter in the part: a
   * literal may begin before it or end behind it, and each is told of in one part of a text.
   */
  find(text: string, visit: Visit, from?: number, to?: number): void;
}

/** Five bits of each character, which both cases of a letter share: an older character falls out of the hash. */
const BITS = 5;
const TRIGRAMS = 1 << (3 * BITS);
const FOURS = 1 << (4 * BITS);

/** What is looked up, flat; an entry is one place of a trigram in a literal, and entry 0 ends every chain. */
interface Tables {
  /** By hash of four characters, a bit each: whether they may belong to a literal. */
  readonly live: Int32Array;
  /** By hash of three: the first entry of the trigrams with it. */
  readonly heads: Uint16Array;
  /** By entry: the next of the same hash, its literal, and the place of the trigram in that. */
  readonly next: Uint16Array;
  readonly literal: Uint16Array;
  readonly offset: Uint8Array;
  /** The letters of all literals; those of one begin at its start and end where those of the next begin. */
  readonly letters: Uint8Array;
  /** By letter: the bit that makes a letter of the text lower case, where case does not matter. */
  readonly cases: Uint8Array;
  readonly starts: Uint32Array;
}

/** Builds the tables for a list of literals; the list is not empty. */
export function createPrefilter(literals: readonly Literal[]): Prefilter {
  const tables = layTables(literals);
  return { find: (text, visit, from = 0, to = text.length) => lookThrough(tables, text, { from, to, visit }) };
}

function layTables(literals: readonly Literal[]): Tables {
  const live = new Int32Array(FOURS / 32);
  const heads = new Uint16Array(TRIGRAMS);
  const entries = [{ literal: 0, offset: 0, next: 0 }];
  for (const [literal, { text, fold }] of literals.entries()) {
    const offset = rarest(text);
    const spelled = spellings(text.slice(offset, offset + 3), fold).map((trigram) => hashOf(trigram));
    for (const hash of new Set(spelled.map((whole) => whole & (TRIGRAMS - 1)))) {
      heads[hash] = entries.push({ literal, offset, next: heads[hash]! }) - 1;
    }
    for (const before of befores(text.charCodeAt(offset - 1))) {
      for (const hash of spelled) {
        const four = ((before << (3 * BITS)) ^ hash) & (FOURS - 1);
        live[four >>> 5]! |= 1 << (four & 31);
      }
    }
  }
  const starts = [0];
  for (const { text } of literals) starts.push(starts.at(-1)! + text.length);
  return {
    live,
    heads,
    next: Uint16Array.from(entries, ({ next }) => next),
    literal: Uint16Array.from(entries, ({ literal }) => literal),
    offset: Uint8Array.from(entries, ({ offset }) => offset),
    letters: Uint8Array.from(literals.flatMap(({ text }) => [...text].map((letter) => letter.charCodeAt(0)))),
    cases: Uint8Array.from(literals.flatMap(({ text, fold }) => [...text].map((letter) => caseBit(letter, fold)))),
    starts: Uint32Array.from(starts),
  };
}

/** With this bit a capital is the small letter, and nothing else becomes a letter. */
function caseBit(letter: string, fold: boolean): number {
  return fold && /[a-z]/.test(letter) ? 0x20 : 0;
}

/** Without the characters before, of which the bits above those of a trigram's hash tell as well. */
function hashOf(trigram: string): number {
  let hash = 0;
  for (let i = 0; i < trigram.length; i++) hash = (hash << BITS) ^ trigram.charCodeAt(i);
  return hash;
}

/** What of the character before a trigram shows in a hash: of a known one its bits, else all there are. */
function befores(code: number): readonly number[] {
  const all = 1 << BITS;
  return Number.isNaN(code) ? Array.from({ length: all }, (_, bits) => bits) : [code & (all - 1)];
}

function lookThrough(tables: Tables, text: string, { from, to, visit }: Part): void {
  const { live } = tables;
  let hash = 0;
  // What stands before belongs to the first trigrams.
  for (let i = Math.max(0, from - 3); i < from; i++) hash = (hash << BITS) ^ text.charCodeAt(i);
  for (let i = from; i < to; i++) {
    hash = ((hash << BITS) ^ text.charCodeAt(i)) & (FOURS - 1);
    if ((live[hash >>> 5]! >>> (hash & 31)) & 1)
      compareAt(tables, text, { at: i - 2, hash: hash & (TRIGRAMS - 1), visit });
  }
}

/** A part of a text that is looked through. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly visit: Visit;
}

/** A trigram of a text. */
interface Spot {
  readonly at: number;
  readonly hash: number;
  readonly visit: Visit;
}

function compareAt(tables: Tables, text: string, { at, hash, visit }: Spot): void {
  const { heads, next, literal, offset, letters, cases, starts } = tables;
  for (let entry = heads[hash]!; entry !== 0; entry = next[entry]!) {
    const wanted = literal[entry]!;
    const from = at - offset[entry]!;
    const end = starts[wanted + 1]!;
    let k = starts[wanted]!;
    // Outside the text there is no letter, and no literal has the letter 0.
    for (let i = from; k < end && (text.charCodeAt(i) | cases[k]!) === letters[k]; i++) k++;
    if (k === end) visit(wanted, from);
  }
}

/** A trigram as it may be written: in both cases of every letter when case does not matter. */
function spellings(trigram: string, fold: boolean): string[] {
  let all = [""];
  for (const letter of trigram) {
    const cases = fold ? new Set([letter, letter.toUpperCase()]) : [letter];
    all = all.flatMap((head) => [...cases].map((next) => head + next));
  }
  return all;
}

/** Characters of prose and code, the common ones first. */
const COMMON = " etaoinsrlcdupmhgfbyvwk._x-(),=1023:SCTRAEINOPMDLFB456789'{}[]zjqGUHVWKYXQJZ";

/** The offset of the rarest trigram; of those that are equally rare, the one with the rarer letters. */
function rarest(text: string): number {
  let best = 0;
  let highest = -1;
  for (let offset = 0; offset + 3 <= text.length; offset++) {
    const trigram = text.slice(offset, offset + 3);
    const worth = rarityOf(trigram) * 3 * COMMON.length + lettersOf(trigram);
    if (worth <= highest) continue;
    highest = worth;
    best = offset;
  }
  return best;
}

function lettersOf(trigram: string): number {
  const ranks = [...trigram].map((letter) => COMMON.indexOf(letter));
  return ranks.reduce((sum, rank) => sum + (rank < 0 ? COMMON.length : rank), 0);
}
