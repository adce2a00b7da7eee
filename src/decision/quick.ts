/**
 * The last answer of each node for which nothing depends on the moment and ungranted tools are stripped, packed tight:
 * with thousands of keys it is not instructions that cost, but memory that is not in the cache. view.ts fills it,
 * decide.ts asks it first.
 */
import { emptyBits } from "./bits.ts";
import type { Allow } from "./decision.ts";
import type { Table } from "./table.ts";

/** Whose answer, to which model atom, under which policy. */
export interface Remembered {
  readonly node: number;
  readonly atom: number;
  readonly policy: number;
}

export interface Quick {
  /** Keeps the answer that a node gets for a model when all tools are granted. */
  remember(of: Remembered, answer: Allow): void;
  /** The last answer of a node, if it was for this model, with the tools stripped that are not granted; else null. */
  recall(node: number, atom: number, tools: readonly string[]): Allow | null;
}

/** Lays out the rows; nothing is remembered yet. */
export function createQuick({ nodes, policies, atoms }: Table, toolAtom: (name: string) => number): Quick {
  const words = emptyBits(atoms.tools.atoms).length;
  const granted = new Uint32Array(policies.length * words);
  for (const [index, policy] of policies.entries()) granted.set(policy.tools, index * words);
  // Rows of two: the atom of the answer, or -1; where the granted tools of the node begin.
  const rows = new Int32Array(nodes.length * 2).fill(-1);
  const answers: (Allow | undefined)[] = new Array(nodes.length);
  return {
    remember({ node, atom, policy }, answer) {
      rows[node * 2] = atom;
      rows[node * 2 + 1] = policy * words;
      answers[node] = answer;
    },
    recall(node, atom, tools) {
      if (atom < 0 || rows[node * 2] !== atom) return null;
      const start = rows[node * 2 + 1]!;
      let strip: string[] | null = null;
      for (let i = 0; i < tools.length; i++) {
        const tool = toolAtom(tools[i]!);
        if (tool >= 0 && (granted[start + (tool >>> 5)]! & (1 << (tool & 31))) !== 0) continue;
        if (strip === null) strip = [tools[i]!];
        else strip.push(tools[i]!);
      }
      const answer = answers[node] ?? null;
      return strip === null || answer === null ? answer : { ...answer, strip };
    },
  };
}
