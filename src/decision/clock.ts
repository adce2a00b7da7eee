/**
 * Wall-clock arithmetic in a named time zone: minutes of the week, first moments of local days, dates as people write
 * them. The moment is always an argument. Used by meter.ts and decide.ts.
 */
import { offsetOf } from "../model/offset.ts";

const DAY = 24 * 60 * 60_000;

/** Minutes since Monday 00:00 local time, 0 to 10,079. */
export function minuteOfWeek(timezone: string, at: number): number {
  const local = Math.floor((at + offsetOf(timezone, at)) / 60_000);
  // 1970-01-01 was a Thursday, three days after a Monday.
  return (((local + 3 * 1440) % 10_080) + 10_080) % 10_080;
}

/** The first moment of a local date; `month` counts from 0 and `day` may run over, as in `Date.UTC`. */
export function startOfDate(timezone: string, year: number, month: number, day: number): number {
  const midnight = Date.UTC(year, month, day);
  const before = midnight - offsetOf(timezone, midnight - DAY);
  const after = midnight - offsetOf(timezone, midnight + DAY);
  const first = Math.min(before, after);
  const second = Math.max(before, after);
  for (const candidate of [first, second]) {
    if (candidate + offsetOf(timezone, candidate) === midnight) return candidate;
  }
  // Midnight was skipped by a change of the clock: the day begins at the change.
  return before;
}

/** The date of a moment in the zone: year, month from 0, day of the month. */
export function dateOf(timezone: string, at: number): { year: number; month: number; day: number } {
  const local = new Date(at + offsetOf(timezone, at));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth(), day: local.getUTCDate() };
}

/** A moment as `2027-03-31` in the zone. */
export function dateText(timezone: string, at: number): string {
  return new Date(at + offsetOf(timezone, at)).toISOString().slice(0, 10);
}

/** A moment as `2027-03-31 14:05` in the zone. */
export function momentText(timezone: string, at: number): string {
  return new Date(at + offsetOf(timezone, at)).toISOString().slice(0, 16).replace("T", " ");
}
