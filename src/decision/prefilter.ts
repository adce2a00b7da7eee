/**
 * Finds where many short literals stand in a text, in one pass that does next to nothing for most characters. Every
 * literal gives one trigram, the rarest it has in prose and code; a table of 32 K bytes, by a hash of three characters,
 * tells where one of them may stand, and there the literal is compared in full. scanner.ts asks it before any
 * expression runs.
 */

/** A literal to look for: ASCII, at least 3 long; in lower case and in either case when `fold`. */
export interface Literal {
  readonly text: string;
  readonly fold: boolean;
}

/** Told of a literal, by its index in the list, and where it begins; places come in no strict order. */
export type Visit = (literal: number, at: number) => void;

export interface Prefilter {
  /** Tells every place of the text where a literal stands. */
  find(text: string, visit: Visit): void;
}

/** Three times five bits: a fourth character falls out of the hash, so that it can roll. */
const HASHES = 0x8000;

/** One place of a trigram: of which literal, at which offset in it; chained by hash, entry 0 ends every chain. */
interface Entry {
  readonly literal: number;
  readonly offset: number;
  readonly next: number;
}

interface Tables {
  readonly literals: readonly Literal[];
  /** 1 where a trigram of this hash may belong to a literal. */
  readonly live: Uint8Array;
  readonly heads: Uint16Array;
  readonly entries: readonly Entry[];
}

/** Builds the tables for a list of literals; the list is not empty. */
export function createPrefilter(literals: readonly Literal[]): Prefilter {
  const tables = layTables(literals);
  return { find: (text, visit) => lookThrough(tables, text, visit) };
}

function layTables(literals: readonly Literal[]): Tables {
  const live = new Uint8Array(HASHES);
  const heads = new Uint16Array(HASHES);
  const entries: Entry[] = [{ literal: 0, offset: 0, next: 0 }];
  for (const [literal, { text, fold }] of literals.entries()) {
    const offset = rarest(text);
    const hashes = spellings(text.slice(offset, offset + 3), fold).map((codes) => hashOf(...codes));
    for (const hash of new Set(hashes)) {
      live[hash] = 1;
      heads[hash] = entries.push({ literal, offset, next: heads[hash]! }) - 1;
    }
  }
  return { literals, live, heads, entries };
}

function hashOf(a: number, b: number, c: number): number {
  return ((a << 10) ^ (b << 5) ^ c) & (HASHES - 1);
}

function lookThrough(tables: Tables, text: string, visit: Visit): void {
  const { live } = tables;
  let hash = 0;
  for (let i = 0; i < text.length; i++) {
    hash = ((hash << 5) ^ text.charCodeAt(i)) & 0x7fff;
    if (live[hash] === 1) compareAt(tables, text, { at: i - 2, hash, visit });
  }
}

/** A trigram of a text. */
interface Spot {
  readonly at: number;
  readonly hash: number;
  readonly visit: Visit;
}

function compareAt({ literals, heads, entries }: Tables, text: string, { at, hash, visit }: Spot): void {
  for (let e = heads[hash]!; e !== 0; e = entries[e]!.next) {
    const { literal, offset } = entries[e]!;
    const { text: wanted, fold } = literals[literal]!;
    let k = 0;
    // Outside the text there is NaN, which equals nothing.
    while (k < wanted.length && same(text.charCodeAt(at - offset + k), wanted.charCodeAt(k), fold)) k++;
    if (k === wanted.length) visit(literal, at - offset);
  }
}

function same(found: number, wanted: number, fold: boolean): boolean {
  return found === wanted || (fold && lower(found) === wanted);
}

function lower(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}

/** Both cases of every letter of a trigram, when case does not matter. */
function spellings(trigram: string, fold: boolean): [number, number, number][] {
  const cases = [...trigram].map((letter) => (fold ? [...new Set([letter, letter.toUpperCase()])] : [letter]));
  const all: [number, number, number][] = [];
  for (const a of cases[0]!) {
    for (const b of cases[1]!) {
      for (const c of cases[2]!) all.push([a.charCodeAt(0), b.charCodeAt(0), c.charCodeAt(0)]);
    }
  }
  return all;
}

/** Characters of prose and code, the common ones first. */
const COMMON = " etaoinsrlcdupmhgfbyvwk._x-(),=1023:SCTRAEINOPMDLFB456789'{}[]zjqGUHVWKYXQJZ";

/** The offset of the rarest trigram. */
function rarest(text: string): number {
  const rank = (letter: string): number => {
    const at = COMMON.indexOf(letter);
    return at < 0 ? COMMON.length : at;
  };
  let best = 0;
  let highest = -1;
  for (let offset = 0; offset + 3 <= text.length; offset++) {
    const worth = rank(text[offset]!) + rank(text[offset + 1]!) + rank(text[offset + 2]!);
    if (worth <= highest) continue;
    highest = worth;
    best = offset;
  }
  return best;
}
