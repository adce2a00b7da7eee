/**
 * The counters of one test: what its `given` lines and its own sends have used up. The arithmetic is that of the
 * gateway's limits (decision/meter.ts); a send is over before the next one begins, so that nothing is in flight but what
 * `given used concurrency` says.
 */
import type { Hold } from "../decision/decision.ts";
import { amountOf, type Demand } from "../decision/demand.ts";
import {
  type Bucket,
  type CalendarWindow,
  EMPTY_BUCKET,
  gcraAdd,
  gcraTake,
  gcraUsed,
  isRolling,
  ROLLING_MS,
  windowOf,
} from "../decision/meter.ts";

export interface Counters {
  /** Uses up part of a counter, whatever its ceiling. */
  load(hold: Hold, amount: number, now: number): void;
  /** Takes from every counter at once; or gives the first that has too little left, and takes nothing. */
  take(holds: readonly Hold[], demand: Demand, now: number): Hold | null;
  /** How much a counter has left: whole units, never below none. */
  left(hold: Hold, now: number): number;
}

interface Spent extends CalendarWindow {
  readonly used: number;
}

/** Draining is in fractions: a millionth of a unit forgives its rounding. */
const ROUNDING = 1e-6;

/** Counters of which nothing is used yet. */
export function createCounters(timezone: string): Counters {
  const buckets = new Map<string, Bucket>();
  const windows = new Map<string, Spent>();
  const flights = new Map<string, number>();

  const spentOf = (hold: Hold, now: number): Spent => {
    const known = windows.get(hold.counter);
    if (known !== undefined && now >= known.start && now < known.end) return known;
    return { ...windowOf(hold.slot.period ?? "day", now, timezone), used: 0 };
  };

  const afterTaking = (hold: Hold, amount: number, now: number): (() => void) | null => {
    const { measure, period } = hold.slot;
    if (measure === "concurrency" || period === null) {
      return (flights.get(hold.counter) ?? 0) + 1 <= hold.amount ? () => {} : null;
    }
    if (!isRolling(measure, period)) {
      const spent = spentOf(hold, now);
      if (spent.used + amount > hold.amount) return null;
      return () => windows.set(hold.counter, { ...spent, used: spent.used + amount });
    }
    const bucket = buckets.get(hold.counter) ?? EMPTY_BUCKET;
    const take = gcraTake(bucket, now, amount, hold.amount, ROLLING_MS[period]);
    return take.ok ? () => buckets.set(hold.counter, take.bucket) : null;
  };

  const usedOf = (hold: Hold, now: number): number => {
    const { measure, period } = hold.slot;
    if (measure === "concurrency" || period === null) return flights.get(hold.counter) ?? 0;
    if (!isRolling(measure, period)) return spentOf(hold, now).used;
    return gcraUsed(buckets.get(hold.counter) ?? EMPTY_BUCKET, now, hold.amount, ROLLING_MS[period]);
  };

  return {
    load(hold, amount, now) {
      const { measure, period } = hold.slot;
      if (measure === "concurrency" || period === null) {
        flights.set(hold.counter, (flights.get(hold.counter) ?? 0) + amount);
      } else if (isRolling(measure, period)) {
        const bucket = buckets.get(hold.counter) ?? EMPTY_BUCKET;
        buckets.set(hold.counter, gcraAdd(bucket, now, amount, hold.amount, ROLLING_MS[period]));
      } else {
        const spent = spentOf(hold, now);
        windows.set(hold.counter, { ...spent, used: spent.used + amount });
      }
    },
    take(holds, demand, now) {
      const takes: (() => void)[] = [];
      for (const hold of holds) {
        const take = afterTaking(hold, amountOf(hold, demand), now);
        if (take === null) return hold;
        takes.push(take);
      }
      for (const take of takes) take();
      return null;
    },
    left: (hold, now) => Math.max(0, Math.floor(hold.amount - usedOf(hold, now) + ROUNDING)),
  };
}
