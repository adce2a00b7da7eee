/**
 * The counters of one test: what its `given` lines and its own sends have used up. The arithmetic is that of the
 * gateway's limits (decision/meter.ts); a send is over before the next one begins, so that nothing is ever in flight.
 */
import type { Hold } from "../decision/decision.ts";
import {
  type Bucket,
  type CalendarWindow,
  EMPTY_BUCKET,
  gcraAdd,
  gcraTake,
  isRolling,
  ROLLING_MS,
  windowOf,
} from "../decision/meter.ts";

/** What one send asks for. */
export interface Demand {
  readonly tokens: number;
  readonly microUsd: number;
}

export interface Counters {
  /** Uses up part of a counter, whatever its ceiling. */
  load(hold: Hold, amount: number, now: number): void;
  /** Takes from every counter at once; or gives the first that has too little left, and takes nothing. */
  take(holds: readonly Hold[], demand: Demand, now: number): Hold | null;
}

interface Spent extends CalendarWindow {
  readonly used: number;
}

/** Counters of which nothing is used yet. */
export function createCounters(timezone: string): Counters {
  const buckets = new Map<string, Bucket>();
  const windows = new Map<string, Spent>();

  const spentOf = (hold: Hold, now: number): Spent => {
    const known = windows.get(hold.counter);
    if (known !== undefined && now >= known.start && now < known.end) return known;
    return { ...windowOf(hold.slot.period ?? "day", now, timezone), used: 0 };
  };

  const afterTaking = (hold: Hold, amount: number, now: number): (() => void) | null => {
    const { measure, period } = hold.slot;
    if (measure === "concurrency" || period === null) return hold.amount >= 1 ? () => {} : null;
    if (!isRolling(measure, period)) {
      const spent = spentOf(hold, now);
      if (spent.used + amount > hold.amount) return null;
      return () => windows.set(hold.counter, { ...spent, used: spent.used + amount });
    }
    const bucket = buckets.get(hold.counter) ?? EMPTY_BUCKET;
    const take = gcraTake(bucket, now, amount, hold.amount, ROLLING_MS[period]);
    return take.ok ? () => buckets.set(hold.counter, take.bucket) : null;
  };

  return {
    load(hold, amount, now) {
      const { measure, period } = hold.slot;
      if (measure === "concurrency" || period === null) return;
      if (isRolling(measure, period)) {
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
  };
}

function amountOf({ slot: { measure } }: Hold, demand: Demand): number {
  switch (measure) {
    case "requests":
    case "concurrency":
      return 1;
    case "tokens":
      return demand.tokens;
    case "budget":
      return demand.microUsd;
    default:
      return measure satisfies never;
  }
}
