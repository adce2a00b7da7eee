/**
 * How much: reserve against every limit of a request at once, settle when the truth is known. memory.ts is the store of
 * one process. A reservation that is refused leaves no trace in any counter.
 */
import type { Charge } from "../audit/entry.ts";
import type { Hold } from "../decision/decision.ts";
import type { Demand } from "../decision/demand.ts";

export interface Denial {
  readonly kind: "denial";
  readonly hold: Hold;
  /** In the measure's unit; `used` counts reservations too, `held` is their part of it. */
  readonly used: number;
  readonly held: number;
  readonly amount: number;
  /** Infinity when the request alone asks for more than the ceiling. */
  readonly retryAfterMs: number;
  /** When the counter next resets or frees enough, ms since the epoch; Infinity as above. */
  readonly freeAt: number;
}

/** A place in every counter; settle or release exactly once. */
export interface Reservation {
  readonly kind: "reservation";
  readonly id: number;
  /** What was set aside, as it would be charged; for the record, should nobody be left to settle it. */
  readonly held: readonly Charge[];
}

/** A budget or limit as it stands, for `warn at` and for metrics; `used` counts reservations too, `held` is their part of it. */
export interface Level {
  readonly counter: string;
  readonly measure: Hold["slot"]["measure"];
  readonly used: number;
  readonly held: number;
  readonly amount: number;
}

export interface Limits {
  /** `now` in ms since the epoch, `timezone` of the org for calendar periods. */
  reserve(holds: readonly Hold[], demand: Demand, timezone: string, now: number): Reservation | Denial;
  /** Replaces the estimate by the truth and frees concurrency. Returns what was charged, for the record; nothing when done before. */
  settle(reservation: Reservation, actual: Demand, now: number): readonly Charge[];
  /** Undoes a reservation altogether (the request never reached a provider). */
  release(reservation: Reservation, now: number): void;
  /** Adds a recorded charge to its counter, when a log is read back at start; charges of past periods are ignored. */
  restore(charge: Charge, timezone: string, now: number): void;
  /** Counters that a request touching these holds would meet. */
  levels(holds: readonly Hold[], timezone: string, now: number): readonly Level[];
}
