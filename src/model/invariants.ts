/** `invariant` blocks → invariants of the model: who they are about as nodes, names as globs. */
import type { InvariantStatement } from "../language/tree.ts";
import { fault } from "./fault.ts";
import { WHY_KNOWN } from "./lists.ts";
import type { Invariant, InvariantRule, Node } from "./model.ts";
import type { Workshop } from "./nodes.ts";

/** The invariants in the order of the text; promises about unknown nodes are left out (they are reported elsewhere). */
export function buildInvariants(workshop: Workshop, nodes: readonly Node[]): Invariant[] {
  const index = new Map(nodes.map((node, at) => [`${node.kind} ${node.name}`, at]));
  return workshop.declared.invariants.map(({ name, body, span }) => ({
    name: name.text,
    rules: body.flatMap((statement) => ruleOf(statement, workshop, index)),
    span,
  }));
}

const PLACE = { pack: null, reason: WHY_KNOWN.invariant } as const;

/** A hundred years. */
const MAX_DAYS = 36_525;

function ruleOf(
  statement: InvariantStatement,
  { groups, report }: Workshop,
  index: ReadonlyMap<string, number>,
): InvariantRule[] {
  const { span } = statement;
  switch (statement.kind) {
    case "never":
    case "onlyTo": {
      const { kind, thing, items, to } = statement;
      const globs = groups.expand(items, { thing, ...PLACE }, report);
      const nodes = to.flatMap((subject) => index.get(`${subject.kind} ${subject.name.text}`) ?? []);
      return nodes.length < to.length ? [] : [{ kind, thing, globs, nodes, span }];
    }
    case "expires": {
      const { days } = statement;
      if (days < 1 || days > MAX_DAYS) {
        report(fault("GW3024", span, `\`within ${days} days\` is out of range`, `write 1 to ${MAX_DAYS} days`));
      }
      const node = scopeOf(statement, index);
      return node === undefined ? [] : [{ kind: "expires", node, days, span }];
    }
    case "budget": {
      const { microUsd, period } = statement.rate;
      if (!Number.isSafeInteger(microUsd) || microUsd < 1) {
        report(fault("GW3024", statement.rate.span, "this amount is out of range", "no budget can be so"));
      }
      const node = scopeOf(statement, index);
      return node === undefined ? [] : [{ kind: "budget", node, microUsd, period, span }];
    }
    default:
      return statement satisfies never;
  }
}

/** The team of `every key in TEAM`, or the org. */
function scopeOf(
  statement: Extract<InvariantStatement, { kind: "expires" | "budget" }>,
  index: ReadonlyMap<string, number>,
): number | undefined {
  return statement.in === null ? 0 : index.get(`team ${statement.in.text}`);
}
