/** What nodes may use at the moments at which it changes, for lints about whole nodes. */
import { accessAt, chainOf } from "../../decision/access.ts";
import type { Kind, Policy } from "../../decision/table.ts";
import { momentsAfter, type Realm } from "../realm.ts";

/** What a node may use from a moment on. */
export interface Stretch {
  readonly now: number;
  readonly access: Policy;
}

/** What a node may use, from the moment of the realm on and after each end on its path. */
export function stretchesOf(realm: Realm, node: number): readonly Stretch[] {
  const { table, at } = realm;
  if (table.nodes[node]!.policy >= 0) return [{ now: at, access: accessOn(realm, node, at) }];
  const ends = chainOf(table.nodes, node).flatMap(({ grants }) => grants.map(({ until }) => until));
  return momentsAfter(at, ends).map((now) => ({ now, access: accessOn(realm, node, now) }));
}

/** What a node may use at a moment. */
export function accessOn({ table }: Realm, node: number, now: number): Policy {
  const { policy } = table.nodes[node]!;
  if (policy >= 0) return table.policies[policy]!;
  const sizeOf = (kind: Kind) => table.atoms[kind].atoms;
  const sizes = { models: sizeOf("models"), tools: sizeOf("tools"), providers: sizeOf("providers") };
  return accessAt(chainOf(table.nodes, node), sizes, now);
}

/** Every access that some node has at some time from the moment of the realm on. */
export function everyAccess(realm: Realm): readonly Policy[] {
  const { nodes, policies } = realm.table;
  // A node without statements of its own has its parent's access.
  const timed = [...nodes.keys()].filter((node) => nodes[node]!.policy < 0 && nodes[node]!.grants.length > 0);
  return [...policies, ...timed.flatMap((node) => stretchesOf(realm, node).map(({ access }) => access))];
}
