/** Whether a caller is alone: for a moment now, no two have waited for an answer at once. */

/** How long that moment is. */
const CALM_MS = 100;

/** Who waits for an answer. */
export class Company {
  readonly #tick: () => number;
  readonly #resting: () => number;
  #open = 0;
  #lastMet = Number.NEGATIVE_INFINITY;

  /** `tick`: milliseconds of a clock that never jumps; `resting`: how many of the open requests have no answer to wait for. */
  constructor(tick: () => number, resting: () => number) {
    this.#tick = tick;
    this.#resting = resting;
  }

  enter(): void {
    this.#open += 1;
    if (this.#open - this.#resting() > 1) this.#lastMet = this.#tick();
  }

  leave(): void {
    this.#open -= 1;
  }

  get alone(): boolean {
    return this.#tick() - this.#lastMet > CALM_MS;
  }
}
