/**
 * The arithmetic of limits, without any state of its own: limits/ keeps the numbers, analysis/ plays tests with them.
 *
 * Limits per sec, min and hour run by GCRA, written as a bucket that drains at `limit / period`: the same admissions
 * as one theoretical arrival time, but whole counts stay exact and keep their meaning when a limit changes. Limits per
 * day, week and month, and budgets of every period, count in calendar windows of the org's time zone.
 */
import type { Period } from "../language/tree.ts";
import type { Measure } from "../model/model.ts";
import { offsetOf } from "../model/offset.ts";
import { dateOf, startOfDate } from "./clock.ts";

/** Periods that drain continuously. */
export const ROLLING_MS = { sec: 1_000, min: 60_000, hour: 3_600_000 } as const;
export type RollingPeriod = keyof typeof ROLLING_MS;

/** True when a limit of this measure and period drains continuously; false when it counts in calendar windows. */
export function isRolling(measure: Exclude<Measure, "concurrency">, period: Period): period is RollingPeriod {
  return measure !== "budget" && (period === "sec" || period === "min" || period === "hour");
}

/** What one rolling limit has taken and not yet drained, as of a moment. */
export interface Bucket {
  readonly level: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A bucket that nothing was ever taken from. */
export const EMPTY_BUCKET: Bucket = { level: 0, at: 0 };

export type Take =
  | { readonly ok: true; readonly bucket: Bucket }
  /** `retryAfterMs` is Infinity when the cost alone is more than the limit. */
  | { readonly ok: false; readonly retryAfterMs: number };

/** How much of a rolling limit is in use. */
export function gcraUsed(bucket: Bucket, now: number, limit: number, periodMs: number): number {
  // A clock that stepped back drains nothing.
  const elapsed = now > bucket.at ? now - bucket.at : 0;
  const level = bucket.level - (elapsed * limit) / periodMs;
  return Math.max(level, 0);
}

/** Takes `cost` from a rolling limit, or says how long until it could be taken; a refusal changes nothing. */
export function gcraTake(bucket: Bucket, now: number, cost: number, limit: number, periodMs: number): Take {
  const level = gcraUsed(bucket, now, limit, periodMs) + cost;
  // Draining is in fractions: a millionth of a unit forgives its rounding.
  if (level <= limit + 1e-6) return { ok: true, bucket: { level, at: Math.max(now, bucket.at) } };
  if (cost > limit) return { ok: false, retryAfterMs: Number.POSITIVE_INFINITY };
  return { ok: false, retryAfterMs: Math.ceil(((level - limit) * periodMs) / limit) };
}

/** Adds what is known to have been used at `now`, without asking the limit: for a log read back. */
export function gcraAdd(bucket: Bucket, now: number, cost: number, limit: number, periodMs: number): Bucket {
  return { level: gcraUsed(bucket, now, limit, periodMs) + cost, at: Math.max(now, bucket.at) };
}

/** A calendar window, `end` exclusive, in milliseconds since the epoch. */
export interface CalendarWindow {
  readonly start: number;
  readonly end: number;
}

const windows = new Map<string, CalendarWindow>();

/** The calendar window of a period that a moment lies in; weeks begin on Monday, days at local midnight. */
export function windowOf(period: Period, now: number, timezone: string): CalendarWindow {
  const name = `${period} ${timezone}`;
  const last = windows.get(name);
  if (last !== undefined && now >= last.start && now < last.end) return last;
  const window = measureWindow(period, now, timezone);
  windows.set(name, window);
  return window;
}

function measureWindow(period: Period, now: number, timezone: string): CalendarWindow {
  switch (period) {
    case "sec":
    case "min":
    case "hour": {
      const local = now + offsetOf(timezone, now);
      const start = now - (((local % ROLLING_MS[period]) + ROLLING_MS[period]) % ROLLING_MS[period]);
      return { start, end: start + ROLLING_MS[period] };
    }
    case "day": {
      const { year, month, day } = dateOf(timezone, now);
      return between(timezone, [year, month, day], [year, month, day + 1]);
    }
    case "week": {
      const { year, month, day } = dateOf(timezone, now);
      const monday = day - ((new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7);
      return between(timezone, [year, month, monday], [year, month, monday + 7]);
    }
    case "month": {
      const { year, month } = dateOf(timezone, now);
      return between(timezone, [year, month, 1], [year, month + 1, 1]);
    }
    default:
      return period satisfies never;
  }
}

type CalendarDate = readonly [year: number, month: number, day: number];

function between(timezone: string, from: CalendarDate, to: CalendarDate): CalendarWindow {
  return { start: startOfDate(timezone, ...from), end: startOfDate(timezone, ...to) };
}
