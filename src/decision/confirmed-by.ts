/** Whether a person has to confirm a call of a tool, and by which line. */
import { hasBit } from "./bits.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { Table } from "./table.ts";
import { runtimeOf, viewOf } from "./view.ts";

/** The first line, from the org down, that asks for a person's word; null when none does. Whether the tool is granted is not looked at. */
export function confirmedBy(table: Table, { node }: Principal, tool: string, now: number): Origin | null {
  const runtime = runtimeOf(table);
  const { confirms } = viewOf(runtime, node, now);
  if (confirms === null || BEYOND_REACH.test(tool)) return null;
  const atom = runtime.atomOf.tools(tool);
  if (atom < 0 || !hasBit(confirms.tools, atom)) return null;
  return confirms.rules.find(({ tools }) => hasBit(tools, atom))?.origin ?? null;
}

/** What the provider carries out, and what is no tool. */
const BEYOND_REACH = /^(?:server|connector|mcp-prompt|mcp-resource):/;
