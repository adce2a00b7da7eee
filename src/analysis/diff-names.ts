/**
 * The names of two policies, divided so that both agree. Each policy has its own atoms; a joint atom is a pair of them
 * that some name has, found by walking both automata side by side. So nothing is compiled again, and every answer about
 * names is exact for every possible name.
 */
import { type Automaton, atomOf, LONGEST_NAME } from "../decision/atoms.ts";
import { addBit, eachBit, emptyBits } from "../decision/bits.ts";

export interface JointNames {
  readonly atoms: number;
  /** The atom of each policy for every joint atom. */
  readonly old: Uint16Array;
  readonly new: Uint16Array;
  /** The joint atoms of every atom of each policy. */
  readonly parts: Readonly<Record<"old" | "new", readonly (readonly number[] | undefined)[]>>;
  /** One name of each joint atom: one that stands in a policy where there is one. */
  readonly examples: readonly string[];
  readonly plain: readonly boolean[];
}

/** More pairs of states than this are too many to compare. */
const MOST_PAIRS = 1_000_000;

/** Divides the names; null when the two policies divide them too differently to be walked together. */
export function joinNames(old: Automaton, now: Automaton): JointNames | null {
  const names = sameGlobs(old, now) ? asTheyAre(old) : walkBoth(old, now);
  return names === null ? null : withParts(names);
}

/** The same for names of which all are known: those of providers. */
export function joinKnown(old: Automaton, now: Automaton, names: readonly string[]): JointNames {
  return withParts({
    atoms: names.length,
    old: Uint16Array.from(names, (name) => atomOf(old, name)),
    new: Uint16Array.from(names, (name) => atomOf(now, name)),
    examples: names,
    plain: names.map(() => true),
  });
}

/** A set of one policy's atoms as joint atoms. */
export function jointBits(names: JointNames, side: "old" | "new", bits: Uint32Array): Uint32Array {
  const joint = emptyBits(names.atoms);
  const parts = names.parts[side];
  for (const atom of eachBit(bits)) for (const part of parts[atom] ?? []) addBit(joint, part);
  return joint;
}

type Divided = Omit<JointNames, "parts">;

function withParts(names: Divided): JointNames {
  return { ...names, parts: { old: partsOf(names.old), new: partsOf(names.new) } };
}

function partsOf(own: Uint16Array): readonly (readonly number[] | undefined)[] {
  const parts: (number[] | undefined)[] = [];
  for (const [joint, atom] of own.entries()) {
    const list = parts[atom];
    if (list === undefined) parts[atom] = [joint];
    else list.push(joint);
  }
  return parts;
}

/** Equal globs always give equal automata. */
function sameGlobs(a: Automaton, b: Automaton): boolean {
  if (a.members.size !== b.members.size || a.atoms !== b.atoms) return false;
  for (const glob of a.members.keys()) if (!b.members.has(glob)) return false;
  return true;
}

function asTheyAre(automaton: Automaton): Divided {
  const same = Uint16Array.from({ length: automaton.atoms }, (_, atom) => atom);
  const { examples } = automaton;
  const plain = examples.map((name) => automaton.members.has(name));
  return { atoms: automaton.atoms, old: same, new: same, examples, plain };
}

/** How a pair of states was first reached, so that its shortest name can be read back. */
interface Trail {
  readonly from: number;
  readonly letter: number;
}

function walkBoth(old: Automaton, now: Automaton): Divided | null {
  const letters = [...new Set([...old.columns.keys(), ...now.columns.keys()])].sort((a, b) => a - b);
  const steps = letters.map((letter) => [old.columns.get(letter) ?? 0, now.columns.get(letter) ?? 0, letter] as const);
  const other = otherLetter(letters);
  const newStates = now.atomOfState.length;
  const known = new Set<number>([0]);
  const queue = [0];
  const trails: Trail[] = [{ from: -1, letter: 0 }];
  const atomByPair = new Map<number, number>();
  const found: { old: number; new: number; at: number }[] = [];
  const enter = (oldState: number, newState: number, trail: Trail): void => {
    const pair = oldState * newStates + newState;
    if (known.has(pair)) return;
    known.add(pair);
    const at = queue.push(pair) - 1;
    trails.push(trail);
    const atoms = { old: old.atomOfState[oldState]!, new: now.atomOfState[newState]!, at };
    const key = atoms.old * now.atoms + atoms.new;
    if (atomByPair.has(key)) return;
    atomByPair.set(key, found.length);
    found.push(atoms);
  };
  for (let index = 0; index < queue.length; index++) {
    if (queue.length > MOST_PAIRS) return null;
    const oldRow = Math.floor(queue[index]! / newStates) * old.width;
    const newRow = (queue[index]! % newStates) * now.width;
    for (const [oldColumn, newColumn, letter] of steps) {
      enter(old.next[oldRow + oldColumn]!, now.next[newRow + newColumn]!, { from: index, letter });
    }
    enter(old.next[oldRow]!, now.next[newRow]!, { from: index, letter: other });
  }
  const shortest = found.map(({ at }) => nameAt(trails, at));
  const isName = shortest.map((name) => name.length <= LONGEST_NAME);
  const atoms = found.filter((_, i) => isName[i]);
  const names = shortest.filter((_, i) => isName[i]);
  const plain = plainNames(old, now, atomByPair);
  return {
    atoms: atoms.length,
    old: Uint16Array.from(atoms, (it) => it.old),
    new: Uint16Array.from(atoms, (it) => it.new),
    examples: atoms.map((it, i) => plain.get(it.old * now.atoms + it.new) ?? names[i]!),
    plain: atoms.map((it) => plain.has(it.old * now.atoms + it.new)),
  };
}

/** Names that are written out in one of the policies, by the pair of atoms that they have. */
function plainNames(old: Automaton, now: Automaton, pairs: ReadonlyMap<number, number>): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const glob of new Set([...now.members.keys(), ...old.members.keys()])) {
    if (/[*?]/.test(glob)) continue;
    const pair = atomOf(old, glob) * now.atoms + atomOf(now, glob);
    if (pairs.has(pair) && !names.has(pair)) names.set(pair, glob);
  }
  return names;
}

/** A letter that no glob has, so that it reads as "any other". */
function otherLetter(letters: readonly number[]): number {
  const free = [..."xyzabcdefghijklmnopqrstuvw0123456789-_.~"].find((it) => !letters.includes(it.codePointAt(0)!));
  return (free ?? "\u00a4").codePointAt(0)!;
}

function nameAt(trails: readonly Trail[], at: number): string {
  const letters: string[] = [];
  for (let index = at; index > 0; index = trails[index]!.from) {
    letters.push(String.fromCodePoint(trails[index]!.letter));
  }
  return letters.reverse().join("");
}
