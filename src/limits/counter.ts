/**
 * One counter in memory: draining, calendar window, or requests under way. memory.ts keeps many of them by name;
 * decision/draining.ts corrects what drains; the arithmetic of draining and of calendars is decision/meter.ts's.
 */
import { type Draining, emptyDraining, pour, type Stake, stake, unstake } from "../decision/draining.ts";
import { gcraTake, gcraUsed, isRolling, ROLLING_MS, windowOf } from "../decision/meter.ts";
import type { Slot } from "../decision/table.ts";

/** A request pays where it was admitted, so a counter never outlives its window. */
interface Windowed {
  readonly kind: "windowed";
  readonly start: number;
  readonly end: number;
  spent: number;
  held: number;
}
interface Flight {
  readonly kind: "flight";
  count: number;
}
export type Counter = Draining | Windowed | Flight;

/** What one request puts into one counter. */
export interface Cost {
  readonly amount: number;
  /** True when the amount is no estimate: a request is one request. */
  readonly firm: boolean;
}

/** How full a counter is; `held` is the part of `used` that may come back. */
export interface Fill {
  readonly used: number;
  readonly held: number;
}

/** How long to wait for somebody else's request to end: nobody knows, so look again soon. */
const FLIGHT_WAIT_MS = 2_000;

/** A counter from which nothing was taken yet. */
export function freshCounter(
  { measure, period }: Pick<Slot, "measure" | "period">,
  timezone: string,
  now: number,
): Counter {
  if (measure === "concurrency") return { kind: "flight", count: 0 };
  if (period === null) throw new TypeError(`a limit on ${measure} has no period`);
  if (isRolling(measure, period)) {
    return emptyDraining(ROLLING_MS[period]);
  }
  return { kind: "windowed", ...windowOf(period, now, timezone), spent: 0, held: 0 };
}

/** How full a counter is under a ceiling. */
export function fillOf(counter: Counter, ceiling: number, now: number): Fill {
  switch (counter.kind) {
    case "rolling":
      return { used: gcraUsed(counter, now, ceiling, counter.periodMs), held: 0 };
    case "windowed":
      return { used: counter.spent + counter.held, held: counter.held };
    case "flight":
      return { used: counter.count, held: counter.count };
    default:
      return counter satisfies never;
  }
}

/** Milliseconds until an amount would fit under the ceiling: 0 now, Infinity never. */
export function waitFor(counter: Counter, ceiling: number, amount: number, now: number): number {
  if (amount > ceiling) return Number.POSITIVE_INFINITY;
  switch (counter.kind) {
    case "rolling": {
      const taken = gcraTake(counter, now, amount, ceiling, counter.periodMs);
      return taken.ok ? 0 : taken.retryAfterMs;
    }
    case "windowed":
      if (counter.spent + counter.held + amount <= ceiling) return 0;
      // Estimates are high: what others hold usually comes back, long before the window ends.
      return counter.spent + amount <= ceiling ? FLIGHT_WAIT_MS : counter.end - now;
    case "flight":
      return counter.count + amount <= ceiling ? 0 : FLIGHT_WAIT_MS;
    default:
      return counter satisfies never;
  }
}

/** What a request took from one counter, and its place there. */
export interface Taken extends Cost {
  /** null where what was taken is told from the rest by its amount alone. */
  readonly stake: Stake | null;
}

/** Takes an amount without asking. */
export function take(counter: Counter, cost: Cost, ceiling: number, now: number): Taken {
  switch (counter.kind) {
    case "rolling":
      return { ...cost, stake: stake(counter, cost.amount, ceiling, now) };
    case "windowed":
      if (cost.firm) counter.spent += cost.amount;
      else counter.held += cost.amount;
      return { ...cost, stake: null };
    case "flight":
      counter.count += cost.amount;
      return { ...cost, stake: null };
    default:
      return counter satisfies never;
  }
}

/** Adds what a request of an earlier start used; nothing will correct it. */
export function recall(counter: Counter, amount: number, ceiling: number, at: number): void {
  if (counter.kind === "rolling") pour(counter, amount, ceiling, at);
  else take(counter, { amount, firm: true }, ceiling, at);
}

/** Replaces what was taken by what is due, and ends the request's place. */
export function correct(counter: Counter, { amount, firm, stake }: Taken, due: number, now: number): void {
  switch (counter.kind) {
    case "rolling":
      if (stake !== null) unstake(counter, stake, due - amount, now);
      return;
    case "windowed":
      if (!firm) counter.held -= amount;
      counter.spent += firm ? due - amount : due;
      return;
    case "flight":
      counter.count -= amount;
      return;
    default:
      counter satisfies never;
  }
}

/** True when forgetting the counter changes nothing from now on. */
export function isIdle(counter: Counter, now: number): boolean {
  switch (counter.kind) {
    case "rolling":
      return gcraUsed(counter, now, counter.ceiling, counter.periodMs) === 0;
    case "windowed":
      return now >= counter.end;
    case "flight":
      return counter.count === 0;
    default:
      return counter satisfies never;
  }
}
