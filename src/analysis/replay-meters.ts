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
  readonly ceilings: readonly { readonly counter: string; readonly ceiling: number }[];
}

export interface Meters {
  /** The counters of these holds; the same list gives the same gauges. */
  of(holds: readonly Hold[]): Gauges;
  /** The first counter with nothing left for another request, which `passed` in its time or not; null when it may pass. */
  short(gauges: Gauges, passed: boolean, now: number): Hold | null;
  /** Counts a request; `isServed` when its end will come. */
  admit(gauges: Gauges, isServed: boolean, now: number): Admission;
  /** Charges what a request took, as of the moment at which it was admitted. */
  settle(gauges: Gauges, taken: Taken, admission: Admission): void;
}

/** When a request was admitted, and how much each of its counters had drained in vain until then. */
export interface Admission {
  readonly at: number;
  readonly idle: readonly number[];
}

/** What is used of a counter, whatever ceiling looks at it. */
interface Meter {
  /** Of a limit that drains. */
  bucket: Bucket;
  /** What would have drained from it all in all, had there been anything. */
  idle: number;
  /** The ceiling that the record shows, once it does. */
  ceiling: number;
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
    const meter = meters.get(hold.counter) ?? {
      bucket: EMPTY_BUCKET,
      idle: 0,
      ceiling: Number.POSITIVE_INFINITY,
      start: 0,
      end: 0,
      used: 0,
    };
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

  /** Lets a counter drain up to now. */
  const drain = ({ meter, hold, drainMs }: Gauge, now: number): void => {
    const { level, at } = meter.bucket;
    const drained = (Math.max(now - at, 0) * hold.amount) / drainMs;
    meter.idle += Math.max(drained - level, 0);
    meter.bucket = gcraAdd(meter.bucket, now, 0, hold.amount, drainMs);
  };

  /** Adds to a counter, or takes back from it; what belongs to a window that is over went with it. */
  const add = (gauge: Gauge, amount: number, now: number, admitted: number): void => {
    turn(gauge, now);
    const { meter, drainMs } = gauge;
    if (drainMs > 0) {
      drain(gauge, now);
      meter.bucket = gcraAdjust(meter.bucket, amount);
    } else if (admitted >= meter.start) meter.used += amount;
  };

  /** Adds what was used since a request was admitted: what drained in vain meanwhile would have drained of it. */
  const charge = (gauge: Gauge, amount: number, now: number, { at, idle }: Admission, index: number): void => {
    if (gauge.drainMs === 0) {
      add(gauge, amount, now, at);
      return;
    }
    drain(gauge, now);
    const { meter } = gauge;
    const drained = Math.min(amount, Math.max(meter.idle - (idle[index] ?? 0), 0));
    // What one request makes use of is no longer there for another.
    meter.idle -= drained;
    meter.bucket = gcraAdjust(meter.bucket, amount - drained);
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
    short(gauges, passed, now) {
      for (const gauge of gauges) {
        // What drains moves with estimates that no record holds. But the gateway itself let this request through this
        // counter, and under no higher ceiling.
        const { measure, drainMs, hold, meter } = gauge;
        if (passed && measure === "tokens" && drainMs > 0 && hold.amount >= meter.ceiling) continue;
        const counts = measure === "requests" || measure === "concurrency";
        const used = usedOf(gauge, now);
        if (counts ? used + 1 > hold.amount + ROUNDING : used >= hold.amount) return hold;
      }
      return null;
    },
    admit(gauges, isServed, now) {
      const idle: number[] = [];
      for (const gauge of gauges) {
        const { measure, drainMs } = gauge;
        if (drainMs > 0) drain(gauge, now);
        idle.push(gauge.meter.idle);
        if (measure === "requests" || (measure === "concurrency" && isServed)) add(gauge, 1, now, now);
      }
      return { at: now, idle };
    },
    settle(gauges, { at, charged, tokens, microUsd, ceilings }, admission) {
      for (const { counter, ceiling } of ceilings) {
        const meter = meters.get(counter);
        if (meter !== undefined) meter.ceiling = ceiling;
      }
      for (const [index, gauge] of gauges.entries()) {
        const { measure } = gauge;
        if (measure === "concurrency" || (measure === "requests" && !charged)) add(gauge, -1, at, admission.at);
        else if (measure !== "requests" && charged) {
          charge(gauge, measure === "tokens" ? tokens : microUsd, at, admission, index);
        }
      }
    },
  };
}
