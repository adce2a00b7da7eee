/**
 * `results … max SIZE redact … flag …`: how large what comes back from a tool may be, and what is looked for in it. All
 * that are written on the way down hold, so the smallest size counts, and whatever some line looks for is looked for.
 */
import { inForce } from "./access.ts";
import { emptyBits, unite } from "./bits.ts";
import type { ResultBound, TableNode } from "./table.ts";

/** A line that says how large. */
export type SizeBound = ResultBound & { readonly max: number };

/** Those of a node that are in force. */
export interface ResultBounds {
  /** All that they name. */
  readonly tools: Uint32Array;
  /** Those with a size, the smallest first; of equal ones that of the org. */
  readonly bounds: readonly SizeBound[];
  /** Those that look for something, the org's first. */
  readonly searches: readonly ResultBound[];
}

/** Those of a chain at a moment; null when there are none. */
export function resultBoundsAt(chain: readonly TableNode[], size: number, now: number): ResultBounds | null {
  const lines = chain.flatMap(({ results }) => results).filter(({ until }) => inForce(until, now));
  if (lines.length === 0) return null;
  const all = emptyBits(size);
  for (const { tools } of lines) unite(all, tools);
  const bounds = lines.filter((line): line is SizeBound => line.max !== null).sort((a, b) => a.max - b.max);
  return { tools: all, bounds, searches: lines.filter(({ sought }) => sought.length > 0) };
}
