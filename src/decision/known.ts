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

/** Slots of the filter over the beginnings of values. */
const SLOTS = 1024;

/** Known values, and a search for all of them in one pass. */
export class KnownValues {
  readonly #byHead = new Map<string, string[]>();
  #heads: Uint8Array | null = null;

  /** True when there is something to look for. */
  get any(): boolean {
    return this.#heads !== null;
  }

  /** Adds a value, unless it is too short or too common. */
  add(value: string): void {
    if (value.length < ANYWHERE && (value.length < ALONE || COMMON.test(value))) return;
    const head = value.slice(0, ALONE);
    const alike = this.#byHead.get(head);
    if (alike?.includes(value)) return;
    // The longest comes first, so that a value which begins as another does is found whole.
    this.#byHead.set(
      head,
      [value, ...(alike ?? [])].sort((a, b) => b.length - a.length),
    );
    this.#heads ??= new Uint8Array(SLOTS);
    this.#heads[slotAt(value, 0)] = 1;
  }

  /** Takes a value out; a filter that lets too much through is only slower. */
  delete(value: string): void {
    const head = value.slice(0, ALONE);
    const left = this.#byHead.get(head)?.filter((each) => each !== value) ?? [];
    if (left.length > 0) this.#byHead.set(head, left);
    else this.#byHead.delete(head);
  }

  /** Every place where a known value stands, in order and apart. */
  find(text: string): Occurrence[] {
    const found: Occurrence[] = [];
    const heads = this.#heads;
    if (heads === null) return found;
    for (let at = 0; at + ALONE <= text.length; at += 1) {
      if (heads[slotAt(text, at)] === 0) continue;
      const value = this.#byHead.get(text.slice(at, at + ALONE))?.find((each) => standsAt(text, at, each));
      if (value === undefined) continue;
      found.push({ start: at, end: at + value.length });
      at += value.length - 1;
    }
    return found;
  }
}

function slotAt(text: string, at: number): number {
  const mixed = (text.charCodeAt(at) << 10) ^ (text.charCodeAt(at + 2) << 5) ^ text.charCodeAt(at + 4);
  return (mixed ^ (mixed >> 10)) & (SLOTS - 1);
}

function standsAt(text: string, at: number, value: string): boolean {
  if (!text.startsWith(value, at)) return false;
  if (value.length >= ANYWHERE) return true;
  return (
    !(isWord(text, at - 1) && isWord(text, at)) &&
    !(isWord(text, at + value.length - 1) && isWord(text, at + value.length))
  );
}

function isWord(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122) || unit === 95;
}
