/**
 * Rules beside access that could be left out, whatever their kind: walks the nodes, sets each rule beside what holds on its
 * path for as long as it lasts, and asks the lint of that kind whether this leaves it anything to do. All that are found could be
 * left out together; of two that are equal it is the later one.
 */
import { inForce } from "../../decision/access.ts";
import type { Origin } from "../../decision/origin.ts";
import type { Code } from "../../language/codes.ts";
import type { Diagnostic, Note } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import { fault } from "../../model/fault.ts";
import type { Until } from "../../model/model.ts";
import { pathTo, type Realm } from "../realm.ts";
import { type Line, linesOf } from "./lines.ts";

/** A rule and where it stands. */
export interface Placed<R> {
  readonly node: number;
  readonly rule: R;
  readonly span: Span;
}

/** What holds beside a rule for as long as it lasts. */
export interface Beside<R> {
  /** The other rules of its kind on its path. */
  readonly others: readonly Placed<R>[];
  /** The lines that keep tools from its path whatever they are called with. */
  readonly settling: readonly Line[];
}

/** A kind of rules, and what is asked about each of them. */
export interface RuleLint<R> {
  readonly code: Code;
  /** What an idle one does not do, behind its text. */
  readonly remark: string;
  /** The rules of a node, in the order in which they are written. */
  readonly rulesOf: (realm: Realm, node: number) => readonly Placed<R>[];
  /** What leaves a rule nothing to do; null when something is left. */
  readonly whyIdle: (realm: Realm, rule: R, beside: Beside<R>) => Note[] | null;
}

interface Rule {
  readonly until: Until;
  readonly origin: Origin;
}

/** The remarks on idle rules of a kind. */
export function idleRules<R extends Rule>(realm: Realm, lint: RuleLint<R>): Diagnostic[] {
  const found: Diagnostic[] = [];
  const idle = new Set<R>();
  for (const node of realm.table.nodes.keys()) {
    const owned = lint.rulesOf(realm, node);
    if (owned.length === 0) continue;
    const path = pathTo(realm, node);
    const rules = path.flatMap((index) => lint.rulesOf(realm, index));
    const settling = path.flatMap((index) => linesOf(realm, index)).filter(isSettling);
    for (const { rule, span } of owned.toReversed()) {
      if (!inForce(rule.until, realm.at)) continue;
      // Rules end and none begins: what holds at the last moment of one holds beside it always.
      const last = rule.until ?? Number.POSITIVE_INFINITY;
      const notes = lint.whyIdle(realm, rule, {
        others: rules.filter((it) => it.rule !== rule && !idle.has(it.rule) && inForce(it.rule.until, last)),
        settling: settling.filter(({ grant }) => inForce(grant.until, last)),
      });
      if (notes === null) continue;
      idle.add(rule);
      const message = `\`${rule.origin.text}\` ${lint.remark}`;
      found.push(fault(lint.code, span, message, "delete it, or mend what covers it", notes));
    }
  }
  return found;
}

function isSettling({ grant: { thing, effect, where } }: Line): boolean {
  return thing === "tools" && effect !== "allow" && where === null;
}
