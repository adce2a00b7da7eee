/** All that the gateway needs of the world; cli/serve.ts makes it, tests make their own. Importing this does nothing. */
import type { AuditLog } from "../audit/log.ts";
import type { Table } from "../decision/table.ts";
import type { Limits } from "../limits/limits.ts";
import type { McpServers } from "../providers/mcp.ts";
import type { Providers } from "../providers/provider.ts";
import type { Services } from "../services/service.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Alterations } from "./altered.ts";
import type { BudgetWarnings } from "./budget-warnings.ts";
import type { Conversations } from "./conversations.ts";
import type { OnLeftOut } from "./mcp/left-out.ts";
import type { Offers } from "./offers.ts";
import type { Outputs } from "./outputs.ts";
import type { Trails } from "./trails.ts";

export interface Ports {
  /** The policy in force now; a request asks once. */
  readonly policy: () => Table;
  readonly limits: Limits;
  readonly outputs: Outputs;
  readonly warnings: BudgetWarnings;
  readonly conversations: Conversations;
  readonly log: AuditLog;
  readonly providers: Providers;
  readonly services: Services;
  readonly servers: McpServers;
  readonly telemetry: Pick<Metrics, "ack" | "overhead" | "budget">;
  /** Keyed hash of a value, in hex; by it equal values are known in the record, and nobody can guess them back. */
  readonly hmac: (value: string) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly tick: () => number;
  /** A new id for a request. */
  readonly newId: () => string;
  readonly timings: Timings;
  /** Told of a server's tools that the address of all servers leaves out, when they are others than before. */
  readonly onLeftOut: OnLeftOut;
  /** Told about errors that are the gateway's own fault. */
  readonly onInternalError: (error: unknown) => void;
}

/** The world, with what the gateway itself remembers between the requests of a conversation. */
export interface Work extends Ports {
  readonly offers: Offers;
  readonly alterations: Alterations;
  readonly trails: Trails;
}

/** Sizes in bytes, times in milliseconds. */
export interface Timings {
  readonly maxRequestBytes: number;
  readonly maxAnswerBytes: number;
  /** What all bodies that are held whole may take together. */
  readonly maxHeldBytes: number;
  /** An upstream's silence in a stream after which a ping is made. */
  readonly pingMs: number;
  /** How long a caller may take for the headers, and for the whole request. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How long a caller may leave an answer unread before it is let go: it holds a place, memory and a provider. */
  readonly stallMs: number;
  /** How long streams may go on after the gateway was told to end. */
  readonly drainMs: number;
}

/** What `gw serve` uses. */
export const DEFAULT_TIMINGS: Timings = {
  maxRequestBytes: 32 * 1024 * 1024,
  maxAnswerBytes: 64 * 1024 * 1024,
  maxHeldBytes: 512 * 1024 * 1024,
  pingMs: 15_000,
  headersMs: 60_000,
  requestMs: 300_000,
  stallMs: 300_000,
  drainMs: 600_000,
};
