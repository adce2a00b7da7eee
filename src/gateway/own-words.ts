/** Notes what the gateway itself says in an answer, so that nobody is asked about its own sentences. */
import type { AnswerRules, Verdict } from "../wire/anthropic/answer.ts";

/** The same rules; every sentence that they give is added to `own`. */
export function noted(rules: AnswerRules, own: Set<string>): AnswerRules {
  const note = (sentence: string): string => {
    own.add(sentence);
    return sentence;
  };
  return {
    ...rules,
    withheld(tool) {
      const withheld = rules.withheld(tool);
      if (withheld !== null) note(withheld.sentence);
      return withheld;
    },
    judge(tool, input) {
      const judged = rules.judge(tool, input);
      if (judged.withheld !== null) note(judged.withheld.sentence);
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
