/**
 * The limits that count one call of a tool. A call of a server that the gateway holds is counted when it is called, every
 * other one when an answer asks for it: what is asked for and then called is one call and not two.
 */
import { familyOf, NEVER_CALLED } from "../model/called.ts";
import type { Hold } from "./decision.ts";
import type { Principal } from "./principal.ts";
import type { Table } from "./table.ts";
import { holdsOfCall, runtimeOf, viewOf } from "./view.ts";

/** Where a call is counted: at a server of the gateway, or in an answer that asks the client to make it. */
export type CallSite = "server" | "answer";

/** Where calls of a tool are counted; null for what is never called through the gateway. */
export function siteOf(table: Table, tool: string): CallSite | null {
  const family = familyOf(runtimeOf(table).named(tool));
  if (family === "mcp") return "server";
  return NEVER_CALLED[family] === undefined ? "answer" : null;
}

const NONE: readonly Hold[] = [];

/** The counters that a call of a tool must pass: a look-up, whatever the number of rules. */
export function callLimits(table: Table, { node }: Principal, tool: string, now: number): readonly Hold[] {
  const runtime = runtimeOf(table);
  const view = viewOf(runtime, node, now);
  return view.calls === null ? NONE : holdsOfCall(runtime, view, runtime.atomOf.tools(tool));
}
