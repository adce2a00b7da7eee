/**
 * Refusals and faults in the words of the Messages API. The table is chosen for the client: it shows the sentence, asks
 * once, and waits by itself only where waiting helps. 403, 404 and generic 400s are avoided because the client shows
 * a login prompt for the first, hides the sentence of the second, and repeats the third.
 */
import type { Refusal } from "../../decision/decision.ts";
import type { Fault } from "../../decision/fault.ts";
import type { Reason } from "../../model/reasons.ts";
import type { FaultNotice } from "../fault.ts";
import { oneLine } from "../one-line.ts";

/** An answer that is an error, whole. */
export interface ErrorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

interface Row {
  readonly status: number;
  readonly type: string;
  /**
   * `never`: repeating is useless; `wait`: the client may wait and repeat; `short`: it may when it is told a short wait;
   * `unsaid`: the client knows by itself that it must not repeat.
   */
  readonly retry: "never" | "wait" | "short" | "unsaid";
}

const POLICY: Row = { status: 400, type: "policy_blocked", retry: "never" };
const AUTHENTICATION: Row = { status: 401, type: "authentication_error", retry: "never" };
const RATE: Row = { status: 429, type: "rate_limit_error", retry: "short" };
const DOWN: Row = { status: 503, type: "api_error", retry: "wait" };

const REFUSALS = {
  key: AUTHENTICATION,
  expired: AUTHENTICATION,
  window: POLICY,
  door: POLICY,
  model: POLICY,
  provider: POLICY,
  tool: POLICY,
  arguments: POLICY,
  flow: POLICY,
  unconfirmed: POLICY,
  guardrail: POLICY,
  requests: RATE,
  tokens: RATE,
  concurrency: RATE,
  calls: RATE,
  budget: { status: 429, type: "billing_error", retry: "never" },
} satisfies Record<Reason, Row>;

const FAULTS = {
  endpoint: POLICY,
  origin: POLICY,
  malformed: { status: 400, type: "invalid_request_error", retry: "never" },
  "too-large": { status: 413, type: "request_too_large", retry: "unsaid" },
  overloaded: DOWN,
  "media-type": { status: 415, type: "invalid_request_error", retry: "never" },
  upstream: DOWN,
  timeout: DOWN,
  issuer: DOWN,
  audit: DOWN,
  draining: DOWN,
  internal: { status: 500, type: "api_error", retry: "wait" },
} satisfies Record<Fault, Row>;

/** Longest wait that the client sits out. */
const SHORT_MS = 60_000;
/** Waits when nobody says how long. */
const USUAL_MS = 5_000;

/** The error that a caller gets: status, headers and body. */
export function errorReply(cause: Refusal | FaultNotice, requestId: string): ErrorReply {
  const row: Row = cause.kind === "refusal" ? REFUSALS[cause.reason] : FAULTS[cause.fault];
  const place = cause.kind === "refusal" ? cause.origins[0]?.place : undefined;
  const mark = place === undefined ? `(${requestId})` : `(${place}, ${requestId})`;
  const message = `${oneLine(cause.message)} ${mark}`;
  const error = { type: "error", request_id: requestId, error: { type: row.type, message } };
  return {
    status: row.status,
    headers: {
      "content-type": "application/json",
      "request-id": requestId,
      ...retryHeaders(row.retry, cause.retryAfterMs),
    },
    body: Buffer.from(JSON.stringify(error)),
  };
}

function retryHeaders(retry: Row["retry"], afterMs: number | null): Record<string, string> {
  const wait = afterMs ?? (retry === "wait" ? USUAL_MS : null);
  const after: Record<string, string> =
    wait === null ? {} : { "retry-after": String(Math.max(1, Math.ceil(wait / 1000))) };
  const useless = retry === "never" || (retry === "short" && (wait === null || wait > SHORT_MS));
  return useless ? { ...after, "x-should-retry": "false" } : after;
}
