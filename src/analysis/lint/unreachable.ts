/**
 * Allows that nothing gets through: all that they name is denied or outside of an `only`, on the node itself or above
 * it, at every time from now on. What stands below can only take more away. An allow that is kept out for some of its
 * names, or for a while, matters, and is not told.
 */
import { inForce } from "../../decision/access.ts";
import { firstBit, intersect, meets, subtract } from "../../decision/bits.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { Realm } from "../realm.ts";
import { beside, closes, type Line, linesAbove, linesOf, type Names, namesOf, noteOf, reachOf } from "./lines.ts";

/** Allows without effect. */
export function unreachable(realm: Realm): Diagnostic[] {
  const names = namesOf(realm.table);
  return realm.table.nodes.flatMap(({ grants }, node) => {
    if (grants.length === 0) return [];
    const above = linesAbove(realm, node);
    const { lost, rest } = partLines(linesOf(realm, node), above, { names, now: realm.at });
    return lost.map((line) => told(realm, line, { others: [...above, ...rest], names }));
  });
}

/** The lines of a node: allows that nothing gets through, and all others that are not over. */
export function partLines(
  own: readonly Line[],
  above: readonly Line[],
  { names, now }: { readonly names: Names; readonly now: number },
): { lost: Line[]; rest: Line[] } {
  const lost: Line[] = [];
  let rest = own.slice();
  for (const line of own.toReversed()) {
    const others = [...above, ...rest.filter((it) => it !== line)];
    const isOver = !inForce(line.grant.until, now);
    if (!isOver && !isUnreachable(line, others, names)) continue;
    // What is over is told as such.
    if (!isOver) lost.unshift(line);
    rest = rest.filter((it) => it !== line);
  }
  return { lost, rest };
}

/** Whether a line is an allow that the lines on its path leave nothing of. */
function isUnreachable(line: Line, others: readonly Line[], names: Names): boolean {
  if (line.grant.effect !== "allow" || closes(line, others)) return false;
  const left = reachOf(line, names);
  for (const { grant } of beside(line, others, "only")) intersect(left, grant.bits);
  for (const { grant } of beside(line, others, "deny")) subtract(left, grant.bits);
  return firstBit(left) < 0;
}

function told(realm: Realm, line: Line, { others, names }: { others: readonly Line[]; names: Names }): Diagnostic {
  const reach = reachOf(line, names);
  const ceilings = beside(line, others, "only").filter(({ grant }) => {
    const out = reach.slice();
    subtract(out, grant.bits);
    return firstBit(out) >= 0;
  });
  const denials = beside(line, others, "deny").filter(({ grant }) => meets(reach, grant.bits));
  const notes = [
    ...ceilings.map((it) => noteOf(realm, it, "keeps it out")),
    ...denials.map((it) => noteOf(realm, it, "denies it")),
  ];
  const message = `\`${line.grant.origin.text}\` allows nothing: all of it is kept out`;
  return fault("GW6020", line.span, message, "delete it, or change what keeps it out", notes);
}
