/**
 * An expression that texts are searched for, however long they are: one that would hold up everybody else meanwhile is
 * refused. Where matches have a greatest length a text is taken apart into slices, so that only matches of any length
 * matter here; these are looked for in a whole text at once, and have to be quick at that.
 */
import type { Regex } from "../language/tree.ts";
import { type CheckedExpression, checkExpression } from "./expression.ts";
import { fault } from "./fault.ts";
import type { Expression } from "./model.ts";
import { readRegex } from "./regex/read.ts";
import { isLinearWhenBacktracking, MAX_STEPS_ENDLESS } from "./regex/safe.ts";

/** Checks a regular expression that texts are searched for. */
export function checkSearched(regex: Regex): CheckedExpression {
  const checked = checkExpression(regex);
  if (checked.expression === null || isInTime(regex, checked.expression)) return checked;
  const message = `\`/${regex.pattern}/\` can match text of any length, and would take too long in a long one`;
  const help = "bound what is repeated, such as `.{0,200}` for `.*`, or put fixed text or `\\b` before it";
  return { expression: null, diagnostics: [fault("GW4012", regex.span, message, help)] };
}

function isInTime(regex: Regex, { engine, longest, literals }: Expression): boolean {
  if (longest !== null) return true;
  if (engine === "linear") return false;
  // With fixed text it is tried only where that stands.
  return literals.length > 0 || isLinearWhenBacktracking(readRegex(regex.pattern, regex.flags), MAX_STEPS_ENDLESS);
}
