/**
 * What the statements that are only observed would have decided: the same question, asked of the table in which they are
 * in force. It changes nothing; the record tells it where it differs from what was decided.
 */
import type { Reason } from "../model/reasons.ts";
import { decide, toolGranted } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { Facts } from "./facts.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { Table } from "./table.ts";

/** Another decision than the one that was made. */
export interface WouldBe {
  readonly effect: "allow" | "refuse";
  /** null when it would be allowed. */
  readonly reason: Reason | null;
  /** Tools that would be taken out besides those that are. */
  readonly stripped: readonly string[];
  readonly origins: readonly Origin[];
}

/** What would have been decided in the place of a decision; null when the same. */
export function wouldDecide(
  table: Table,
  principal: Principal,
  facts: Facts,
  { now, decided }: { readonly now: number; readonly decided: Decision },
): WouldBe | null {
  if (table.observed === null) return null;
  const would = decide(table.observed, principal, facts, now);
  if (would.kind === "refusal") {
    if (decided.kind === "refusal") return null;
    return { effect: "refuse", reason: would.reason, stripped: [], origins: would.origins };
  }
  if (decided.kind === "refusal") return { effect: "allow", reason: null, stripped: [], origins: would.origins };
  const more = [...new Set(would.strip)].filter((tool) => !decided.strip.includes(tool));
  const fewer = decided.strip.some((tool) => !would.strip.includes(tool));
  if (more.length === 0 && !fewer) return null;
  const differing = more.length > 0 ? more : decided.strip.filter((tool) => !would.strip.includes(tool));
  const origins = differing.map((tool) => toolGranted(table.observed!, principal, tool, now).origin);
  return { effect: "allow", reason: null, stripped: more, origins: [...new Set(origins)] };
}
