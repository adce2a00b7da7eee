/**
 * Flow rules that close nothing: all that they would close is denied on their path or kept out by an `only`, or other flow
 * rules close it after the same calls, for as long as they last.
 */
import { eachBit, firstBit, hasBit, intersect, meets, sameBits, subtract } from "../../decision/bits.ts";
import type { FlowRule } from "../../decision/table.ts";
import type { Diagnostic, Note } from "../../language/diagnostic.ts";
import { type Realm, whoIs } from "../realm.ts";
import { type Beside, idleRules, type Placed } from "./idle-rules.ts";
import { type Line, namesOf, noteOf, settle } from "./lines.ts";

/** Rules that could be left out, all together; of two that are equal, the later one. */
export function idleFlows(realm: Realm): Diagnostic[] {
  return idleRules(realm, { code: "GW6014", remark: "closes nothing that is open without it", rulesOf, whyIdle });
}

function rulesOf({ model, table }: Realm, node: number): Placed<FlowRule>[] {
  const spans = model.nodes[node]!.flows.filter(({ observe }) => !observe).map(({ span }) => span);
  return table.nodes[node]!.flows.map((rule, index) => ({ node, rule, span: spans[index]! }));
}

/** The lines that leave a rule nothing to close; null when something is left. */
function whyIdle(realm: Realm, rule: FlowRule, { others, settling }: Beside<FlowRule>): Note[] | null {
  const { tools } = namesOf(realm.table);
  const open = tools.slice();
  intersect(open, rule.tools);
  const taking = settling.filter((line) => takes(open, line));
  for (const line of taking) settle(open, line);
  const after = rule.after.slice();
  intersect(after, tools);
  const used = new Set<Placed<FlowRule>>();
  for (const atom of eachBit(after)) {
    const left = open.slice();
    for (const other of others) {
      if (firstBit(left) < 0) break;
      if (!hasBit(other.rule.after, atom) || !meets(left, other.rule.tools)) continue;
      subtract(left, other.rule.tools);
      used.add(other);
    }
    if (firstBit(left) >= 0) return null;
  }
  const rules = [...used].map(({ node, rule: { origin }, span }): Note => {
    return { message: `\`${origin.text}\` of ${whoIs(realm, node)} closes it`, span };
  });
  return [...taking.map((line) => noteOf(realm, line)), ...rules];
}

function takes(open: Uint32Array, line: Line): boolean {
  const left = open.slice();
  settle(left, line);
  return !sameBits(left, open);
}
