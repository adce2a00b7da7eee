/** The record as the rest of the gateway sees it. journal.ts writes it to disk. */
import type { Body, Entry } from "./entry.ts";

export interface AuditLog {
  /** Resolves when the record is durable; rejects with AuditError when it cannot be. Order of calls is order of records. */
  append(body: Body): Promise<Entry>;
  /** Called with every durable entry, in order; telemetry is a fold over these. */
  subscribe(listener: (entry: Entry) => void): void;
  /** False after a failed sync: nothing can be recorded, so nothing may be served. */
  readonly healthy: boolean;
  close(): Promise<void>;
}
