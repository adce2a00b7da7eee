/** The lists of the policy itself, as they are written: on nodes, in groups, behind `via`. A pack's are its author's affair. */
import type { Item, Word } from "../language/tree.ts";
import type { Declared } from "./declared.ts";
import { statementLists } from "./lists.ts";
import type { NameList } from "./model.ts";

/** Gathers them. */
export function nameLists({ orgs, teams, keys, models, tools }: Declared): NameList[] {
  const lists: NameList[] = [];
  const inGroups = (thing: "models" | "tools", items: readonly Item[]) => lists.push({ thing, items, routeOf: null });
  for (const { body } of [...orgs, ...declarationsOf(teams), ...declarationsOf(keys)]) {
    for (const { thing, items } of body.flatMap(statementLists)) lists.push({ thing, items, routeOf: null });
  }
  for (const { pack, name, declaration } of models.values()) {
    if (pack !== null) continue;
    inGroups("models", declaration.items);
    if (declaration.via.length > 0)
      lists.push({ thing: "providers", items: declaration.via.map(asItem), routeOf: name });
  }
  for (const { pack, declaration } of tools.values()) if (pack === null) inGroups("tools", declaration.items);
  return lists;
}

function declarationsOf<T>(members: ReadonlyMap<string, { readonly declaration: T }>): readonly T[] {
  return Array.from(members.values(), ({ declaration }) => declaration);
}

function asItem({ text, span }: Word): Item {
  return { kind: "glob", text, span };
}
