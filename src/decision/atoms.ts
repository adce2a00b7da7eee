/**
 * Names by classes. All globs of one kind are combined into one automaton; names that satisfy the same globs form one
 * class, an atom. The atoms divide all possible names, known or not, so every glob, group and grant is exactly a set of
 * atoms, and a question about names becomes one bit. compile.ts builds automata, decide.ts walks them.
 *
 * Globs: `*` is any run of characters but `/`, `**` any run, `?` one character but `/`; case matters. Globs are kept in
 * one trie first, so that a thousand plain names cost no more than their letters.
 */
import { addBit, emptyBits, subtract, unite } from "./bits.ts";

/** Longest name that is looked up; longer ones are no names. */
export const LONGEST_NAME = 256;

/** More states than this are a fault of the policy: globs with a star in the middle multiply. */
export const MOST_STATES = 32_768;

/** A deterministic automaton over names, as plain data. State 0 is the start. */
export interface Automaton {
  /** Classes of characters: a code point to its column; every other character is column 0. */
  readonly columns: ReadonlyMap<number, number>;
  /** The same for code points below 128. */
  readonly ascii: Uint16Array;
  readonly width: number;
  /** `next[state * width + column]`. */
  readonly next: Uint16Array;
  /** The atom of each state. Atom 0 holds the names that no glob matches. */
  readonly atomOfState: Uint16Array;
  readonly atoms: number;
  /** Each glob as a set of atoms. */
  readonly members: ReadonlyMap<string, Uint32Array>;
  /** One name of each atom: a plain name that stands in the policy where there is one, else a shortest name. */
  readonly examples: readonly string[];
}

/** Combines globs; null when they need more states than `mostStates`. */
export function buildAutomaton(globs: Iterable<string>, mostStates: number = MOST_STATES): Automaton | null {
  const names = [...new Set(globs)].sort();
  const trie = growTrie(names);
  const alphabet = [...new Set([SLASH, ...trie.flatMap((node) => [...node.letters.keys()])])].sort((a, b) => a - b);
  const states = explore(trie, mostStates);
  if (states === null) return null;
  return flatten(names, alphabet, states);
}

/** The atom of a name; -1 when it is empty or too long to be one. */
export function atomOf(automaton: Automaton, name: string): number {
  if (name.length === 0 || name.length > LONGEST_NAME) return -1;
  const { ascii, columns, width, next } = automaton;
  let state = 0;
  for (let i = 0; i < name.length; i++) {
    let letter = name.charCodeAt(i);
    let column = 0;
    if (letter < 128) column = ascii[letter]!;
    else {
      letter = name.codePointAt(i)!;
      if (letter > 0xffff) i++;
      column = columns.get(letter) ?? 0;
    }
    state = next[state * width + column]!;
  }
  return automaton.atomOfState[state]!;
}

/** The atoms of all names that begin so and go on. */
export function atomsBelow(automaton: Automaton, beginning: string): Uint32Array {
  const { columns, width, next, atomOfState } = automaton;
  let start = 0;
  for (const letter of beginning) start = next[start * width + (columns.get(letter.codePointAt(0)!) ?? 0)]!;
  const bits = emptyBits(automaton.atoms);
  const seen = new Set<number>();
  const open = [start];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (let column = 0; column < width; column++) {
      const to = next[state * width + column]!;
      if (seen.has(to)) continue;
      seen.add(to);
      addBit(bits, atomOfState[to]!);
      open.push(to);
    }
  }
  return bits;
}

/** The atoms that any of the globs holds; every glob must be one that the automaton was built from. */
export function atomsOf(automaton: Automaton, globs: readonly string[]): Uint32Array {
  const bits = emptyBits(automaton.atoms);
  for (const glob of globs) {
    const member = automaton.members.get(glob);
    if (member === undefined) throw new Error(`the automaton was built without the glob ${glob}`);
    unite(bits, member);
  }
  return bits;
}

/** The atoms of a statement: what its globs hold, without the names that are not meant. */
export function bitsOf(
  automaton: Automaton,
  { globs, except }: { readonly globs: readonly string[]; readonly except: readonly string[] },
): Uint32Array {
  const bits = atomsOf(automaton, globs);
  if (except.length > 0) subtract(bits, atomsOf(automaton, except));
  return bits;
}

/** The family of tools of a kind that nobody knows yet. No glob reaches into it, so it is never granted. */
export const UNKNOWN_FAMILY = "unknown:";

const KEPT_NAMES = 4_096;

/** Atoms of names with a memory of the last few thousand: inventing names costs a caller's walk, never memory. */
export function createLookup(automaton: Automaton): (name: string) => number {
  let young = new Map<string, number>();
  let old = young;
  return (name) => {
    const known = young.get(name);
    if (known !== undefined) return known;
    const atom = old.get(name) ?? atomOf(automaton, name);
    if (name.length > LONGEST_NAME) return atom;
    if (young.size >= KEPT_NAMES) {
      old = young;
      young = new Map();
    }
    young.set(name, atom);
    return atom;
  };
}

const SLASH = 0x2f;

/** A node of the trie of globs, and a state of the combined non-deterministic automaton. */
interface TrieNode {
  readonly letters: Map<number, number>;
  /** Nodes behind `?`, `*` and `**`; -1 when there are none. */
  one: number;
  run: number;
  deepRun: number;
  /** What the node may read and stay: nothing, all but `/`, or all. */
  readonly loop: "none" | "run" | "deepRun";
  /** Index of the glob that ends here; -1 when none does. */
  glob: number;
}

function growTrie(globs: readonly string[]): TrieNode[] {
  const trie: TrieNode[] = [];
  const add = (loop: TrieNode["loop"]): number =>
    trie.push({ letters: new Map(), one: -1, run: -1, deepRun: -1, loop, glob: -1 }) - 1;
  add("none");
  for (const [index, glob] of globs.entries()) {
    let at = 0;
    for (const token of glob.matchAll(/\*\*|\*|\?|[^*?]/gu)) {
      const node = trie[at]!;
      if (token[0] === "**") at = node.deepRun = node.deepRun < 0 ? add("deepRun") : node.deepRun;
      else if (token[0] === "*") at = node.run = node.run < 0 ? add("run") : node.run;
      else if (token[0] === "?") at = node.one = node.one < 0 ? add("none") : node.one;
      else {
        const letter = token[0].codePointAt(0)!;
        at = node.letters.get(letter) ?? add("none");
        node.letters.set(letter, at);
      }
    }
    trie[at]!.glob = index;
  }
  return trie;
}

/** A state of the deterministic automaton while it is being built. */
interface State {
  readonly nodes: readonly number[];
  /** Where any letter leads that is not in `steps`; where `/` leads is always in `steps`. */
  otherwise: number;
  readonly steps: Map<number, number>;
  /** Globs that the names which end here satisfy, in order. */
  readonly globs: readonly number[];
  /** How the state was first reached, for an example: from which state, by which letter (-1: any other letter). */
  readonly from: number;
  readonly letter: number;
}

function explore(trie: readonly TrieNode[], mostStates: number): State[] | null {
  const states: State[] = [];
  const known = new Map<string, number>();
  const enter = (targets: number[], from: number, letter: number): number => {
    const nodes = close(trie, targets);
    const name = nodes.join(" ");
    const state = known.get(name);
    if (state !== undefined) return state;
    const globs = nodes.map((node) => trie[node]!.glob).filter((glob) => glob >= 0);
    known.set(name, states.length);
    return states.push({ nodes, otherwise: 0, steps: new Map(), globs: globs.sort((a, b) => a - b), from, letter }) - 1;
  };
  enter([0], -1, -1);
  for (let index = 0; index < states.length; index++) {
    if (states.length > mostStates) return null;
    const state = states[index]!;
    const moves = movesOf(trie, state.nodes);
    // Letters in order of the alphabet, so that equal globs always number their states alike.
    for (const [letter, targets] of [...moves.letters].sort(([a], [b]) => a - b)) {
      const rest = letter === SLASH ? moves.slash : moves.other;
      state.steps.set(letter, enter([...targets, ...rest], index, letter));
    }
    if (!state.steps.has(SLASH)) state.steps.set(SLASH, enter([...moves.slash], index, SLASH));
    state.otherwise = enter([...moves.other], index, -1);
  }
  return states;
}

function movesOf(
  trie: readonly TrieNode[],
  nodes: readonly number[],
): { letters: Map<number, number[]>; slash: number[]; other: number[] } {
  const letters = new Map<number, number[]>();
  const slash: number[] = [];
  const other: number[] = [];
  for (const index of nodes) {
    const node = trie[index]!;
    if (node.loop !== "none") other.push(index);
    if (node.loop === "deepRun") slash.push(index);
    if (node.one >= 0) other.push(node.one);
    for (const [letter, target] of node.letters) {
      const targets = letters.get(letter);
      if (targets === undefined) letters.set(letter, [target]);
      else targets.push(target);
    }
  }
  return { letters, slash, other };
}

/** Adds the nodes that are reached without reading: a run may be empty. */
function close(trie: readonly TrieNode[], nodes: number[]): readonly number[] {
  for (let i = 0; i < nodes.length; i++) {
    const node = trie[nodes[i]!]!;
    if (node.run >= 0) nodes.push(node.run);
    if (node.deepRun >= 0) nodes.push(node.deepRun);
  }
  return nodes.length < 2 ? nodes : [...new Set(nodes)].sort((a, b) => a - b);
}

function flatten(globs: readonly string[], alphabet: readonly number[], states: readonly State[]): Automaton {
  const columns = new Map(alphabet.map((letter, index) => [letter, index + 1]));
  const width = alphabet.length + 1;
  const next = new Uint16Array(states.length * width);
  for (const [index, state] of states.entries()) {
    next.fill(state.otherwise, index * width, (index + 1) * width);
    for (const [letter, target] of state.steps) next[index * width + columns.get(letter)!] = target;
  }
  const ascii = new Uint16Array(128);
  for (const [letter, column] of columns) if (letter < 128) ascii[letter] = column;
  return { columns, ascii, width, next, ...classify(globs, alphabet, states) };
}

/** Gives states that satisfy the same globs one atom. The start is no name, so its globs found no atom. */
function classify(globs: readonly string[], alphabet: readonly number[], states: readonly State[]) {
  const atomByGlobs = new Map<string, number>([["", 0]]);
  const firstState: number[] = [-1];
  const atomOfState = new Uint16Array(states.length);
  for (let index = 1; index < states.length; index++) {
    const name = states[index]!.globs.join(" ");
    let atom = atomByGlobs.get(name);
    if (atom === undefined) {
      atom = firstState.length;
      atomByGlobs.set(name, atom);
      firstState.push(index);
    } else if (firstState[atom] === -1) firstState[atom] = index;
    atomOfState[index] = atom;
  }
  const members = new Map(globs.map((glob) => [glob, emptyBits(firstState.length)]));
  for (const [atom, state] of firstState.entries()) {
    if (state > 0) for (const glob of states[state]!.globs) addBit(members.get(globs[glob]!)!, atom);
  }
  const examples = firstState.map((state) => exampleOf(globs, alphabet, states, state));
  return { atomOfState, atoms: firstState.length, members, examples };
}

function exampleOf(
  globs: readonly string[],
  alphabet: readonly number[],
  states: readonly State[],
  state: number,
): string {
  if (state < 0) return "";
  const plain = states[state]!.globs.map((glob) => globs[glob]!).find((glob) => !/[*?]/.test(glob));
  if (plain !== undefined) return plain;
  const other = [..."xyzabcdefghijklmnopqrstuvw0123456789-_.~"].find((it) => !alphabet.includes(it.codePointAt(0)!));
  let name = "";
  for (let at = state; at > 0; at = states[at]!.from) {
    const { letter } = states[at]!;
    name = (letter < 0 ? (other ?? "\u00a4") : String.fromCodePoint(letter)) + name;
  }
  return name;
}
