/**
 * What the statements of a chain ask of the input of a call, put together: some `allow` must hold, every `only`, and no `deny`
 * may. A deny holds unless its predicate is `no`, so that its opposite has to be `yes`, and one predicate says it all: a call is
 * granted where it is `yes`.
 */
import { chainOf, inForce } from "../decision/access.ts";
import { eachBit, hasBit } from "../decision/bits.ts";
import type { Grant, Table, TableNode } from "../decision/table.ts";
import { runtimeOf, viewOf } from "../decision/view.ts";
import type { Predicate } from "../model/predicate.ts";
import { canonicalForm } from "../model/predicate-text.ts";
import { implies } from "./implies.ts";

/** The condition on calls of the tools of an atom, in canonical form; null when any input will do. */
export function conditionOf(chain: readonly TableNode[], atom: number, now: number): Predicate | null {
  const about = chain
    .flatMap(({ grants }) => grants)
    .filter(({ thing, bits, until }) => thing === "tools" && inForce(until, now) && hasBit(bits, atom));
  const allows = about.filter(({ effect }) => effect === "allow");
  const some = allows.some(({ where }) => where === null) ? null : either(allows.map(({ where }) => where!));
  const others = about.flatMap(({ effect, where }): Predicate[] => {
    if (effect === "allow" || where === null) return [];
    return [effect === "deny" ? { kind: "not", of: where } : where];
  });
  const all = some === null ? others : [some, ...others];
  return all.length === 0 ? null : together(all);
}

/** Without those that ask for more than another one does: they let nothing more through. */
function either(parts: readonly Predicate[]): Predicate {
  const kept = parts.filter((part, index) => !parts.some((other, at) => isNeedless(part, other, at < index, implies)));
  return canonicalForm({ kind: "or", of: kept });
}

/** Without those that ask for less than another one does: they keep nothing more out. */
function together(parts: readonly Predicate[]): Predicate {
  const asksMore = (part: Predicate, other: Predicate): boolean => implies(other, part);
  const kept = parts.filter((part, index) => !parts.some((other, at) => isNeedless(part, other, at < index, asksMore)));
  return canonicalForm({ kind: "and", of: kept });
}

/** Of two that say the same the first is kept. */
function isNeedless(
  part: Predicate,
  other: Predicate,
  isBefore: boolean,
  leads: (part: Predicate, other: Predicate) => boolean,
): boolean {
  return part !== other && leads(part, other) && (isBefore || !leads(other, part));
}

/** The conditions of a node at a moment, by the atoms of the tools that it may call with some input and not with others. */
export function conditionsAt(table: Table, node: number, now: number): ReadonlyMap<number, Predicate> {
  const { conditional, scope } = viewOf(runtimeOf(table), node, now);
  const found = new Map<number, Predicate>();
  if (conditional === null) return found;
  const chain = chainOf(table.nodes, node);
  for (const atom of eachBit(conditional)) {
    const condition = conditionOf(chain, atom, scope.until);
    if (condition !== null) found.set(atom, condition);
  }
  return found;
}

/** Whether a node may call what it is offered with other input under the second table; both divide names alike. */
export function callsDiffer(one: Table, other: Table, node: number, now: number): boolean {
  const [was, is] = [conditionsAt(one, node, now), conditionsAt(other, node, now)];
  if (was.size !== is.size) return true;
  return [...was].some(([atom, condition]) => !isSameCondition(condition, is.get(atom) ?? null));
}

/** Whether two conditions, as far as can be shown, let the same through. */
export function isSameCondition(a: Predicate | null, b: Predicate | null): boolean {
  if (a === null || b === null) return a === b;
  return implies(a, b) && implies(b, a);
}

/** Whether any statement of a policy asks about the input of calls. */
export function hasConditions({ nodes }: Table): boolean {
  return nodes.some(({ grants }) => grants.some(asksAboutInput));
}

function asksAboutInput({ where }: Grant): boolean {
  return where !== null;
}
