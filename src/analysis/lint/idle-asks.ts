/**
 * `ask tools` that asks nobody: all that it would have confirmed is denied on its path or kept out by an `only`, or other
 * lines have it confirmed as well, for as long as it lasts.
 */
import { inForce } from "../../decision/access.ts";
import { firstBit, intersect, sameBits, subtract } from "../../decision/bits.ts";
import type { ConfirmRule } from "../../decision/table.ts";
import type { Diagnostic, Note } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import { fault } from "../../model/fault.ts";
import { implies } from "../implies.ts";
import { pathTo, type Realm, whoIs } from "../realm.ts";
import { type Line, linesOf, namesOf, noteOf, settle } from "./lines.ts";

interface Rule {
  readonly node: number;
  readonly rule: ConfirmRule;
  readonly span: Span;
}

/** Lines that could be left out, all together; of two that are equal, the later one. */
export function idleAsks(realm: Realm): Diagnostic[] {
  const found: Diagnostic[] = [];
  const idle = new Set<ConfirmRule>();
  for (const [node, { confirms }] of realm.table.nodes.entries()) {
    if (confirms.length === 0) continue;
    const path = pathTo(realm, node);
    const rules = path.flatMap((index) => rulesOf(realm, index));
    const lines = path.flatMap((index) => linesOf(realm, index));
    for (const own of rulesOf(realm, node).reverse()) {
      if (!inForce(own.rule.until, realm.at)) continue;
      const last = own.rule.until ?? Number.POSITIVE_INFINITY;
      const others = rules.filter(({ rule }) => rule !== own.rule && !idle.has(rule) && inForce(rule.until, last));
      const settling = lines.filter(({ grant }) => isSettling(grant) && inForce(grant.until, last));
      const notes = whyIdle(realm, own.rule, {
        others: others.filter(({ rule }) => asksAsMuch(rule, own.rule)),
        settling,
      });
      if (notes === null) continue;
      idle.add(own.rule);
      const message = `\`${own.rule.origin.text}\` asks about no call that goes through without a person's word otherwise`;
      found.push(fault("GW6015", own.span, message, "delete it, or mend what covers it", notes));
    }
  }
  return found;
}

function rulesOf({ model, table }: Realm, node: number): Rule[] {
  const { confirmations } = model.nodes[node]!;
  return table.nodes[node]!.confirms.map((rule, index) => ({ node, rule, span: confirmations[index]!.span }));
}

function isSettling({ thing, effect, where }: Line["grant"]): boolean {
  return thing === "tools" && effect !== "allow" && where === null;
}

/** Whether the one line asks about every call that the other one asks about: all but those for which its condition is `no`. */
function asksAsMuch({ where: one }: ConfirmRule, { where: other }: ConfirmRule): boolean {
  if (one === null || other === null) return one === null;
  return implies({ kind: "not", of: one }, { kind: "not", of: other });
}

interface Beside {
  readonly others: readonly Rule[];
  readonly settling: readonly Line[];
}

/** The lines that leave nothing to ask about; null when something is left. */
function whyIdle(realm: Realm, rule: ConfirmRule, { others, settling }: Beside): Note[] | null {
  const left = namesOf(realm.table).tools;
  intersect(left, rule.tools);
  const notes: Note[] = [];
  const take = (note: Note, cut: () => void): void => {
    const before = left.slice();
    cut();
    if (!sameBits(left, before)) notes.push(note);
  };
  for (const line of settling) take(noteOf(realm, line), () => settle(left, line));
  for (const { node, rule: other, span } of others) {
    const message = `\`${other.origin.text}\` of ${whoIs(realm, node)} asks about it`;
    take({ message, span }, () => subtract(left, other.tools));
  }
  return firstBit(left) < 0 ? notes : null;
}
