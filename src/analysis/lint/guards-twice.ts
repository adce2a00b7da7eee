/** Guardrails that guard a node already: on the node itself or above it, for as long as the later line lasts. */
import { inForce } from "../../decision/access.ts";
import { untilText } from "../../decision/words.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { GuardUse } from "../../model/model.ts";
import { type Realm, whoIs } from "../realm.ts";

/** Uses of guardrails that could be left out; of two that are equal, the later one. */
export function guardsTwice(realm: Realm): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [node, { guards, parent }] of realm.model.nodes.entries()) {
    if (guards.length === 0) continue;
    let uses = [...usesAbove(realm, parent), ...guards.map((use) => ({ node, use }))];
    for (const use of guards.toReversed()) {
      if (!inForce(use.until, realm.at)) continue;
      const last = use.until ?? Number.POSITIVE_INFINITY;
      const others = uses.filter((it) => it.use !== use && covers(it.use, use));
      const first = others.find((it) => inForce(it.use.until, last));
      if (first === undefined) continue;
      uses = uses.filter((it) => it.use !== use);
      found.push(told(realm, use, first));
    }
  }
  return found;
}

/** What guards need not be observed beside; what is only observed guards nobody. */
function covers(other: GuardUse, use: GuardUse): boolean {
  return other.guardrail === use.guardrail && (use.observe || !other.observe);
}

interface Use {
  readonly node: number;
  readonly use: GuardUse;
}

function usesAbove(realm: Realm, node: number | null): Use[] {
  if (node === null) return [];
  const { guards, parent } = realm.model.nodes[node]!;
  return [...usesAbove(realm, parent), ...guards.map((use) => ({ node, use }))];
}

function told(realm: Realm, { guardrail, until, observe, span }: GuardUse, first: Use): Diagnostic {
  const words = (isObserved: boolean): string => `${isObserved ? "observe " : ""}guard ${guardrail}`;
  const already = first.use.observe ? "it is observed here already" : "it guards here already";
  const message = `\`${words(observe)}${untilText(until)}\` adds nothing: ${already}`;
  const note = {
    message: `\`${words(first.use.observe)}\` of ${whoIs(realm, first.node)} holds here`,
    span: first.use.span,
  };
  return fault("GW6012", span, message, "leave it out", [note]);
}
