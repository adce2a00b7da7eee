/** The counters of a replay: those of one gateway, moved by what its record says was used. The arithmetic is meter.ts's. */
import type { Hold } from "../decision/decision.ts";
import {
  type Bucket,
  EMPTY_BUCKET,
  gcraAdd,
  gcraAdjust,
  gcraUsed,
  isRolling,
  ROLLING_MS,
  windowOf,
} from "../decision/meter.ts";

/** What a request took in the end. */
export interface Taken {
  readonly at: number;
  readonly charged: boolean;
  readonly tokens: number;
  readonly microUsd: number;
}

export interface Meters {
  /** The first counter with nothing left for another request; null when it may pass. */
  short(holds: readonly Hold[], now: number): Hold | null;
  /** Counts a request; `isServed` when its end will come. */
  admit(holds: readonly Hold[], isServed: boolean, now: number): void;
  /** Charges what a request took to the periods in which it was admitted. */
  settle(holds: readonly Hold[], taken: Taken, admitted: number): void;
}

interface Meter {
  /** Of a limit that drains. */
  bucket: Bucket;
  /** Of a limit that counts in a calendar window, and of requests under way. */
  start: number;
  end: number;
  used: number;
}

/** Counters of which nothing is used. */
export function createMeters(timezone: string): Meters {
  const meters = new Map<string, Meter>();

  const meterOf = ({ counter, slot }: Hold, now: number): Meter => {
    let meter = meters.get(counter);
    if (meter === undefined) {
      meter = { bucket: EMPTY_BUCKET, start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY, used: 0 };
      meters.set(counter, meter);
    }
    const { measure, period } = slot;
    if (measure === "concurrency" || period === null || isRolling(measure, period)) return meter;
    if (now >= meter.end || meter.start === Number.NEGATIVE_INFINITY) {
      Object.assign(meter, windowOf(period, now, timezone), { used: 0 });
    }
    return meter;
  };

  const usedOf = (hold: Hold, now: number): number => {
    const { measure, period } = hold.slot;
    const meter = meterOf(hold, now);
    const drains = measure !== "concurrency" && period !== null && isRolling(measure, period);
    return drains ? gcraUsed(meter.bucket, now, hold.amount, ROLLING_MS[period]) : meter.used;
  };

  /** Adds to a counter, or takes back from it; what belongs to a window that is over is forgotten with it. */
  const add = (hold: Hold, amount: number, { now, admitted }: { now: number; admitted: number }): void => {
    const { measure, period } = hold.slot;
    const meter = meterOf(hold, now);
    if (measure !== "concurrency" && period !== null && isRolling(measure, period)) {
      const drained = gcraAdd(meter.bucket, now, 0, hold.amount, ROLLING_MS[period]);
      meter.bucket = gcraAdjust(drained, amount);
    } else if (admitted >= meter.start) meter.used += amount;
  };

  return {
    short(holds, now) {
      for (const hold of holds) {
        const counts = hold.slot.measure === "requests" || hold.slot.measure === "concurrency";
        const used = usedOf(hold, now);
        // A millionth forgives the rounding of what drains in fractions.
        if (counts ? used + 1 > hold.amount + 1e-6 : used >= hold.amount) return hold;
      }
      return null;
    },
    admit(holds, isServed, now) {
      for (const hold of holds) {
        const { measure } = hold.slot;
        if (measure === "requests" || (measure === "concurrency" && isServed)) add(hold, 1, { now, admitted: now });
      }
    },
    settle(holds, { at, charged, tokens, microUsd }, admitted) {
      for (const hold of holds) {
        const { measure } = hold.slot;
        const when = { now: at, admitted };
        if (measure === "concurrency") add(hold, -1, when);
        else if (measure === "requests") {
          if (!charged) add(hold, -1, when);
        } else if (charged) add(hold, measure === "tokens" ? tokens : microUsd, when);
      }
    },
  };
}
