/** Sees in a few characters behind a literal that no expression can match there: scanner.ts asks before it runs one. */
import type { Step } from "../model/regex/steps.ts";

/** A step with its set as a table of ASCII. */
export interface QuickStep {
  readonly holds: Uint8Array;
  readonly min: number;
  readonly max: number;
}

/** Steps as they can be checked quickly. */
export function quickSteps(steps: readonly Step[]): readonly QuickStep[] {
  return steps.map(({ set, min, max }) => {
    const holds = new Uint8Array(128);
    for (let index = 0; index < set.length; index += 2) {
      const to = Math.min(set[index + 1]!, 127);
      for (let code = set[index]!; code <= to; code++) holds[code] = 1;
    }
    return { holds, min, max: max ?? Infinity };
  });
}

/** False only when the text does not go on with the steps from a place. */
export function mayFollow(text: string, at: number, steps: readonly QuickStep[]): boolean {
  let from = at;
  for (const { holds, min, max } of steps) {
    const last = Math.min(text.length, from + max);
    const first = from;
    while (from < last) {
      const code = text.charCodeAt(from);
      if (code >= 128) return true;
      if (holds[code] === 0) break;
      from++;
    }
    if (from - first < min) return false;
  }
  return true;
}
