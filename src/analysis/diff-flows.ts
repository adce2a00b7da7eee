/**
 * Flow rules of two policies, compared as what they amount to: which tool may not be called after which other one, for
 * every possible pair of names. How the pairs are spread over lines is no difference.
 */
import { inForce } from "../decision/access.ts";
import { addBit, eachBit, emptyBits, meets, subtract, unite } from "../decision/bits.ts";
import type { Flow } from "../model/model.ts";
import { describe, nameText } from "./describe.ts";
import { vocabularyOf } from "./diff-access.ts";
import { lineCauses } from "./diff-causes.ts";
import { chain, type Joint, type Pair, toolBits } from "./diff-joint.ts";
import type { Cause } from "./diff-row.ts";

/** Pairs that only one of the policies closes: the tools, and what they may not be called after. */
export interface FlowChange {
  readonly move: "wider" | "tighter";
  readonly words: string;
  /** Both sets of names, as joint atoms. */
  readonly tools: Uint32Array;
  readonly after: Uint32Array;
}

/** How many names of a set are written out. */
const MOST = 6;

/** The changes for a pair of nodes at a moment. */
export function flowChanges(joint: Joint, pair: Pair, moment: number): readonly FlowChange[] {
  const old = closedAt(joint, "old", pair.old, moment);
  const now = closedAt(joint, "new", pair.new, moment);
  const vocabulary = vocabularyOf(joint, "tools");
  const text = (bits: Uint32Array): string => nameText(describe(vocabulary, bits), MOST);
  return [
    ...grouped(joint, now, old).map((pairs): FlowChange => {
      const words = `may not call ${text(pairs.tools)} any more after ${text(pairs.after)}`;
      return { move: "tighter", words, ...pairs };
    }),
    ...grouped(joint, old, now).map((pairs): FlowChange => {
      return { move: "wider", words: `may call ${text(pairs.tools)} again after ${text(pairs.after)}`, ...pairs };
    }),
  ];
}

/** The lines behind a change: those about a pair of its that one policy alone has, and that did not end before `since`. */
export function flowCauses(joint: Joint, pair: Pair, change: FlowChange, since: number): readonly Cause[] {
  const isAbout = (side: "old" | "new", globs: readonly string[], bits: Uint32Array): boolean =>
    meets(toolBits(joint, side, globs), bits);
  return lineCauses(joint, pair, {
    of: ({ flows }) => flows.filter(({ observe }) => !observe),
    key: flowKey,
    bears: ({ globs, after, until }, side) =>
      inForce(until, since) && isAbout(side, globs, change.tools) && isAbout(side, after, change.after),
  });
}

function flowKey({ globs, after, until }: Flow): string {
  return `${[...globs].sort().join()} after ${[...after].sort().join()} ${until}`;
}

/** What is closed by each called tool, all as joint atoms; null for a tool that closes nothing. */
type Closed = readonly (Uint32Array | null)[];

function closedAt(joint: Joint, side: "old" | "new", node: number, moment: number): Closed {
  const names = joint.names.tools;
  const closed: (Uint32Array | null)[] = new Array(names.atoms).fill(null);
  const binding = chain(joint[side], node).flatMap(({ flows }) => flows);
  for (const { globs, after, observe, until } of binding) {
    if (observe || !inForce(until, moment)) continue;
    const closing = toolBits(joint, side, globs);
    for (const atom of eachBit(toolBits(joint, side, after))) {
      closed[atom] ??= emptyBits(names.atoms);
      unite(closed[atom], closing);
    }
  }
  return closed;
}

/** What one closes and the other does not; tools that close the same stand together. */
function grouped(joint: Joint, more: Closed, less: Closed): readonly Pick<FlowChange, "tools" | "after">[] {
  const groups = new Map<string, Pick<FlowChange, "tools" | "after">>();
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
  return [...groups.values()];
}
