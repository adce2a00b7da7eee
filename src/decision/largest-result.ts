/** How large what comes back from a tool may be, and by which line. */
import { hasBit } from "./bits.ts";
import type { Principal } from "./principal.ts";
import type { ResultBound, Table } from "./table.ts";
import { runtimeOf, viewOf } from "./view.ts";

/** The line that counts for a tool; null when it may give back anything. Whether the tool is granted is not looked at. */
export function largestResult(table: Table, { node }: Principal, tool: string, now: number): ResultBound | null {
  const runtime = runtimeOf(table);
  const { results } = viewOf(runtime, node, now);
  if (results === null) return null;
  const atom = runtime.atomOf.tools(tool);
  if (atom < 0 || !hasBit(results.tools, atom)) return null;
  return results.bounds.find(({ tools }) => hasBit(tools, atom)) ?? null;
}

/** The smallest that could count for any tool of a server: for what comes back without a name. */
export function largestUnnamed(table: Table, { node }: Principal, server: string, now: number): ResultBound | null {
  const { results } = viewOf(runtimeOf(table), node, now);
  return results?.bounds.find(({ globs }) => globs.some((glob) => mayBeOf(server, glob))) ?? null;
}

function mayBeOf(server: string, glob: string): boolean {
  const [, named = ""] = /^mcp:([^/]*)/.exec(glob) ?? [];
  // Where a wildcard stands in its name, it may be this one.
  return /[*?]/.test(named) || named === server;
}
