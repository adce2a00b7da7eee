/**
 * An expression that texts are searched for, however long they are: one that would hold up everybody else meanwhile is
 * refused. A text is searched in parts, with as much around each as a match can have. So matches of any length, which are
 * looked for in a whole text at once, have to be quick at that; and in the slower engine, which takes a step for every
 * letter of a match at every letter of a text, matches must be short.
 */
import type { Regex } from "../language/tree.ts";
import { type CheckedExpression, checkExpression } from "./expression.ts";
import { fault } from "./fault.ts";
import type { Expression } from "./model.ts";
import { readRegex } from "./regex/read.ts";
import { isLinearWhenBacktracking, MAX_STEPS_ENDLESS } from "./regex/safe.ts";

/** Letters of a match in the slower engine: three times as many take it some 50 ms at worst, about 40 ns for each step. */
const MOST_LETTERS = 600;

/** Checks a regular expression that texts are searched for. */
export function checkSearched(regex: Regex): CheckedExpression {
  const checked = checkExpression(regex);
  const slow = checked.expression === null ? null : slownessOf(regex, checked.expression);
  if (slow === null) return checked;
  const message = `\`/${regex.pattern}/\` can match ${slow}, and would take too long in a long one`;
  const help = "bound what is repeated, such as `.{0,200}` for `.*`, or put fixed text or `\\b` before it";
  return { expression: null, diagnostics: [fault("GW4012", regex.span, message, help)] };
}

/** What makes an expression too slow for long texts; null for one that is quick enough. */
function slownessOf(regex: Regex, { engine, longest, literals }: Expression): string | null {
  if (longest !== null) {
    const isSlow = engine === "linear" && longest > MOST_LETTERS;
    return isSlow ? `text of ${longest} letters, more than ${MOST_LETTERS} in the slower engine` : null;
  }
  // With fixed text it is tried only where that stands.
  const isQuick =
    engine !== "linear" &&
    (literals.length > 0 || isLinearWhenBacktracking(readRegex(regex.pattern, regex.flags), MAX_STEPS_ENDLESS));
  return isQuick ? null : "text of any length";
}
