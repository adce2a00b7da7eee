/**
 * What a person has to confirm under two policies, compared for every possible name; how it is spread over lines is no
 * difference. A person is asked unless a condition is `no`, so of two conditions the one whose `no` means the other's asks less.
 */
import { inForce } from "../decision/access.ts";
import { addBit, eachBit, emptyBits, hasBit, meets, removeBit, subtract, unite } from "../decision/bits.ts";
import { whereText } from "../decision/words.ts";
import type { Confirmation } from "../model/model.ts";
import type { Predicate } from "../model/predicate.ts";
import { canonicalForm, canonicalText } from "../model/predicate-text.ts";
import { describe, nameText } from "./describe.ts";
import { vocabularyOf } from "./diff-access.ts";
import { lineCauses } from "./diff-causes.ts";
import { chain, type Joint, type Pair, toolBits } from "./diff-joint.ts";
import type { Cause } from "./diff-row.ts";
import { implies } from "./implies.ts";

/** Tools about which the policies do not ask alike. */
export interface AskChange {
  readonly move: "wider" | "tighter" | "changed";
  readonly words: string;
  /** Their names, as joint atoms. */
  readonly bits: Uint32Array;
}

/** How many names of a set are written out. */
const MOST = 6;

/** The changes for a pair of nodes at a moment. */
export function askChanges(joint: Joint, pair: Pair, moment: number): readonly AskChange[] {
  const old = askedAt(joint, "old", pair.old, moment);
  const now = askedAt(joint, "new", pair.new, moment);
  const groups = new Map<string, { readonly change: Worded; readonly bits: Uint32Array }>();
  const put = (change: Worded, bits: Uint32Array): void => {
    const name = change.say("\u0000");
    const group = groups.get(name) ?? { change, bits: emptyBits(joint.names.tools.atoms) };
    groups.set(name, group);
    unite(group.bits, bits);
  };
  // Where no condition stands, sets of names are all that is compared.
  const conditional = new Set([...old.some.keys(), ...now.some.keys()]);
  const plain = (more: Uint32Array, less: Uint32Array): Uint32Array => {
    const bits = more.slice();
    subtract(bits, less);
    for (const atom of conditional) removeBit(bits, atom);
    return bits;
  };
  put(changeOf(undefined, null)!, plain(now.always, old.always));
  put(changeOf(null, undefined)!, plain(old.always, now.always));
  for (const atom of conditional) {
    const change = changeOf(conditionOf(old, atom), conditionOf(now, atom));
    if (change === null) continue;
    const bits = emptyBits(joint.names.tools.atoms);
    addBit(bits, atom);
    put(change, bits);
  }
  const words = vocabularyOf(joint, "tools");
  return [...groups.values()]
    .filter(({ bits }) => bits.some((word) => word !== 0))
    .map(({ change, bits }) => ({ move: change.move, words: change.say(nameText(describe(words, bits), MOST)), bits }));
}

/** The lines behind a change: those about its tools that one policy alone has, and that did not end before `since`. */
export function askCauses(joint: Joint, pair: Pair, { bits }: AskChange, since: number): readonly Cause[] {
  return lineCauses(joint, pair, {
    of: ({ confirmations }) => confirmations,
    key: askKey,
    bears: ({ globs, until }, side) => inForce(until, since) && meets(toolBits(joint, side, globs), bits),
  });
}

function askKey({ globs, where, until }: Confirmation): string {
  const condition = where === null ? "" : canonicalText(where);
  return `${[...globs].sort().join()} ${condition} ${until}`;
}

/** What is asked about: undefined: no call, null: each call, else those that the condition does not leave out. */
type Asked = Predicate | null | undefined;

interface Worded {
  readonly move: AskChange["move"];
  readonly say: (names: string) => string;
}

function changeOf(was: Asked, is: Asked): Worded | null {
  if (is === undefined) {
    if (was === undefined) return null;
    return { move: "wider", say: (names) => `no longer needs a person to confirm ${names}${whereText(was)}` };
  }
  const needs = (names: string) => `needs a person to confirm ${names}`;
  if (was === undefined) return { move: "tighter", say: (names) => `${needs(names)}${whereText(is)}` };
  const [more, less] = [asksAsMuch(is, was), asksAsMuch(was, is)];
  if (more && less) return null;
  if (was === null) return { move: "wider", say: (names) => `${needs(names)} only${whereText(is)}` };
  if (is === null) {
    return { move: "tighter", say: (names) => `${needs(names)} with any input, no longer only${whereText(was)}` };
  }
  const move = more ? "tighter" : less ? "wider" : "changed";
  return { move, say: (names) => `${needs(names)}${whereText(is)}, no longer${whereText(was)}` };
}

/** Whether a person is asked by the one wherever the other one asks, as far as can be shown. */
function asksAsMuch(one: Predicate | null, other: Predicate | null): boolean {
  if (one === null || other === null) return one === null;
  return implies({ kind: "not", of: one }, { kind: "not", of: other });
}

/** What one side asks about, by joint atoms. */
interface AskedSide {
  readonly always: Uint32Array;
  /** Tools about which only some calls are asked. */
  readonly some: ReadonlyMap<number, Predicate>;
}

function conditionOf({ always, some }: AskedSide, atom: number): Asked {
  return hasBit(always, atom) ? null : some.get(atom);
}

function askedAt(joint: Joint, side: "old" | "new", node: number, moment: number): AskedSide {
  const always = emptyBits(joint.names.tools.atoms);
  const parts = new Map<number, Predicate[]>();
  for (const { globs, where, until } of chain(joint[side], node).flatMap(({ confirmations }) => confirmations)) {
    if (!inForce(until, moment)) continue;
    const bits = toolBits(joint, side, globs);
    if (where === null) unite(always, bits);
    else for (const atom of eachBit(bits)) parts.set(atom, [...(parts.get(atom) ?? []), where]);
  }
  const some = new Map<number, Predicate>();
  for (const [atom, of] of parts) if (!hasBit(always, atom)) some.set(atom, canonicalForm({ kind: "or", of }));
  return { always, some };
}
