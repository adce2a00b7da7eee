/** What a replay reads: decisions and their ends, as far as any record holds them. Who reads a record fills these in. */
import type { Reason } from "../model/reasons.ts";

/** A decision, as far as a record holds it. */
export interface Recorded {
  readonly ticket: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null for a key that was not known. */
  readonly key: string | null;
  readonly team: string | null;
  readonly effect: "allow" | "refuse";
  readonly reason: Reason | null;
  readonly purpose: "generate" | "count" | "models" | "tools";
  readonly model: string | null;
  readonly provider: string | null;
  /** How many tools were offered, and the names of those that were taken out. */
  readonly tools: number;
  readonly stripped: readonly string[];
  /** Tools that the provider carries out; the limits that the request gave them are not known. */
  readonly defined: readonly string[];
  /** What was set aside until the end, as an estimate; of what no limit was on, nothing. */
  readonly held: { readonly tokens: number; readonly microUsd: number };
}

/** The decision about a call of something that a server of tools offers. */
export type RecordedCall = Pick<Recorded, "ticket" | "at" | "key" | "team" | "effect" | "reason"> & {
  /** As policy names it. */
  readonly name: string;
  /** False for what only reads a prompt or a resource. */
  readonly isCall: boolean;
};

/** How a request ended that was let through. */
export interface Ended {
  readonly ticket: string;
  readonly at: number;
  /** False when nothing was charged: it never reached a provider. */
  readonly charged: boolean;
  readonly tokens: number;
  readonly microUsd: number;
  /** What each limit on tokens that it was charged to allowed at the time. */
  readonly ceilings: readonly { readonly counter: string; readonly ceiling: number }[];
  /** Calls that its answer asked for, and whether they were let through. */
  readonly toolUses: readonly { readonly name: string; readonly granted: boolean }[];
}
