/**
 * A node as it stands for a while: holds, guards and windows between two `until`s of its chain, and its scope, which is
 * shared by all nodes that add no grant of their own. Made once, then only looked at, so that a request pays for no rule.
 * Views and scopes are memos beside the table, never part of it.
 */
import { accessAt, chainOf, conditionalAt, explain, inForce } from "./access.ts";
import { type Automaton, createLookup, UNKNOWN_FAMILY } from "./atoms.ts";
import { hasBit, unite } from "./bits.ts";
import { type ConfirmRules, confirmRulesAt } from "./confirm-rules.ts";
import type { Allow, Hold } from "./decision.ts";
import { type FlowRules, flowRulesAt } from "./flow-rules.ts";
import { createNaming } from "./naming.ts";
import type { Origin } from "./origin.ts";
import { createQuick, type Quick } from "./quick.ts";
import { type ResultBounds, resultBoundsAt } from "./result-bounds.ts";
import type { Kind, Policy, Slot, Table, TableNode, Window } from "./table.ts";

/** A stretch of time in which no `until` passes: `after < now <= until`. */
interface Stretch {
  readonly after: number;
  readonly until: number;
}

/** What the grants of a chain amount to for a while. */
export interface Scope extends Stretch {
  readonly chain: readonly TableNode[];
  readonly access: Policy;
  /** The granted tools whose calls depend on their input; null when no statement of the policy asks about any. */
  readonly conditional: Uint32Array | null;
  /** By model atom; null for an atom that is not allowed or has no provider left. */
  readonly ways: Map<number, Way | null>;
  /** The models of the catalogue that can be used; null until somebody asks. */
  names: readonly string[] | null;
  /** The same for a sentence; null until somebody is refused. */
  choice: string | null;
}

/** How an allowed model is served: by which lines it is granted, and the providers to try in order. */
export interface Way {
  readonly origins: readonly Origin[];
  readonly routes: readonly string[];
}

/** One node for a while. What a decision looks at stands in the view itself: with many keys each step aside costs. */
export interface View {
  /** null when no `until` of the chain limits the view. */
  readonly stretch: Stretch | null;
  readonly scope: Scope;
  /** The granted tools of the scope. */
  readonly tools: Uint32Array;
  /** Those of them whose calls depend on their input; null when no statement of the policy asks about any. */
  readonly conditional: Uint32Array | null;
  readonly holds: readonly Hold[];
  /** Limits on calls of tools; null when there are none. */
  readonly calls: CallHolds | null;
  readonly guards: readonly number[];
  /** null when nothing has to be confirmed now. */
  readonly confirms: ConfirmRules | null;
  /** null when what tools give back may have any size now. */
  readonly results: ResultBounds | null;
  /** null when no flow rule binds now. */
  readonly flows: FlowRules | null;
  /** Windows that bind now; null when there are none. */
  readonly windows: readonly Window[] | null;
  /** The line that refuses requests with ungranted tools; null when they are stripped. */
  readonly refusesTools: Origin | null;
  /** The last two answers, by model atom: a caller seldom uses more models in turns. */
  atom: number;
  answer: Allow | null;
  olderAtom: number;
  olderAnswer: Allow | null;
}

/** The limits on calls that bind a node for a while, found by the tool that is called. */
export interface CallHolds {
  readonly all: readonly Hold[];
  /** Atoms of tools that some limit counts. */
  readonly counted: Uint32Array;
  /** By tool atom. */
  readonly of: Map<number, readonly Hold[]>;
}

/** A table with its memos. */
export interface Runtime {
  readonly table: Table;
  readonly atomOf: Readonly<Record<Kind, (name: string) => number>>;
  /** What policy calls a tool that a client names. */
  readonly named: (tool: string) => string;
  readonly quick: Quick;
  /** Whether any statement asks about the input of calls. */
  readonly hasConditions: boolean;
  views: (View | undefined)[];
  /** By the index of the node that has the last grants of the chain. */
  scopes: (Scope | undefined)[];
  /** Ways kept over all scopes; bounded by `MOST_WAYS`. */
  kept: number;
}

const MOST_WAYS = 131_072;
const runtimes = new WeakMap<Table, Runtime>();
let recent: Runtime | null = null;

/** The memos of a table. */
export function runtimeOf(table: Table): Runtime {
  if (recent !== null && recent.table === table) return recent;
  let runtime = runtimes.get(table);
  if (runtime === undefined) {
    const { models, tools, providers } = table.atoms;
    const named = createNaming(table.servers);
    const known = createToolLookup(tools, named);
    const atomOf = { models: createLookup(models), tools: known, providers: createLookup(providers) };
    const { length } = table.nodes;
    runtime = {
      quick: createQuick(table, atomOf.tools),
      hasConditions: table.nodes.some(({ grants }) => grants.some(({ where }) => where !== null)),
      table,
      atomOf,
      named,
      views: new Array(length),
      scopes: new Array(length),
      kept: 0,
    };
    runtimes.set(table, runtime);
  }
  recent = runtime;
  return runtime;
}

/** `**` is any run of characters, but what is not known cannot have been meant. */
function createToolLookup(tools: Automaton, nameOf: (name: string) => string): (name: string) => number {
  const lookup = createLookup(tools);
  return (name) => (name.startsWith(UNKNOWN_FAMILY) ? -1 : lookup(nameOf(name)));
}

/** The view of a node at a moment. */
export function viewOf(runtime: Runtime, node: number, now: number): View {
  const known = runtime.views[node];
  if (known !== undefined && (known.stretch === null || isWithin(known.stretch, now))) return known;
  const view = createView(runtime, node, now);
  runtime.views[node] = view;
  return view;
}

/** What a node may use at a moment. */
export function accessOf(table: Table, node: number, now: number): Policy {
  return scopeOf(runtimeOf(table), node, now).access;
}

/** What decides how a node sees a list of tools, as one object that is the same as long as the list would be. */
export function seenBy(table: Table, node: number, now: number): WeakKey {
  const { confirms, tools } = viewOf(runtimeOf(table), node, now);
  return confirms ?? tools;
}

function isWithin({ after, until }: Stretch, now: number): boolean {
  return now > after && now <= until;
}

function createView(runtime: Runtime, index: number, now: number): View {
  const { table } = runtime;
  const node = table.nodes[index]!;
  const scope = scopeOf(runtime, index, now);
  const bound = node.guards.filter(({ until }) => inForce(until, now)).map(({ guardrail }) => guardrail);
  // What binds needs not be observed.
  const guards = bound.filter((guard) => !bound.includes(table.guardrails[guard]!.twinOf ?? -1));
  const chain = chainOf(table.nodes, index);
  const timed = [
    ...node.slots.flatMap((id) => table.slots[id]!.amounts),
    ...node.windows.flatMap((id) => table.windows[id]!.spans),
    ...node.guards,
    ...chain.flatMap(({ flows, confirms, results }) => [...flows, ...confirms, ...results]),
  ];
  const stretch = stretchOf(timed, now, scope);
  const windows = node.windows.map((id) => windowAt(table.windows[id]!, now)).filter(({ spans }) => spans.length > 0);
  const holds = node.slots.map((id) => holdOf(table.slots[id]!, chain, now)).filter((hold) => hold !== null);
  return {
    stretch: stretch.after === ALWAYS.after && stretch.until === ALWAYS.until ? null : stretch,
    scope,
    tools: scope.access.tools,
    conditional: scope.conditional,
    holds: holds.every(({ slot }) => slot.tools === null) ? holds : holds.filter(({ slot }) => slot.tools === null),
    calls: callHolds(holds.filter(({ slot }) => slot.tools !== null)),
    guards: [...new Set(guards)].sort((a, b) => a - b),
    confirms: confirmRulesAt(chain, table.atoms.tools.atoms, now),
    results: resultBoundsAt(chain, table.atoms.tools.atoms, now),
    flows: flowRulesAt(chain, table.atoms.tools.atoms, now),
    windows: windows.length > 0 ? windows : null,
    refusesTools: node.ungranted?.action === "refuse" ? node.ungranted.origin : null,
    atom: -1,
    answer: null,
    olderAtom: -1,
    olderAnswer: null,
  };
}

const ALWAYS: Stretch = { after: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

/** The stretch around a moment in which none of the statements ends, within another stretch. */
function stretchOf(timed: readonly { readonly until: number | null }[], now: number, within: Stretch): Stretch {
  let { after, until } = within;
  for (const it of timed) {
    if (it.until === null) continue;
    if (it.until < now) after = Math.max(after, it.until);
    else until = Math.min(until, it.until);
  }
  return { after, until };
}

function scopeOf(runtime: Runtime, node: number, now: number): Scope {
  const { nodes } = runtime.table;
  let owner = node;
  while (nodes[owner]!.grants.length === 0 && nodes[owner]!.parent !== null) owner = nodes[owner]!.parent!;
  const known = runtime.scopes[owner];
  if (known !== undefined && isWithin(known, now)) return known;
  const scope = createScope(runtime, owner, now);
  runtime.scopes[owner] = scope;
  return scope;
}

function createScope({ table, hasConditions }: Runtime, owner: number, now: number): Scope {
  const chain = chainOf(table.nodes, owner);
  const { policy } = table.nodes[owner]!;
  const { models, tools, providers } = table.atoms;
  const sizes = { models: models.atoms, tools: tools.atoms, providers: providers.atoms };
  const access = policy >= 0 ? table.policies[policy]! : accessAt(chain, sizes, now);
  const stretch = stretchOf(policy >= 0 ? [] : chain.flatMap(({ grants }) => grants), now, ALWAYS);
  const conditional = hasConditions ? conditionalAt(chain, access.tools, now) : null;
  return { ...stretch, chain, access, conditional, ways: new Map(), names: null, choice: null };
}

function windowAt(window: Window, now: number): Window {
  const spans = window.spans.filter(({ until }) => inForce(until, now));
  return spans.length === window.spans.length ? window : { ...window, spans };
}

function holdOf(slot: Slot, chain: readonly TableNode[], now: number): Hold | null {
  const current = slot.amounts.find(({ until }) => inForce(until, now));
  if (current === undefined) return null;
  const { amount, warnAt, origin } = current;
  return { slot, counter: counterOf(slot, chain), amount, warnAt, origin };
}

function callHolds(all: readonly Hold[]): CallHolds | null {
  const [first] = all;
  if (first === undefined) return null;
  const counted = first.slot.tools!.bits.slice();
  for (const { slot } of all) unite(counted, slot.tools!.bits);
  return { all, counted, of: new Map() };
}

/** Every counter that binds a node, those of requests and those of calls. */
export function holdsOf({ holds, calls }: View): readonly Hold[] {
  return calls === null ? holds : [...holds, ...calls.all];
}

const NO_HOLDS: readonly Hold[] = [];

/** The counters that a call of a tool must pass, each found once. */
export function holdsOfCall(runtime: Runtime, { calls }: View, atom: number): readonly Hold[] {
  if (calls === null || atom < 0 || !hasBit(calls.counted, atom)) return NO_HOLDS;
  let holds = calls.of.get(atom);
  if (holds === undefined) {
    holds = calls.all.filter(({ slot }) => hasBit(slot.tools!.bits, atom));
    if (runtime.kept >= MOST_WAYS) forget(runtime);
    runtime.kept++;
    calls.of.set(atom, holds);
  }
  return holds;
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

/** What a node answers for a model atom when all tools are granted; null when it is not allowed or has no provider left. */
export function answerOf(runtime: Runtime, node: number, view: View, atom: number): Allow | null {
  if (view.atom !== atom) {
    const { atom: lastAtom, answer: lastAnswer } = view;
    view.answer = view.olderAtom === atom ? view.olderAnswer : createAnswer(runtime, view, atom);
    view.atom = atom;
    view.olderAtom = lastAtom;
    view.olderAnswer = lastAnswer;
  }
  const { policy } = runtime.table.nodes[node]!;
  const isFixed = policy >= 0 && view.stretch === null && view.windows === null && view.refusesTools === null;
  if (isFixed && view.answer !== null) runtime.quick.remember({ node, atom, policy }, view.answer);
  return view.answer;
}

const NO_TOOLS: readonly string[] = [];

function createAnswer(runtime: Runtime, view: View, atom: number): Allow | null {
  const way = wayOf(runtime, view.scope, atom);
  if (way === null) return null;
  const { holds, guards } = view;
  return { kind: "allow", revision: runtime.table.revision.id, ...way, strip: NO_TOOLS, holds, guards };
}

/** How a model atom is served in a scope; null when it is not allowed or has no provider left. */
function wayOf(runtime: Runtime, scope: Scope, atom: number): Way | null {
  const known = scope.ways.get(atom);
  if (known !== undefined) return known;
  const way = findWay(runtime, scope, atom);
  if (runtime.kept >= MOST_WAYS) forget(runtime);
  runtime.kept++;
  scope.ways.set(atom, way);
  return way;
}

function findWay({ table, atomOf }: Runtime, scope: Scope, atom: number): Way | null {
  const { models, providers } = scope.access;
  if (!hasBit(models, atom)) return null;
  const routes = table.routes[atom]!.filter((name) => hasBit(providers, atomOf.providers(name)));
  // No `until` passes within the scope's stretch, so that its end speaks for all of it.
  const { origins } = explain(scope.chain, "models", atom, scope.until);
  return routes.length === 0 ? null : { origins, routes };
}

function forget(runtime: Runtime): void {
  runtime.views = new Array(runtime.table.nodes.length);
  runtime.scopes = new Array(runtime.table.nodes.length);
  runtime.kept = 0;
}

/** The models of the catalogue that a scope can use, in order. */
export function namesOf(runtime: Runtime, scope: Scope): readonly string[] {
  scope.names ??= runtime.table.catalogue.filter((name) => {
    const atom = runtime.atomOf.models(name);
    return atom >= 0 && findWay(runtime, scope, atom) !== null;
  });
  return scope.names;
}

/** A model of a scope whose name is written out nowhere: one that a glob stands for; null when there is none. */
export function unlistedModel(runtime: Runtime, scope: Scope): string | null {
  const { examples } = runtime.table.atoms.models;
  return examples.find((name, atom) => name !== "" && findWay(runtime, scope, atom) !== null) ?? null;
}
