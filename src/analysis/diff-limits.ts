/**
 * Limits and budgets, counter by counter. A counter is its node, measure, period and scope; what it allows is followed
 * over time, as a line with `until` replaces the plain one while it lasts.
 */
import { inForce } from "../decision/access.ts";
import { ceilingText, slotText } from "../decision/duties.ts";
import { listNames } from "../decision/words.ts";
import type { Limit, Node } from "../model/model.ts";
import { fold } from "./diff-fold.ts";
import { causeAt, type Joint, momentsOf, type Pair, statementText, stretches, unmatched } from "./diff-joint.ts";
import type { Cause, Move, Row } from "./diff-row.ts";

/** What a counter allows for a while; null when there is none. */
type Ceiling = Limit | null;

/** One counter of a node, as each policy writes it. */
interface Counter {
  readonly old: readonly Limit[];
  readonly new: readonly Limit[];
}

interface Change {
  readonly old: Ceiling;
  readonly new: Ceiling;
  readonly from: number | null;
  readonly until: number | null;
  /** As many as lines are shown for. */
  readonly counters: Counter[];
  readonly pairs: Pair[];
}

const MOST_COUNTERS = 8;

/** The rows about limits and budgets; nodes that change alike stand in one row. */
export function limitRows(joint: Joint): readonly Row[] {
  const groups = new Map<string, Change>();
  for (const pair of joint.pairs) {
    const old = joint.old.model.nodes[pair.old]!;
    const now = joint.new.model.nodes[pair.new]!;
    if (old.limits.length + now.limits.length === 0) continue;
    for (const counter of countersOf(old, now)) {
      for (const change of changesOf(joint.at, counter)) {
        const key = `${exactly(change.old)} ${exactly(change.new)} ${change.from} ${change.until}`;
        const group = groups.get(key) ?? { ...change, counters: [], pairs: [] };
        group.pairs.push(pair);
        if (group.counters.length < MOST_COUNTERS) group.counters.push(counter);
        groups.set(key, group);
      }
    }
  }
  return [...groups.values()].map((change) => rowOf(joint, change));
}

function rowOf(joint: Joint, change: Change): Row {
  const { old, new: now, from, until, pairs } = change;
  const nodes = pairs.map((pair) => pair.new);
  return {
    about: "limits",
    move: moveOf(old, now),
    subject: fold(joint.new.model.nodes, nodes, "others"),
    change: changeText(old, now),
    names: null,
    example: null,
    from,
    until,
    causes: causesOf(joint, change),
    nodes,
    cache: false,
  };
}

function changeText(old: Ceiling, now: Ceiling): string {
  if (old === null) return `is held to ${words(now)}`;
  if (now === null) return `is free of ${words(old)}`;
  // A group may hold other tools than before under the same name.
  if (words(old) === words(now)) return `${words(now)} counts ${otherTools(old, now)}`;
  // What is counted is not said again behind the arrow.
  return `${words(old)} → ${words(now).slice(headOf(now).length)}`;
}

function otherTools({ tools: old }: Limit, { tools: now }: Limit): string {
  const come = now?.globs.filter((glob) => !old?.globs.includes(glob)) ?? [];
  const gone = old?.globs.filter((glob) => !now?.globs.includes(glob)) ?? [];
  const parts = [
    come.length === 0 ? [] : `also ${listNames(come, 3)}`,
    gone.length === 0 ? [] : `no more ${listNames(gone, 3)}`,
  ];
  return parts.flat().join(" and ");
}

/** The words of a limit before its amount. */
function headOf({ measure, tools }: Limit): string {
  if (measure === "budget") return "budget ";
  return `limit ${measure} ${tools === null ? "" : `${listNames(tools.written, 3)} `}`;
}

function words(limit: Ceiling): string {
  if (limit === null) return "none";
  return `${ceilingText(limit)}${limit.warnAt === null ? "" : ` warn at ${limit.warnAt}%`}`;
}

/** The words with all that the limit counts: what a group holds may change while its name stays. */
function exactly(limit: Ceiling): string {
  return `${words(limit)} ${limit?.tools?.globs.toSorted().join() ?? ""}`;
}

/** Counters by identity; of one measure, a counter that went and one that came are told as one change. */
function countersOf(old: Node, now: Node): readonly Counter[] {
  const before = Map.groupBy(old.limits, slotText);
  const after = Map.groupBy(now.limits, slotText);
  const counters: Counter[] = [];
  const gone: (readonly Limit[])[] = [];
  for (const [key, limits] of before) {
    const partner = after.get(key);
    if (partner === undefined) gone.push(limits);
    else counters.push({ old: limits, new: partner });
  }
  const come: (readonly Limit[])[] = [...after].filter(([key]) => !before.has(key)).map(([, limits]) => limits);
  const isPlain = (limits: readonly Limit[]): boolean => limits.length === 1 && limits[0]!.until === null;
  for (const limits of gone) {
    const alike = (them: readonly (readonly Limit[])[]) => them.filter((it) => countsAlike(it[0]!, limits[0]!));
    const [partner] = alike(come);
    const isPair = alike(gone).length === 1 && alike(come).length === 1;
    if (isPair && partner !== undefined && isPlain(partner) && isPlain(limits)) {
      counters.push({ old: limits, new: partner });
      come.splice(come.indexOf(partner), 1);
    } else counters.push({ old: limits, new: [] });
  }
  return [...counters, ...come.map((limits) => ({ old: [], new: limits }))];
}

/** Whether two limits count the same, however long their periods are and whomever they count for. */
function countsAlike(a: Limit, b: Limit): boolean {
  return a.measure === b.measure && a.tools?.written.join() === b.tools?.written.join();
}

function changesOf(at: number, counter: Counter): readonly Omit<Change, "pairs" | "counters">[] {
  const moments = momentsOf(
    at,
    [...counter.old, ...counter.new].map(({ until }) => until),
  );
  const followed = stretches(
    moments,
    (moment) => ({ old: ceilingAt(counter.old, moment), new: ceilingAt(counter.new, moment) }),
    (a, b) => exactly(a.old) === exactly(b.old) && exactly(a.new) === exactly(b.new),
  );
  return followed
    .filter(({ value }) => exactly(value.old) !== exactly(value.new))
    .map(({ value, from, until }) => ({ ...value, from, until }));
}

/** The line that counts: what ends sooner first, the tighter of two, and the plain one last. */
function ceilingAt(limits: readonly Limit[], moment: number): Ceiling {
  const end = ({ until }: Limit): number => until ?? Number.POSITIVE_INFINITY;
  const [first] = limits
    .filter(({ until }) => inForce(until, moment))
    .toSorted((a, b) => (end(a) === end(b) ? a.amount - b.amount : end(a) - end(b)));
  return first ?? null;
}

function moveOf(old: Ceiling, now: Ceiling): Move {
  if (old === null) return "tighter";
  if (now === null) return "wider";
  if (old.period !== now.period) return "changed";
  const moved = toolMove(old, now);
  if (moved !== null) return moved;
  const more = now.amount > old.amount;
  const less = now.amount < old.amount;
  if (old.per === now.per) return more ? "wider" : less ? "tighter" : "neutral";
  // One counter for a whole block is never looser than one of the same size for each key in it.
  if (now.per === "block" && !more) return "tighter";
  if (old.per === "block" && !less) return "wider";
  return "changed";
}

/** Which way a limit goes that counts other tools than before; null when it counts the same. */
function toolMove(old: Limit, now: Limit): Move | null {
  const [before, after] = [new Set(old.tools?.globs), new Set(now.tools?.globs)];
  if (before.symmetricDifference(after).size === 0) return null;
  const isSame = old.amount === now.amount && old.per === now.per;
  if (isSame && before.isSubsetOf(after)) return "tighter";
  return isSame && after.isSubsetOf(before) ? "wider" : "changed";
}

function causesOf(joint: Joint, { counters }: Change): readonly Cause[] {
  const line = (side: "old" | "new", limit: Limit): Cause => causeAt(joint, side, limit.span, statementText(limit));
  const key = (limit: Limit): string => `${exactly(limit)} ${limit.until}`;
  return counters.flatMap((counter) => {
    const left = unmatched(counter.old, counter.new, key);
    return [...left.new.map((limit) => line("new", limit)), ...left.old.map((limit) => line("old", limit))];
  });
}
