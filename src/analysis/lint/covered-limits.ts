/**
 * Limits and budgets that never bite, because one that is as tight or tighter counts at least as much of the same: on
 * the node itself or above it, of the same measure and period. Whenever the looser one is asked, the tighter one is too,
 * and its counter stands no lower. A budget with `warn at` is left alone: it may be there for the warning.
 */
import { inForce } from "../../decision/access.ts";
import { atomsOf } from "../../decision/atoms.ts";
import { holdsAll } from "../../decision/bits.ts";
import { limitText, slotText } from "../../decision/duties.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { Limit } from "../../model/model.ts";
import { momentsAfter, type Realm, whoIs } from "../realm.ts";

/** Limits that could be left out. */
export function coveredLimits(realm: Realm): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [node, { limits }] of realm.model.nodes.entries()) {
    for (const limit of limits) {
      if (limit.warnAt !== null || !inForce(limit.until, realm.at) || !isAboveAnother(realm, node, limit)) continue;
      const cover = coverOf(realm, { node, limit }, limitsOnPath(realm, node));
      if (cover !== null) found.push(told(realm, limit, cover));
    }
  }
  return found;
}

/** A limit and where it stands. */
interface Placed {
  readonly node: number;
  readonly limit: Limit;
}

/** Whether any limit on the path is no looser: most limits are done with after this. */
function isAboveAnother({ model }: Realm, node: number, limit: Limit): boolean {
  const { measure, period, amount } = limit;
  for (let at: number | null = node; at !== null; at = model.nodes[at]!.parent) {
    for (const it of model.nodes[at]!.limits) {
      if (it.measure !== measure || it.period !== period || it.amount > amount) continue;
      if (at !== node || slotText(it) !== slotText(limit)) return true;
    }
  }
  return false;
}

/** The limits of a node and of those above it, the org's first. */
function limitsOnPath(realm: Realm, node: number | null): Placed[] {
  if (node === null) return [];
  const { limits, parent } = realm.model.nodes[node]!;
  return [...limitsOnPath(realm, parent), ...limits.map((limit) => ({ node, limit }))];
}

/** The limits that bite before another one, at every time at which it could; null when at some time none does. */
function coverOf(realm: Realm, loose: Placed, path: readonly Placed[]): readonly Placed[] | null {
  const { model, at } = realm;
  const isKey = model.nodes[loose.node]!.kind === "key";
  const wider = path.filter((it) => countsMore(it, loose, isKey) && countsTools(realm, it.limit, loose.limit));
  if (wider.length === 0) return null;
  const last = loose.limit.until ?? Number.POSITIVE_INFINITY;
  const moments = momentsAfter(
    at,
    [loose, ...wider].map(({ limit }) => limit.until),
  ).filter((now) => now <= last);
  const cover = new Set<Placed>();
  for (const now of moments) {
    // What it replaces would count again without it.
    const replaced = path.filter((it) => isSameSlot(it, loose) && inForce(it.limit.until, now));
    const least = Math.min(...replaced.map(({ limit }) => limit.amount));
    const tighter = wider.find((it) => it.limit.amount <= least && isCurrent(it, wider, now));
    if (tighter === undefined) return null;
    cover.add(tighter);
  }
  return [...cover];
}

/** Whether a limit counts all that another one counts: not of its own slot, and of a scope that holds the other's. */
function countsMore(placed: Placed, loose: Placed, isKey: boolean): boolean {
  const { limit } = placed;
  const { measure, period, per } = loose.limit;
  if (limit.measure !== measure || limit.period !== period || isSameSlot(placed, loose)) return false;
  switch (limit.per) {
    case "block":
      return true;
    case "team":
      return isKey || per === "key" || per === "team";
    case "key":
      return isKey || per === "key";
    default:
      return limit.per satisfies never;
  }
}

/** Whether a limit counts the calls of all tools that another one counts. */
function countsTools({ table }: Realm, { tools }: Limit, { tools: others }: Limit): boolean {
  if (tools === null || others === null) return true;
  const { tools: names } = table.atoms;
  return holdsAll(atomsOf(names, tools.globs), atomsOf(names, others.globs));
}

/** Whether two limits replace one another: of the same node, and alike in what they count. */
function isSameSlot(a: Placed, b: Placed): boolean {
  return a.node === b.node && slotText(a.limit) === slotText(b.limit);
}

/** Whether a limit counts at a moment: it is in force, and none with an earlier end replaces it. */
function isCurrent(placed: Placed, path: readonly Placed[], now: number): boolean {
  const endOf = ({ limit }: Placed) => limit.until ?? Number.POSITIVE_INFINITY;
  if (now > endOf(placed)) return false;
  return !path.some((it) => isSameSlot(it, placed) && now <= endOf(it) && endOf(it) < endOf(placed));
}

function told(realm: Realm, limit: Limit, cover: readonly Placed[]): Diagnostic {
  const message = `\`${limitText(limit)}\` never bites: another limit always does first`;
  const notes = cover.map((it) => ({
    message: `\`${limitText(it.limit)}\` of ${whoIs(realm, it.node)} counts as much and is no looser`,
    span: it.limit.span,
  }));
  return fault("GW6010", limit.span, message, "delete it, or tighten it", notes);
}
