/** Nodes with the same change at the same times, found once for all nodes that share their statements. */
import type { Node } from "../model/model.ts";
import { chain, type Joint, momentsOf, type Pair, stretches } from "./diff-joint.ts";

/** A change that some nodes share, and when it holds. */
export interface Group<C> {
  readonly change: C;
  readonly from: number | null;
  readonly until: number | null;
  readonly pairs: readonly Pair[];
}

/** A statement that may end. */
interface Ending {
  readonly until: number | null;
}

/**
 * Compares every pair at every moment that matters to it. `own` gives the statements of a node that a change may come
 * from: a node without any shares the answer of its parent. Equal keys mean equal changes.
 */
export function groupChanges<C extends { readonly key: string }>(
  joint: Joint,
  own: (node: Node) => readonly Ending[],
  changesAt: (pair: Pair, moment: number) => readonly C[],
): readonly Group<C>[] {
  const known = new Map<string, readonly Omit<Group<C>, "pairs">[]>();
  const groups = new Map<string, Group<C> & { pairs: Pair[] }>();
  for (const pair of joint.pairs) {
    const owners = `${ownerOf(joint.old.model.nodes, pair.old, own)} ${ownerOf(joint.new.model.nodes, pair.new, own)}`;
    let found = known.get(owners);
    if (found === undefined) {
      found = follow(joint, pair, { own, changesAt });
      known.set(owners, found);
    }
    for (const it of found) {
      const key = `${it.change.key} ${it.from} ${it.until}`;
      const group = groups.get(key) ?? { ...it, pairs: [] };
      group.pairs.push(pair);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

function ownerOf(nodes: readonly Node[], node: number, own: (node: Node) => readonly Ending[]): number {
  let owner = node;
  while (own(nodes[owner]!).length === 0 && nodes[owner]!.parent !== null) owner = nodes[owner]!.parent!;
  return owner;
}

interface Question<C> {
  readonly own: (node: Node) => readonly Ending[];
  readonly changesAt: (pair: Pair, moment: number) => readonly C[];
}

/** The changes of one pair, each for as long as it stays the same. */
function follow<C extends { readonly key: string }>(
  joint: Joint,
  pair: Pair,
  { own, changesAt }: Question<C>,
): readonly Omit<Group<C>, "pairs">[] {
  const nodes = [...chain(joint.old, pair.old), ...chain(joint.new, pair.new)];
  const moments = momentsOf(
    joint.at,
    nodes.flatMap(own).map(({ until }) => until),
  );
  const byMoment = new Map(
    moments.map((moment) => [moment, new Map(changesAt(pair, moment).map((change) => [change.key, change]))]),
  );
  const keys = new Set([...byMoment.values()].flatMap((changes) => [...changes.keys()]));
  return [...keys].flatMap((key) =>
    stretches(
      moments,
      (moment) => byMoment.get(moment)!.get(key) ?? null,
      (a, b) => (a === null) === (b === null),
    ).flatMap(({ value, from, until }) => (value === null ? [] : [{ change: value, from, until }])),
  );
}
