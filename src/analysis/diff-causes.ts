/** The lines behind a change of access: statements that one policy has and the other has not, on the chain of a node. */
import { eachBit, intersect } from "../decision/bits.ts";
import type { Thing } from "../language/tree.ts";
import type { Access, Group, Node, Pattern } from "../model/model.ts";
import { canonicalText } from "../model/predicate-text.ts";
import { rootsOf } from "./diff-fold.ts";
import {
  causeAt,
  chain,
  type Joint,
  type Pair,
  type Stated,
  statementText,
  tableChain,
  unmatched,
  writtenAt,
} from "./diff-joint.ts";
import { jointBits } from "./diff-names.ts";
import type { Cause } from "./diff-row.ts";

/** One way in which access changes: names that are gained or lost, as joint atoms. */
export interface AccessChange {
  readonly thing: Thing;
  readonly verb: "gains" | "loses";
  readonly bits: Uint32Array;
  readonly key: string;
}

/** The lines behind a change of the condition on some tools: those about them that only one policy has. */
export function conditionCauses(joint: Joint, bits: Uint32Array, pairs: readonly Pair[]): readonly Cause[] {
  return causesOfRoots(joint, pairs, (pair) => {
    const about = (side: "old" | "new", node: number): readonly Line[] =>
      linesOf(joint, side, { node, thing: "tools" }).filter((line) => line.bits.some((word, i) => word & bits[i]!));
    const left = unmatched(about("old", pair.old), about("new", pair.new), lineKey);
    return (["new", "old"] as const).flatMap((side) =>
      left[side].map(({ access }) => causeAt(joint, side, access.span, statementText(access))),
    );
  });
}

const MOST_ROOTS = 8;

/** The lines behind a change that some nodes share: those of the nodes that stand highest. */
export function accessCauses(joint: Joint, change: AccessChange, pairs: readonly Pair[]): readonly Cause[] {
  return causesOfRoots(joint, pairs, (pair) => causesAt(joint, pair, change));
}

/** Gathers causes over the nodes of a group that stand highest, each once. */
export function causesOfRoots(
  joint: Joint,
  pairs: readonly Pair[],
  causesOf: (pair: Pair) => readonly Cause[],
): readonly Cause[] {
  const byNew = new Map(pairs.map((pair) => [pair.new, pair]));
  const roots = rootsOf(joint.new.model.nodes, new Set(byNew.keys())).slice(0, MOST_ROOTS);
  const causes = new Map<string, Cause>();
  for (const cause of roots.flatMap((root) => causesOf(byNew.get(root)!))) {
    causes.set(`${cause.side} ${cause.place} ${cause.text}`, cause);
  }
  return [...causes.values()];
}

/** Lines of one kind that a change may come from. */
interface Behind<L extends Stated> {
  readonly of: (node: Node) => readonly L[];
  /** Two lines with one key say the same. */
  readonly key: (line: L) => string;
  /** Whether the change is about what a line says. */
  readonly bears: (line: L, side: "old" | "new") => boolean;
}

/**
 * The lines behind a change for a pair of nodes: those of its kind that only one policy has, and that bear on it. One that reads
 * alike in both stands there twice, since what it names holds something else now.
 */
export function lineCauses<L extends Stated>(
  joint: Joint,
  pair: Pair,
  { of, key, bears }: Behind<L>,
): readonly Cause[] {
  const left = unmatched(chain(joint.old, pair.old).flatMap(of), chain(joint.new, pair.new).flatMap(of), key);
  const bearing = (side: "old" | "new") => left[side].filter((line) => bears(line, side));
  const told = new Set([...bearing("old"), ...bearing("new")].map(wordsOf));
  return (["new", "old"] as const).flatMap((side) =>
    left[side]
      .filter((line) => told.has(wordsOf(line)))
      .map((line) => causeAt(joint, side, line.span, statementText(line))),
  );
}

function wordsOf(line: Stated): string {
  return `${statementText(line)} ${line.until}`;
}

/** The declarations behind a pattern that finds something else now. */
export function patternCauses(
  joint: Joint,
  changed: Readonly<Record<"old" | "new", readonly Pick<Pattern, "name" | "span">[]>>,
): readonly Cause[] {
  return (["new", "old"] as const).flatMap((side) =>
    changed[side].map(({ name, span }) => ({ ...causeAt(joint, side, span, ""), text: `pattern ${name}` })),
  );
}

/** A statement with its atoms, of one of the policies. */
interface Line {
  readonly access: Access;
  readonly bits: Uint32Array;
}

function causesAt(joint: Joint, pair: Pair, change: AccessChange): readonly Cause[] {
  const lines = {
    old: linesOf(joint, "old", { node: pair.old, thing: change.thing }),
    new: linesOf(joint, "new", { node: pair.new, thing: change.thing }),
  };
  const left = unmatched(lines.old, lines.new, lineKey);
  const regrouped = readAlike(joint, left);
  const found = {
    old: left.old.filter((line) => matters(line, "old", { change, regrouped })),
    new: left.new.filter((line) => matters(line, "new", { change, regrouped })),
  };
  const groups = changedGroups(joint, change, found);
  // A line that reads alike in both policies is told by the group that it names.
  const isTold = (line: Line): boolean => groups.length > 0 && regrouped.has(line);
  const told = (side: "old" | "new"): readonly Cause[] =>
    found[side]
      .filter((line) => !isTold(line))
      .map(({ access }) => causeAt(joint, side, access.span, statementText(access)));
  const causes = [...told("new"), ...told("old"), ...groups];
  return causes.length > 0 ? causes : placesOfChange(joint, pair, change);
}

/** Two lines with one key say the same. */
function lineKey({ access: { effect, until, where }, bits }: Line): string {
  return `${effect} ${until} ${bits.join()} ${where === null ? "" : canonicalText(where)}`;
}

interface Lines {
  readonly old: readonly Line[];
  readonly new: readonly Line[];
}

/** Lines of equal words in both policies, each with its twin: what they name holds something else now. */
function readAlike(joint: Joint, left: Lines): ReadonlyMap<Line, Line> {
  const old = new Map(left.old.map((line) => [writtenAt(joint.old, line.access.span), line]));
  const twins = new Map<Line, Line>();
  for (const line of left.new) {
    const words = writtenAt(joint.new, line.access.span);
    const twin = words === null ? undefined : old.get(words);
    if (twin !== undefined) twins.set(line, twin).set(twin, line);
  }
  return twins;
}

/** Whether a line of one policy only is a reason for the change. */
function matters(
  line: Line,
  side: "old" | "new",
  { change, regrouped }: { change: AccessChange; regrouped: ReadonlyMap<Line, Line> },
): boolean {
  const twin = regrouped.get(line);
  if (twin !== undefined) return line.bits.some((word, i) => ((word ^ twin.bits[i]!) & change.bits[i]!) !== 0);
  // The first `allow providers` closes what it does not name.
  if (change.thing === "providers" && line.access.effect === "allow") return true;
  // What is denied for some input alone is offered all the same.
  if (line.access.effect === "deny" && line.access.where !== null) return false;
  const widens = (line.access.effect === "allow") === (side === "new");
  return widens === (change.verb === "gains") && touches(line, change.bits);
}

/** An `only` moves what it does not hold. */
function touches({ access, bits }: Line, moved: Uint32Array): boolean {
  const isCeiling = access.effect === "only";
  return moved.some((word, i) => (word & (isCeiling ? ~bits[i]! : bits[i]!)) !== 0);
}

function linesOf(joint: Joint, side: "old" | "new", { node, thing }: { node: number; thing: Thing }): readonly Line[] {
  const own = chain(joint[side], node);
  return tableChain(joint[side], node).flatMap(({ grants }, depth) =>
    grants.flatMap((grant, index): readonly Line[] => {
      if (grant.thing !== thing) return [];
      const bits = jointBits(joint.names[thing], side, grant.bits);
      return [{ access: own[depth]!.access[index]!, bits }];
    }),
  );
}

/** Groups that hold something else now, of those that the lines name; the innermost ones. */
function changedGroups(joint: Joint, { thing, bits }: AccessChange, lines: Lines): readonly Cause[] {
  if (thing === "providers") return [];
  const written = [
    ...lines.old.map((it) => [joint.old, it] as const),
    ...lines.new.map((it) => [joint.new, it] as const),
  ];
  const isGrouped = written.some(([side, { access }]) => writtenAt(side, access.span)?.includes("@"));
  if (!isGrouped) return [];
  const old = new Map(joint.old.model[thing].map((group) => [group.name, group]));
  const used = new Set(written.flatMap(([, { access }]) => access.globs));
  const causes: { readonly size: number; readonly what: string; readonly cause: Cause }[] = [];
  for (const group of joint.new.model[thing]) {
    const before = old.get(group.name);
    if (before === undefined) continue;
    const plus = movedGlobs(joint, "new", { thing, bits, more: group, less: before }).filter((it) => used.has(it));
    const minus = movedGlobs(joint, "old", { thing, bits, more: before, less: group }).filter((it) => used.has(it));
    if (plus.length + minus.length === 0) continue;
    const what = [...plus.map((it) => `+ ${it}`), ...minus.map((it) => `- ${it}`)].join(", ");
    const cause = causeAt({ ...joint, new: { ...joint.new, texts: new Map() } }, "new", group.span, "");
    causes.push({ size: group.globs.length, what, cause: { ...cause, text: `${thing} ${group.name}: ${what}` } });
  }
  const smallest = new Map<string, (typeof causes)[number]>();
  for (const it of causes.sort((a, b) => a.size - b.size)) if (!smallest.has(it.what)) smallest.set(it.what, it);
  return [...smallest.values()].map(({ cause }) => cause);
}

function movedGlobs(
  joint: Joint,
  side: "old" | "new",
  { thing, bits, more, less }: { thing: "models" | "tools"; bits: Uint32Array; more: Group; less: Group },
): readonly string[] {
  const { members } = joint[side].table.atoms[thing];
  const had = new Set(less.globs);
  return more.globs.filter((glob) => {
    if (had.has(glob)) return false;
    const held = jointBits(joint.names[thing], side, members.get(glob)!);
    intersect(held, bits);
    return !eachBit(held).next().done;
  });
}

/** Where no statement differs the node stands elsewhere, or a provider came or went. */
function placesOfChange(joint: Joint, pair: Pair, { thing, verb }: AccessChange): readonly Cause[] {
  if (thing === "providers") {
    const { old, new: now } = unmatched(joint.old.model.providers, joint.new.model.providers, ({ name }) => name);
    const [side, moved] = verb === "gains" ? (["new", now] as const) : (["old", old] as const);
    if (moved.length > 0) {
      return moved.map(({ name, span }) => ({ ...causeAt(joint, side, span, name), text: `provider ${name}` }));
    }
  }
  const causeOfNode = (side: "old" | "new", node: Node): Cause => ({
    ...causeAt(joint, side, node.span, node.name),
    text: `${node.kind} ${node.name}`,
  });
  return [causeOfNode("old", joint.old.model.nodes[pair.old]!), causeOfNode("new", joint.new.model.nodes[pair.new]!)];
}
