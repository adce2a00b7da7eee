/**
 * What a node may use, from the statements on its chain, and which of them decide. The meaning is one line:
 * everything some allow names, within every `only`, without anything a deny names. compile.ts applies it once to nodes
 * whose statements hold for ever, view.ts again at each `until`. Conditions on the input of a call are not looked at here:
 * a tool that may be called with some input is offered, and call-granted.ts decides about each call.
 */
import type { Until } from "../model/model.ts";
import { emptyBits, fullBits, hasBit, intersect, subtract, unite } from "./bits.ts";
import type { Origin } from "./origin.ts";
import type { Grant, Kind, Policy, TableNode } from "./table.ts";

/** True while a statement with this `until` holds; its last moment is included. */
export function inForce(until: Until, now: number): boolean {
  return until === null || now <= until;
}

/** The nodes from the org down to a node. */
export function chainOf(nodes: readonly TableNode[], node: number): readonly TableNode[] {
  const chain: TableNode[] = [];
  for (let at: number | null = node; at !== null; ) {
    const it: TableNode = nodes[at]!;
    chain.push(it);
    at = it.parent;
  }
  return chain.reverse();
}

/** How many atoms there are of each kind. */
export type Sizes = Readonly<Record<Kind, number>>;

/** Access as it adds up down a chain; a null set was never written (for `only` that means everything). */
export interface Sum {
  readonly allow: Uint32Array | null;
  readonly only: Uint32Array | null;
  readonly deny: Uint32Array | null;
}

/** The sum before any statement. */
export const NOTHING: Sum = { allow: null, only: null, deny: null };

/** A sum with a node's own statements of one kind added, as they hold at a moment. */
export function addGrants(sum: Sum, grants: readonly Grant[], thing: Kind, now: number): Sum {
  let { allow, only, deny } = sum;
  for (const grant of grants) {
    if (grant.thing !== thing) continue;
    if (!inForce(grant.until, now)) {
      // Even an allow that has ended stands written: its end must not open every provider.
      if (grant.effect === "allow") allow ??= new Uint32Array(grant.bits.length);
    } else if (grant.effect === "allow") allow = joined(allow, grant.bits, unite);
    else if (grant.effect === "only") only = joined(only, grant.bits, intersect);
    // A denial with a condition takes away calls, not the tool.
    else if (grant.where === null) deny = joined(deny, grant.bits, unite);
  }
  return { allow, only, deny };
}

/** Sums share their sets with their parents, so a set is copied before it grows. */
function joined(
  bits: Uint32Array | null,
  more: Uint32Array,
  join: (bits: Uint32Array, more: Uint32Array) => void,
): Uint32Array {
  if (bits === null) return more;
  const copy = bits.slice();
  join(copy, more);
  return copy;
}

/** The allowed atoms of a sum. Providers need no allow: all are allowed until one is written. */
export function allowedOf(sum: Sum, thing: Kind, size: number): Uint32Array {
  const bits = sum.allow?.slice() ?? (thing === "providers" ? fullBits(size) : emptyBits(size));
  if (sum.only !== null) intersect(bits, sum.only);
  if (sum.deny !== null) subtract(bits, sum.deny);
  return bits;
}

/** The tools among those that are offered of which some calls are granted and others not: it depends on their input. */
export function conditionalAt(chain: readonly TableNode[], offered: Uint32Array, now: number): Uint32Array {
  const held = new Uint32Array(offered.length);
  const allowed = new Uint32Array(offered.length);
  const free = new Uint32Array(offered.length);
  for (const { thing, effect, bits, where, until } of chain.flatMap(({ grants }) => grants)) {
    if (thing !== "tools" || !inForce(until, now)) continue;
    if (effect === "allow") unite(where === null ? free : allowed, bits);
    else if (where !== null) unite(held, bits);
  }
  subtract(allowed, free);
  unite(held, allowed);
  intersect(held, offered);
  return held;
}

/** The access of a chain at a moment. */
export function accessAt(chain: readonly TableNode[], sizes: Sizes, now: number): Policy {
  const of = (thing: Kind): Uint32Array => {
    let sum = NOTHING;
    for (const node of chain) sum = addGrants(sum, node.grants, thing, now);
    return allowedOf(sum, thing, sizes[thing]);
  };
  return { models: of("models"), tools: of("tools"), providers: of("providers") };
}

/** Why an atom is or is not allowed. */
export interface Explanation {
  readonly granted: boolean;
  readonly by: "deny" | "only" | "allow" | "absence";
  /** The deciding statements, and the node of the first; empty and null when the chain says nothing about the kind. */
  readonly origins: readonly Origin[];
  readonly node: TableNode | null;
}

/** Finds the deciding statements of one atom on a chain. */
export function explain(chain: readonly TableNode[], thing: Kind, atom: number, now: number): Explanation {
  const allows: Found[] = [];
  const grants: Found[] = [];
  const ceilings: Found[] = [];
  const denials: Found[] = [];
  for (const node of chain) {
    for (const grant of node.grants) {
      if (grant.thing !== thing) continue;
      const found = { grant, node };
      if (grant.effect === "allow") allows.push(found);
      if (!inForce(grant.until, now)) continue;
      const holds = atom >= 0 && hasBit(grant.bits, atom);
      if (grant.effect === "deny" && holds && grant.where === null) denials.push(found);
      else if (grant.effect === "only" && !holds) ceilings.push(found);
      else if (grant.effect === "allow" && holds) grants.push(found);
    }
  }
  if (denials.length > 0) return { granted: false, by: "deny", ...placesOf(denials) };
  if (ceilings.length > 0) return { granted: false, by: "only", ...placesOf(ceilings) };
  if (grants.length > 0) return { granted: true, by: "allow", ...placesOf(grants) };
  // Providers are open until an allow narrows them; for everything else the lines that might have allowed it decide.
  const open = thing === "providers" && allows.length === 0;
  return { granted: open, by: open ? "allow" : "absence", ...placesOf(allows) };
}

interface Found {
  readonly grant: Grant;
  readonly node: TableNode;
}

function placesOf(found: readonly Found[]): { origins: readonly Origin[]; node: TableNode | null } {
  return { origins: found.map(({ grant }) => grant.origin), node: found[0]?.node ?? null };
}
