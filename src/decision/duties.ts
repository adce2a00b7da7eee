/**
 * What binds a node besides access: limits, guards, windows, and what becomes of ungranted tools. Each node carries the
 * duties of its whole chain, org first, so that a request never climbs the tree. compile.ts calls it.
 */
import type { Active, Limit, Model, Node } from "../model/model.ts";
import { type Automaton, atomsOf } from "./atoms.ts";
import { originAt } from "./origin.ts";
import type { GuardBinding, Slot, TableNode, Window } from "./table.ts";
import { activeText, dollars, listNames, thousands, untilText } from "./words.ts";

type Duties = Pick<TableNode, "slots" | "guards" | "windows" | "ungranted">;

/** Lays out slots and windows, and the duties of each node; `tools` divides the names of tools. */
export function layDuties(model: Model, tools: Automaton): { slots: Slot[]; windows: Window[]; of: Duties[] } {
  const slots: Slot[] = [];
  const windows: Window[] = [];
  const guardrails = indexGuardrails(model);
  const of: Duties[] = [];
  for (const node of model.nodes) {
    const above: Duties =
      node.parent === null ? { slots: [], guards: [], windows: [], ungranted: null } : of[node.parent]!;
    const { ungranted, limits, guards, active } = node;
    if (ungranted === null && limits.length + guards.length + active.length === 0) {
      of.push(above);
      continue;
    }
    of.push({
      slots: below(above.slots, addSlots(slots, node, tools)),
      guards: below(above.guards, bindGuards(node, guardrails)),
      windows: below(above.windows, addWindow(windows, node.active)),
      ungranted:
        ungranted === null
          ? above.ungranted
          : { action: ungranted.action, origin: originAt(ungranted.span, `on ungranted tool ${ungranted.action}`) },
    });
  }
  return { slots, windows, of };
}

/** A list that adds nothing is its parent's list, which keeps the table small. */
function below<T>(above: readonly T[], own: readonly T[]): readonly T[] {
  return own.length === 0 ? above : [...above, ...own];
}

/** Guardrails that some node observes, by their place in the model; the table has a twin of each, behind all others. */
export function observedGuardrails({ nodes, guardrails }: Model): number[] {
  const uses = nodes.flatMap(({ guards }) => guards);
  const observed = new Set(uses.filter(({ observe }) => observe).map(({ guardrail }) => guardrail));
  return guardrails.flatMap(({ name }, index) => (observed.has(name) ? [index] : []));
}

interface Indices {
  readonly own: ReadonlyMap<string, number>;
  readonly twins: ReadonlyMap<string, number>;
}

function indexGuardrails(model: Model): Indices {
  const { guardrails } = model;
  const twins = observedGuardrails(model).map((of, at) => [guardrails[of]!.name, guardrails.length + at] as const);
  return { own: new Map(guardrails.map(({ name }, index) => [name, index])), twins: new Map(twins) };
}

function bindGuards(node: Node, { own, twins }: Indices): GuardBinding[] {
  return node.guards.map(({ guardrail, observe, until }) => ({
    guardrail: (observe ? twins : own).get(guardrail)!,
    until,
  }));
}

function addSlots(slots: Slot[], node: Node, automaton: Automaton): number[] {
  const alike = new Map<string, Limit[]>();
  for (const limit of node.limits) {
    const name = slotText(limit);
    const list = alike.get(name);
    if (list === undefined) alike.set(name, [limit]);
    else list.push(limit);
  }
  return [...alike.values()].map((limits) => {
    const { measure, period, per } = limits[0]!;
    const tools = toolsOf(limits[0]!, automaton);
    const amounts = limits.toSorted(byReplacement).map((limit) => ({
      amount: limit.amount,
      until: limit.until,
      warnAt: limit.warnAt,
      origin: originAt(limit.span, limitText(limit)),
    }));
    const id = slots.length;
    slots.push({
      id,
      measure,
      tools,
      period,
      per,
      name: `${node.kind} ${node.name} ${measureText(limits[0]!)}`,
      amounts,
    });
    return id;
  });
}

function toolsOf({ tools }: Limit, automaton: Automaton): Slot["tools"] {
  return tools === null ? null : { bits: atomsOf(automaton, tools.globs), written: tools.written };
}

/** What replaces stands before what is replaced: `until` before plain, what ends sooner first, the tighter first. */
function byReplacement(a: Limit, b: Limit): number {
  if (a.until !== b.until) return (a.until ?? Number.POSITIVE_INFINITY) - (b.until ?? Number.POSITIVE_INFINITY);
  return a.amount - b.amount;
}

/** What a slot is told from its neighbours by: of limits that are alike in this, one with `until` replaces the other. */
export function slotText(limit: Limit): string {
  return `${measureText(limit)} per ${limit.per}`;
}

/** One word without a blank: it ends the name of a counter. */
function measureText({ measure, tools, period }: Limit): string {
  const counted = tools === null ? measure : `${measure}(${tools.written.join(",")})`;
  return period === null ? counted : `${counted}/${period}`;
}

/** A limit or budget as origins show it. */
export function limitText({ warnAt, until, ...limit }: Limit): string {
  const warning = warnAt === null ? "" : ` warn at ${warnAt}%`;
  return `${ceilingText(limit)}${warning}${untilText(until)}`;
}

/** What a limit or budget counts, how much of it there may be and for whom: `limit calls mcp:github/* 60/min per key`. */
export function ceilingText({ measure, tools, amount, period, per }: Omit<Limit, "warnAt" | "until" | "span">): string {
  const scope = per === "block" ? "" : ` per ${per}`;
  const rate = period === null ? "" : `/${period}`;
  const names = tools === null ? "" : `${listNames(tools.written, 3)} `;
  const words = measure === "budget" ? `budget ${dollars(amount)}` : `limit ${measure} ${names}${thousands(amount)}`;
  return `${words}${rate}${scope}`;
}

function addWindow(windows: Window[], active: readonly Active[]): number[] {
  const first = active[0];
  if (first === undefined) return [];
  const spans = active.map(({ span: _, ...it }) => it);
  return [windows.push({ spans, origin: originAt(first.span, `active ${active.map(activeText).join(", ")}`) }) - 1];
}
