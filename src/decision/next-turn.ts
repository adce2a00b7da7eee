/** When time alone will change what a caller may see of tools: a grant ends, hours begin or are over. */
import { chainOf } from "./access.ts";
import type { Table } from "./table.ts";
import { runtimeOf, viewOf } from "./view.ts";
import { turnsAt } from "./windows.ts";

/** The first moment after `now` from which a node may see other tools; null when none is foreseen. */
export function nextTurn(table: Table, node: number, now: number): number | null {
  const grants = chainOf(table.nodes, node).flatMap(({ grants }) => grants.filter(({ thing }) => thing === "tools"));
  const spans = table.nodes[node]!.windows.flatMap((id) => table.windows[id]!.spans);
  // What is written `until` a moment holds in that moment still.
  const ends = [...grants, ...spans].flatMap(({ until }) => (until === null || until < now ? [] : [until + 1]));
  const { windows } = viewOf(runtimeOf(table), node, now);
  const turn = windows === null ? null : turnsAt(table.timezone, windows, now);
  const moments = turn === null ? ends : [...ends, turn];
  return moments.length === 0 ? null : moments.reduce((first, moment) => Math.min(first, moment));
}
