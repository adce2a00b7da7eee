/** What a review found, and what of it fails the job. */
import type { Comparison } from "./compare.ts";

/** All that was asked about one policy directory. */
export interface Review {
  readonly dir: string;
  /** The text is right and the invariants hold. */
  readonly isGood: boolean;
  /** No warning fails it: there is none but those that a comment allows, or nobody asked. */
  readonly isQuiet: boolean;
  readonly isFormatted: boolean;
  /** `why` when they could not be asked for. */
  readonly tests: { readonly passed: boolean; readonly coverage: number | null; readonly why: string | null };
  readonly comparison: Comparison;
  /** null when no record was given, or the policy cannot decide. */
  readonly replay: { readonly flips: number | null; readonly markdown: string; readonly why: string | null } | null;
}

const WORDS = ["wider", "tighter", "flips"];

/** Everything that fails the job, a few words each; `failOn` is what the input of that name says. */
export function problemsOf(review: Review, failOn: string): string[] {
  const { isGood, isQuiet, isFormatted, tests, comparison, replay } = review;
  const words = new Set(failOn.split(/[\s,]+/).filter((word) => word !== ""));
  const strange = [...words].filter((word) => !WORDS.includes(word));
  const { change, why } = comparison;
  const mustCompare = comparison.isMistake || words.has("wider") || words.has("tighter");
  return [
    ...strange.map((word) => `\`fail-on\` knows \`wider\`, \`tighter\` and \`flips\`, not \`${word}\``),
    isGood ? [] : "the policy is not good",
    isQuiet || !isGood ? [] : "it has warnings, which `deny-warnings` names",
    isFormatted ? [] : "it is not in the one format",
    tests.passed || !isGood ? [] : (tests.why ?? "its tests fail or cover too little"),
    // What cannot be told must not pass for what was asked to fail.
    why !== null && mustCompare ? `not compared: ${why}` : [],
    change !== null && words.has(change) ? `the change is ${change}, which \`fail-on\` names` : [],
    replay?.why != null ? `not replayed: ${replay.why}` : [],
    (replay?.flips ?? 0) > 0 && words.has("flips") ? "recorded decisions flip, which `fail-on` names" : [],
  ].flat();
}
