/** Under which condition tools may be called that somebody gains. */
import { eachBit } from "../decision/bits.ts";
import { whereText } from "../decision/words.ts";
import { predicateText } from "../model/predicate-text.ts";
import { conditionsAt } from "./condition.ts";
import type { Joint } from "./diff-joint.ts";

/** What is said behind tools that are gained: under which condition they may be called. */
export function gainedText(
  joint: Joint,
  { node, moment }: { readonly node: number; readonly moment: number },
  bits: Uint32Array,
): string {
  const conditions = conditionsAt(joint.new.table, node, moment);
  if (conditions.size === 0) return "";
  const found = [...eachBit(bits)].map((atom) => conditions.get(joint.names.tools.new[atom]!) ?? null);
  const texts = new Set(found.map((it) => (it === null ? "" : predicateText(it))));
  if (texts.size === 1) return whereText(found[0] ?? null);
  return ", some of them under conditions";
}
