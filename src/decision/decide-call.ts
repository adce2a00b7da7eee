/**
 * The decision about one call of a thing that a server offers: a tool, a prompt, a resource. The list that a caller sees is
 * cut by the same grants, but a list may be old, so this is where it is decided.
 */
import { standing, toolGranted } from "./decide.ts";
import type { Refusal } from "./decision.ts";
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

/** Decides one call by the name that policy knows its target by. */
export function decideCall(table: Table, principal: Principal, name: string, now: number): CallAllowed | Refusal {
  const refusal = standing(table, principal, now);
  if (refusal !== null) return refusal;
  const { granted, origin } = toolGranted(table, principal, name, now);
  const { id: revision } = table.revision;
  if (granted) return { kind: "allow", revision, origins: [origin] };
  const message = `${quote(name)} is not granted to key ${principal.key.name}`;
  return { kind: "refusal", revision, origins: [origin], reason: "tool", message, retryAfterMs: null };
}
