/**
 * Who may call which tools with other input than before. Only tools that both policies offer are compared: what is gained or
 * lost is told with the names. Conditions are compared as a chain has them all together, so that it is no change when
 * statements are split, joined or put in another order; of two that cannot be shown to be one tighter than the other,
 * the change may let something more through.
 */
import { eachBit, hasBit } from "../decision/bits.ts";
import { whereText } from "../decision/words.ts";
import type { Predicate } from "../model/predicate.ts";
import { predicateText } from "../model/predicate-text.ts";
import { conditionsAt, hasConditions, isSameCondition } from "./condition.ts";
import { describe, nameText } from "./describe.ts";
import { type AccessAt, exampleOf, vocabularyOf } from "./diff-access.ts";
import { conditionCauses } from "./diff-causes.ts";
import { fold } from "./diff-fold.ts";
import { groupChanges } from "./diff-group.ts";
import type { Joint, Pair } from "./diff-joint.ts";
import type { Move, Row } from "./diff-row.ts";
import { implies } from "./implies.ts";

/** Another condition on calls of some tools; null where any input will do. */
interface Change {
  readonly key: string;
  readonly was: Predicate | null;
  readonly is: Predicate | null;
  /** The tools, as joint atoms. */
  readonly bits: Uint32Array;
}

/** The rows about conditions on calls. */
export function conditionRows(joint: Joint, access: AccessAt): readonly Row[] {
  if (!hasConditions(joint.old.table) && !hasConditions(joint.new.table)) return [];
  const found = groupChanges(
    joint,
    (node) => node.access,
    (pair, moment) => changesAt(joint, access, pair, moment),
  );
  if (found.length === 0) return [];
  const words = vocabularyOf(joint, "tools");
  return found.map(({ change, from, until, pairs }): Row => {
    const nodes = pairs.map((pair) => pair.new);
    const names = describe(words, change.bits);
    return {
      about: "tools",
      move: moveOf(change),
      subject: fold(joint.new.model.nodes, nodes, joint.added),
      change: sentence(nameText(names), change),
      names,
      example: exampleOf(joint, "tools", change.bits),
      from,
      until,
      causes: conditionCauses(joint, change.bits, pairs),
      nodes,
      // What is offered is the same, and with it what a conversation begins with.
      cache: false,
    };
  });
}

function changesAt(joint: Joint, access: AccessAt, pair: Pair, moment: number): readonly Change[] {
  const names = joint.names.tools;
  const conditions = {
    old: conditionsAt(joint.old.table, pair.old, moment),
    new: conditionsAt(joint.new.table, pair.new, moment),
  };
  const offered = { old: access("old", pair.old, moment).tools, new: access("new", pair.new, moment).tools };
  const concerned = new Set(
    (["old", "new"] as const).flatMap((side) =>
      [...conditions[side].keys()].flatMap((atom) => names.parts[side][atom] ?? []),
    ),
  );
  const changes = new Map<string, Change>();
  for (const atom of concerned) {
    if (!hasBit(offered.old, atom) || !hasBit(offered.new, atom)) continue;
    const was = conditions.old.get(names.old[atom]!) ?? null;
    const is = conditions.new.get(names.new[atom]!) ?? null;
    if (isSameCondition(was, is)) continue;
    const words = `${textOf(was)} → ${textOf(is)}`;
    const bits = changes.get(words)?.bits ?? new Uint32Array(offered.old.length);
    bits[atom >>> 5]! |= 1 << (atom & 31);
    changes.set(words, { key: words, was, is, bits });
  }
  return [...changes.values()].map((change) => ({
    ...change,
    key: `${change.key} ${[...eachBit(change.bits)].join()}`,
  }));
}

function textOf(condition: Predicate | null): string {
  return condition === null ? "any" : predicateText(condition);
}

function moveOf({ was, is }: Change): Move {
  if (was === null || (is !== null && implies(is, was))) return "tighter";
  return is === null || implies(was, is) ? "wider" : "changed";
}

function sentence(names: string, { was, is }: Change): string {
  if (is === null) return `may call ${names} with any input, no longer only${whereText(was)}`;
  if (was === null) return `may call ${names} only${whereText(is)}`;
  return `may call ${names}${whereText(is)}, no longer${whereText(was)}`;
}
