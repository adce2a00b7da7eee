/**
 * One slip of the hand is one message. Where the text is broken its reader left something out, and the judgement of the
 * rest would complain of what is missing. Complaints that may follow from a break are held back until it is mended.
 */
import type { Code } from "../language/codes.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Tree } from "../language/tree.ts";

/** Complaints that a name is nowhere: void when a whole declaration could not be read. */
const MISSING: readonly Code[] = [
  "GW2002",
  "GW2003",
  "GW2004",
  "GW2005",
  "GW2006",
  "GW2007",
  "GW2008",
  "GW2009",
  "GW2010",
  "GW2016",
  "GW2017",
  "GW3001",
];

/** Complaints about a block as a whole, such as that a part is not there: void for one that could not be read whole. */
const INCOMPLETE: readonly Code[] = [
  ...(["GW3003", "GW3005", "GW3006", "GW3007", "GW3021", "GW3022"] as const),
  ...(["GW4004", "GW4005", "GW4008", "GW5004"] as const),
];

/** Complaints about the policy as a whole: void when any part of it is missing. */
const WHOLE: readonly Code[] = ["GW3010", "GW3026", "GW3042", "GW3043"];

/** Of the complaints about the meaning of broken trees, those that stand by themselves. */
export function withoutConsequences(
  complaints: readonly Diagnostic[],
  trees: readonly Tree[],
  breaks: readonly Diagnostic[],
): readonly Diagnostic[] {
  if (breaks.length === 0 || complaints.length === 0) return complaints;
  const declarations = trees.flatMap((tree) => tree.declarations.map(({ span }) => span));
  const broken = declarations.filter((declaration) => breaks.some(({ span }) => holds(declaration, span)));
  const lost = breaks.some(({ span }) => !declarations.some((declaration) => holds(declaration, span)));
  return complaints.filter(
    ({ code, span }) =>
      !WHOLE.includes(code) &&
      !(code === "GW4001" && breaks.some((told) => told.code === code && holds(told.span, span))) &&
      !(lost && MISSING.includes(code)) &&
      !(INCOMPLETE.includes(code) && broken.some((declaration) => holds(declaration, span))),
  );
}

function holds(outer: Span, inner: Span): boolean {
  return outer.path === inner.path && outer.start <= inner.start && inner.start <= outer.end;
}
