/** Two policies laid side by side: their names divided alike, their nodes paired, and the moments at which either changes. */
import { chainOf } from "../decision/access.ts";
import { atomsOf } from "../decision/atoms.ts";
import { ceilingText } from "../decision/duties.ts";
import type { Table, TableNode } from "../decision/table.ts";
import { activeText, listNames, resultText, whereText } from "../decision/words.ts";
import { place, type Span } from "../language/source.ts";
import type { Thing } from "../language/tree.ts";
import type { Access, Active, Confirmation, Flow, GuardUse, Limit, Model, Node, ResultRule } from "../model/model.ts";
import { type JointNames, joinKnown, joinNames, jointBits } from "./diff-names.ts";
import type { Cause } from "./diff-row.ts";

/** One policy: what it means, as compiled, and its texts by path, so that lines can be shown as written. */
export interface Side {
  readonly model: Model;
  readonly table: Table;
  readonly texts: ReadonlyMap<string, string>;
}

/** A node that both policies have, by its index in each. */
export interface Pair {
  readonly old: number;
  readonly new: number;
}

export interface Joint {
  /** The moment of comparison: what has ended by then does not count. */
  readonly at: number;
  readonly old: Side;
  readonly new: Side;
  readonly names: Readonly<Record<Thing, JointNames>>;
  /** In the order of the new policy. */
  readonly pairs: readonly Pair[];
  readonly added: readonly number[];
  readonly dropped: readonly number[];
}

/** Lays two policies side by side; null when their globs divide names into too many cases to compare. */
export function join(old: Side, now: Side, at: number): Joint | null {
  const models = joinNames(old.table.atoms.models, now.table.atoms.models);
  const tools = joinNames(old.table.atoms.tools, now.table.atoms.tools);
  if (models === null || tools === null) return null;
  const declared = [...new Set([...now.model.providers, ...old.model.providers].map(({ name }) => name))];
  const providers = joinKnown(old.table.atoms.providers, now.table.atoms.providers, declared);
  return { at, old, new: now, names: { models, tools, providers }, ...pairNodes(old.model.nodes, now.model.nodes) };
}

/** The org with the org, teams by name; a key is who holds it, and only then its name. */
function pairNodes(old: readonly Node[], now: readonly Node[]): Pick<Joint, "pairs" | "added" | "dropped"> {
  const byDigest = new Map(old.flatMap(({ key }, index) => (key === null ? [] : [[key.digest, index] as const])));
  const byName = new Map(
    old.map(({ kind, name }, index) => [kind === "org" ? "org" : `${kind} ${name}`, index] as const),
  );
  const digests = new Set(now.map(({ key }) => key?.digest));
  const pairs: Pair[] = [];
  const added: number[] = [];
  for (const [index, { kind, name, key }] of now.entries()) {
    const named = byName.get(kind === "org" ? "org" : `${kind} ${name}`);
    // A key of the same name is the same key with another secret, unless its secret lives on under another name.
    const free = named !== undefined && !(key !== null && digests.has(old[named]!.key?.digest)) ? named : undefined;
    const partner = key === null ? named : (byDigest.get(key.digest) ?? free);
    if (partner === undefined) added.push(index);
    else pairs.push({ old: partner, new: index });
  }
  const paired = new Set(pairs.map((pair) => pair.old));
  const dropped = [...old.keys()].filter((index) => !paired.has(index));
  return { pairs, added, dropped };
}

/** The compiled chain of a node, org first. */
export function tableChain({ table }: Side, node: number): readonly TableNode[] {
  return chainOf(table.nodes, node);
}

/** The chain of a node as it was meant, org first. */
export function chain({ model }: Side, node: number): readonly Node[] {
  const nodes: Node[] = [];
  for (let at: number | null = node; at !== null; at = model.nodes[at]!.parent) nodes.push(model.nodes[at]!);
  return nodes.reverse();
}

/** The tools that globs of one side name, as joint atoms. */
export function toolBits({ names, ...sides }: Joint, side: "old" | "new", globs: readonly string[]): Uint32Array {
  return jointBits(names.tools, side, atomsOf(sides[side].table.atoms.tools, globs));
}

/** The moments from `at` on at which something with one of these ends begins to be another: right after each. */
export function momentsOf(at: number, untils: Iterable<number | null>): readonly number[] {
  const moments = new Set([at]);
  for (const until of untils) if (until !== null && until >= at) moments.add(until + 1);
  return [...moments].sort((a, b) => a - b);
}

/** A value while it stays the same; `from` and `until` are null at the ends of time. */
export interface Stretch<T> {
  readonly value: T;
  readonly from: number | null;
  readonly until: number | null;
}

/** Follows a value from moment to moment. */
export function stretches<T>(
  moments: readonly number[],
  valueAt: (moment: number) => T,
  same: (a: T, b: T) => boolean,
): readonly Stretch<T>[] {
  const found: Stretch<T>[] = [];
  for (const moment of moments) {
    const value = valueAt(moment);
    const last = found.at(-1);
    if (last !== undefined && same(last.value, value)) continue;
    if (last !== undefined) found[found.length - 1] = { ...last, until: moment - 1 };
    found.push({ value, from: last === undefined ? null : moment, until: null });
  }
  return found;
}

/** A line of a policy as a cause. */
export function causeAt(joint: Joint, side: "old" | "new", span: Span, text: string): Cause {
  return { side, place: place(span), text: writtenAt(joint[side], span) ?? text };
}

/** A comment, or what is quoted, where a `#` begins none. */
const COMMENTS = /("(?:[^"\\\n]|\\.)*"|(?<=\bmatches\s+)\/(?:[^/\\\n]|\\.)*\/)|#[^\n]*/g;

/** A statement's own words, on one line; null when its text is not at hand. */
export function writtenAt({ texts }: Side, span: Span): string | null {
  const text = texts.get(span.path)?.slice(span.start, span.end);
  if (text === undefined || text === "") return null;
  return text
    .replace(COMMENTS, (_, quoted: string | undefined) => quoted ?? " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** An access, ask, results, flow, guard, active or limit line. */
export type Stated = Access | Confirmation | ResultRule | Flow | GuardUse | Active | Limit;

/** A line in words, for when its text is not at hand. */
export function statementText(statement: Stated): string {
  if ("asks" in statement) return `ask tools ${listNames(statement.asks, 3)}${whereText(statement.where)}`;
  if ("max" in statement) return resultText({ ...statement, until: null });
  if ("after" in statement) return `${statement.observe ? "observe " : ""}${flowText(statement)}`;
  if ("globs" in statement) {
    const names = statement.except.length > 0 ? statement.written : statement.globs;
    return `${statement.effect} ${statement.thing} ${listNames(names, 3)}${whereText(statement.where)}`;
  }
  if ("guardrail" in statement) return `${statement.observe ? "observe " : ""}guard ${statement.guardrail}`;
  if ("fromDay" in statement) return `active ${activeText(statement)}`;
  return ceilingText(statement);
}

/** `deny tools Bash after tools WebFetch`. */
export function flowText({ written: { tools, after } }: Flow): string {
  return `deny tools ${listNames(tools, 3)} after tools ${listNames(after, 3)}`;
}

/** What only one side has; a statement is known by its key, and moving it or saying it twice is no change. */
export function unmatched<T>(old: readonly T[], now: readonly T[], key: (it: T) => string): { old: T[]; new: T[] } {
  const oldKeys = new Set(old.map(key));
  const newKeys = new Set(now.map(key));
  return { old: old.filter((it) => !newKeys.has(key(it))), new: now.filter((it) => !oldKeys.has(key(it))) };
}
