/** Every list of names that the policy itself holds: in groups, on nodes, in tests. */
import type { Item, Thing } from "../language/tree.ts";
import type { Declared } from "./declared.ts";
import { statementLists } from "./lists.ts";

/** A list, and what its names are of. */
export interface ItemList {
  readonly thing: Thing;
  readonly items: readonly Item[];
}

/** The lists of the policy's own files; those of its packs are the packs' affair. */
export function itemLists(declared: Declared): ItemList[] {
  const nodes = [...declared.teams.values(), ...declared.keys.values()].map(({ declaration }) => declaration.body);
  const groups = [...declared.models.values(), ...declared.tools.values()].filter(({ pack }) => pack === null);
  return [
    ...groups.map(({ declaration }) => ({ thing: declaration.kind, items: declaration.items })),
    ...[...declared.orgs.map(({ body }) => body), ...nodes].flat().flatMap(statementLists),
    ...declared.tests.flatMap(({ body }) =>
      body.flatMap((it) => (it.kind === "can" || it.kind === "cannot" ? [it] : [])),
    ),
  ];
}
