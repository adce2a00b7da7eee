/**
 * How much a budget of one period lets be spent in a window of another. Budgets count in calendar windows, so this is
 * how many windows of the one can touch a window of the other: seven days a week, never more than 31 a month; a
 * week may lie in two months and a month in six weeks; a day has up to 26 hours where clocks are put back.
 */
import type { Period } from "../language/tree.ts";

const MIN = 60;
const HOUR = 60 * MIN;

/** The most seconds that a window of a period lasts. */
const SECONDS = {
  sec: 1,
  min: MIN,
  hour: HOUR,
  day: 26 * HOUR,
  week: (7 * 24 + 2) * HOUR,
  month: (31 * 24 + 2) * HOUR,
} as const satisfies Record<Period, number>;

/** Of days and weeks, which are no fixed number of seconds, those that a longer window touches. */
const TOUCHED: Readonly<Record<string, number>> = { "day week": 7, "day month": 31, "week month": 6, "month week": 2 };

/** The most micro-dollars that a budget of `amount` a `period` lets be spent in one window of another period. */
export function mostSpent(amount: number, period: Period, window: Period): number {
  const touched = TOUCHED[`${period} ${window}`];
  if (touched !== undefined) return amount * touched;
  const isShorter = SECONDS[period] < SECONDS[window];
  return isShorter ? amount * Math.ceil(SECONDS[window] / SECONDS[period]) : amount;
}
