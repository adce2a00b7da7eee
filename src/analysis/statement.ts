/**
 * The statements of a policy that decide something, and the policy without one of them. A mutant is the same table with
 * one statement gone: sets of atoms are taken apart instead of compiling again, so that each costs microseconds.
 * coverage.ts asks which tests notice.
 */
import { addBit, eachBit, emptyBits, fullBits } from "../decision/bits.ts";
import { ceilingText } from "../decision/duties.ts";
import type {
  ConfirmRule,
  FlowRule,
  Grant,
  GuardBinding,
  Kind,
  ResultBound,
  Slot,
  Table,
  TableNode,
} from "../decision/table.ts";
import { activeText, resultText, untilText } from "../decision/words.ts";
import type { Span } from "../language/source.ts";
import type { Active, Limit, Model, ResultRule } from "../model/model.ts";
import { declaredNames, type Ground } from "./ground.ts";

/** A statement of a node, and where its part of the table lies. */
export type Statement = {
  readonly node: number;
  readonly span: Span;
  /** As sentences show it; lists may be cut short. */
  readonly text: string;
  readonly until: number | null;
} & (
  | { readonly kind: "access"; readonly grant: Grant }
  | { readonly kind: "flow"; readonly rule: FlowRule }
  | { readonly kind: "ask"; readonly rule: ConfirmRule }
  | { readonly kind: "results"; readonly rule: ResultRule; readonly bound: ResultBound }
  | { readonly kind: "guard"; readonly binding: GuardBinding }
  | { readonly kind: "limit"; readonly slot: number; readonly amount: number; readonly limit: Limit }
  | { readonly kind: "active"; readonly window: number; readonly index: number }
);

/** Every `allow`, `deny`, `only`, flow rule, `ask`, `results`, `guard`, `limit`, `budget` and `active` of a policy, in the order of its nodes; what is only observed is not among them. */
export function statementsOf(model: Model, table: Table): Statement[] {
  return model.nodes.flatMap((it, node): Statement[] => {
    const laid = table.nodes[node]!;
    const above = it.parent === null ? null : table.nodes[it.parent]!;
    const slots = laid.slots.slice(above?.slots.length ?? 0);
    const bindings = laid.guards.slice(above?.guards.length ?? 0);
    return [
      ...it.access.flatMap(({ span, until }, index): Statement[] => {
        const grant = laid.grants[index]!;
        // What pins deny is no statement of the node, but of the lock.
        if (grant.except.length > 0) return [];
        return [{ kind: "access", node, span, text: grant.origin.text, until, grant }];
      }),
      ...it.flows
        .filter(({ observe }) => !observe)
        .map(({ span, until }, index): Statement => {
          const rule = laid.flows[index]!;
          return { kind: "flow", node, span, text: rule.origin.text, until, rule };
        }),
      ...it.confirmations.map(({ span, until }, index): Statement => {
        const rule = laid.confirms[index]!;
        return { kind: "ask", node, span, text: rule.origin.text, until, rule };
      }),
      ...it.results.map((rule, index): Statement => {
        const { span, until } = rule;
        return { kind: "results", node, span, text: resultText(rule), until, rule, bound: laid.results[index]! };
      }),
      ...it.guards.flatMap(({ guardrail, observe, span, until }, index): Statement[] => {
        if (observe) return [];
        const text = `guard ${guardrail}${untilText(until)}`;
        return [{ kind: "guard", node, span, text, until, binding: bindings[index]! }];
      }),
      ...it.limits.map((limit) => limitOf(limit, { node, slots, table })),
      ...it.active.map((active, index): Statement => {
        const { span, until } = active;
        return { kind: "active", node, span, text: textOfActive(active), until, window: laid.windows.at(-1)!, index };
      }),
    ];
  });
}

function limitOf(
  limit: Limit,
  { node, slots, table }: { readonly node: number; readonly slots: readonly number[]; readonly table: Table },
): Statement {
  const slot = slots.find((id) => isSlotOf(table.slots[id]!, limit))!;
  const amount = table.slots[slot]!.amounts.findIndex((it) => it.amount === limit.amount && it.until === limit.until);
  const { span, until } = limit;
  return { kind: "limit", node, span, text: textOfLimit(limit), until, slot, amount, limit };
}

function isSlotOf({ measure, tools, period, per }: Slot, limit: Limit): boolean {
  const isAlike = measure === limit.measure && period === limit.period && per === limit.per;
  return isAlike && tools?.written.join() === limit.tools?.written.join();
}

function textOfLimit(limit: Limit): string {
  return `${ceilingText(limit)}${untilText(limit.until)}`;
}

function textOfActive(active: Active): string {
  return `active ${activeText(active)}${untilText(active.until)}`;
}

/** Makes mutants of one policy. */
export function createMutants(model: Model, ground: Ground): (statement: Statement) => Ground {
  const sources = countSources(model, ground.table);
  // Without a policy of its own a node is added up from its chain, so that a mutant changes one node alone.
  const nodes = ground.table.nodes.map((node): TableNode => ({ ...node, policy: -1 }));
  const open = { ...ground, table: { ...ground.table, policies: [], nodes } };
  return (statement) => {
    const table = without(statement, open);
    const names = statement.kind === "access" ? withoutNames(statement.grant, ground, sources) : ground.known;
    return { ...ground, table, known: names };
  };
}

function without(statement: Statement, { table, family }: Ground): Table {
  switch (statement.kind) {
    case "access": {
      const change = (node: TableNode): TableNode => {
        return { ...node, grants: node.grants.filter((it) => it !== statement.grant) };
      };
      return { ...table, nodes: changed(table, [statement.node], change) };
    }
    case "flow": {
      const change = (node: TableNode): TableNode => {
        return { ...node, flows: node.flows.filter((it) => it !== statement.rule) };
      };
      return { ...table, nodes: changed(table, [statement.node], change) };
    }
    case "ask": {
      const change = (node: TableNode): TableNode => {
        return { ...node, confirms: node.confirms.filter((it) => it !== statement.rule) };
      };
      return { ...table, nodes: changed(table, [statement.node], change) };
    }
    case "results": {
      const change = (node: TableNode): TableNode => {
        return { ...node, results: node.results.filter((it) => it !== statement.bound) };
      };
      return { ...table, nodes: changed(table, [statement.node], change) };
    }
    case "guard": {
      const { binding } = statement;
      const change = (node: TableNode): TableNode => ({ ...node, guards: node.guards.filter((it) => it !== binding) });
      return { ...table, nodes: changed(table, family.below(statement.node), change) };
    }
    case "limit": {
      const slot = table.slots[statement.slot]!;
      const amounts = slot.amounts.filter((_, index) => index !== statement.amount);
      return { ...table, slots: table.slots.with(statement.slot, { ...slot, amounts }) };
    }
    case "active": {
      const window = table.windows[statement.window]!;
      const spans = window.spans.filter((_, index) => index !== statement.index);
      return { ...table, windows: table.windows.with(statement.window, { ...window, spans }) };
    }
    default:
      return statement satisfies never;
  }
}

function changed({ nodes }: Table, indices: readonly number[], change: (node: TableNode) => TableNode): TableNode[] {
  const copy = nodes.slice();
  for (const index of indices) copy[index] = change(copy[index]!);
  return copy;
}

/** How many lines make an atom known; what is declared is known whatever is allowed. */
type Sources = Readonly<Record<Kind, Uint32Array>>;

function countSources(model: Model, table: Table): Sources {
  const of = (kind: Kind): Uint32Array => {
    const { atoms, members } = table.atoms[kind];
    const counts = new Uint32Array(atoms);
    for (const name of declaredNames(model, kind)) for (const atom of eachBit(members.get(name)!)) counts[atom]! += 2;
    for (const { grants } of table.nodes) {
      for (const { effect, thing, bits } of grants) {
        if (effect === "allow" && thing === kind) for (const atom of eachBit(bits)) counts[atom]!++;
      }
    }
    return counts;
  };
  return { models: of("models"), tools: of("tools"), providers: of("providers") };
}

function withoutNames({ effect, thing, bits }: Grant, { known }: Ground, sources: Sources): Ground["known"] {
  if (effect !== "allow") return known;
  const left = known[thing].slice();
  for (const atom of eachBit(bits)) if (sources[thing][atom] === 1) left[atom >>> 5]! &= ~(1 << (atom & 31));
  return { ...known, [thing]: left };
}

/**
 * The atoms that a statement about access decides on: what it allows or denies; of an `only` the known names that it
 * takes away, and with a condition those that it names.
 */
export function domainOf({ effect, thing, bits, where }: Grant, { table, known }: Ground): Uint32Array {
  const { atoms, examples } = table.atoms[thing];
  const domain = emptyBits(atoms);
  for (const atom of eachBit(fullBits(atoms))) {
    const held = (bits[atom >>> 5]! & (1 << (atom & 31))) !== 0;
    const isKnown = (known[thing][atom >>> 5]! & (1 << (atom & 31))) !== 0;
    // Atom 0 may hold no name at all.
    const isDecided = effect === "only" ? (held ? where !== null && isKnown : isKnown) : held;
    if (examples[atom] !== "" && isDecided) addBit(domain, atom);
  }
  return domain;
}
