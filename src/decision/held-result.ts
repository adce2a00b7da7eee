/** What holds for what comes back from a tool: how large it may be, what is looked for in it, and by which lines. */
import { hasBit } from "./bits.ts";
import type { Principal } from "./principal.ts";
import type { SizeBound } from "./result-bounds.ts";
import type { ResultBound, Table } from "./table.ts";
import { runtimeOf, viewOf } from "./view.ts";

/** The lines that hold for a result. */
export interface HeldResult {
  /** The one whose size counts; null when it may have any. */
  readonly largest: SizeBound | null;
  /** Those that look for something in it, the org's first. */
  readonly searches: readonly ResultBound[];
}

/** What holds for what a tool gives back; null when nothing does. Whether the tool is granted is not looked at. */
export function heldResult(table: Table, { node }: Principal, tool: string, now: number): HeldResult | null {
  const runtime = runtimeOf(table);
  const { results } = viewOf(runtime, node, now);
  if (results === null) return null;
  const atom = runtime.atomOf.tools(tool);
  if (atom < 0 || !hasBit(results.tools, atom)) return null;
  const bears = ({ tools }: ResultBound) => hasBit(tools, atom);
  return { largest: results.bounds.find(bears) ?? null, searches: results.searches.filter(bears) };
}

/** All that could hold for any tool of a server: for what comes back without a name. */
export function heldUnnamed(table: Table, { node }: Principal, server: string, now: number): HeldResult | null {
  const { results } = viewOf(runtimeOf(table), node, now);
  if (results === null) return null;
  const bears = ({ globs }: ResultBound) => globs.some((glob) => mayBeOf(server, glob));
  return { largest: results.bounds.find(bears) ?? null, searches: results.searches.filter(bears) };
}

function mayBeOf(server: string, glob: string): boolean {
  const [, named = ""] = /^mcp:([^/]*)/.exec(glob) ?? [];
  // Where a wildcard stands in its name, it may be this one.
  return /[*?]/.test(named) || named === server;
}
