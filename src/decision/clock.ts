/**
 * Wall-clock arithmetic in a named time zone: offsets, minutes of the week, first moments of local days. The moment is
 * always an argument; what is kept between calls is only a memo of answers. Used by meter.ts and decide.ts.
 */

const QUARTER_HOUR = 15 * 60_000;
const DAY = 24 * 60 * 60_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  quarter: number;
  offset: number;
}

const zones = new Map<string, Zone>();

function zoneOf(timezone: string): Zone {
  const known = zones.get(timezone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const zone = { format, quarter: Number.NaN, offset: 0 };
  zones.set(timezone, zone);
  return zone;
}

function measureOffset(format: Intl.DateTimeFormat, at: number): number {
  const field: Record<string, number> = {};
  for (const part of format.formatToParts(at)) field[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** How far local time in the zone is ahead of UTC at a moment, in milliseconds. */
export function offsetOf(timezone: string, at: number): number {
  const zone = zoneOf(timezone);
  // Zones change their offset on quarter hours only, so one answer serves a whole quarter.
  const quarter = Math.floor(at / QUARTER_HOUR);
  if (zone.quarter !== quarter) {
    zone.offset = measureOffset(zone.format, quarter * QUARTER_HOUR);
    zone.quarter = quarter;
  }
  return zone.offset;
}

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
