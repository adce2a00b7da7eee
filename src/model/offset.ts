/** How far a zone's wall clock is ahead of UTC: the one question to the zone data. instant.ts and decision/clock.ts ask it. */

const QUARTER_HOUR = 15 * 60_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  quarter: number;
  offset: number;
}

/** Only a memo: what is kept between calls changes no answer. */
const zones = new Map<string, Zone>();

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
