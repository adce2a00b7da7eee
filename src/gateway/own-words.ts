/** Notes what the gateway itself says in an answer, so that nobody is asked about its own sentences. */
import type { AnswerRules, Verdict, Withheld } from "../wire/anthropic/answer.ts";

/** The same rules; every sentence that they give is added to `own`. */
export function noted(rules: AnswerRules, own: Set<string>): AnswerRules {
  const note = (sentence: string): string => {
    own.add(sentence);
    return sentence;
  };
  const noteOf = (withheld: Withheld | null): Withheld | null => {
    if (withheld !== null) note(withheld.sentence);
    return withheld;
  };
  return {
    ...rules,
    withheld: (tool) => noteOf(rules.withheld(tool)),
    count: (tool) => noteOf(rules.count(tool)),
    judge(tool, input) {
      const judged = rules.judge(tool, input);
      noteOf(judged.withheld);
      return judged;
    },
    spoiled: (tool, why) => note(rules.spoiled(tool, why)),
    overlong: (growing) => note(rules.overlong(growing)),
    verdict(hit, value): Verdict {
      const verdict = rules.verdict(hit, value);
      if (verdict.kind === "reject") note(verdict.message);
      return verdict;
    },
  };
}
