/**
 * What all tests of one policy stand on, gathered once: the table, the names that the policy knows, who is below whom,
 * and whose node is a key. test.ts makes it for a run, cover-mutants.ts once more for each mutant.
 */
import { atomsOf } from "../decision/atoms.ts";
import { subtract, unite } from "../decision/bits.ts";
import type { Kind, Table, TableKey } from "../decision/table.ts";
import type { Model } from "../model/model.ts";

/** Names that a policy lists or allows somewhere, by kind: the same for all tests. */
export type KnownNames = Readonly<Record<Kind, Uint32Array>>;

/** The tree of nodes, read downward. */
export interface Family {
  /** A node and all below it; parents stand before children. */
  below(node: number): readonly number[];
  /** The key whose node this is; null for an org or a team. */
  keyAt(node: number): TableKey | null;
}

/** What tests are run on. */
export interface Ground {
  readonly table: Table;
  readonly known: KnownNames;
  readonly family: Family;
}

/** Gathers it. */
export function groundOf(model: Model, table: Table): Ground {
  return { table, known: knownNames(model, table), family: familyOf(table) };
}

/** Collects the names that a policy lists or allows somewhere. */
export function knownNames(model: Model, table: Table): KnownNames {
  const declared = (kind: Kind): Uint32Array => atomsOf(table.atoms[kind], declaredNames(model, kind));
  const known = { models: declared("models"), tools: declared("tools"), providers: declared("providers") };
  for (const { grants } of table.nodes) {
    for (const { effect, thing, bits } of grants) if (effect === "allow") unite(known[thing], bits);
  }
  // What a server may offer beside its pinned tools is no name that a policy knows.
  for (const { except, thing, bits } of table.nodes.flatMap(({ grants }) => grants)) {
    if (except.length > 0) subtract(known[thing], bits);
  }
  return known;
}

/** The names that stand in groups, or are those of providers. */
export function declaredNames(model: Model, kind: Kind): readonly string[] {
  if (kind === "providers") return model.providers.map(({ name }) => name);
  return model[kind].flatMap(({ globs }) => globs);
}

function familyOf(table: Table): Family {
  // The last child of each node, and the sibling before each: 0, the root's number, where there is none.
  const last = new Uint32Array(table.nodes.length);
  const before = new Uint32Array(table.nodes.length);
  for (const [index, { parent }] of table.nodes.entries()) {
    if (parent === null) continue;
    before[index] = last[parent]!;
    last[parent] = index;
  }
  const keys = new Map([...table.keys.values()].map((key) => [key.node, key]));
  return {
    below(node) {
      const found = [node];
      for (let at = 0; at < found.length; at++) {
        for (let child = last[found[at]!]!; child !== 0; child = before[child]!) found.push(child);
      }
      return found;
    },
    keyAt: (node) => keys.get(node) ?? null,
  };
}
