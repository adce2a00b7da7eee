/**
 * The decision about one call of a thing that a server offers: a tool, a prompt, a resource. The list that a caller sees is
 * cut by the same grants, but a list may be old and knows nothing of arguments, so this is where it is decided.
 */

import type { Reason } from "../model/reasons.ts";
import { callGranted, dependsOnInput } from "./call-granted.ts";
import { standing, toolGranted } from "./decide.ts";
import type { Refusal } from "./decision.ts";
import type { WouldBe } from "./observed.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { Table } from "./table.ts";
import { quote } from "./words.ts";

/** The call may go on. */
export interface CallAllowed {
  readonly kind: "allow";
  readonly revision: string;
  readonly origins: readonly Origin[];
}

/** A call, by the name that policy knows its target by; `input` is read only where policy asks about it. */
export interface TargetCall {
  readonly tool: string;
  readonly input: () => unknown;
}

/** Decides one call. */
export function decideCall(table: Table, principal: Principal, call: TargetCall, now: number): CallAllowed | Refusal {
  const refusal = standing(table, principal, now);
  if (refusal !== null) return refusal;
  const { granted, origin } = toolGranted(table, principal, call.tool, now);
  const { id: revision } = table.revision;
  const refuse = (reason: Reason, why: string, line: Origin): Refusal => {
    const message = `${quote(call.tool)} ${why}`;
    return { kind: "refusal", revision, origins: [line], reason, message, retryAfterMs: null };
  };
  if (!granted) return refuse("tool", `is not granted to key ${principal.key.name}`, origin);
  if (!dependsOnInput(table, principal, call.tool, now)) return { kind: "allow", revision, origins: [origin] };
  const grant = callGranted(table, principal, { tool: call.tool, input: call.input() }, now);
  if (!grant.granted) return refuse("arguments", grant.why, grant.origin);
  return { kind: "allow", revision, origins: [grant.origin] };
}

/** What observed statements would have decided of the same call; null when the same. */
export function wouldDecideCall(
  table: Table,
  principal: Principal,
  call: TargetCall,
  { now, decided }: { readonly now: number; readonly decided: CallAllowed | Refusal },
): WouldBe | null {
  if (table.observed === null) return null;
  const would = decideCall(table.observed, principal, call, now);
  if (would.kind === decided.kind) return null;
  const { origins } = would;
  if (would.kind === "allow") return { effect: "allow", reason: null, stripped: [], origins };
  return { effect: "refuse", reason: would.reason, stripped: [], origins };
}
