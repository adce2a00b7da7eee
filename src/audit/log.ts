/** The record as the rest of the gateway sees it. journal.ts writes it to disk. */
import type { Body, Entry } from "./entry.ts";

/**
 * When a record is written: `now` for what somebody waits for; `here` for the same where nothing else is to be done
 * meanwhile: this thread then waits for the disk by itself, which spares the way to another thread and back; `soon` for
 * what happened already, which goes along with the next that is written, and by itself when none comes in a moment.
 */
export type Haste = "now" | "here" | "soon";

export interface AuditLog {
  /** Resolves when the record is durable; rejects with AuditError when it cannot be. Order of calls is order of records. */
  append(body: Body, haste?: Haste): Promise<Entry>;
  /** Called with every durable entry, in order, those that opened the log included; telemetry is a fold over these. */
  subscribe(listener: (entry: Entry) => void): void;
  /** False after a failed sync: nothing can be recorded, so nothing may be served. A full disk alone leaves it true. */
  readonly healthy: boolean;
  close(): Promise<void>;
}

/** Why a record could not be written or a log not be opened. */
export type AuditFault =
  /** Another process writes this log. */
  | "locked"
  /** No space: the record is refused, the log is whole, and later records may pass. */
  | "full"
  /** The disk failed twice; the log takes nothing more. */
  | "broken"
  /** What is on disk does not continue: `gw audit verify` says where. */
  | "damaged"
  | "closed";

/** Thrown when the record cannot be kept. */
export class AuditError extends Error {
  readonly code: AuditFault;
  constructor(code: AuditFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AuditError";
    this.code = code;
  }
}
