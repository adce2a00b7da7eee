/**
 * The counters of a replay: those of one gateway, moved by what its record says was used. The arithmetic is meter.ts's and
 * draining.ts's. A request's counters are found once by name, and then held on to, since a record may have a million.
 */
import type { Hold } from "../decision/decision.ts";
import { isExact } from "../decision/demand.ts";
import { type Draining, emptyDraining, pour, type Stake, stake, unstake } from "../decision/draining.ts";
import { gcraUsed, isRolling, ROLLING_MS, windowOf } from "../decision/meter.ts";

/** What a request took in the end. */
export interface Taken {
  readonly at: number;
  readonly charged: boolean;
  readonly tokens: number;
  readonly microUsd: number;
  readonly ceilings: readonly { readonly counter: string; readonly ceiling: number }[];
}

export interface Meters {
  /** The counters of these holds, to be kept by who asks again and again. */
  of(holds: readonly Hold[]): Gauges;
  /** The first counter with nothing left for another request, which `passed` in its time or not; null when it may pass. */
  short(gauges: Gauges, passed: boolean, now: number): Hold | null;
  /** Counts a request; `isServed` when its end will come. */
  admit(gauges: Gauges, isServed: boolean, now: number): Admission;
  /** Charges what a request took, as of the moment at which it was admitted. */
  settle(gauges: Gauges, taken: Taken, admission: Admission): void;
}

/** When a request was admitted, and what is needed at its end. */
export interface Admission {
  readonly at: number;
  /** By counter its place in a limit on requests that drains, and null for the others; empty when there is no such limit. */
  readonly stakes: readonly (Stake | null)[];
  /** By counter how much had drained in vain until then; empty when no limit on tokens drains. */
  readonly idle: readonly number[];
}

/** What is used of a counter, whatever ceiling looks at it; as `Draining` when it drains. */
interface Meter extends Draining {
  /** Of a limit on tokens: what would have drained from it all in all, had there been anything. */
  idle: number;
  /** The ceiling that the record shows, once it does. */
  recorded: number;
  /** Of a limit that counts in a calendar window, and of requests under way. */
  start: number;
  end: number;
  used: number;
}

/** A counter under the ceiling of a hold. */
interface Gauge {
  readonly hold: Hold;
  readonly amount: number;
  readonly meter: Meter;
  readonly measure: Hold["slot"]["measure"];
  readonly drains: boolean;
}

/** The counters of one request. */
export interface Gauges {
  readonly all: readonly Gauge[];
  /** Whether requests have places in some of them, and whether some note what drains in vain. */
  readonly hasStakes: boolean;
  readonly hasIdle: boolean;
}

const NONE: readonly never[] = [];

/** Forgives the rounding of what drains in fractions. */
const ROUNDING = 1e-6;

/** Counters of which nothing is used. */
export function createMeters(timezone: string): Meters {
  /** The gauge made last for each counter: those below one team look at the same. */
  const gauges = new Map<string, Gauge>();

  const gaugeOf = (hold: Hold): Gauge => {
    const { slot, counter, amount } = hold;
    const last = gauges.get(counter);
    if (last !== undefined && last.amount === amount && last.hold.slot === slot) return last;
    const { measure, period } = slot;
    const drains = measure !== "concurrency" && period !== null && isRolling(measure, period);
    const meter = last?.meter ?? {
      ...emptyDraining(drains ? ROLLING_MS[period] : 0),
      idle: 0,
      recorded: Number.POSITIVE_INFINITY,
      start: 0,
      end: 0,
      used: 0,
    };
    const gauge = { hold, amount, meter, measure, drains };
    gauges.set(counter, gauge);
    return gauge;
  };

  /** A window that is over is as good as none. */
  const turn = ({ hold, meter, measure, drains }: Gauge, now: number): void => {
    if (drains || measure === "concurrency" || now < meter.end) return;
    const { start, end } = windowOf(hold.slot.period ?? "day", now, timezone);
    meter.start = start;
    meter.end = end;
    meter.used = 0;
  };

  const usedOf = (gauge: Gauge, now: number): number => {
    turn(gauge, now);
    const { meter, drains, amount } = gauge;
    return drains ? gcraUsed(meter, now, amount, meter.periodMs) : meter.used;
  };

  /** Adds to what a window counts, or takes back; what belongs to a window that is over went with it. */
  const count = (gauge: Gauge, amount: number, now: number, admitted: number): void => {
    turn(gauge, now);
    if (admitted >= gauge.meter.start) gauge.meter.used += amount;
  };

  /** Lets a limit on tokens drain, and notes what would have drained of more. */
  const drain = ({ meter, amount }: Gauge, now: number): void => {
    const { level, at, periodMs } = meter;
    const drained = (Math.max(now - at, 0) * amount) / periodMs;
    meter.idle += Math.max(drained - level, 0);
    pour(meter, 0, amount, now);
  };

  /** Adds the tokens used since a request was admitted: what drained in vain meanwhile would have drained of them. */
  const charge = (gauge: Gauge, tokens: number, now: number, idle: number): void => {
    drain(gauge, now);
    const { meter, amount } = gauge;
    const drained = Math.min(tokens, Math.max(meter.idle - idle, 0));
    // What one request makes use of is no longer there for another.
    meter.idle -= drained;
    pour(meter, tokens - drained, amount, now);
  };

  /** Counts a request that is admitted; its place, where it has one. */
  const enter = (gauge: Gauge, isServed: boolean, now: number): Stake | null => {
    const { measure, drains, meter, amount } = gauge;
    if (measure === "tokens" && drains) drain(gauge, now);
    else if (measure === "concurrency" && isServed) meter.used++;
    else if (isExact(measure)) {
      if (!drains) count(gauge, 1, now, now);
      else if (isServed) return stake(meter, 1, amount, now);
      else pour(meter, 1, amount, now);
    }
    return null;
  };

  /** Charges one counter with what a request took. */
  const leave = (gauge: Gauge, taken: Taken, admission: Admission, index: number): void => {
    const { at, charged, tokens, microUsd } = taken;
    const { measure, drains, meter } = gauge;
    const place = admission.stakes[index] ?? null;
    if (place !== null) unstake(meter, place, charged ? 0 : -1, at);
    else if (measure === "concurrency") meter.used--;
    else if (measure === "requests") count(gauge, charged ? 0 : -1, at, admission.at);
    else if (charged && drains) charge(gauge, tokens, at, admission.idle[index] ?? 0);
    else if (charged) count(gauge, measure === "tokens" ? tokens : microUsd, at, admission.at);
  };

  return {
    of(holds) {
      const all = holds.map(gaugeOf);
      const some = (measure: Gauge["measure"]) => all.some((gauge) => gauge.drains && gauge.measure === measure);
      return { all, hasStakes: some("requests"), hasIdle: some("tokens") };
    },
    short({ all }, passed, now) {
      for (const gauge of all) {
        // What drains moves with estimates that no record holds. But the gateway itself let this request through this
        // counter, and under no higher ceiling.
        const { measure, drains, amount, meter } = gauge;
        if (passed && measure === "tokens" && drains && amount >= meter.recorded) continue;
        const counts = isExact(measure) || measure === "concurrency";
        const used = usedOf(gauge, now);
        if (counts ? used + 1 > amount + ROUNDING : used >= amount) return gauge.hold;
      }
      return null;
    },
    admit({ all, hasStakes, hasIdle }, isServed, now) {
      const stakes = hasStakes ? all.map((gauge) => enter(gauge, isServed, now)) : NONE;
      if (!hasStakes) for (const gauge of all) enter(gauge, isServed, now);
      return { at: now, stakes, idle: hasIdle ? all.map(({ meter }) => meter.idle) : NONE };
    },
    settle({ all }, taken, admission) {
      for (const { counter, ceiling } of taken.ceilings) {
        const gauge = gauges.get(counter);
        if (gauge !== undefined) gauge.meter.recorded = ceiling;
      }
      for (let index = 0; index < all.length; index++) leave(all[index]!, taken, admission, index);
    },
  };
}
