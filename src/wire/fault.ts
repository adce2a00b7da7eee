/** Why the gateway itself could not serve, apart from policy; the audit trail records the same words. */
export type WireFault =
  | "endpoint"
  | "malformed"
  | "too-large"
  | "media-type"
  | "upstream"
  | "timeout"
  | "audit"
  | "draining"
  | "internal";

/** A fault on its way to the caller. */
export interface FaultNotice {
  readonly kind: "fault";
  readonly fault: WireFault;
  /** One sentence, no full stop at its end. */
  readonly message: string;
  /** Milliseconds until trying again makes sense; null for the usual wait. */
  readonly retryAfterMs: number | null;
}
