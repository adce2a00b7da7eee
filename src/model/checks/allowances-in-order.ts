/** Promise: a comment that allows a warning names one that can be allowed, and says why. */
import type { Allowance } from "../../language/allowance.ts";
import { CODES, type Code } from "../../language/codes.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { allowancesIn, isAllowable } from "../allowances.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";

/** Allowances of errors, of codes that do not exist, and without a reason. */
export function allowancesInOrder(declared: Declared): Diagnostic[] {
  return allowancesIn(declared).flatMap(wrong);
}

function wrong({ code, reason, span }: Allowance): Diagnostic[] {
  if (!Object.hasOwn(CODES, code)) {
    return [fault("GW6003", span, `there is no \`${code}\``, "the code stands in brackets at the head of a warning")];
  }
  if (!isAllowable(code)) {
    const { severity } = CODES[code as Code];
    const why = severity === "error" ? "is an error, and no error can be allowed" : "cannot be allowed";
    return [fault("GW6003", span, `\`${code}\` ${why}`, "mend what it is about, and delete this")];
  }
  if (reason !== null) return [];
  return [fault("GW6001", span, `\`allow ${code}\` gives no reason`, `write \`# allow ${code}: the reason\``)];
}
