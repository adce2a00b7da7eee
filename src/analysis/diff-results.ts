/** How large what tools give back may be under two policies, compared for every possible name; how it is spread over lines is no difference. */
import { inForce } from "../decision/access.ts";
import { atomsOf } from "../decision/atoms.ts";
import { addBit, eachBit, emptyBits } from "../decision/bits.ts";
import { thousands } from "../decision/words.ts";
import { describe, nameText } from "./describe.ts";
import { vocabularyOf } from "./diff-access.ts";
import { chain, type Joint, type Pair } from "./diff-joint.ts";
import { jointBits } from "./diff-names.ts";

/** Tools that may give back more or less than before. */
export interface ResultChange {
  readonly move: "wider" | "tighter";
  readonly words: string;
}

/** How many names of a set are written out. */
const MOST = 6;

/** The changes for a pair of nodes at a moment: one for each pair of sizes. */
export function resultChanges(joint: Joint, pair: Pair, moment: number): readonly ResultChange[] {
  const old = sizesAt(joint, "old", pair.old, moment);
  const now = sizesAt(joint, "new", pair.new, moment);
  const atoms = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => a - b);
  const differing = atoms.filter((atom) => sizeOf(old, atom) !== sizeOf(now, atom));
  const groups = Map.groupBy(differing, (atom) => `${sizeOf(old, atom)} ${sizeOf(now, atom)}`);
  return [...groups.values()].map((group): ResultChange => {
    const bits = emptyBits(joint.names.tools.atoms);
    for (const atom of group) addBit(bits, atom);
    const [before, after] = [sizeOf(old, group[0]!), sizeOf(now, group[0]!)];
    const names = nameText(describe(vocabularyOf(joint, "tools"), bits), MOST);
    const words = `gets results of ${sizeText(before)} → ${sizeText(after)} from ${names}`;
    return { move: after < before ? "tighter" : "wider", words };
  });
}

function sizeOf(sizes: ReadonlyMap<number, number>, atom: number): number {
  return sizes.get(atom) ?? Number.POSITIVE_INFINITY;
}

function sizeText(bytes: number): string {
  return bytes === Number.POSITIVE_INFINITY ? "any size" : `at most ${thousands(bytes)} bytes`;
}

/** The smallest of all lines that bear on it, by class of names. */
function sizesAt(joint: Joint, side: "old" | "new", node: number, moment: number): ReadonlyMap<number, number> {
  const sizes = new Map<number, number>();
  for (const { globs, max, until } of chain(joint[side], node).flatMap(({ results }) => results)) {
    if (!inForce(until, moment)) continue;
    const bits = jointBits(joint.names.tools, side, atomsOf(joint[side].table.atoms.tools, globs));
    for (const atom of eachBit(bits)) sizes.set(atom, Math.min(max, sizeOf(sizes, atom)));
  }
  return sizes;
}
