/**
 * The counters of a replay: those of one gateway, moved by what its record says was used. The arithmetic is meter.ts's.
 * A request's counters are found once by name, and then held on to, since a record may have a million of them.
 */
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
  /** The counters of these holds; the same list gives the same gauges. */
  of(holds: readonly Hold[]): Gauges;
  /** The first counter with nothing left for another request; null when it may pass. */
  short(gauges: Gauges, now: number): Hold | null;
  /** Counts a request; `isServed` when its end will come. */
  admit(gauges: Gauges, isServed: boolean, now: number): void;
  /** Charges what a request took to the periods in which it was admitted. */
  settle(gauges: Gauges, taken: Taken, admitted: number): void;
}

/** What is used of a counter, whatever ceiling looks at it. */
interface Meter {
  /** Of a limit that drains. */
  bucket: Bucket;
  /** Of a limit that counts in a calendar window, and of requests under way. */
  start: number;
  end: number;
  used: number;
}

/** A counter under the ceiling of a hold. */
interface Gauge {
  readonly hold: Hold;
  readonly meter: Meter;
  readonly measure: Hold["slot"]["measure"];
  /** 0 for what does not drain. */
  readonly drainMs: number;
}

/** The counters of one request. */
export type Gauges = readonly Gauge[];

/** Forgives the rounding of what drains in fractions. */
const ROUNDING = 1e-6;

/** Counters of which nothing is used. */
export function createMeters(timezone: string): Meters {
  const meters = new Map<string, Meter>();
  const known = new WeakMap<readonly Hold[], Gauges>();

  const gaugeOf = (hold: Hold): Gauge => {
    const { measure, period } = hold.slot;
    const meter = meters.get(hold.counter) ?? { bucket: EMPTY_BUCKET, start: 0, end: 0, used: 0 };
    meters.set(hold.counter, meter);
    const drains = measure !== "concurrency" && period !== null && isRolling(measure, period);
    return { hold, meter, measure, drainMs: drains ? ROLLING_MS[period] : 0 };
  };

  /** A window that is over is as good as none. */
  const turn = ({ hold, meter, measure, drainMs }: Gauge, now: number): void => {
    if (drainMs > 0 || measure === "concurrency" || now < meter.end) return;
    const { start, end } = windowOf(hold.slot.period ?? "day", now, timezone);
    meter.start = start;
    meter.end = end;
    meter.used = 0;
  };

  const usedOf = (gauge: Gauge, now: number): number => {
    turn(gauge, now);
    const { meter, drainMs, hold } = gauge;
    return drainMs > 0 ? gcraUsed(meter.bucket, now, hold.amount, drainMs) : meter.used;
  };

  /** Adds to a counter, or takes back from it; what belongs to a window that is over went with it. */
  const add = (gauge: Gauge, amount: number, now: number, admitted: number): void => {
    turn(gauge, now);
    const { meter, drainMs, hold } = gauge;
    if (drainMs > 0) {
      meter.bucket = gcraAdjust(gcraAdd(meter.bucket, now, 0, hold.amount, drainMs), amount);
    } else if (admitted >= meter.start) meter.used += amount;
  };

  return {
    of(holds) {
      let gauges = known.get(holds);
      if (gauges === undefined) {
        gauges = holds.map(gaugeOf);
        known.set(holds, gauges);
      }
      return gauges;
    },
    short(gauges, now) {
      for (const gauge of gauges) {
        const counts = gauge.measure === "requests" || gauge.measure === "concurrency";
        const used = usedOf(gauge, now);
        if (counts ? used + 1 > gauge.hold.amount + ROUNDING : used >= gauge.hold.amount) return gauge.hold;
      }
      return null;
    },
    admit(gauges, isServed, now) {
      for (const gauge of gauges) {
        const { measure } = gauge;
        if (measure === "requests" || (measure === "concurrency" && isServed)) add(gauge, 1, now, now);
      }
    },
    settle(gauges, { at, charged, tokens, microUsd }, admitted) {
      for (const gauge of gauges) {
        const { measure } = gauge;
        if (measure === "concurrency") add(gauge, -1, at, admitted);
        else if (measure !== "requests" && charged) add(gauge, measure === "tokens" ? tokens : microUsd, at, admitted);
        else if (measure === "requests" && !charged) add(gauge, -1, at, admitted);
      }
    },
  };
}
