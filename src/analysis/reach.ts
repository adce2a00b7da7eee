/**
 * What a subject and everything below it may use, as sets of atoms: `can`, `cannot` and `otherwise cannot` are settled
 * for every possible name, not for samples. A `can` with a star speaks of the names that the policy itself lists or
 * allows somewhere: names that nobody ever wrote down are not granted, and nobody means them.
 */
import { chainOf, explain } from "../decision/access.ts";
import { atomsOf } from "../decision/atoms.ts";
import { eachBit, emptyBits, fullBits, intersect, subtract, unite } from "../decision/bits.ts";
import type { Kind, Policy, Table } from "../decision/table.ts";
import { accessOf } from "../decision/view.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { TestStep } from "../model/model.ts";
import { failure, vacuity } from "./finding.ts";
import type { Ground } from "./ground.ts";

/** A `can` or `cannot` line. */
export type Claim = Extract<TestStep, { kind: "can" | "cannot" }>;
type Otherwise = Extract<TestStep, { kind: "otherwise" }>;

/** Settles claims about one subject. */
export interface Reach {
  /** The diagnostics of one line; empty when it holds. */
  check(claim: Claim, now: number): Diagnostic[];
  /** Everything that no `can` line lists must be out of reach, for the kinds that the claims are about. */
  checkRest(step: Otherwise, claims: readonly Claim[], now: number): Diagnostic[];
}

/** The reach of a node and of everything below it. */
export function createReach({ table, known, family }: Ground, node: number): Reach {
  const below = family.below(node);

  /** A node that may (or may not) use one of the atoms, and which. */
  const find = (
    thing: Kind,
    wanted: Uint32Array,
    granted: boolean,
    now: number,
  ): { node: number; atom: number } | null => {
    const seen = new Set<Policy>();
    for (const index of below) {
      // Nodes with equal access share it, so that ten thousand keys are a few hundred questions.
      const access = accessOf(table, index, now);
      if (seen.has(access)) continue;
      seen.add(access);
      const bits = wanted.slice();
      (granted ? intersect : subtract)(bits, access[thing]);
      const atom = bestExample(table, thing, bits);
      if (atom >= 0) return { node: index, atom };
    }
    return null;
  };

  const told = (claim: Claim, at: { node: number; atom: number }, now: number): Diagnostic => {
    const { by, origins, granted } = explain(chainOf(table.nodes, at.node), claim.thing, at.atom, now);
    const name = `\`${table.atoms[claim.thing].examples[at.atom]}\``;
    const who = nameOf(table, at.node);
    const message = granted ? `${who} can use ${name}` : `${who} cannot use ${name}: ${WHY[by]}`;
    return failure({ code: granted ? "GW5002" : "GW5001", span: claim.span, message, origins });
  };

  return {
    check(claim, now) {
      const all = atomsOf(table.atoms[claim.thing], claim.globs);
      // Names of providers are not asked for, they are declared: there are no others.
      if (claim.thing === "providers") intersect(all, known.providers);
      if (claim.kind === "cannot") {
        const found = find(claim.thing, all, true, now);
        return found === null ? [] : [told(claim, found, now)];
      }
      const wanted = all.slice();
      intersect(wanted, known[claim.thing]);
      // What nobody wrote down is not granted either: a plain name then fails as such.
      const found = find(claim.thing, wanted.some((word) => word !== 0) ? wanted : all, false, now);
      return found === null ? [] : [told(claim, found, now)];
    },
    checkRest(step, claims, now) {
      const kinds = new Set(claims.map(({ thing }) => thing));
      if (kinds.size === 0)
        return [vacuity(step.span, "`otherwise cannot` closes nothing: no line says `can` or `cannot`")];
      return [...kinds].flatMap((thing) => {
        const rest = thing === "providers" ? known.providers.slice() : fullBits(table.atoms[thing].atoms);
        const listed = emptyBits(table.atoms[thing].atoms);
        for (const claim of claims) {
          if (claim.thing === thing && claim.kind === "can") unite(listed, atomsOf(table.atoms[thing], claim.globs));
        }
        subtract(rest, listed);
        const found = find(thing, rest, true, now);
        if (found === null) return [];
        const { origins } = explain(chainOf(table.nodes, found.node), thing, found.atom, now);
        const name = `\`${table.atoms[thing].examples[found.atom]}\``;
        const message = `${nameOf(table, found.node)} can use ${name}, which no \`can\` line of the test lists`;
        return [failure({ code: "GW5005", span: step.span, message, origins })];
      });
    },
  };
}

const WHY = {
  allow: "it is allowed",
  deny: "it is denied",
  only: "it is outside an `only`",
  absence: "nothing allows it",
} as const;

/** `team eng/payments`, as sentences name a node. */
export function nameOf(table: Table, node: number): string {
  const { kind, name } = table.nodes[node]!;
  return `${kind} ${name}`;
}

/** An atom of the set whose example is a name that the policy writes out, else any; -1 when the set is empty. */
function bestExample(table: Table, thing: Kind, bits: Uint32Array): number {
  const { examples, members } = table.atoms[thing];
  let best = -1;
  for (const atom of eachBit(bits)) {
    // Atom 0 may hold no name at all when the globs cover every name.
    if (examples[atom] === "") continue;
    if (members.has(examples[atom]!)) return atom;
    if (best < 0) best = atom;
  }
  return best;
}
