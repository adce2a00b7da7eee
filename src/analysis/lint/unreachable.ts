/**
 * Allows that nothing gets through: all that they name is denied or outside of an `only`, on the node itself or above
 * it, at every time from now on. What stands below can only take more away. An allow that is kept out for some of its
 * names, or for a while, matters, and is not told.
 */
import { firstBit, sameBits } from "../../decision/bits.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { Realm } from "../realm.ts";
import { type IdleLine, type Line, noteOf, settle } from "./lines.ts";

/** Whether an idle line is an allow that others leave nothing of. */
export function isUnreachable({ line, reach, beside }: IdleLine): boolean {
  if (line.grant.effect !== "allow") return false;
  const left = reach.slice();
  for (const other of beside) if (other.grant.effect !== "allow") settle(left, other);
  return firstBit(left) < 0;
}

/** Allows without effect. */
export function unreachable(realm: Realm, idle: readonly IdleLine[]): Diagnostic[] {
  return idle.filter(isUnreachable).map(({ line, reach, beside }) => {
    const guilty = beside.filter((other) => other.grant.effect !== "allow" && takesFrom(reach, other));
    const message = `\`${line.grant.origin.text}\` allows nothing: all of it is kept out`;
    const notes = guilty.map((other) => noteOf(realm, other));
    return fault("GW6020", line.span, message, "delete it, or change what keeps it out", notes);
  });
}

function takesFrom(reach: Uint32Array, line: Line): boolean {
  const left = reach.slice();
  settle(left, line);
  return !sameBits(left, reach);
}
