/**
 * Remembers of a text that grows where it last held something that a finding could be about. Most of what models write
 * holds nothing of the kind, and need not be searched again for every few letters that come.
 */
import type { Scanner } from "../../decision/scan.ts";
import { MAX_LENGTH } from "../../model/regex/literals.ts";

/** The signs of one text, of which the beginning is let go as it grows. */
export class Signs {
  readonly #scanner: Scanner;
  /** Where the last sign stands; negative: nowhere in what is left of the text. */
  #last = -1;
  /** So much of the text was listened to. */
  #heard = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  /** Whether a text that has grown may hold a finding. */
  mayHit(text: string): boolean {
    const from = Math.max(0, this.#heard - MAX_LENGTH);
    this.#last = Math.max(this.#last, this.#scanner.lastSign(text, from));
    this.#heard = text.length;
    return this.#last >= 0;
  }

  /** Lets go of so many units at the beginning. */
  drop(units: number): void {
    this.#last = Math.max(-1, this.#last - units);
    this.#heard = Math.max(0, this.#heard - units);
  }
}
