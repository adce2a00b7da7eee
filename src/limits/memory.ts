/**
 * The limits of one process: counters by name. A reservation asks every counter first and pays afterwards, without a
 * pause between, so it is all or nothing. What a counter has taken outlives a reload: only its name ties it to the
 * policy. Idle counters are dropped a few at a time with every reservation.
 */
import type { Charge } from "../audit/entry.ts";
import type { Hold } from "../decision/decision.ts";
import { amountOf, type Demand, isExact } from "../decision/demand.ts";
import {
  type Cost,
  type Counter,
  correct,
  fillOf,
  freshCounter,
  isIdle,
  recall,
  type Taken,
  take,
  waitFor,
} from "./counter.ts";
import type { Denial, Limits, Reservation } from "./limits.ts";

/** What one reservation puts into one counter. */
interface Part extends Cost {
  readonly hold: Hold;
  readonly counter: Counter;
}
interface Live {
  readonly parts: readonly (Part & Taken)[];
  readonly at: number;
}

const SWEPT_PER_RESERVATION = 16;

/** Makes an empty store. */
export function createMemoryLimits(): Limits {
  const counters = new Map<string, Counter>();
  const live = new Map<number, Live>();
  let nextId = 1;
  let sweeper = counters.entries();

  /** The counter of that name; a window that has ended is as good as none. */
  function counterOf(name: string, slot: Parameters<typeof freshCounter>[0], timezone: string, now: number): Counter {
    const found = counters.get(name);
    const isOver = found?.kind === "windowed" && now >= found.end;
    return found === undefined || isOver ? freshCounter(slot, timezone, now) : found;
  }

  /** An idle bucket may have been swept meanwhile, and another may have come for it: draining counters go by name. */
  function correctable({ hold, counter }: Part): Counter {
    if (counter.kind !== "rolling") return counter;
    const current = counters.get(hold.counter) ?? counter;
    counters.set(hold.counter, current);
    return current;
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
        const counter = counterOf(hold.counter, hold.slot, timezone, now);
        return { hold, counter, amount: amountOf(hold, demand), firm: isExact(hold.slot.measure) };
      });
      const denial = worstDenial(parts, now);
      if (denial !== null) return denial;
      const taken = parts.map((part) => {
        counters.set(part.hold.counter, part.counter);
        return { ...part, ...take(part.counter, part, part.hold.amount, now) };
      });
      const id = nextId++;
      const reserved = { parts: taken, at: now };
      live.set(id, reserved);
      return { kind: "reservation", id, held: chargesOf(reserved, demand) };
    },
    settle(reservation, actual, now) {
      const ended = end(reservation);
      if (ended === undefined) return [];
      for (const part of ended.parts) correct(correctable(part), part, amountOf(part.hold, actual), now);
      return chargesOf(ended, actual);
    },
    release(reservation, now) {
      for (const part of end(reservation)?.parts ?? []) correct(correctable(part), part, 0, now);
    },
    restore(charge, timezone, now) {
      const { counter: name, amount, ceiling, at } = charge;
      const counter = counterOf(name, charge, timezone, now);
      if (counter.kind === "windowed" && (at < counter.start || at >= counter.end)) return;
      recall(counter, amount, ceiling, at);
      counters.set(name, counter);
    },
    levels(holds, timezone, now) {
      return holds.map(({ counter, slot, amount }) => {
        const fill = fillOf(counterOf(counter, slot, timezone, now), amount, now);
        return { counter, measure: slot.measure, ...fill, amount };
      });
    },
  };
}

/** Of all counters that are short, the one that takes longest to free: before that the request cannot pass. */
function worstDenial(parts: readonly Part[], now: number): Denial | null {
  let worst: Denial | null = null;
  for (const { hold, counter, amount } of parts) {
    const waitMs = waitFor(counter, hold.amount, amount, now);
    if (waitMs <= (worst?.retryAfterMs ?? 0)) continue;
    const fill = fillOf(counter, hold.amount, now);
    worst = { kind: "denial", hold, ...fill, amount: hold.amount, retryAfterMs: waitMs, freeAt: now + waitMs };
  }
  return worst;
}

function chargesOf({ parts, at }: Live, demand: Demand): readonly Charge[] {
  const charges: Charge[] = [];
  for (const { hold } of parts) {
    const { measure, period } = hold.slot;
    const amount = amountOf(hold, demand);
    if (measure === "concurrency" || period === null || amount === 0) continue;
    charges.push({ counter: hold.counter, measure, period, amount, ceiling: hold.amount, at });
  }
  return charges;
}
