/**
 * `active` lines that change no hour. Within a node any line suffices, so one is covered when the others of the node are
 * open whenever it is, as far as the nodes above are open at all; the only line of a node when those above are open at
 * no other time. Openness changes at beginnings and ends of lines only, so no other minute of the week has to be asked.
 */
import { inForce } from "../../decision/access.ts";
import { holdsMinute } from "../../decision/windows.ts";
import { activeText, untilText } from "../../decision/words.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { Active } from "../../model/model.ts";
import { momentsAfter, type Realm, whoIs } from "../realm.ts";

/** Lines that could be left out; of two that are equal, the later one. */
export function coveredHours(realm: Realm): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [node, { active, parent }] of realm.model.nodes.entries()) {
    if (active.length === 0) continue;
    const above = hoursAbove(realm, parent);
    let own = active.filter(({ until }) => inForce(until, realm.at));
    for (const line of own.toReversed()) {
      const others = own.filter((it) => it !== line);
      if (!isIdle(line, { others, above, at: realm.at })) continue;
      own = others;
      found.push(told(realm, line, { node, active: others }, above));
    }
  }
  return found;
}

/** The lines of one node. */
interface Hours {
  readonly node: number;
  readonly active: readonly Active[];
}

function hoursAbove(realm: Realm, node: number | null): Hours[] {
  if (node === null) return [];
  const { active, parent } = realm.model.nodes[node]!;
  return [...hoursAbove(realm, parent), ...(active.length > 0 ? [{ node, active }] : [])];
}

interface Around {
  readonly others: readonly Active[];
  readonly above: readonly Hours[];
  readonly at: number;
}

function isIdle(line: Active, { others, above, at }: Around): boolean {
  const all = [line, ...others, ...above.flatMap(({ active }) => active)];
  const last = line.until ?? Number.POSITIVE_INFINITY;
  const ends = all.map(({ until }) => until);
  const minutes = minutesOf(all);
  return momentsAfter(at, ends).every((now) => {
    if (now > last) return true;
    const openAbove = (minute: number) => above.every(({ active }) => isOpen(active, now, minute));
    return minutes.every((minute) => {
      return !openAbove(minute) || isOpen([line, ...others], now, minute) === isOpen(others, now, minute);
    });
  });
}

/** Whether the lines of a node are open; a node without any that holds is open always. */
function isOpen(active: readonly Active[], now: number, minute: number): boolean {
  const holding = active.filter(({ until }) => inForce(until, now));
  return holding.length === 0 || holding.some((it) => holdsMinute(it, minute));
}

const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const DAY = 1_440;

/** The minutes of the week at which any of the lines may open or close. */
function minutesOf(active: readonly Active[]): number[] {
  const times = new Set([0, ...active.flatMap(({ fromMinute, toMinute }) => [fromMinute, toMinute % DAY])]);
  return DAYS.flatMap((day) => Array.from(times, (time) => day * DAY + time));
}

const MOST_LINES = 3;

/** The lines to look at: those of the node that are open at its hours, else the ones above. */
function told(realm: Realm, line: Active, beside: Hours, above: readonly Hours[]): Diagnostic {
  const minutes = minutesOf([line, ...beside.active]).filter((minute) => holdsMinute(line, minute));
  const open = beside.active.filter((it) => minutes.some((minute) => holdsMinute(it, minute)));
  const guilty = open.length > 0 ? [{ ...beside, active: open }] : above;
  const notes = guilty.flatMap(({ node, active }) =>
    active.map((it) => ({
      message: `\`active ${activeText(it)}\` of ${whoIs(realm, node)} holds here`,
      span: it.span,
    })),
  );
  const message = `\`active ${activeText(line)}${untilText(line.until)}\` changes no hour`;
  return fault("GW6010", line.span, message, "delete it, or mend what covers it", notes.slice(0, MOST_LINES));
}
