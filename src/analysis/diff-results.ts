/**
 * How large what tools give back may be under two policies, and what is looked for in it, compared for every possible name;
 * how it is spread over lines is no difference.
 */
import { inForce } from "../decision/access.ts";
import { addBit, eachBit, emptyBits, meets } from "../decision/bits.ts";
import { listNames, thousands } from "../decision/words.ts";
import type { Model, NamedPatterns, Pattern, ResultRule } from "../model/model.ts";
import { describe, nameText } from "./describe.ts";
import { vocabularyOf } from "./diff-access.ts";
import { lineCauses, patternCauses } from "./diff-causes.ts";
import { chain, type Joint, type Pair, type Side, toolBits, unmatched } from "./diff-joint.ts";
import type { Cause, Move } from "./diff-row.ts";

/** Tools that may give back more or less than before. */
export interface ResultChange {
  readonly move: Move;
  readonly words: string;
  /** Their names, as joint atoms. */
  readonly bits: Uint32Array;
  /** What of a line has changed for them. */
  readonly part: Part;
}

/** Two sizes, or the patterns that are looked for now, no longer or in another way. */
type Part =
  | { readonly kind: "max"; readonly old: number; readonly new: number }
  | { readonly kind: "redact" | "flag"; readonly names: readonly string[]; readonly rewritten: boolean };

/** How many names of a set are written out. */
const MOST = 6;

/** The changes for a pair of nodes at a moment. */
export function resultChanges(joint: Joint, pair: Pair, moment: number): readonly ResultChange[] {
  return [...sizeChanges(joint, pair, moment), ...searchChanges(joint, pair, moment)];
}

/**
 * What is behind a change: lines about its tools and what has changed that one policy alone has, and that did not end before
 * `since`; of a pattern that finds something else now, its declaration.
 */
export function resultCauses(joint: Joint, pair: Pair, { bits, part }: ResultChange, since: number): readonly Cause[] {
  if (part.kind !== "max" && part.rewritten) return patternCauses(joint, rewritten(joint, part.names));
  return lineCauses(joint, pair, {
    of: ({ results }) => results,
    key: resultKey,
    bears: (line, side) =>
      inForce(line.until, since) && meets(toolBits(joint, side, line.globs), bits) && says(line, side, { part, since }),
  });
}

/** Whether a line says what has changed. Of larger sizes only one that ended as the change began has to do with it. */
function says(line: ResultRule, side: "old" | "new", { part, since }: { part: Part; since: number }): boolean {
  if (part.kind === "max") return line.max !== null && (line.max === part[side] || line.until === since);
  return (line[part.kind]?.patterns ?? []).some(({ name }) => part.names.includes(name));
}

function resultKey({ globs, max, redact, flag, until }: ResultRule): string {
  const names = (it: NamedPatterns | null) => (it?.patterns ?? []).map(({ name }) => name).sort();
  return JSON.stringify([[...globs].sort(), max, names(redact), names(flag), until]);
}

function rewritten(joint: Joint, names: readonly string[]): { old: Pattern[]; new: Pattern[] } {
  const named = ({ model }: Side) => model.patterns.filter(({ name }) => names.includes(name));
  return unmatched(named(joint.old), named(joint.new), (pattern) => `${pattern.name} ${finds(pattern)}`);
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
    return { move: after < before ? "tighter" : "wider", words, bits, part: { kind: "max", old: before, new: after } };
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
    for (const atom of eachBit(toolBits(joint, side, globs))) sizes.set(atom, Math.min(max, sizeOf(sizes, atom)));
  }
  return sizes;
}

/** What is looked for: one for each change, with all the tools that it is about. */
function searchChanges(joint: Joint, pair: Pair, moment: number): readonly ResultChange[] {
  const old = searchesAt(joint, "old", pair.old, moment);
  const now = searchesAt(joint, "new", pair.new, moment);
  const atoms = [...new Set([...old.of.keys(), ...now.of.keys()])].sort((a, b) => a - b);
  const groups = Map.groupBy(atoms, (atom) => `${old.of.get(atom) ?? ""} ${now.of.get(atom) ?? ""}`);
  const found = new Map<string, ResultChange>();
  for (const group of groups.values()) {
    const [before, after] = [old.linesOf(group[0]!), now.linesOf(group[0]!)];
    for (const deed of ["redact", "flag"] as const) {
      const sides = { old: soughtBy(before, deed), new: soughtBy(after, deed) };
      for (const change of deedChanges(joint, deed, sides)) {
        const key = `${change.words} ${change.part.names.join()}`;
        const known = found.get(key) ?? { ...change, bits: emptyBits(joint.names.tools.atoms) };
        found.set(key, known);
        for (const atom of group) addBit(known.bits, atom);
      }
    }
  }
  return [...found.values()].map((change) => ({
    ...change,
    words: `${change.words} in results from ${toolText(joint, change.bits)}`,
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
    for (const atom of eachBit(toolBits(joint, side, globs))) bearing.set(atom, [...(bearing.get(atom) ?? []), index]);
  }
  const of = new Map([...bearing].map(([atom, indices]) => [atom, indices.join()]));
  return { of, linesOf: (atom) => (bearing.get(atom) ?? []).map((index) => lines[index]!) };
}

/** The patterns that lines name, each by its name with what it finds. */
function soughtBy(lines: readonly ResultRule[], deed: "redact" | "flag"): ReadonlyMap<string, Pattern> {
  const all = lines.flatMap((line): readonly Pattern[] => line[deed]?.patterns ?? []);
  return new Map(all.map((pattern) => [pattern.name, pattern]));
}

interface DeedChange {
  readonly move: Move;
  readonly words: string;
  readonly part: Exclude<Part, { kind: "max" }>;
}

const DONE = { redact: "redacted", flag: "flagged" } as const;

function deedChanges(
  joint: Joint,
  deed: "redact" | "flag",
  { old, new: now }: Readonly<Record<"old" | "new", ReadonlyMap<string, Pattern>>>,
): readonly DeedChange[] {
  const come = [...now.keys()].filter((name) => !old.has(name));
  const gone = [...old.keys()].filter((name) => !now.has(name));
  const other = [...now.values()]
    .filter((it) => old.has(it.name) && finds(it) !== finds(old.get(it.name)!))
    .map(({ name }) => name);
  const isTaken = deed === "redact";
  const changes: DeedChange[] = [];
  const add = (move: Move, words: string, part: Omit<DeedChange["part"], "kind">): void => {
    if (part.names.length > 0) changes.push({ move: isTaken ? move : "neutral", words, part: { kind: deed, ...part } });
  };
  add("tighter", `has ${listed(joint.new, come)} ${DONE[deed]}`, { names: come, rewritten: false });
  add("wider", `no longer has ${listed(joint.old, gone)} ${DONE[deed]}`, { names: gone, rewritten: false });
  add("changed", `has ${listed(joint.new, other)} ${DONE[deed]} in another way`, { names: other, rewritten: true });
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
