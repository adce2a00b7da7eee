/**
 * Promise: a tool or model that is nearly one that the packs know does not pass unremarked. Such a name may be right, so
 * it is a warning; but a `deny` with a slip in it denies nothing, and nobody would see.
 */
import type { Diagnostic } from "../../language/diagnostic.ts";
import { didYouMean } from "../../language/suggest.ts";
import type { Item, TestStatement, Thing, Word } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import { isGlob } from "../glob.ts";
import { itemLists } from "../item-lists.ts";

/** Plain names in the policy's own lists that are no name of a pack, but close to one, or to a group's. */
export function namesNearlyKnown(declared: Declared): Diagnostic[] {
  const known = { tools: knownTo(declared, "tools"), models: knownTo(declared, "models") };
  const skeletons = new Set(Array.from(known.models, skeleton));
  const written: readonly Written[] = [
    ...itemLists(declared).flatMap(({ thing, items }) => items.map((item): Written => [thing, item])),
    ...declared.tests.flatMap(({ body }) => body.flatMap(namesSent)),
  ];
  return written.flatMap(([thing, item]) => {
    if (thing === "providers" || item.kind === "reference" || isGlob(item.text)) return [];
    // Numbers of models change with every release.
    if (known[thing].has(item.text) || (thing === "models" && skeletons.has(skeleton(item.text)))) return [];
    const near = groupCalled(item.text, declared[thing]) ?? didYouMean(item.text, known[thing]);
    if (near === null) return [];
    const message = `no pack knows a ${thing === "tools" ? "tool" : "model"} \`${item.text}\``;
    return [fault("GW2020", item.span, message, `did you mean \`${near}\`?`)];
  });
}

/** A name, and what it is of. */
type Written = readonly [Thing, Pick<Item, "kind" | "text" | "span">];

/** The names that a line of a test plays with: a request is for one, or one was called before. */
function namesSent(step: TestStatement): readonly Written[] {
  const named = (thing: Thing, word: Word | null): readonly Written[] =>
    word === null ? [] : [[thing, { kind: "glob", ...word }]];
  if (step.kind === "called") return step.tools.flatMap((tool) => named("tools", tool));
  return step.kind === "send" ? [...named("models", step.model), ...named("tools", step.tool)] : [];
}

/** What a bare word stands for in other tools: everything, or the group of a pack without the pack's name. */
function groupCalled(word: string, groups: Declared["tools"] | Declared["models"]): string | null {
  if (word === "all" || word === "any") return "**";
  const group = [...groups.values()].find(({ name, pack }) => pack !== null && name === `${pack}.${word}`);
  return group === undefined ? null : `@${group.name}`;
}

/** A name without its numbers: `claude-opus-5-5` and `claude-opus-6` are of one kind. */
function skeleton(name: string): string {
  return name.replace(/[-.]?\d+/g, "");
}

/** The names that packs write out. */
function knownTo(declared: Declared, thing: "tools" | "models"): ReadonlySet<string> {
  const groups = [...declared[thing].values()].filter(({ pack }) => pack !== null);
  return new Set(groups.flatMap(({ declaration }) => namesIn(declaration.items)));
}

function namesIn(items: readonly Item[]): readonly string[] {
  return items.flatMap(({ kind, text }) => (kind === "reference" || isGlob(text) ? [] : [text]));
}
