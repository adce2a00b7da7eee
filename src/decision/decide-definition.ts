/**
 * Decides about tools that a provider carries out by itself, `server:web_search` and the like. Their calls never pass the
 * gateway, so that a condition is about the limits which a request gives such a tool (`max_uses`, `allowed_domains`). A
 * request whose limits are too wide, or not there, is refused: to tighten them silently would change what was asked for.
 */
import { callGranted, dependsOnInput } from "./call-granted.ts";
import type { Refusal } from "./decision.ts";
import type { WouldBe } from "./observed.ts";
import type { Principal } from "./principal.ts";
import type { Table } from "./table.ts";
import { quote } from "./words.ts";

/** A tool by the name that policy knows it by, and what the request says of it; undefined when that cannot be read. */
export interface Defined {
  readonly tool: string;
  readonly definition: unknown;
}

/** The refusal of the first definition that policy does not grant as it is; null when all may stay. */
export function refuseDefinition(
  table: Table,
  principal: Principal,
  defined: readonly Defined[],
  now: number,
): Refusal | null {
  for (const { tool, definition: input } of defined) {
    if (!dependsOnInput(table, principal, tool, now)) continue;
    const grant = callGranted(table, principal, { tool, input }, now);
    if (grant.granted) continue;
    const message = `${quote(tool)} ${grant.why}${tool.startsWith("server:") ? limitsIn(input) : ""}`;
    const { id: revision } = table.revision;
    return { kind: "refusal", revision, origins: [grant.origin], reason: "arguments", message, retryAfterMs: null };
  }
  return null;
}

/** What observed statements would have said of the same, where that is something else. */
export function wouldRefuseDefinition(
  table: Table,
  principal: Principal,
  defined: readonly Defined[],
  now: number,
): WouldBe | null {
  if (table.observed === null || defined.length === 0) return null;
  const refused = refuseDefinition(table, principal, defined, now);
  const would = refuseDefinition(table.observed, principal, defined, now);
  if ((would === null) === (refused === null)) return null;
  if (would === null) return { effect: "allow", reason: null, stripped: [], origins: refused!.origins };
  return { effect: "refuse", reason: would.reason, stripped: [], origins: would.origins };
}

const NO_LIMITS: ReadonlySet<string> = new Set(["type", "name", "cache_control", "defer_loading"]);

/** What a definition says beyond its name, for whoever wrote it; nothing of one that cannot be read. */
function limitsIn(definition: unknown): string {
  if (typeof definition !== "object" || definition === null) return "";
  const limits = Object.entries(definition).filter(([key]) => !NO_LIMITS.has(key));
  if (limits.length === 0) return "; this request has it without any limits";
  const said = limits.map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(", ");
  return `; this request has it with ${quote(said)}`;
}
