/**
 * `ask tools` that asks nobody: all that it would have confirmed is denied on its path or kept out by an `only`, or other
 * lines have it confirmed as well, for as long as it lasts.
 */
import { firstBit, intersect, sameBits, subtract } from "../../decision/bits.ts";
import type { ConfirmRule } from "../../decision/table.ts";
import type { Diagnostic, Note } from "../../language/diagnostic.ts";
import { implies } from "../implies.ts";
import { type Realm, whoIs } from "../realm.ts";
import { type Beside, idleRules, type Placed } from "./idle-rules.ts";
import { namesOf, noteOf, settle } from "./lines.ts";

/** Lines that could be left out, all together; of two that are equal, the later one. */
export function idleAsks(realm: Realm): Diagnostic[] {
  const remark = "asks about no call that goes through without a person's word otherwise";
  return idleRules(realm, { code: "GW6015", remark, rulesOf, whyIdle });
}

function rulesOf({ model, table }: Realm, node: number): Placed<ConfirmRule>[] {
  const { confirmations } = model.nodes[node]!;
  return table.nodes[node]!.confirms.map((rule, index) => ({ node, rule, span: confirmations[index]!.span }));
}

/** Whether the one line asks about every call that the other one asks about: all but those for which its condition is `no`. */
function asksAsMuch({ where: one }: ConfirmRule, { where: other }: ConfirmRule): boolean {
  if (one === null || other === null) return one === null;
  return implies({ kind: "not", of: one }, { kind: "not", of: other });
}

/** The lines that leave nothing to ask about; null when something is left. */
function whyIdle(realm: Realm, own: ConfirmRule, { others, settling }: Beside<ConfirmRule>): Note[] | null {
  const left = namesOf(realm.table).tools;
  intersect(left, own.tools);
  const notes: Note[] = [];
  const take = (note: Note, cut: () => void): void => {
    const before = left.slice();
    cut();
    if (!sameBits(left, before)) notes.push(note);
  };
  for (const line of settling) take(noteOf(realm, line), () => settle(left, line));
  for (const { node, rule, span } of others) {
    if (!asksAsMuch(rule, own)) continue;
    const message = `\`${rule.origin.text}\` of ${whoIs(realm, node)} asks about it`;
    take({ message, span }, () => subtract(left, rule.tools));
  }
  return firstBit(left) < 0 ? notes : null;
}
