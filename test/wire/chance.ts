/** Chance that repeats itself: the same seed gives the same test. */

/** Whole numbers and choices from a seed. */
export interface Chance {
  /** A whole number from 0 up, below `limit`. */
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** A small generator; good enough to spread test cases. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return { below, pick: (choices) => choices[below(choices.length)]! };
}

/** Cuts bytes at random places. */
export function pieces(bytes: Uint8Array, chance: Chance, longest: number): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + chance.below(longest));
    cut.push(bytes.subarray(at, end));
    at = end;
  }
  return cut;
}
