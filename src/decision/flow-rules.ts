/**
 * The flow rules of a node: what may not be called any more in a conversation in which something else was called. What a
 * called tool closes is worked out once and kept, so that a call costs a look at a set of atoms, however many rules there
 * are; which line it is that closes a tool is only looked for when one does. course.ts follows a conversation with it.
 */
import { inForce } from "./access.ts";
import { emptyBits, hasBit, unite } from "./bits.ts";
import type { Origin } from "./origin.ts";
import type { FlowRule, TableNode } from "./table.ts";

/** Rules that hold together. */
export class FlowRules {
  /** Tools of which it matters that they were called. */
  readonly watched: Uint32Array;
  /** Tools that some call closes. */
  readonly closable: Uint32Array;
  readonly #rules: readonly FlowRule[];
  readonly #size: number;
  readonly #closed = new Map<number, Uint32Array>();

  constructor(rules: readonly FlowRule[], size: number) {
    this.#rules = rules;
    this.#size = size;
    this.watched = emptyBits(size);
    this.closable = emptyBits(size);
    for (const { tools, after } of rules) {
      unite(this.watched, after);
      unite(this.closable, tools);
    }
  }

  /** What may not be called after a tool. */
  closedBy(atom: number): Uint32Array {
    const known = this.#closed.get(atom);
    if (known !== undefined) return known;
    const closed = emptyBits(this.#size);
    for (const { tools, after } of this.#rules) if (hasBit(after, atom)) unite(closed, tools);
    this.#closed.set(atom, closed);
    return closed;
  }

  /** Every line that may close a tool, from the org down. */
  originsOf(atom: number): readonly Origin[] {
    return this.#rules.filter(({ tools }) => hasBit(tools, atom)).map(({ origin }) => origin);
  }

  /** The first line, from the org down, that closes a tool after another; null when none does. */
  originOf(atom: number, after: number): Origin | null {
    return this.#rules.find((rule) => hasBit(rule.tools, atom) && hasBit(rule.after, after))?.origin ?? null;
  }
}

/** The rules of a chain at a moment; null when there are none, as for most callers. */
export function flowRulesAt(chain: readonly TableNode[], size: number, now: number): FlowRules | null {
  const rules = chain.flatMap(({ flows }) => flows).filter(({ until }) => inForce(until, now));
  return rules.length === 0 ? null : new FlowRules(rules, size);
}
