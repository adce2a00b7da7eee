/**
 * Sets of names in words. A set of atoms is told by declared groups and globs, with exceptions where that is shorter, and
 * always exactly: when nothing else fits, an atom is told by all globs that hold it without those that do not.
 */
import {
  addBit,
  eachBit,
  emptyBits,
  fullBits,
  hasBit,
  holdsAll,
  intersect,
  sameBits,
  subtract,
  unite,
} from "../decision/bits.ts";

/** Names that match all of `all` and none of `except`. */
export interface NameTerm {
  readonly all: readonly string[];
  readonly except: readonly string[];
}

/** A set of names: what any of its terms holds. */
export type NameSet = readonly NameTerm[];

/** A group or glob with its atoms. */
export interface Named {
  readonly name: string;
  readonly bits: Uint32Array;
  readonly size: number;
}

/** The words that sets of one kind of names may be told with. */
export interface Vocabulary {
  readonly atoms: number;
  /** Largest first; of equal ones the group, then the shorter. */
  readonly words: readonly Named[];
}

/** Prepares a vocabulary from groups (`@name`) and globs. */
export function vocabulary(atoms: number, named: Iterable<readonly [string, Uint32Array]>): Vocabulary {
  const words: Named[] = [];
  for (const [name, bits] of named) words.push({ name, bits, size: countBits(bits) });
  words.sort((a, b) => b.size - a.size || rank(a.name) - rank(b.name) || a.name.length - b.name.length || order(a, b));
  return { atoms, words: words.filter(({ size }) => size > 0) };
}

/** Tells a set of atoms, as short as it knows how. */
export function describe(vocabulary: Vocabulary, bits: Uint32Array): NameSet {
  const exact = vocabulary.words.find((word) => sameBits(word.bits, bits));
  if (exact !== undefined) return [{ all: [exact.name], except: [] }];
  const ways = [wholeExcept(vocabulary, bits), allExcept(vocabulary, bits), cover(vocabulary, bits)];
  return ways.flatMap((way) => (way === null ? [] : [way])).reduce((a, b) => (length(b) < length(a) ? b : a));
}

/** `claude-opus-*, claude-sonnet-* except *-preview; gpt-*`: exceptions stand behind all that they are taken from. */
export function nameText(set: NameSet, most = 5): string {
  const groups = Map.groupBy(set.slice(0, most), ({ except }) => except.join());
  const words = [...groups.values()].map((terms) => {
    const names = terms.map(({ all }) => (all.length === 1 ? all[0]! : `what matches ${list(all, most, " and ")}`));
    const { except } = terms[0]!;
    return `${names.join(", ")}${except.length === 0 ? "" : ` except ${list(except, most)}`}`;
  });
  return `${words.join("; ")}${set.length > most ? ` and ${set.length - most} more` : ""}`;
}

function list(names: readonly string[], most: number, separator = ", "): string {
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return `${names.slice(0, most).join(separator)}${more}`;
}

/** Groups before globs: their names say what was meant. */
function rank(name: string): number {
  return name.startsWith("@") ? 0 : 1;
}

function order(a: Named, b: Named): number {
  return a.name < b.name ? -1 : 1;
}

/** How much there is to read; exceptions that are said once are read once. */
function length(set: NameSet): number {
  const exceptions = new Map(set.map(({ except }) => [except.join(), except.length]));
  const words = set.reduce((sum, { all }) => sum + 1 + all.length, 0);
  return [...exceptions.values()].reduce((sum, amount) => sum + 1.5 * amount, words);
}

/** Words with the same exceptions, which were taken out of all of them: `@frontier, @everyday except *-preview`. */
function allExcept({ words, atoms }: Vocabulary, bits: Uint32Array): NameSet | null {
  const outside = withoutAny(atoms, bits);
  const excused = emptyBits(atoms);
  for (const word of words) if (holdsAll(outside, word.bits)) unite(excused, word.bits);
  const reach = bits.slice();
  unite(reach, excused);
  const useful = words.filter((word) => meets(word.bits, bits) && holdsAll(reach, word.bits));
  const left = bits.slice();
  const surplus = emptyBits(atoms);
  const names: string[] = [];
  while (left.some((it) => it !== 0)) {
    const word = bestOf(useful, left, { bits, surplus });
    if (word === null) return null;
    names.push(word.name);
    const more = word.bits.slice();
    subtract(more, bits);
    unite(surplus, more);
    subtract(left, word.bits);
  }
  const except = greedy(words, surplus, outside);
  return except === null ? null : names.map((name) => ({ all: [name], except }));
}

/** The word that holds most of what is left, and little besides. */
function bestOf(
  words: readonly Named[],
  left: Uint32Array,
  { bits, surplus }: { bits: Uint32Array; surplus: Uint32Array },
): Named | null {
  let best: Named | null = null;
  let most = 0;
  for (const word of words) {
    let gain = 0;
    let cost = 0;
    for (let i = 0; i < left.length; i++) {
      gain += countWord(word.bits[i]! & left[i]!);
      cost += countWord(word.bits[i]! & ~bits[i]! & ~surplus[i]!);
    }
    if (gain > 0 && (best === null || gain - cost / 2 > most)) [best, most] = [word, gain - cost / 2];
  }
  return best;
}

/** The smallest word that holds everything, without what it holds too much. */
function wholeExcept({ words, atoms }: Vocabulary, bits: Uint32Array): NameSet | null {
  let best: NameSet | null = null;
  for (const word of words) {
    if (!holdsAll(word.bits, bits)) continue;
    const surplus = word.bits.slice();
    subtract(surplus, bits);
    const except = greedy(words, surplus, withoutAny(atoms, bits));
    if (except === null) continue;
    const way = [{ all: [word.name], except }];
    if (best === null || length(way) < length(best)) best = way;
  }
  return best;
}

/** Terms that together are the set: words inside it, then words without exceptions, then atoms by their globs. */
function cover(vocabulary: Vocabulary, bits: Uint32Array): NameSet {
  const left = bits.slice();
  const terms: NameTerm[] = [];
  for (const word of vocabulary.words) {
    if (!meets(word.bits, left) || !holdsAll(bits, word.bits)) continue;
    terms.push({ all: [word.name], except: [] });
    subtract(left, word.bits);
  }
  for (const atom of [...eachBit(left)]) {
    if (!hasBit(left, atom)) continue;
    const { term, held } = termAround(vocabulary, bits, atom);
    terms.push(term);
    subtract(left, held);
  }
  return terms;
}

/** Of so many words, the narrowest that hold an atom, two are tried together. */
const MOST_PAIRED = 12;

/** A term inside the set that holds an atom: some word without exceptions, else two, else all that hold it. */
function termAround(
  { words, atoms }: Vocabulary,
  bits: Uint32Array,
  atom: number,
): { term: NameTerm; held: Uint32Array } {
  const around = words.filter((word) => hasBit(word.bits, atom));
  const outside = withoutAny(atoms, bits);
  let best: { term: NameTerm; held: Uint32Array } | null = null;
  const offer = (all: readonly Named[]): void => {
    const held = all[0]!.bits.slice();
    for (const { bits: more } of all.slice(1)) intersect(held, more);
    const surplus = held.slice();
    subtract(surplus, bits);
    const names = all.map(({ name }) => name);
    const except = greedy(words, surplus, outside);
    if (except === null) return;
    subtract(held, surplus);
    const term = { all: names, except };
    if (best === null || length([term]) < length([best.term])) best = { term, held };
  };
  for (const word of around) offer([word]);
  const close = around.slice(-MOST_PAIRED);
  for (const [i, a] of close.entries()) for (const b of close.slice(i + 1)) offer([a, b]);
  return best ?? alone(words, around, { atoms, atom });
}

function alone(
  words: readonly Named[],
  around: readonly Named[],
  { atoms, atom }: { atoms: number; atom: number },
): { term: NameTerm; held: Uint32Array } {
  const held = emptyBits(atoms);
  addBit(held, atom);
  const surplus = withoutAny(atoms, held);
  for (const { bits } of around) intersect(surplus, bits);
  const others = words.filter((word) => !hasBit(word.bits, atom));
  const except = greedy(others, surplus, withoutAny(atoms, held)) ?? others.map(({ name }) => name);
  return { term: { all: around.map(({ name }) => name), except }, held };
}

/** Words that lie within `allowed` and together hold `wanted`; null when they cannot. */
function greedy(words: readonly Named[], wanted: Uint32Array, allowed: Uint32Array): string[] | null {
  const left = wanted.slice();
  const names: string[] = [];
  for (const word of words) {
    if (!meets(word.bits, left) || !holdsAll(allowed, word.bits)) continue;
    names.push(word.name);
    subtract(left, word.bits);
  }
  return left.every((it) => it === 0) ? names : null;
}

function withoutAny(atoms: number, bits: Uint32Array): Uint32Array {
  const outside = fullBits(atoms);
  subtract(outside, bits);
  return outside;
}

function meets(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if ((a[i]! & b[i]!) !== 0) return true;
  return false;
}

function countBits(bits: Uint32Array): number {
  return bits.reduce((sum, word) => sum + countWord(word), 0);
}

function countWord(word: number): number {
  let count = 0;
  for (let left = word; left !== 0; left &= left - 1) count++;
  return count;
}
