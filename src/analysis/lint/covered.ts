/**
 * Statements about access that could be left out. An `allow` is covered when other allows on its path give all that it
 * gives below the ceilings; a `deny` or `only` when others take all that it takes away.
 */
import { firstBit, sameBits } from "../../decision/bits.ts";
import type { Grant } from "../../decision/table.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { Realm } from "../realm.ts";
import { type IdleLine, type Line, noteOf, settle } from "./lines.ts";
import { isUnreachable } from "./unreachable.ts";

/** Allows of what is allowed, denials of what is denied or out of reach, ceilings above other ceilings. */
export function covered(realm: Realm, idle: readonly IdleLine[]): Diagnostic[] {
  return idle.filter((it) => !isUnreachable(it)).map((it) => told(realm, it));
}

const NOTHING_NEW = {
  allow: "allows nothing that is not allowed already",
  deny: "denies nothing that is not denied already",
  only: "keeps nothing out that is not kept out already",
} as const satisfies Record<Grant["effect"], string>;

function told(realm: Realm, { line, reach, beside }: IdleLine): Diagnostic {
  const { effect, origin } = line.grant;
  const alike = coverAmong(
    reach,
    beside.filter(({ grant }) => grant.effect === effect),
  );
  const cover = alike ?? coverAmong(reach, beside) ?? [];
  const isOutOfReach = effect === "deny" && alike === null;
  const nothing = isOutOfReach ? "denies nothing that could ever be allowed here" : NOTHING_NEW[effect];
  const help = cover.length === 0 ? "delete it, or name what it is meant to keep" : "delete it, or mend what covers it";
  const notes = cover.map((it) => noteOf(realm, it));
  return fault(isOutOfReach ? "GW6013" : "GW6010", line.span, `\`${origin.text}\` ${nothing}`, help, notes);
}

/** Lines that together settle a set of names: one where one suffices, else each that adds to it; null when names are left. */
function coverAmong(reach: Uint32Array, lines: readonly Line[]): readonly Line[] | null {
  const used: Line[] = [];
  const left = reach.slice();
  for (const line of lines) {
    const alone = reach.slice();
    settle(alone, line);
    if (firstBit(reach) >= 0 && firstBit(alone) < 0) return [line];
    const before = left.slice();
    settle(left, line);
    if (!sameBits(left, before)) used.push(line);
  }
  return firstBit(left) < 0 ? used : null;
}
