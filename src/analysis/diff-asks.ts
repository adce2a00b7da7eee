/** What a person has to confirm under two policies, compared for every possible name; how it is spread over lines is no difference. */
import { inForce } from "../decision/access.ts";
import { atomsOf } from "../decision/atoms.ts";
import { emptyBits, subtract, unite } from "../decision/bits.ts";
import { describe, nameText } from "./describe.ts";
import { vocabularyOf } from "./diff-access.ts";
import { chain, type Joint, type Pair } from "./diff-joint.ts";
import { jointBits } from "./diff-names.ts";

/** Tools about which only one of the policies asks. */
export interface AskChange {
  readonly move: "wider" | "tighter";
  readonly words: string;
}

/** How many names of a set are written out. */
const MOST = 6;

/** The changes for a pair of nodes at a moment. */
export function askChanges(joint: Joint, pair: Pair, moment: number): readonly AskChange[] {
  const old = askedAt(joint, "old", pair.old, moment);
  const now = askedAt(joint, "new", pair.new, moment);
  const change = (move: AskChange["move"], more: Uint32Array, less: Uint32Array): readonly AskChange[] => {
    const bits = more.slice();
    subtract(bits, less);
    if (bits.every((word) => word === 0)) return [];
    const names = nameText(describe(vocabularyOf(joint, "tools"), bits), MOST);
    return [{ move, words: `${move === "tighter" ? "needs" : "no longer needs"} a person to confirm ${names}` }];
  };
  return [...change("tighter", now, old), ...change("wider", old, now)];
}

function askedAt(joint: Joint, side: "old" | "new", node: number, moment: number): Uint32Array {
  const names = joint.names.tools;
  const asked = emptyBits(names.atoms);
  for (const { globs, until } of chain(joint[side], node).flatMap(({ confirmations }) => confirmations)) {
    if (inForce(until, moment)) unite(asked, jointBits(names, side, atomsOf(joint[side].table.atoms.tools, globs)));
  }
  return asked;
}
