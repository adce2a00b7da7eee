/** Keys and teams that come, go, move or change their name, and what a key says of itself: expiry, owner, labels. */
import { dateText, momentText } from "../decision/clock.ts";
import { ceilingText } from "../decision/duties.ts";
import type { Node } from "../model/model.ts";
import type { AccessAt } from "./diff-access.ts";
import { fold } from "./diff-fold.ts";
import { causeAt, chain, type Joint, type Pair, unmatched } from "./diff-joint.ts";
import type { About, Cause, Move, Row } from "./diff-row.ts";

/** The rows about nodes as such. */
export function keyRows(joint: Joint, access: AccessAt): readonly Row[] {
  return [...comingRows(joint, access), ...goingRows(joint), ...lastingRows(joint)];
}

/** What all rows here have in common. */
interface Words {
  readonly about: About;
  readonly move: Move;
  readonly change: string;
  readonly causes: readonly Cause[];
}

function row(nodes: readonly Node[], group: readonly number[], words: Words): Row {
  const plain = { names: null, example: null, from: null, until: null, cache: false };
  return { ...words, ...plain, subject: fold(nodes, group, "others"), nodes: group };
}

/** Nodes without a partner, by the block that they stand in: a new team with its keys, new keys of an old team. */
function clusters(nodes: readonly Node[], lone: readonly number[]): ReadonlyMap<number, number[]> {
  const members = new Set(lone);
  const found = new Map<number, number[]>();
  for (const index of lone) {
    let root = index;
    for (let at = nodes[root]!.parent; at !== null && members.has(at); at = nodes[at]!.parent) root = at;
    const { kind, parent } = nodes[root]!;
    const block = kind === "key" ? (parent ?? root) : root;
    found.set(block, [...(found.get(block) ?? []), index]);
  }
  return found;
}

function comingRows(joint: Joint, access: AccessAt): readonly Row[] {
  const { nodes } = joint.new.model;
  return [...clusters(nodes, joint.added).values()].map((group) => {
    const words = nodes[group[0]!]!.kind === "key" ? keysWords(joint, "new", group) : "is added";
    const first = access("new", group[0]!, joint.at);
    const empty = first.models.every((word) => word === 0);
    const reach = empty ? ", may use no model yet" : "";
    const move = group.every((index) => isOver(joint, nodes[index]!)) ? "neutral" : "wider";
    return row(nodes, group, {
      ...aboutOf(nodes, group),
      move,
      change: `${words}${reach}`,
      causes: declared(joint, "new", group),
    });
  });
}

function goingRows(joint: Joint): readonly Row[] {
  const { nodes } = joint.old.model;
  return [...clusters(nodes, joint.dropped).values()].map((group) => {
    const isKey = nodes[group[0]!]!.kind === "key";
    const change = isKey ? keysWords(joint, "old", group) : "is taken away";
    const move = group.every((index) => isOver(joint, nodes[index]!)) ? "neutral" : "tighter";
    return {
      ...row(nodes, group, { ...aboutOf(nodes, group), move, change, causes: declared(joint, "old", group) }),
      nodes: [],
    };
  });
}

function keysWords(joint: Joint, side: "old" | "new", group: readonly number[]): string {
  const { nodes } = joint[side].model;
  const over = group.filter((index) => isOver(joint, nodes[index]!)).length;
  const team = nodes[nodes[group[0]!]!.parent ?? 0]!.name;
  const verb = side === "new" ? `is added to team ${team}` : "is revoked";
  return over === 0 ? verb : `${verb} (${over === group.length ? "expired already" : `${over} expired already`})`;
}

function aboutOf(nodes: readonly Node[], group: readonly number[]): { about: About } {
  return { about: nodes[group[0]!]!.kind === "key" ? "keys" : "teams" };
}

function isOver(joint: Joint, { key }: Node): boolean {
  return key !== null && key.expires !== null && key.expires < joint.at;
}

const MOST_LINES = 6;

function declared(joint: Joint, side: "old" | "new", group: readonly number[]): readonly Cause[] {
  return group.slice(0, MOST_LINES).map((index) => nodeCause(joint, side, index));
}

function nodeCause(joint: Joint, side: "old" | "new", index: number): Cause {
  const { nodes } = joint[side].model;
  const { kind, name, parent, span } = nodes[index]!;
  const within = kind === "key" && parent !== null ? ` in ${nodes[parent]!.name}` : "";
  return { ...causeAt(joint, side, span, name), text: `${kind} ${name}${within}` };
}

/** A change of what lasts, in words; equal words stand in one row. */
type Change = Omit<Words, "causes">;

function lastingRows(joint: Joint): readonly Row[] {
  const groups = new Map<string, { change: Change; pairs: Pair[] }>();
  const expiries = createExpiries(joint);
  for (const pair of joint.pairs) {
    for (const change of changesOf(joint, pair, expiries)) {
      const key = `${change.about} ${change.move} ${change.change}`;
      const group = groups.get(key) ?? { change, pairs: [] };
      group.pairs.push(pair);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ change, pairs }) => {
    const causes = pairs
      .slice(0, MOST_LINES)
      .flatMap((pair) => [nodeCause(joint, "new", pair.new), nodeCause(joint, "old", pair.old)]);
    const nodes = pairs.map((pair) => pair.new);
    return row(joint.new.model.nodes, nodes, { ...change, causes });
  });
}

function changesOf(joint: Joint, pair: Pair, expiries: Expiries): readonly Change[] {
  const old = joint.old.model.nodes[pair.old]!;
  const now = joint.new.model.nodes[pair.new]!;
  const changes: Change[] = [];
  if (old.name !== now.name) {
    const change = `was called ${old.name}; its counters begin anew`;
    changes.push({ about: "names", move: "changed", change });
  }
  if (old.key === null || now.key === null) return changes;
  if (old.key.digest !== now.key.digest) {
    const change = "has another secret; whoever holds the old one is out";
    changes.push({ about: "keys", move: "changed", change });
  }
  changes.push(...moved(joint, pair), ...expiries(old.key.expires, now.key.expires));
  if (old.key.owner !== now.key.owner) {
    const change = `owner ${old.key.owner ?? "nobody"} → ${now.key.owner ?? "nobody"}`;
    changes.push({ about: "owner", move: "neutral", change });
  }
  const labels = (labelled: Node["key"] & object) =>
    labelled.labels
      .map(([name, value]) => `${name} = "${value}"`)
      .sort()
      .join(", ") || "none";
  if (labels(old.key) !== labels(now.key)) {
    const change = `labels ${labels(old.key)} → ${labels(now.key)}`;
    changes.push({ about: "owner", move: "neutral", change });
  }
  return changes;
}

/** A key that moves pays into other counters: which limits it leaves and meets stands in the row. */
function moved(joint: Joint, pair: Pair): readonly Change[] {
  const teamOf = (side: "old" | "new", index: number): string => {
    const { nodes } = joint[side].model;
    return nodes[nodes[index]!.parent ?? 0]!.name;
  };
  const from = teamOf("old", pair.old);
  const to = teamOf("new", pair.new);
  if (from === to) return [];
  const limitsOf = (side: "old" | "new", index: number): readonly string[] =>
    chain(joint[side], index)
      .slice(0, -1)
      .flatMap(({ kind, name, limits }) => limits.map((limit) => `${ceilingText(limit)} (${kind} ${name})`));
  const left = unmatched(limitsOf("old", pair.old), limitsOf("new", pair.new), (words) => words);
  const meets = left.new.length === 0 ? "" : `; meets ${left.new.join(", ")}`;
  const leaves = left.old.length === 0 ? "" : `; leaves ${left.old.join(", ")}`;
  return [{ about: "keys", move: "changed", change: `moves from team ${from} to team ${to}${meets}${leaves}` }];
}

/** The change from one expiry to another. */
type Expiries = (old: number | null, now: number | null) => readonly Change[];

/** Dates repeat from key to key, and asking a time zone is slow, so each pair is worked out once. */
function createExpiries(joint: Joint): Expiries {
  const known = new Map<string, readonly Change[]>();
  return (old, now) => {
    if (old === now) return [];
    const name = `${old} ${now}`;
    const changes = known.get(name) ?? expiry(joint, old, now);
    known.set(name, changes);
    return changes;
  };
}

function expiry(joint: Joint, old: number | null, now: number | null): readonly Change[] {
  const isOverAt = (end: number | null): boolean => end !== null && end < joint.at;
  if (isOverAt(old) && isOverAt(now)) return [];
  const later = (now ?? Number.POSITIVE_INFINITY) > (old ?? Number.POSITIVE_INFINITY);
  const text = (end: number | null, other: number | null): string => {
    if (end === null) return "never";
    const { timezone } = joint.new.model;
    const sameDay = other !== null && dateText(timezone, end) === dateText(timezone, other);
    return sameDay ? momentText(timezone, end) : dateText(timezone, end);
  };
  const back = later && isOverAt(old) ? ", so that it works again" : "";
  const change = `expires ${text(old, now)} → ${text(now, old)}${back}`;
  return [{ about: "expiry", move: later ? "wider" : "tighter", change }];
}
