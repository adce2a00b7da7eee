/** `results … max SIZE`: how large what comes back from a tool may be. All that are written on the way down hold, so the smallest counts. */
import { inForce } from "./access.ts";
import { emptyBits, unite } from "./bits.ts";
import type { ResultBound, TableNode } from "./table.ts";

/** Those of a node that are in force. */
export interface ResultBounds {
  /** All that they name. */
  readonly tools: Uint32Array;
  /** The smallest first; of equal ones that of the org. */
  readonly bounds: readonly ResultBound[];
}

/** Those of a chain at a moment; null when there are none. */
export function resultBoundsAt(chain: readonly TableNode[], size: number, now: number): ResultBounds | null {
  const bounds = chain.flatMap(({ results }) => results).filter(({ until }) => inForce(until, now));
  if (bounds.length === 0) return null;
  const all = emptyBits(size);
  for (const { tools } of bounds) unite(all, tools);
  return { tools: all, bounds: bounds.sort((a, b) => a.max - b.max) };
}
