/**
 * A node as it stands for a while: access, holds, guards and windows between two `until`s of its chain. Made once for
 * each node and stretch of time, then only looked at, so that a request pays for no rule. Views are memos beside the
 * table, never part of it.
 */
import { accessAt, chainOf, explain, inForce } from "./access.ts";
import { createLookup } from "./atoms.ts";
import { hasBit } from "./bits.ts";
import type { Allow, Hold } from "./decision.ts";
import type { Origin } from "./origin.ts";
import type { Kind, Policy, Slot, Table, TableNode, Window } from "./table.ts";

/** One node between two moments. */
export interface View {
  /** Holds for `after < now <= until`. */
  readonly after: number;
  readonly until: number;
  readonly access: Policy;
  readonly holds: readonly Hold[];
  readonly guards: readonly number[];
  /** Windows that bind now; usually none. */
  readonly windows: readonly Window[];
  /** The line that refuses requests with ungranted tools; null when they are stripped. */
  readonly refusesTools: Origin | null;
  /** Answers by model atom; null for an atom that has no provider left. */
  readonly answers: Map<number, Allow | null>;
}

/** A table with its memos. */
export interface Runtime {
  readonly table: Table;
  readonly atomOf: Readonly<Record<Kind, (name: string) => number>>;
  views: (View | undefined)[];
  /** Answers kept over all views; bounded by `MOST_ANSWERS`. */
  kept: number;
}

const MOST_ANSWERS = 65_536;
const runtimes = new WeakMap<Table, Runtime>();
let recent: Runtime | null = null;

/** The memos of a table. */
export function runtimeOf(table: Table): Runtime {
  if (recent !== null && recent.table === table) return recent;
  let runtime = runtimes.get(table);
  if (runtime === undefined) {
    const { models, tools, providers } = table.atoms;
    const atomOf = { models: createLookup(models), tools: createLookup(tools), providers: createLookup(providers) };
    runtime = { table, atomOf, views: new Array(table.nodes.length), kept: 0 };
    runtimes.set(table, runtime);
  }
  recent = runtime;
  return runtime;
}

/** The view of a node at a moment. */
export function viewOf(runtime: Runtime, node: number, now: number): View {
  const known = runtime.views[node];
  if (known !== undefined && now > known.after && now <= known.until) return known;
  const view = createView(runtime.table, node, now);
  runtime.views[node] = view;
  return view;
}

/** What a node may use at a moment. */
export function accessOf(table: Table, node: number, now: number): Policy {
  return viewOf(runtimeOf(table), node, now).access;
}

function createView(table: Table, index: number, now: number): View {
  const node = table.nodes[index]!;
  const chain = chainOf(table.nodes, index);
  const { models, tools, providers } = table.atoms;
  const sizes = { models: models.atoms, tools: tools.atoms, providers: providers.atoms };
  const guards = node.guards.filter(({ until }) => inForce(until, now)).map(({ guardrail }) => guardrail);
  return {
    ...stretchOf(table, chain, now),
    access: node.policy >= 0 ? table.policies[node.policy]! : accessAt(chain, sizes, now),
    holds: node.slots.map((id) => holdOf(table.slots[id]!, chain, now)).filter((hold) => hold !== null),
    guards: [...new Set(guards)].sort((a, b) => a - b),
    windows: node.windows.map((id) => windowAt(table.windows[id]!, now)).filter(({ spans }) => spans.length > 0),
    refusesTools: node.ungranted?.action === "refuse" ? node.ungranted.origin : null,
    answers: new Map(),
  };
}

/** The stretch of time around a moment in which no `until` of the chain passes. */
function stretchOf(table: Table, chain: readonly TableNode[], now: number): { after: number; until: number } {
  let after = Number.NEGATIVE_INFINITY;
  let until = Number.POSITIVE_INFINITY;
  const meet = (it: { readonly until: number | null }): void => {
    if (it.until === null) return;
    if (it.until < now) after = Math.max(after, it.until);
    else until = Math.min(until, it.until);
  };
  const node = chain[chain.length - 1]!;
  for (const { grants } of chain) grants.forEach(meet);
  for (const id of node.slots) table.slots[id]!.amounts.forEach(meet);
  for (const id of node.windows) table.windows[id]!.spans.forEach(meet);
  node.guards.forEach(meet);
  return { after, until };
}

function windowAt(window: Window, now: number): Window {
  const spans = window.spans.filter(({ until }) => inForce(until, now));
  return spans.length === window.spans.length ? window : { ...window, spans };
}

function holdOf(slot: Slot, chain: readonly TableNode[], now: number): Hold | null {
  const current = slot.amounts.find(({ until }) => inForce(until, now));
  if (current === undefined) return null;
  return { slot, counter: counterOf(slot, chain), amount: current.amount, origin: current.origin };
}

/** The counter's name says whose it is and never changes while the lines it comes from keep their place in the tree. */
function counterOf(slot: Slot, chain: readonly TableNode[]): string {
  const own = chain[chain.length - 1]!;
  switch (slot.per) {
    case "block":
      return slot.name;
    case "key":
      return `${slot.name} per key ${own.kind === "key" ? own.name : "*"}`;
    case "team": {
      const team = chain.findLast(({ kind }) => kind === "team");
      return `${slot.name} per team ${team?.name ?? "*"}`;
    }
    default:
      return slot.per satisfies never;
  }
}

/** What a node is answered for a model that it may use: all of an Allow but what depends on the request's tools. */
export function answerOf(runtime: Runtime, node: number, view: View, atom: number): Allow | null {
  const known = view.answers.get(atom);
  if (known !== undefined) return known;
  const { table } = runtime;
  const routes = table.routes[atom]!.filter((name) => hasBit(view.access.providers, runtime.atomOf.providers(name)));
  const now = view.until;
  const { origins } = explain(chainOf(table.nodes, node), "models", atom, now);
  const answer: Allow | null =
    routes.length === 0
      ? null
      : {
          kind: "allow",
          revision: table.revision.id,
          origins,
          routes,
          strip: [],
          holds: view.holds,
          guards: view.guards,
        };
  keep(runtime, view, atom, answer);
  return answer;
}

function keep(runtime: Runtime, view: View, atom: number, answer: Allow | null): void {
  if (runtime.kept >= MOST_ANSWERS) {
    runtime.views = new Array(runtime.table.nodes.length);
    runtime.kept = 0;
  }
  runtime.kept++;
  view.answers.set(atom, answer);
}
