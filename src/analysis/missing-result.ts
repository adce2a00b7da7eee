/** What a tool would have to give back for a line about results to decide on it: too much, or what one of its patterns finds. */
import { withoutSecrets } from "../language/secret-forms.ts";
import type { NamedPatterns, ResultRule, TestSend } from "../model/model.ts";

/** A result, and what is expected of it. */
export type DecidedResult = Pick<TestSend, "result" | "expect">;

/** So many patterns are tried; of each the first of its hits that may stand in a policy. */
const MOST_PATTERNS = 40;

/** Results on which a line decides, unless others do. */
export function missingResults({ max, redact, flag }: ResultRule): DecidedResult[] {
  const tooLarge: DecidedResult[] =
    max === null ? [] : [{ result: { kind: "size", bytes: max + 1 }, expect: { kind: "withhold" } }];
  return [...tooLarge, ...foundBy("redact", redact), ...foundBy("flag", flag)];
}

function foundBy(deed: "redact" | "flag", named: NamedPatterns | null): DecidedResult[] {
  return (named?.patterns ?? [])
    .flatMap((pattern) => {
      const hit = pattern.hits.find(({ text }) => withoutSecrets(text) === text);
      return hit === undefined ? [] : [{ pattern, text: hit.text }];
    })
    .slice(0, MOST_PATTERNS)
    .map(({ pattern, text }) => {
      const by: NamedPatterns = { written: [writtenName(pattern.name)], patterns: [pattern] };
      return { result: { kind: "text", text }, expect: { kind: "found", deed, by, to: null } };
    });
}

/** Patterns of packs have their pack before them, and are named with a sign. */
function writtenName(name: string): string {
  return name.includes(".") ? `@${name}` : name;
}
