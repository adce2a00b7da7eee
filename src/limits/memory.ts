/**
 * The limits of one process, in memory; the arithmetic is decision/meter.ts's. A reservation asks every counter first
 * and pays afterwards, without a pause between, so it is all or nothing. What a counter has taken outlives a reload:
 * only its name ties it to the policy. Idle counters are dropped a few at a time with every reservation.
 */
import type { Charge } from "../audit/entry.ts";
import type { Hold } from "../decision/decision.ts";
import {
  type Bucket,
  EMPTY_BUCKET,
  gcraAdd,
  gcraAdjust,
  gcraTake,
  gcraUsed,
  isRolling,
  ROLLING_MS,
  windowOf,
} from "../decision/meter.ts";
import type { Period } from "../language/tree.ts";
import type { Demand, Denial, Level, Limits, Reservation } from "./limits.ts";

/** Drains without pause. */
interface Rolling {
  readonly kind: "rolling";
  bucket: Bucket;
  limit: number;
  readonly periodMs: number;
}
/** Counts within one calendar window; a request pays where it was admitted. */
interface Windowed {
  readonly kind: "windowed";
  readonly start: number;
  readonly end: number;
  spent: number;
  held: number;
}
/** Counts what is under way. */
interface Flight {
  readonly kind: "flight";
  count: number;
}
type Counter = Rolling | Windowed | Flight;

/** What one reservation put into one counter. */
interface Part {
  readonly hold: Hold;
  readonly counter: Counter;
  readonly amount: number;
  /** True when the amount is no estimate: a request is one request. */
  readonly firm: boolean;
}
interface Live {
  readonly parts: readonly Part[];
  readonly at: number;
}

interface Shortage {
  readonly used: number;
  readonly held: number;
  readonly waitMs: number;
}

/** How long to wait for somebody else's request to end: nobody knows, so look again soon. */
const FLIGHT_WAIT_MS = 2_000;
const SWEPT_PER_RESERVATION = 16;

/** Makes an empty store. */
export function createMemoryLimits(): Limits {
  const counters = new Map<string, Counter>();
  const live = new Map<number, Live>();
  let nextId = 1;
  let sweeper = counters.entries();

  /** A counter that still counts: a window that has ended is as good as none. */
  function known(name: string, now: number): Counter | undefined {
    const found = counters.get(name);
    return found?.kind === "windowed" && now >= found.end ? undefined : found;
  }

  function counterOf(hold: Hold, timezone: string, now: number): Counter {
    const found = known(hold.counter, now) ?? fresh(hold.slot.measure, hold.slot.period, timezone, now);
    if (found.kind === "rolling") found.limit = hold.amount;
    return found;
  }

  /** Replaces what a reservation took by what is due. */
  function correct({ hold, counter, amount, firm }: Part, due: number, now: number): void {
    switch (counter.kind) {
      case "rolling": {
        // An idle bucket may have been swept meanwhile, and another may have come for it.
        const bucket = counters.get(hold.counter) ?? counter;
        counters.set(hold.counter, bucket);
        if (bucket.kind === "rolling") adjust(bucket, due - amount, now);
        return;
      }
      case "windowed":
        // A window that has ended is out of the map: then this changes nothing.
        if (!firm) counter.held -= amount;
        counter.spent += firm ? due - amount : due;
        return;
      case "flight":
        counter.count -= 1;
        return;
      default:
        counter satisfies never;
    }
  }

  function sweep(now: number): void {
    for (let seen = 0; seen < SWEPT_PER_RESERVATION; seen++) {
      const { value, done } = sweeper.next();
      if (done) {
        sweeper = counters.entries();
        return;
      }
      if (isIdle(value[1], now)) counters.delete(value[0]);
    }
  }

  function end(reservation: Reservation): Live | undefined {
    const found = live.get(reservation.id);
    live.delete(reservation.id);
    return found;
  }

  return {
    reserve(holds, demand, timezone, now) {
      sweep(now);
      const parts = holds.map((hold): Part => {
        const firm = hold.slot.measure === "requests";
        return { hold, counter: counterOf(hold, timezone, now), amount: amountOf(hold, demand), firm };
      });
      const denial = worstDenial(parts, now);
      if (denial !== null) return denial;
      for (const part of parts) {
        counters.set(part.hold.counter, part.counter);
        take(part, now);
      }
      const id = nextId++;
      live.set(id, { parts, at: now });
      return { kind: "reservation", id };
    },
    settle(reservation, actual, now) {
      const ended = end(reservation);
      if (ended === undefined) return [];
      for (const part of ended.parts) correct(part, amountOf(part.hold, actual), now);
      return chargesOf(ended, actual);
    },
    release(reservation, now) {
      for (const part of end(reservation)?.parts ?? []) correct(part, 0, now);
    },
    restore(charge, timezone, now) {
      const { counter: name, measure, period, amount, ceiling, at } = charge;
      const counter = known(name, now) ?? fresh(measure, period, timezone, now);
      if (counter.kind === "rolling") {
        if (at + counter.periodMs <= now) return;
        counter.limit = ceiling;
        counter.bucket = gcraAdd(counter.bucket, at, amount, ceiling, counter.periodMs);
      } else if (counter.kind === "windowed") {
        if (at < counter.start || at >= counter.end) return;
        counter.spent += amount;
      }
      counters.set(name, counter);
    },
    levels(holds, timezone, now) {
      return holds.map((hold): Level => {
        const { used } = usedOf(counterOf(hold, timezone, now), hold.amount, now);
        return { counter: hold.counter, measure: hold.slot.measure, used, amount: hold.amount };
      });
    },
  };
}

function fresh(measure: Hold["slot"]["measure"], period: Period | null, timezone: string, now: number): Counter {
  if (measure === "concurrency") return { kind: "flight", count: 0 };
  if (period === null) throw new TypeError(`a limit on ${measure} has no period`);
  if (isRolling(measure, period)) {
    return { kind: "rolling", bucket: EMPTY_BUCKET, limit: 0, periodMs: ROLLING_MS[period] };
  }
  return { kind: "windowed", ...windowOf(period, now, timezone), spent: 0, held: 0 };
}

function amountOf(hold: Hold, demand: Demand): number {
  switch (hold.slot.measure) {
    case "requests":
    case "concurrency":
      return 1;
    case "tokens":
      return demand.tokens;
    case "budget":
      return demand.microUsd;
    default:
      return hold.slot.measure satisfies never;
  }
}

/** Of all counters that are short, the one that takes longest to free: before that the request cannot pass. */
function worstDenial(parts: readonly Part[], now: number): Denial | null {
  let worst: Denial | null = null;
  for (const { hold, counter, amount } of parts) {
    const short = shortage(counter, hold.amount, amount, now);
    if (short === null || (worst !== null && worst.retryAfterMs >= short.waitMs)) continue;
    const { used, held, waitMs } = short;
    worst = { kind: "denial", hold, used, held, amount: hold.amount, retryAfterMs: waitMs, freeAt: now + waitMs };
  }
  return worst;
}

function shortage(counter: Counter, limit: number, cost: number, now: number): Shortage | null {
  const { used, held } = usedOf(counter, limit, now);
  switch (counter.kind) {
    case "rolling": {
      const taken = gcraTake(counter.bucket, now, cost, limit, counter.periodMs);
      return taken.ok ? null : { used, held, waitMs: taken.retryAfterMs };
    }
    case "windowed": {
      if (used + cost <= limit) return null;
      if (cost > limit) return { used, held, waitMs: Number.POSITIVE_INFINITY };
      // Estimates are high: what others hold usually comes back, long before the window ends.
      const waitMs = used - held + cost <= limit ? FLIGHT_WAIT_MS : counter.end - now;
      return { used, held, waitMs };
    }
    case "flight":
      return used + 1 <= limit ? null : { used, held, waitMs: limit < 1 ? Number.POSITIVE_INFINITY : FLIGHT_WAIT_MS };
    default:
      return counter satisfies never;
  }
}

function usedOf(counter: Counter, limit: number, now: number): { readonly used: number; readonly held: number } {
  switch (counter.kind) {
    case "rolling":
      return { used: gcraUsed(counter.bucket, now, limit, counter.periodMs), held: 0 };
    case "windowed":
      return { used: counter.spent + counter.held, held: counter.held };
    case "flight":
      return { used: counter.count, held: counter.count };
    default:
      return counter satisfies never;
  }
}

function take({ hold, counter, amount, firm }: Part, now: number): void {
  switch (counter.kind) {
    case "rolling":
      counter.bucket = gcraAdd(counter.bucket, now, amount, hold.amount, counter.periodMs);
      return;
    case "windowed":
      if (firm) counter.spent += amount;
      else counter.held += amount;
      return;
    case "flight":
      counter.count += 1;
      return;
    default:
      counter satisfies never;
  }
}

/** What has drained meanwhile is given back as well; that the level cannot fall below empty bounds it to one limit. */
function adjust(counter: Rolling, delta: number, now: number): void {
  counter.bucket = gcraAdjust(gcraAdd(counter.bucket, now, 0, counter.limit, counter.periodMs), delta);
}

function chargesOf({ parts, at }: Live, actual: Demand): readonly Charge[] {
  const charges: Charge[] = [];
  for (const { hold } of parts) {
    const { measure, period } = hold.slot;
    const amount = amountOf(hold, actual);
    if (measure === "concurrency" || period === null || amount === 0) continue;
    charges.push({ counter: hold.counter, measure, period, amount, ceiling: hold.amount, at });
  }
  return charges;
}

function isIdle(counter: Counter, now: number): boolean {
  switch (counter.kind) {
    case "rolling":
      return gcraUsed(counter.bucket, now, counter.limit, counter.periodMs) === 0;
    case "windowed":
      return now >= counter.end;
    case "flight":
      return counter.count === 0;
    default:
      return counter satisfies never;
  }
}
