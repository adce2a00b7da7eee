/**
 * How large what tools give back may be under two policies, and what is looked for in it, compared for every possible name;
 * how it is spread over lines is no difference.
 */
import { inForce } from "../decision/access.ts";
import { atomsOf } from "../decision/atoms.ts";
import { addBit, eachBit, emptyBits } from "../decision/bits.ts";
import { listNames, thousands } from "../decision/words.ts";
import type { Model, Pattern, ResultRule } from "../model/model.ts";
import { describe, nameText } from "./describe.ts";
import { vocabularyOf } from "./diff-access.ts";
import { chain, type Joint, type Pair, type Side } from "./diff-joint.ts";
import { jointBits } from "./diff-names.ts";
import type { Move } from "./diff-row.ts";

/** Tools that may give back more or less than before. */
export interface ResultChange {
  readonly move: Move;
  readonly words: string;
}

/** How many names of a set are written out. */
const MOST = 6;

/** The changes for a pair of nodes at a moment. */
export function resultChanges(joint: Joint, pair: Pair, moment: number): readonly ResultChange[] {
  return [...sizeChanges(joint, pair, moment), ...searchChanges(joint, pair, moment)];
}

/** One for each pair of sizes. */
function sizeChanges(joint: Joint, pair: Pair, moment: number): readonly ResultChange[] {
  const old = sizesAt(joint, "old", pair.old, moment);
  const now = sizesAt(joint, "new", pair.new, moment);
  const atoms = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => a - b);
  const differing = atoms.filter((atom) => sizeOf(old, atom) !== sizeOf(now, atom));
  const groups = Map.groupBy(differing, (atom) => `${sizeOf(old, atom)} ${sizeOf(now, atom)}`);
  return [...groups.values()].map((group): ResultChange => {
    const bits = emptyBits(joint.names.tools.atoms);
    for (const atom of group) addBit(bits, atom);
    const [before, after] = [sizeOf(old, group[0]!), sizeOf(now, group[0]!)];
    const words = `gets results of ${sizeText(before)} → ${sizeText(after)} from ${toolText(joint, bits)}`;
    return { move: after < before ? "tighter" : "wider", words };
  });
}

function toolText(joint: Joint, bits: Uint32Array): string {
  return nameText(describe(vocabularyOf(joint, "tools"), bits), MOST);
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
    if (max === null || !inForce(until, moment)) continue;
    const bits = jointBits(joint.names.tools, side, atomsOf(joint[side].table.atoms.tools, globs));
    for (const atom of eachBit(bits)) sizes.set(atom, Math.min(max, sizeOf(sizes, atom)));
  }
  return sizes;
}

/** What is looked for: one for each change, with all the tools that it is about. */
function searchChanges(joint: Joint, pair: Pair, moment: number): readonly ResultChange[] {
  const old = searchesAt(joint, "old", pair.old, moment);
  const now = searchesAt(joint, "new", pair.new, moment);
  const atoms = [...new Set([...old.of.keys(), ...now.of.keys()])].sort((a, b) => a - b);
  const groups = Map.groupBy(atoms, (atom) => `${old.of.get(atom) ?? ""} ${now.of.get(atom) ?? ""}`);
  const found = new Map<string, { readonly move: Move; readonly words: string; readonly bits: Uint32Array }>();
  for (const group of groups.values()) {
    const [before, after] = [old.linesOf(group[0]!), now.linesOf(group[0]!)];
    for (const deed of ["redact", "flag"] as const) {
      const sides = { old: soughtBy(before, deed), new: soughtBy(after, deed) };
      for (const [move, words] of deedChanges(joint, deed, sides)) {
        const known = found.get(words) ?? { move, words, bits: emptyBits(joint.names.tools.atoms) };
        found.set(words, known);
        for (const atom of group) addBit(known.bits, atom);
      }
    }
  }
  return [...found.values()].map(({ move, words, bits }) => ({
    move,
    words: `${words} in results from ${toolText(joint, bits)}`,
  }));
}

interface Searches {
  /** The lines that bear on a class of names, by their numbers. */
  readonly of: ReadonlyMap<number, string>;
  readonly linesOf: (atom: number) => readonly ResultRule[];
}

function searchesAt(joint: Joint, side: "old" | "new", node: number, moment: number): Searches {
  const lines = chain(joint[side], node)
    .flatMap(({ results }) => results)
    .filter(({ redact, flag, until }) => (redact !== null || flag !== null) && inForce(until, moment));
  const bearing = new Map<number, number[]>();
  for (const [index, { globs }] of lines.entries()) {
    const bits = jointBits(joint.names.tools, side, atomsOf(joint[side].table.atoms.tools, globs));
    for (const atom of eachBit(bits)) bearing.set(atom, [...(bearing.get(atom) ?? []), index]);
  }
  const of = new Map([...bearing].map(([atom, indices]) => [atom, indices.join()]));
  return { of, linesOf: (atom) => (bearing.get(atom) ?? []).map((index) => lines[index]!) };
}

/** The patterns that lines name, each by its name with what it finds. */
function soughtBy(lines: readonly ResultRule[], deed: "redact" | "flag"): ReadonlyMap<string, Pattern> {
  const all = lines.flatMap((line): readonly Pattern[] => line[deed]?.patterns ?? []);
  return new Map(all.map((pattern) => [pattern.name, pattern]));
}

const DONE = { redact: "redacted", flag: "flagged" } as const;

function deedChanges(
  joint: Joint,
  deed: "redact" | "flag",
  { old, new: now }: Readonly<Record<"old" | "new", ReadonlyMap<string, Pattern>>>,
): readonly (readonly [Move, string])[] {
  const come = [...now.keys()].filter((name) => !old.has(name));
  const gone = [...old.keys()].filter((name) => !now.has(name));
  const other = [...now.values()].filter((it) => old.has(it.name) && finds(it) !== finds(old.get(it.name)!));
  const isTaken = deed === "redact";
  const changes: (readonly [Move, string])[] = [];
  if (come.length > 0) changes.push([isTaken ? "tighter" : "neutral", `has ${listed(joint.new, come)} ${DONE[deed]}`]);
  if (gone.length > 0) {
    changes.push([isTaken ? "wider" : "neutral", `no longer has ${listed(joint.old, gone)} ${DONE[deed]}`]);
  }
  if (other.length > 0) {
    const names = listed(
      joint.new,
      other.map(({ name }) => name),
    );
    changes.push([isTaken ? "changed" : "neutral", `has ${names} ${DONE[deed]} in another way`]);
  }
  return changes;
}

/** What a pattern finds, as written. */
function finds({ expressions, filter }: Pattern): string {
  return JSON.stringify([expressions.map(({ source, flags }) => [source, flags]), filter]);
}

/** Patterns by name; all those of a pack by the name of the pack. */
function listed({ model }: Side, names: readonly string[]): string {
  const groups = Map.groupBy(names, (name) => (name.includes(".") ? name.slice(0, name.indexOf(".")) : ""));
  const words = [...groups].flatMap(([pack, members]) => {
    if (pack === "") return members;
    return members.length === sizeOfPack(model, pack) ? [`@${pack}`] : members.map((name) => `@${name}`);
  });
  return listNames(words, MOST);
}

function sizeOfPack({ patterns }: Model, pack: string): number {
  return patterns.filter(({ name }) => name.startsWith(`${pack}.`)).length;
}
