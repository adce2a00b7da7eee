/**
 * `ask tools`: which calls a person has to confirm. It grants nothing and denies nothing; of what is granted it says that a
 * call goes on only after a person said so. What the provider carries out by itself nobody can be asked about.
 */
import { inForce } from "./access.ts";
import { emptyBits, unite } from "./bits.ts";
import type { ConfirmRule, TableNode } from "./table.ts";

/** The `ask tools` of a node that are in force. */
export interface ConfirmRules {
  /** All that they name. */
  readonly tools: Uint32Array;
  readonly rules: readonly ConfirmRule[];
}

/** Those of a chain at a moment; null when there are none. */
export function confirmRulesAt(chain: readonly TableNode[], size: number, now: number): ConfirmRules | null {
  const rules = chain.flatMap(({ confirms }) => confirms).filter(({ until }) => inForce(until, now));
  if (rules.length === 0) return null;
  const all = emptyBits(size);
  for (const { tools } of rules) unite(all, tools);
  return { tools: all, rules };
}
