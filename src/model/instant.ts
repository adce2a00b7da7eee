/** Points in time as written → milliseconds. A date alone means its last moment in the organisation's time zone. */
import type { Instant } from "../language/tree.ts";
import { offsetOf } from "./offset.ts";

const DAY = 86_400_000;

/** The moment at which something written `until` or `expires` ends; the last moment of the day for a date alone. */
export function lastMoment(instant: Instant, zone: string): number {
  if (instant.ms !== null) return instant.ms;
  return midnight(Date.parse(`${instant.text}T00:00:00Z`) + DAY, zone) - 1;
}

/** The moment from which a price holds; the first moment of the day, UTC, for a date alone. */
export function firstMomentUtc(instant: Instant): number {
  return instant.ms ?? Date.parse(`${instant.text}T00:00:00Z`);
}

/** Whether the name is one of the IANA time zones. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/**
 * The moment at which the wall clock of a zone shows 00:00 of a day, given as that day's midnight in UTC. Where clocks
 * are put back over midnight it is the later of the two; where they jump over it, the moment of the jump.
 */
function midnight(utcMidnight: number, zone: string): number {
  const before = utcMidnight - offsetOf(zone, utcMidnight - DAY);
  const after = utcMidnight - offsetOf(zone, utcMidnight + DAY);
  const exact = [before, after].filter((moment) => moment + offsetOf(zone, moment) === utcMidnight);
  return exact.length > 0 ? Math.max(...exact) : before;
}
