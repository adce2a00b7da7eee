/**
 * Names as they stand in bytes, each known by a number. A record names the same few thousand keys again and again, in no
 * order, so what is looked at for one of them lies close together: most of the time goes by in waiting for memory.
 */

/** So many names are looked for by their bytes. */
const MOST = 1 << 15;
/** A quarter full at most, so that a name is found at once. */
const SLOTS = MOST * 4;

/** Names that were met for the first time, and the number of the first of them. */
export interface NewNames {
  readonly names: readonly string[];
  readonly first: number;
}

/** The names that were met. */
export class Names {
  /** By checksum the number of a name and one more; 0 where there is none. */
  readonly #slots = new Int32Array(SLOTS);
  /** By number the checksum of a name, and where its letters begin and end. */
  readonly #rows = new Int32Array(MOST * 3);
  #letters = Buffer.allocUnsafe(MOST * 8);
  #lettersUsed = 0;
  /** Names that came as texts, and those that are too many. */
  readonly #texts = new Map<string, number>();
  #fresh: string[] = [];
  #known = 0;

  /** The number of the name between two places in bytes that stand for themselves; `sum` is a checksum of them. */
  inBytes(bytes: Buffer, from: number, to: number, sum: number): number {
    let slot = sum & (SLOTS - 1);
    for (;;) {
      const number = this.#slots[slot]! - 1;
      if (number < 0) break;
      if (this.#rows[number * 3] === sum && this.#is(number, bytes, from, to)) return number;
      slot = (slot + 1) & (SLOTS - 1);
    }
    const text = bytes.toString("latin1", from, to);
    const number = this.#known;
    if (number >= MOST) return this.inText(text);
    this.#slots[slot] = number + 1;
    this.#rows.set([sum, this.#lettersUsed, this.#lettersUsed + to - from], number * 3);
    this.#keepLetters(text);
    return this.#add(text);
  }

  /** The number of a name that was read otherwise. */
  inText(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, this.#known);
    return this.#add(text);
  }

  /** The names since the last time. When there are very many, all are forgotten: clients can invent some of them. */
  take(): NewNames {
    const names = this.#fresh;
    const first = this.#known - names.length;
    this.#fresh = [];
    if (this.#known >= MOST) this.#forget();
    return { names, first };
  }

  #is(number: number, bytes: Buffer, from: number, to: number): boolean {
    const letters = this.#letters;
    let at = this.#rows[number * 3 + 1]!;
    if (this.#rows[number * 3 + 2]! - at !== to - from) return false;
    for (let next = from; next < to; next++) if (letters[at++] !== bytes[next]) return false;
    return true;
  }

  #keepLetters(text: string): void {
    const end = this.#lettersUsed + text.length;
    if (end > this.#letters.length) this.#letters = Buffer.concat([this.#letters], end * 2);
    this.#letters.write(text, this.#lettersUsed, "latin1");
    this.#lettersUsed = end;
  }

  #add(text: string): number {
    this.#fresh.push(text);
    return this.#known++;
  }

  #forget(): void {
    this.#slots.fill(0);
    this.#texts.clear();
    this.#lettersUsed = 0;
    this.#known = 0;
  }
}
