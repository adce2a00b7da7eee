/**
 * The effective policy of a node: what it may use, which counters it pays into, what guards it, when it is open, each
 * with the whole chain of lines that made it so, from the org down.
 */
import { chainOf, inForce } from "../decision/access.ts";
import { addBit, emptyBits, hasBit } from "../decision/bits.ts";
import type { Table, TableNode } from "../decision/table.ts";
import { holdsOf, runtimeOf, viewOf } from "../decision/view.ts";
import { closedWindow } from "../decision/windows.ts";
import { activeText } from "../decision/words.ts";
import { place, type Span } from "../language/source.ts";
import type { Thing } from "../language/tree.ts";
import type { Guardrail, Node } from "../model/model.ts";
import { predicateText } from "../model/predicate-text.ts";
import { conditionsAt } from "./condition.ts";
import { describe, type NameSet, nameText } from "./describe.ts";
import { createAccess, vocabularyOf } from "./diff-access.ts";
import { chain, type Joint, join, type Side, statementText, writtenAt } from "./diff-joint.ts";
import { jointBits } from "./diff-names.ts";
import { actionText } from "./guardrail-words.ts";

/** One line of a policy, and the node that it stands in. */
export interface Line {
  /** `team eng`. */
  readonly node: string;
  readonly place: string;
  /** As written. */
  readonly text: string;
  readonly until: number | null;
  /** True when its `until` has passed. */
  readonly ended: boolean;
}

/** What may be used of one kind. */
export interface Reach {
  readonly names: NameSet;
  /** The names in words; `nothing` when there are none. */
  readonly text: string;
  /** Of tools: those whose calls are granted only where their input is so. */
  readonly conditions: readonly { readonly names: string; readonly where: string }[];
  readonly lines: readonly Line[];
}

/** A ceiling, and whose counter it is. */
export interface Ceiling {
  /** `team eng tokens/hour per key dana-laptop`. */
  readonly counter: string;
  readonly line: Line;
  /** False when another line of the same counter counts at this moment. */
  readonly counts: boolean;
}

export interface Effective {
  readonly subject: string;
  readonly place: string;
  readonly doc: string | null;
  /** From the org down: `org acme`, `team eng`, `key dana-laptop`. */
  readonly path: readonly string[];
  /** null for what is no key. */
  readonly key: { readonly owner: string | null; readonly expires: number | null; readonly expired: boolean } | null;
  readonly timezone: string;
  readonly access: Readonly<Record<Thing, Reach>>;
  /** Where the models go that may be used. */
  readonly routes: readonly { readonly models: string; readonly via: readonly string[] }[];
  readonly limits: readonly Ceiling[];
  readonly guards: readonly { readonly name: string; readonly does: string; readonly lines: readonly Line[] }[];
  /** Flow rules: which tools may not be called any more after others. */
  readonly flows: readonly Line[];
  /** Which calls a person has to confirm. */
  readonly asks: readonly Line[];
  /** How large what tools give back may be, and what is looked for in it. */
  readonly results: readonly Line[];
  /** Lines that decide nothing here; what they would have decided is recorded. */
  readonly observed: readonly Line[];
  readonly hours: { readonly open: boolean; readonly lines: readonly Line[] };
  readonly ungranted: { readonly action: "strip" | "refuse"; readonly line: Line | null };
}

/** Works out the effective policy of a node at a moment. */
export function effective(side: Side, index: number, at: number): Effective {
  const { model, table } = side;
  const node = model.nodes[index]!;
  const nodes = chain(side, index);
  const joint = join(side, side, at)!;
  const { windows } = viewOf(runtimeOf(table), index, at);
  return {
    subject: `${node.kind} ${node.name}`,
    place: place(node.span),
    doc: node.doc,
    path: nodes.map(({ kind, name }) => `${kind} ${name}`),
    key: node.key === null ? null : keyOf(node.key, at),
    timezone: model.timezone,
    ...reachOf(joint, index),
    limits: limitsOf(side, index, at),
    guards: guardsOf(side, nodes, at),
    flows: nodes.flatMap((it) => flowLines(side, it, { at, observe: false })),
    asks: nodes.flatMap((it) =>
      it.confirmations.map((line) => lineOf(side, it, { line, at, text: statementText(line) })),
    ),
    results: nodes.flatMap((it) => it.results.map((line) => lineOf(side, it, { line, at, text: statementText(line) }))),
    observed: nodes.flatMap((it) => [
      ...it.observed.map((line) => lineOf(side, it, { line, at, text: `observe ${statementText(line)}` })),
      ...flowLines(side, it, { at, observe: true }),
    ]),
    hours: {
      open: windows === null || closedWindow(table.timezone, windows, at) === null,
      lines: nodes.flatMap((it) =>
        it.active.map((line) => lineOf(side, it, { line, at, text: `active ${activeText(line)}` })),
      ),
    },
    ungranted: ungrantedOf(side, nodes),
  };
}

function keyOf({ owner, expires }: NonNullable<Node["key"]>, at: number): Effective["key"] {
  return { owner, expires, expired: expires !== null && at > expires };
}

interface Statement {
  readonly span: Span;
  readonly until: number | null;
}

function lineOf(
  side: Side,
  { kind, name }: Node,
  { line, at, text }: { readonly line: Statement; readonly at: number; readonly text: string },
): Line {
  const { span, until } = line;
  return {
    node: `${kind} ${name}`,
    place: place(span),
    text: writtenAt(side, span) ?? text,
    until,
    ended: !inForce(until, at),
  };
}

function reachOf(joint: Joint, index: number): Pick<Effective, "access" | "routes"> {
  const access = createAccess(joint)("new", index, joint.at);
  const of = (thing: Thing): Reach => {
    const names = access[thing].some((word) => word !== 0) ? describe(vocabularyOf(joint, thing), access[thing]) : [];
    const lines = chain(joint.new, index).flatMap((node) =>
      node.access
        .filter((line) => line.thing === thing)
        .map((line) => lineOf(joint.new, node, { line, at: joint.at, text: statementText(line) })),
    );
    const conditions = thing === "tools" ? conditionsOf(joint, index) : [];
    return { names, text: names.length === 0 ? "nothing" : nameText(names, 12), conditions, lines };
  };
  return {
    access: { models: of("models"), tools: of("tools"), providers: of("providers") },
    routes: routesOf(joint, access),
  };
}

/** The tools of a node by the condition on their calls. */
function conditionsOf(joint: Joint, index: number): Reach["conditions"] {
  const conditions = [...conditionsAt(joint.new.table, index, joint.at)];
  if (conditions.length === 0) return [];
  const words = vocabularyOf(joint, "tools");
  const byText = Map.groupBy(conditions, ([, condition]) => predicateText(condition));
  return [...byText].map(([where, alike]) => {
    const bits = emptyBits(joint.new.table.atoms.tools.atoms);
    for (const [atom] of alike) addBit(bits, atom);
    return { names: nameText(describe(words, jointBits(joint.names.tools, "new", bits)), 12), where };
  });
}

/** Models by the providers that are left for them, in order. */
function routesOf(joint: Joint, access: Readonly<Record<Thing, Uint32Array>>): Effective["routes"] {
  const { models, providers } = joint.names;
  const byRoute = new Map<string, { via: readonly string[]; bits: Uint32Array }>();
  for (let atom = 0; atom < models.atoms; atom++) {
    if (!hasBit(access.models, atom)) continue;
    const route = joint.new.table.routes[models.new[atom]!]!;
    const via = route.filter((name) => hasBit(access.providers, providers.examples.indexOf(name)));
    const group = byRoute.get(via.join()) ?? { via, bits: new Uint32Array(access.models.length) };
    group.bits[atom >>> 5]! |= 1 << (atom & 31);
    byRoute.set(via.join(), group);
  }
  const words = vocabularyOf(joint, "models");
  return [...byRoute.values()].map(({ via, bits }) => ({ models: nameText(describe(words, bits), 12), via }));
}

function limitsOf(side: Side, index: number, at: number): readonly Ceiling[] {
  const { table } = side;
  const holds = holdsOf(viewOf(runtimeOf(table), index, at));
  const written = writtenLines(side, index);
  return table.nodes[index]!.slots.flatMap((id) => {
    const slot = table.slots[id]!;
    const hold = holds.find((it) => it.slot === slot);
    return slot.amounts.map(({ origin, until }): Ceiling => {
      const node = nodeOfSlot(table, index, id);
      const text = written.get(origin.place) ?? origin.text;
      const line = { node: `${node.kind} ${node.name}`, place: origin.place, text, until, ended: !inForce(until, at) };
      return { counter: hold?.counter ?? slot.name, line, counts: hold?.origin === origin };
    });
  });
}

/** The node that a slot was written in: the first on the chain that has it. */
function nodeOfSlot(table: Table, index: number, slot: number): TableNode {
  return chainOf(table.nodes, index).find(({ slots }) => slots.includes(slot))!;
}

function flowLines(side: Side, node: Node, { at, observe }: { at: number; observe: boolean }): readonly Line[] {
  const lines = node.flows.filter((line) => line.observe === observe);
  return lines.map((line) => lineOf(side, node, { line, at, text: statementText(line) }));
}

function guardsOf(side: Side, nodes: readonly Node[], at: number): Effective["guards"] {
  const uses = nodes.flatMap((node) => node.guards.map((use) => ({ node, use })));
  const byName = Map.groupBy(uses, ({ use }) => use.guardrail);
  return [...byName].map(([name, found]) => ({
    name,
    does: observedText(found.every(({ use }) => use.observe)) + doesText(guardrailOf(side, name)),
    lines: found.map(({ node, use }) => lineOf(side, node, { line: use, at, text: statementText(use) })),
  }));
}

function guardrailOf({ model }: Side, name: string): Guardrail {
  return model.guardrails.find((guardrail) => guardrail.name === name)!;
}

function observedText(observed: boolean): string {
  return observed ? "only observed: " : "";
}

function doesText({ on, in: places, decode, sample, ask, actions }: Guardrail): string {
  const looks = on.includes("request") ? `${on.join(" and ")} (${places.join(", ")})` : on.join(" and ");
  const forms = decode.length === 0 ? "" : `, also in ${decode.join(", ")}`;
  const share = sample < 100 ? `, in ${sample}% of conversations` : "";
  const whom = ask === null ? "" : `asks ${ask.service} (${ask.timeoutMs}ms; ${ask.onError}s what has no verdict) and `;
  return `${whom}${actions.map(actionText).join(", ")} in ${looks}${forms}${share}`;
}

function ungrantedOf(side: Side, nodes: readonly Node[]): Effective["ungranted"] {
  const node = nodes.findLast(({ ungranted }) => ungranted !== null);
  if (node === undefined || node.ungranted === null) return { action: "strip", line: null };
  const { action, span } = node.ungranted;
  const text = `on ungranted tool ${action}`;
  return { action, line: lineOf(side, node, { line: { span, until: null }, at: 0, text }) };
}

/** The statements on a node's chain as written, by their place; a decision itself knows them with their groups expanded. */
export function writtenLines(side: Side, index: number): ReadonlyMap<string, string> {
  const written = chain(side, index)
    .flatMap(({ access, flows, confirmations, results, limits }) => [
      ...access,
      ...flows,
      ...confirmations,
      ...results,
      ...limits,
    ])
    .map(({ span }) => [place(span), writtenAt(side, span)] as const);
  return new Map(written.flatMap(([at, text]) => (text === null ? [] : [[at, text] as const])));
}
