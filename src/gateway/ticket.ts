/** What the stages hand to each other: the caller, the ticket of an admitted request, and how it ended. */
import type { Actor } from "../audit/entry.ts";
import type { Allow, Refusal } from "../decision/decision.ts";
import type { Fault } from "../decision/fault.ts";
import type { Principal } from "../decision/principal.ts";
import type { Table } from "../decision/table.ts";
import type { Reservation } from "../limits/limits.ts";
import type { AnswerReport } from "../wire/anthropic/answer.ts";
import type { Edit } from "../wire/anthropic/messages.ts";
import type { FaultNotice } from "../wire/fault.ts";
import type { Arrival } from "./arrival.ts";
import type { Conversation } from "./conversation.ts";
import type { CountedCalls } from "./counted-calls.ts";
import type { CallFlow } from "./flow.ts";
import type { Asked } from "./plane.ts";
import { type Inquired, NOTHING_SEEN, type Seen } from "./seen.ts";

/** Who asks, under the one table that the request keeps to its end. */
export interface Caller {
  readonly kind: "caller";
  readonly arrival: Arrival;
  readonly table: Table;
  readonly principal: Principal;
  readonly actor: Actor;
}

/** An admitted request; it exists only after its record is durable. */
export interface Ticket {
  readonly kind: "ticket";
  readonly caller: Caller;
  readonly asked: Asked;
  readonly decision: Allow;
  /** null for a caller whom no guardrail binds. */
  readonly conversation: Conversation | null;
  /** null for a caller whom no flow rule binds. */
  readonly flow: CallFlow | null;
  readonly reservation: Reservation;
  /** The calls that the answer asks for. */
  readonly calls: CountedCalls;
  readonly edits: readonly Edit[];
  /** The guardrails that look at the answer, by their indices. */
  readonly guards: readonly number[];
  /** When the request had been read, on the monotonic clock. */
  readonly since: number;
}

/** A request that goes no further, with what guardrails saw of it. */
export interface Turned {
  readonly kind: "turned";
  readonly why: Refusal | FaultNotice;
  readonly seen: Seen;
}

/** A request that is turned away. */
export function turned(why: Refusal | FaultNotice, seen: Seen = NOTHING_SEEN): Turned {
  return { kind: "turned", why, seen };
}

/** How the work on a ticket ended; nothing of it is settled or recorded yet. */
export interface Ending {
  readonly end: "complete" | "client-gone" | "upstream-failed" | "stopped";
  readonly fault: Fault | null;
  readonly status: number;
  readonly provider: string | null;
  /** True when a provider may have worked for this request. */
  readonly reached: boolean;
  readonly upstreamRequestId: string | null;
  readonly report: AnswerReport | null;
  /** Bytes of an answer that tell nothing about its usage, because it never came whole. */
  readonly unread: number;
  readonly firstByteMs: number | null;
  /** Waits for what services say of the answer; null when none is asked. */
  readonly inquired: (() => Promise<Inquired>) | null;
  /** What finishes the answer towards the caller: its last bytes, or a connection cut because ending well would be a lie. */
  readonly close: () => void;
}
