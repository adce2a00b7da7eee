/**
 * What all tests of one policy stand on, gathered once: the table, the names that the policy knows, who is below whom,
 * and whose node is a key. test.ts makes it for a run, cover-mutants.ts once more for each mutant.
 */
import { atomsOf } from "../decision/atoms.ts";
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
  const of = (kind: Kind): Uint32Array => {
    const allows = model.nodes
      .flatMap(({ access }) => access)
      .filter((it) => it.thing === kind && it.effect === "allow");
    const globs = new Set([...declaredNames(model, kind), ...allows.flatMap((it) => it.globs)]);
    return atomsOf(table.atoms[kind], [...globs]);
  };
  return { models: of("models"), tools: of("tools"), providers: of("providers") };
}

/** The names that stand in groups, or are those of providers. */
export function declaredNames(model: Model, kind: Kind): readonly string[] {
  if (kind === "providers") return model.providers.map(({ name }) => name);
  return model[kind].flatMap(({ globs }) => globs);
}

function familyOf(table: Table): Family {
  const children: number[][] = table.nodes.map(() => []);
  for (const [index, { parent }] of table.nodes.entries()) if (parent !== null) children[parent]!.push(index);
  const keys = new Map([...table.keys.values()].map((key) => [key.node, key]));
  return {
    below(node) {
      const found = [node];
      for (let at = 0; at < found.length; at++) found.push(...children[found[at]!]!);
      return found;
    },
    keyAt: (node) => keys.get(node) ?? null,
  };
}
