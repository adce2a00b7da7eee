/**
 * Flow rules that close nothing: all that they would close is denied on their path or kept out by an `only`, or other flow
 * rules close it after the same calls, for as long as they last.
 */
import { inForce } from "../../decision/access.ts";
import { eachBit, firstBit, hasBit, intersect, subtract } from "../../decision/bits.ts";
import type { FlowRule } from "../../decision/table.ts";
import type { Diagnostic, Note } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import { fault } from "../../model/fault.ts";
import { pathTo, type Realm, whoIs } from "../realm.ts";
import { type Line, linesOf, namesOf, noteOf, settle } from "./lines.ts";

interface Rule {
  readonly node: number;
  readonly rule: FlowRule;
  readonly span: Span;
}

/** Rules that could be left out, all together; of two that are equal, the later one. */
export function idleFlows(realm: Realm): Diagnostic[] {
  const found: Diagnostic[] = [];
  const idle = new Set<FlowRule>();
  for (const [node, { flows }] of realm.table.nodes.entries()) {
    if (flows.length === 0) continue;
    const path = pathTo(realm, node);
    const rules = path.flatMap((index) => rulesOf(realm, index));
    const lines = path.flatMap((index) => linesOf(realm, index));
    for (const own of rulesOf(realm, node).reverse()) {
      if (!inForce(own.rule.until, realm.at)) continue;
      const last = own.rule.until ?? Number.POSITIVE_INFINITY;
      const others = rules.filter(({ rule }) => rule !== own.rule && !idle.has(rule) && inForce(rule.until, last));
      const settling = lines.filter(({ grant }) => isSettling(grant) && inForce(grant.until, last));
      const notes = whyIdle(realm, own, { others, settling });
      if (notes === null) continue;
      idle.add(own.rule);
      const message = `\`${own.rule.origin.text}\` closes nothing that is open without it`;
      found.push(fault("GW6014", own.span, message, "delete it, or mend what covers it", notes));
    }
  }
  return found;
}

function rulesOf({ model, table }: Realm, node: number): Rule[] {
  const spans = model.nodes[node]!.flows.filter(({ observe }) => !observe).map(({ span }) => span);
  return table.nodes[node]!.flows.map((rule, index) => ({ node, rule, span: spans[index]! }));
}

function isSettling({ thing, effect, where }: Line["grant"]): boolean {
  return thing === "tools" && effect !== "allow" && where === null;
}

interface Beside {
  readonly others: readonly Rule[];
  readonly settling: readonly Line[];
}

/** The lines that leave a rule nothing to close; null when something is left. */
function whyIdle(realm: Realm, { rule }: Rule, { others, settling }: Beside): Note[] | null {
  const { tools } = namesOf(realm.table);
  const open = tools.slice();
  intersect(open, rule.tools);
  const taking = settling.filter((line) => takes(open, line));
  for (const line of taking) settle(open, line);
  const after = rule.after.slice();
  intersect(after, tools);
  const used = new Set<Rule>();
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
  return left.some((word, index) => word !== open[index]);
}

function meets(left: Uint32Array, bits: Uint32Array): boolean {
  return left.some((word, index) => (word & bits[index]!) !== 0);
}
