/** Whether a person has to confirm a call of a tool, and by which line. */
import { hasBit } from "./bits.ts";
import type { TargetCall } from "./decide-call.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { ConfirmRule, Table } from "./table.ts";
import { runtimeOf, viewOf } from "./view.ts";
import { weigh } from "./weigh.ts";

/**
 * The first line, from the org down, that asks for a person's word on a call; null when none does. A condition that what the
 * call was given leaves open asks as well. Whether the tool is granted is not looked at.
 */
export function confirmedBy(
  table: Table,
  principal: Principal,
  { tool, input }: TargetCall,
  now: number,
): Origin | null {
  const rules = confirmRulesFor(table, principal, tool, now);
  if (rules.length === 0) return null;
  const asking = rules.find(({ where }) => where === null || weigh(where, input()) !== "no");
  return asking?.origin ?? null;
}

/** The first line that asks about every call of a tool, whatever its input. */
export function alwaysConfirmedBy(
  table: Table,
  principal: Pick<Principal, "node">,
  tool: string,
  now: number,
): Origin | null {
  return confirmRulesFor(table, principal, tool, now).find(({ where }) => where === null)?.origin ?? null;
}

/** The lines by which a person may have to confirm calls of a tool, from the org down. */
export function confirmRulesFor(
  table: Table,
  { node }: Pick<Principal, "node">,
  tool: string,
  now: number,
): readonly ConfirmRule[] {
  const runtime = runtimeOf(table);
  const { confirms } = viewOf(runtime, node, now);
  if (confirms === null || BEYOND_REACH.test(tool)) return [];
  const atom = runtime.atomOf.tools(tool);
  if (atom < 0 || !hasBit(confirms.tools, atom)) return [];
  return confirms.rules.filter(({ tools }) => hasBit(tools, atom));
}

/** What the provider carries out, and what is no tool. */
const BEYOND_REACH = /^(?:server|connector|mcp-prompt|mcp-resource):/;
