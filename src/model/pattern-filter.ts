/** The statements of a pattern that say which findings count → its filter. Unknown checks are reported. */
import type { Diagnostic } from "../language/diagnostic.ts";
import { didYouMean } from "../language/suggest.ts";
import type { PatternCheck, PatternDeclaration, Unless } from "../language/tree.ts";
import { checkExpression } from "./expression.ts";
import { fault } from "./fault.ts";
import { CHECK_NAMES } from "./filters/checks.ts";
import type { Check, Exemption, Filter } from "./filters/filter.ts";

type Report = (diagnostic: Diagnostic) => void;

/** What a pattern asks of its findings. */
export function filterOf({ keywords, checks, unless }: PatternDeclaration, report: Report): Filter {
  return {
    keywords: keywords.map(({ text }) => text.toLowerCase()),
    checks: checks.flatMap((check) => checkOf(check, report)),
    unless: unless.flatMap((exemption) => exemptionOf(exemption, report)),
  };
}

function checkOf({ name, above }: PatternCheck, report: Report): Check[] {
  if (above !== null) return [{ name: "entropy", above }];
  const known = CHECK_NAMES.find((candidate) => candidate === name.text);
  if (known !== undefined) return [{ name: known }];
  const near = didYouMean(name.text, CHECK_NAMES);
  const help = near === null ? "the checks stand in `grammar/README.md`" : `did you mean \`${near}\`?`;
  report(fault("GW2024", name.span, `unknown check \`${name.text}\``, help));
  return [];
}

/** Of an expression only what makes it invalid is said: it runs over one value or line, where no engine is slow. */
function exemptionOf(exemption: Unless, report: Report): Exemption[] {
  const { on } = exemption;
  if (exemption.kind === "text") {
    return [on === "value" ? { on, is: exemption.text.text } : { on, has: [exemption.text.text.toLowerCase()] }];
  }
  const { expression, diagnostics } = checkExpression(exemption.regex);
  for (const diagnostic of diagnostics) if (diagnostic.severity === "error") report(diagnostic);
  if (expression === null) return [];
  const { source, flags, engine, re2 } = expression;
  return [{ on, expression: { source, flags, engine, re2 } }];
}
