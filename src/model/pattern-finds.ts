/** Whether a pattern finds something in a text, for its examples: every match of every expression, through its filter. */
import { RE2JS } from "re2js";
import { conditionsOf } from "./filters/filter.ts";
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
    for (const [start, end] of valuesOf(expression, text)) {
      const finding = { value: text.slice(start, end), text, start, end };
      const failed = conditions.find(({ holds }) => !holds(finding));
      if (failed === undefined) return { found: true };
      dropped = failed.words;
    }
  }
  return { found: false, dropped };
}

/** The places of an expression's values: of its first group where it has one that is not empty. */
function* valuesOf({ engine, source, flags, re2 }: Expression, text: string): Generator<readonly [number, number]> {
  if (engine === "v8") {
    for (const match of text.matchAll(new RegExp(source, `${flags}dg`))) {
      const [whole, first] = match.indices!;
      yield first !== undefined && first[1] > first[0] ? first : whole!;
    }
    return;
  }
  const matcher = RE2JS.compile(re2).matcher(text);
  while (matcher.find()) {
    const group = matcher.groupCount() > 0 && matcher.end(1) > matcher.start(1) ? 1 : 0;
    yield [matcher.start(group), matcher.end(group)];
  }
}
