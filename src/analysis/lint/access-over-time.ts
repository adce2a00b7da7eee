/** What nodes may use, in each stretch of time in which it does not change: for lints about whole nodes. */
import { accessAt, chainOf } from "../../decision/access.ts";
import type { Kind, Policy } from "../../decision/table.ts";
import { momentsAfter, type Realm } from "../realm.ts";

/** What a node may use from a moment on. */
export interface Stretch {
  readonly now: number;
  readonly access: Policy;
}

const known = new WeakMap<Realm, Map<number, readonly Stretch[]>>();

/** What a node may use, from the moment of the realm on and after each end on its path. */
export function stretchesOf(realm: Realm, node: number): readonly Stretch[] {
  const { nodes, policies } = realm.table;
  const { policy } = nodes[node]!;
  if (policy >= 0) return [{ now: realm.at, access: policies[policy]! }];
  // Who has no statements of its own has what the nearest one above has that does.
  let owner = node;
  while (nodes[owner]!.grants.length === 0 && nodes[owner]!.parent !== null) owner = nodes[owner]!.parent!;
  const all = known.get(realm) ?? new Map<number, readonly Stretch[]>();
  known.set(realm, all);
  const stretches = all.get(owner) ?? measure(realm, owner);
  all.set(owner, stretches);
  return stretches;
}

function measure({ table, at }: Realm, node: number): readonly Stretch[] {
  const sizeOf = (kind: Kind) => table.atoms[kind].atoms;
  const sizes = { models: sizeOf("models"), tools: sizeOf("tools"), providers: sizeOf("providers") };
  const chain = chainOf(table.nodes, node);
  const ends = chain.flatMap(({ grants }) => grants.map(({ until }) => until));
  return momentsAfter(at, ends).map((now) => ({ now, access: accessAt(chain, sizes, now) }));
}

/** What a node may use at a moment, which is not before that of the realm. */
export function accessOn(realm: Realm, node: number, now: number): Policy {
  return stretchesOf(realm, node).findLast((stretch) => stretch.now <= now)!.access;
}

/** Every access that some node has at some time from the moment of the realm on. */
export function everyAccess(realm: Realm): readonly Policy[] {
  const { nodes, policies } = realm.table;
  const timed = [...nodes.keys()].filter((node) => nodes[node]!.policy < 0 && nodes[node]!.grants.length > 0);
  return [...policies, ...timed.flatMap((node) => stretchesOf(realm, node).map(({ access }) => access))];
}
