/** The only answer: allowed, and under which duties; or refused, and why. Always points to file and line. */
import type { Reason } from "../model/reasons.ts";
import type { Origin } from "./origin.ts";
import type { Slot } from "./table.ts";

export interface Refusal {
  readonly kind: "refusal";
  readonly revision: string;
  readonly origins: readonly Origin[];
  readonly reason: Reason;
  /** One sentence, no full stop at its end, no line break; the adapter adds the place and the request id. */
  readonly message: string;
  /** Milliseconds until the same request could pass; null when waiting does not help. */
  readonly retryAfterMs: number | null;
}

/** One counter that the request must pass, and pays into. */
export interface Hold {
  readonly slot: Slot;
  /** Stable name of the counter, also across reloads: `team eng tokens/hour per key dana-laptop`. */
  readonly counter: string;
  /** Ceiling in force now (an `until` override may be in force). */
  readonly amount: number;
  /** The share of it, in hundredths, from which the record warns; null when it never does. */
  readonly warnAt: number | null;
  readonly origin: Origin;
}

export interface Allow {
  readonly kind: "allow";
  readonly revision: string;
  readonly origins: readonly Origin[];
  /** Provider names, in order of preference; never empty. */
  readonly routes: readonly string[];
  /** Canonical names, out of `Facts.tools`, that are not granted and must not reach the model. */
  readonly strip: readonly string[];
  readonly holds: readonly Hold[];
  /** Indices into `Table.guardrails` that bind this caller now. */
  readonly guards: readonly number[];
}

export type Decision = Allow | Refusal;
