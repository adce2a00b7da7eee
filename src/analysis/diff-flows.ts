/**
 * Flow rules of two policies, compared as what they amount to: which tool may not be called after which other one, for
 * every possible pair of names. How the pairs are spread over lines is no difference.
 */
import { inForce } from "../decision/access.ts";
import { atomsOf } from "../decision/atoms.ts";
import { addBit, eachBit, emptyBits, subtract, unite } from "../decision/bits.ts";
import { describe, nameText } from "./describe.ts";
import { vocabularyOf } from "./diff-access.ts";
import { chain, type Joint, type Pair } from "./diff-joint.ts";
import { jointBits } from "./diff-names.ts";

/** Pairs that only one of the policies closes: the tools, and what they may not be called after. */
export interface FlowChange {
  readonly move: "wider" | "tighter";
  readonly words: string;
}

/** How many names of a set are written out. */
const MOST = 6;

/** The changes for a pair of nodes at a moment. */
export function flowChanges(joint: Joint, pair: Pair, moment: number): readonly FlowChange[] {
  const old = closedAt(joint, "old", pair.old, moment);
  const now = closedAt(joint, "new", pair.new, moment);
  return [
    ...grouped(joint, now, old).map(
      ([tools, after]): FlowChange => ({ move: "tighter", words: `may not call ${tools} any more after ${after}` }),
    ),
    ...grouped(joint, old, now).map(
      ([tools, after]): FlowChange => ({ move: "wider", words: `may call ${tools} again after ${after}` }),
    ),
  ];
}

/** What is closed by each called tool, all as joint atoms; null for a tool that closes nothing. */
type Closed = readonly (Uint32Array | null)[];

function closedAt(joint: Joint, side: "old" | "new", node: number, moment: number): Closed {
  const names = joint.names.tools;
  const closed: (Uint32Array | null)[] = new Array(names.atoms).fill(null);
  const { tools } = joint[side].table.atoms;
  const binding = chain(joint[side], node).flatMap(({ flows }) => flows);
  for (const { globs, after, observe, until } of binding) {
    if (observe || !inForce(until, moment)) continue;
    const closing = jointBits(names, side, atomsOf(tools, globs));
    for (const atom of eachBit(jointBits(names, side, atomsOf(tools, after)))) {
      closed[atom] ??= emptyBits(names.atoms);
      unite(closed[atom], closing);
    }
  }
  return closed;
}

/** What one closes and the other does not, in words; tools that close the same stand together. */
function grouped(joint: Joint, more: Closed, less: Closed): readonly (readonly [tools: string, after: string])[] {
  const groups = new Map<string, { tools: Uint32Array; after: Uint32Array }>();
  for (const [atom, closed] of more.entries()) {
    if (closed === null) continue;
    const tools = closed.slice();
    const other = less[atom];
    if (other) subtract(tools, other);
    if (tools.every((word) => word === 0)) continue;
    const group = groups.get(tools.join()) ?? { tools, after: emptyBits(joint.names.tools.atoms) };
    addBit(group.after, atom);
    groups.set(tools.join(), group);
  }
  const words = vocabularyOf(joint, "tools");
  const text = (bits: Uint32Array): string => nameText(describe(words, bits), MOST);
  return [...groups.values()].map(({ tools, after }) => [text(tools), text(after)] as const);
}
