/**
 * Values that were found once, found again wherever they stand, without the words around them that a pattern leans on.
 * What is short or looks like a word of everybody's is not looked for bare: it would be found where it means nothing.
 */

/** Where a known value stands: UTF-16 offsets, `end` exclusive. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
}

/** Shortest value that is found wherever its letters stand, and shortest that is found where it stands by itself. */
const ANYWHERE = 12;
const ALONE = 5;
/** Words, names in one case and small numbers. */
const COMMON = /^(?:[a-z]+|[A-Z][a-z]*|[A-Z]+|\d{1,5})$/;

/** Slots of the filter over the beginnings of values, a bit each. */
const SLOTS = 8192;
/** Bits of each letter in the hash of a beginning; those of older letters are shifted out. */
const BITS = 5;
const HEAD = (1 << (BITS * ALONE)) - 1;
/** Different lengths of values that begin alike; nobody has so many, and each is tried wherever that beginning stands. */
const MOST_LENGTHS = 64;

/** Known values, and a search for all of them in one pass. */
export class KnownValues {
  /** By how they begin and how long they are, the longest first, so that a value in a longer one is not found for it. */
  readonly #byHead = new Map<string, { readonly length: number; readonly values: Set<string> }[]>();
  #heads: Int32Array | null = null;

  /** True when there is something to look for. */
  get any(): boolean {
    return this.#heads !== null;
  }

  /** Adds a value, unless it is too short or too common. */
  add(value: string): void {
    const { length } = value;
    if (length < ANYWHERE && (length < ALONE || COMMON.test(value))) return;
    const head = value.slice(0, ALONE);
    const alike = this.#byHead.get(head) ?? [];
    this.#byHead.set(head, alike);
    const same = alike.find((each) => each.length === length);
    if (same !== undefined) same.values.add(value);
    else if (alike.length < MOST_LENGTHS) {
      alike.push({ length, values: new Set([value]) });
      alike.sort((a, b) => b.length - a.length);
    }
    this.#heads ??= new Int32Array(SLOTS / 32);
    let hash = 0;
    for (let at = 0; at < ALONE; at += 1) hash = (hash << BITS) ^ value.charCodeAt(at);
    const slot = slotOf(hash);
    this.#heads[slot >>> 5]! |= 1 << slot;
  }

  /** Takes a value out; a filter that lets too much through is only slower. */
  delete(value: string): void {
    for (const { length, values } of this.#byHead.get(value.slice(0, ALONE)) ?? []) {
      if (length === value.length) values.delete(value);
    }
  }

  /** Every place where a known value stands, in order and apart; of a part of the text those that begin in it. */
  find(text: string, from = 0, to = text.length): Occurrence[] {
    const found: Occurrence[] = [];
    const heads = this.#heads;
    if (heads === null) return found;
    let hash = 0;
    let free = from;
    const end = Math.min(text.length, to + ALONE - 1);
    for (let last = from; last < end; last += 1) {
      hash = (hash << BITS) ^ text.charCodeAt(last);
      const slot = slotOf(hash);
      if ((heads[slot >>> 5]! & (1 << slot)) === 0) continue;
      const at = last - ALONE + 1;
      const length = at < free ? 0 : this.#lengthAt(text, at);
      if (length === 0) continue;
      free = at + length;
      found.push({ start: at, end: free });
    }
    return found;
  }

  /** Length of the longest value that stands here; 0 when none does. */
  #lengthAt(text: string, at: number): number {
    for (const { length, values } of this.#byHead.get(text.slice(at, at + ALONE)) ?? []) {
      const end = at + length;
      if (end <= text.length && values.has(text.slice(at, end)) && standsFree(text, at, end)) return length;
    }
    return 0;
  }
}

/** Where the filter tells of a beginning, by the hash of its letters and any before them. */
function slotOf(hash: number): number {
  const head = hash & HEAD;
  return (head ^ (head >>> 12)) & (SLOTS - 1);
}

function standsFree(text: string, start: number, end: number): boolean {
  if (end - start >= ANYWHERE) return true;
  return !(isWord(text, start - 1) && isWord(text, start)) && !(isWord(text, end - 1) && isWord(text, end));
}

function isWord(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122) || unit === 95;
}
