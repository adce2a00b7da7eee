/** From offsets to lines. Tokens carry offsets only; a span is made when the tree needs one, mostly in rising order. */
import type { Source, Span } from "./source.ts";

/** The line starts of one source, with the line found last as a first guess for the next. */
export class Lines {
  readonly #source: Source;
  readonly #starts: number[] = [0];
  #last = 0;

  constructor(source: Source) {
    this.#source = source;
    for (let at = source.text.indexOf("\n"); at >= 0; at = source.text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
  }

  /** The span from `start` to `end`, exclusive; offsets outside of the text are moved to its ends. */
  span(start: number, end: number): Span {
    const from = Math.min(Math.max(start, 0), this.#source.text.length);
    const to = Math.min(Math.max(end, from), this.#source.text.length);
    const line = this.#lineOf(from);
    return { path: this.#source.path, start: from, end: to, line: line + 1, column: from - this.#starts[line]! + 1 };
  }

  #lineOf(offset: number): number {
    const starts = this.#starts;
    let low = this.#last;
    if (starts[low]! > offset) low = 0;
    else if (low + 1 >= starts.length || offset < starts[low + 1]!) return low;
    let high = low + 2 < starts.length && offset < starts[low + 2]! ? low + 1 : starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    this.#last = low;
    return low;
  }
}
