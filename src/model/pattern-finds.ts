/**
 * Whether a pattern finds something in a text, for its examples: through its filter, and going on from match to match as the
 * scanner of texts does, so that an example promises what happens.
 */
import { type Condition, conditionsOf } from "./filters/filter.ts";
import { createFinder, isTriedByPlace, type Match } from "./finder.ts";
import type { Expression, Pattern } from "./model.ts";

/** What became of the matches of a pattern: one counts, or why none does. */
export type Outcome =
  | { readonly found: true }
  /** `dropped`: what dropped the last match; null when nothing matched. */
  | { readonly found: false; readonly dropped: string | null };

/** Looks for a pattern in a text. */
export function lookFor({ expressions, filter }: Pick<Pattern, "expressions" | "filter">, text: string): Outcome {
  const conditions = conditionsOf(filter);
  let dropped: string | null = null;
  for (const expression of expressions) {
    for (const { from, to } of matchesOf(expression, text)) {
      const failed = failedOf(conditions, text, from, to);
      if (failed === undefined) return { found: true };
      dropped = failed.words;
    }
  }
  return { found: false, dropped };
}

function failedOf(conditions: readonly Condition[], text: string, start: number, end: number): Condition | undefined {
  const finding = { value: text.slice(start, end), text, start, end };
  return conditions.find(({ holds }) => !holds(finding));
}

/** The matches that are looked at until one counts. */
function matchesOf(expression: Expression, text: string): Match[] {
  const finder = createFinder(expression);
  const matches: Match[] = [];
  if (isTriedByPlace(expression)) {
    for (let place = 0; place < text.length; place++) {
      const match = finder.at!(text, place);
      if (match !== null) matches.push(match);
    }
  } else finder.each(text, 0, (match) => matches.push(match) > 0);
  return matches;
}
