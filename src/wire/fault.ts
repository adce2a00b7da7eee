/** A fault on its way to the caller, before any protocol's words. */
import type { Fault } from "../decision/fault.ts";

/** What a plane makes an error of. */
export interface FaultNotice {
  readonly kind: "fault";
  readonly fault: Fault;
  /** One sentence, no full stop at its end. */
  readonly message: string;
  /** Milliseconds until trying again makes sense; null for the usual wait. */
  readonly retryAfterMs: number | null;
}
