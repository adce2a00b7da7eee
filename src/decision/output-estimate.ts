/**
 * How many tokens an answer will have, guessed from the last answers: what budgets and token limits reserve before the
 * truth is known. The 95th of 100 is high enough that a hundred requests at once overshoot by a few percent at most.
 */

const KEPT = 64;
const FIRST_GUESS = 2_048;
const SHARE = 0.95;
/** So many answers must be seen before a guess may fall below the first one: titles are short, turns are not. */
const ENOUGH = 16;

/** The last outputs of one model and team. */
export interface OutputEstimate {
  /** Takes in the tokens of an answer that came to its end. */
  observe(outputTokens: number): void;
  /** A guess, at most what the request allows. */
  expect(maxTokens: number): number;
}

/** An estimate that has seen nothing yet. */
export function createOutputEstimate(): OutputEstimate {
  const ring: number[] = [];
  let at = 0;
  let guess: number | null = FIRST_GUESS;
  return {
    observe(outputTokens) {
      ring[at] = outputTokens;
      at = (at + 1) % KEPT;
      guess = null;
    },
    expect(maxTokens) {
      if (guess === null) {
        const seen = ring.toSorted((a, b) => a - b)[Math.ceil(ring.length * SHARE) - 1]!;
        guess = ring.length < ENOUGH ? Math.max(seen, FIRST_GUESS) : seen;
      }
      return Math.min(guess, maxTokens);
    },
  };
}
