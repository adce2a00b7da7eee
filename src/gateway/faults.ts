/** Faults as the stages make them: the sentence, and whether trying again soon makes sense. */
import type { Fault } from "../decision/fault.ts";
import type { UpstreamError } from "../providers/provider.ts";
import type { FaultNotice } from "../wire/fault.ts";

/** When a caller may try again after the gateway or a provider was down. */
const SOON_MS = 2_000;

/** A fault that may be gone soon: the caller is told to try again. */
export function passing(fault: Fault, message: string): FaultNotice {
  return { kind: "fault", fault, message, retryAfterMs: SOON_MS };
}

/** The fault when no answer came from `whom`, such as "server `github`". */
export function unanswered(whom: string, { code, message }: UpstreamError): FaultNotice {
  switch (code) {
    case "timeout":
      return passing("timeout", `${whom} was silent for too long`);
    case "connect":
      return passing("upstream", `${whom} cannot be reached`);
    case "broken":
      return passing("upstream", `${whom} broke off before it answered`);
    case "denied":
      return lasting("upstream", `${whom} does not take the gateway's credential; tell those who run the gateway`);
    case "credential":
      return passing("upstream", `the credential of ${whom} is not available to the gateway`);
    case "issuer":
      return passing("issuer", `the gateway has no token for ${whom}: ${message}`);
    default:
      return code satisfies never;
  }
}

/** The fault when something cannot be recorded. */
export function unrecorded(): FaultNotice {
  return passing("audit", "the audit log cannot be written, so nothing may be served");
}

/** The fault when there is no memory for one more body. */
export function overloaded(what: "request" | "answer"): FaultNotice {
  return passing("overloaded", `the gateway holds as many bodies as it has memory for, so this ${what} has no place`);
}

/** A fault of the request itself: trying again does not help. */
export function lasting(fault: Fault, message: string): FaultNotice {
  return { kind: "fault", fault, message, retryAfterMs: null };
}
