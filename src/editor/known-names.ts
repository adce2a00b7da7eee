/** The names of models and tools that a policy knows: those that it or one of its packs writes out somewhere. */
import type { Thing } from "../language/tree.ts";
import type { Declared } from "../model/declared.ts";
import { globMatches, isGlob } from "../model/glob.ts";
import { listsIn } from "../model/lists.ts";

/** The names, and globs with a star, in the order of the alphabet. A glob with `?` stands for dates and helps nobody. */
export function knownNames(declared: Declared, thing: Exclude<Thing, "providers">): readonly string[] {
  const trees = [...declared.trees, ...declared.packs.values()];
  const names = new Set<string>();
  for (const declaration of trees.flatMap((tree) => tree.declarations)) {
    for (const list of listsIn(declaration)) {
      if (list.thing !== thing) continue;
      for (const { kind, text } of list.items) if (kind === "glob" && !text.includes("?")) names.add(text);
    }
  }
  return [...names].sort();
}

/** Of the known names those that a glob stands for. */
export function namesMatching(declared: Declared, thing: Exclude<Thing, "providers">, glob: string): readonly string[] {
  return knownNames(declared, thing).filter((name) => !isGlob(name) && globMatches(glob, name));
}
