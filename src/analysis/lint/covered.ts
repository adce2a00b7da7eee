/**
 * Statements about access that could be left out. An `allow` is covered when other allows on its path give all that it
 * gives below the ceilings; a `deny` or `only` when others take all that it takes away. Every path through a node has
 * the same lines above it, so what covers a line there covers it for everybody below. Of two that cover each other the
 * later one is told, and never counts as cover again: all that are told could be left out together.
 */
import { firstBit, intersect, sameBits, subtract } from "../../decision/bits.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { Realm } from "../realm.ts";
import { beside, closes, type Line, linesAbove, linesOf, type Names, namesOf, noteOf, reachOf } from "./lines.ts";
import { partLines } from "./unreachable.ts";

/** Allows of what is allowed, denials of what is denied or out of reach, ceilings above other ceilings. */
export function covered(realm: Realm): Diagnostic[] {
  const names = namesOf(realm.table);
  const found: Diagnostic[] = [];
  for (const [node, { grants }] of realm.table.nodes.entries()) {
    if (grants.length === 0) continue;
    const above = linesAbove(realm, node);
    let own = partLines(linesOf(realm, node), above, { names, now: realm.at }).rest;
    for (const line of own.toReversed()) {
      const others = [...above, ...own.filter((it) => it !== line)];
      const cover = coverOf(line, others, names);
      if (cover === null) continue;
      own = own.filter((it) => it !== line);
      found.push(told(realm, line, cover));
    }
  }
  return found;
}

interface Cover {
  readonly code: "GW6010" | "GW6013";
  readonly lines: readonly Line[];
}

/** What covers a line; no lines when it does nothing whatever else is written. */
function coverOf(line: Line, others: readonly Line[], names: Names): Cover | null {
  if (closes(line, others)) return null;
  const { effect } = line.grant;
  const reach = reachOf(line, names);
  const alike = beside(line, others, effect);
  const lines = coverAmong(reach, alike);
  if (lines !== null) return { code: "GW6010", lines };
  // What an `only` keeps out may be denied as well: the ceiling stays, whoever lifts the denial.
  if (effect === "only") return null;
  const more = [...beside(line, others, "only"), ...beside(line, others, "deny")];
  const together = coverAmong(reach, effect === "deny" ? more : [...alike, ...more]);
  return together && { code: effect === "deny" ? "GW6013" : "GW6010", lines: together };
}

/** Lines that together settle a whole set of names: one of them where one suffices, else each that adds to it. */
function coverAmong(reach: Uint32Array, lines: readonly Line[]): readonly Line[] | null {
  const alone = lines.find((line) => isEmpty(without(reach, line)));
  if (alone !== undefined && !isEmpty(reach)) return [alone];
  const used: Line[] = [];
  let left = reach;
  for (const line of lines) {
    const rest = without(left, line);
    if (!sameBits(rest, left)) used.push(line);
    left = rest;
  }
  return isEmpty(left) ? used : null;
}

/** A set of names without those that a line settles. */
function without(bits: Uint32Array, { grant }: Line): Uint32Array {
  const left = bits.slice();
  (grant.effect === "only" ? intersect : subtract)(left, grant.bits);
  return left;
}

function isEmpty(bits: Uint32Array): boolean {
  return firstBit(bits) < 0;
}

const NOTHING_NEW = {
  allow: "allows nothing that is not allowed already",
  deny: "denies nothing that is not denied already",
  only: "keeps nothing out that is not kept out already",
} as const;

const DOES = { allow: "allows it", deny: "denies it", only: "keeps it out" } as const;

function told(realm: Realm, { grant, span }: Line, { code, lines }: Cover): Diagnostic {
  const nothing = code === "GW6013" ? "denies nothing that could ever be allowed here" : NOTHING_NEW[grant.effect];
  const help = lines.length === 0 ? "delete it, or name what it is meant to keep" : "delete it, or mend what covers it";
  const notes = lines.map((line) => noteOf(realm, line, DOES[line.grant.effect]));
  return fault(code, span, `\`${grant.origin.text}\` ${nothing}`, help, notes);
}
