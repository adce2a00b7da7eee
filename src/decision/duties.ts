/**
 * What binds a node besides access: limits, guards, windows, and what becomes of ungranted tools. Each node carries the
 * duties of its whole chain, org first, so that a request never climbs the tree. compile.ts calls it.
 */
import type { Active, Limit, Model, Node } from "../model/model.ts";
import { originAt } from "./origin.ts";
import type { GuardBinding, Slot, TableNode, Window } from "./table.ts";
import { activeText, dollars, thousands, untilText } from "./words.ts";

type Duties = Pick<TableNode, "slots" | "guards" | "windows" | "ungranted">;

/** Lays out slots and windows, and the duties of each node. */
export function layDuties(model: Model): { slots: Slot[]; windows: Window[]; of: Duties[] } {
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
      slots: below(above.slots, addSlots(slots, node)),
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

function addSlots(slots: Slot[], node: Node): number[] {
  const alike = new Map<string, Limit[]>();
  for (const limit of node.limits) {
    const name = `${measureText(limit)} per ${limit.per}`;
    const list = alike.get(name);
    if (list === undefined) alike.set(name, [limit]);
    else list.push(limit);
  }
  return [...alike.values()].map((limits) => {
    const { measure, period, per } = limits[0]!;
    const amounts = limits.toSorted(byReplacement).map((limit) => ({
      amount: limit.amount,
      until: limit.until,
      warnAt: limit.warnAt,
      origin: originAt(limit.span, limitText(limit)),
    }));
    const id = slots.length;
    slots.push({ id, measure, period, per, name: `${node.kind} ${node.name} ${measureText(limits[0]!)}`, amounts });
    return id;
  });
}

/** What replaces stands before what is replaced: `until` before plain, what ends sooner first, the tighter first. */
function byReplacement(a: Limit, b: Limit): number {
  if (a.until !== b.until) return (a.until ?? Number.POSITIVE_INFINITY) - (b.until ?? Number.POSITIVE_INFINITY);
  return a.amount - b.amount;
}

function measureText({ measure, period }: Limit): string {
  return period === null ? measure : `${measure}/${period}`;
}

/** A limit or budget as origins show it. */
export function limitText({ measure, amount, period, per, warnAt, until }: Limit): string {
  const scope = per === "block" ? "" : ` per ${per}`;
  const rate = period === null ? "" : `/${period}`;
  const words = measure === "budget" ? `budget ${dollars(amount)}` : `limit ${measure} ${thousands(amount)}`;
  const warning = warnAt === null ? "" : ` warn at ${warnAt}%`;
  return `${words}${rate}${scope}${warning}${untilText(until)}`;
}

function addWindow(windows: Window[], active: readonly Active[]): number[] {
  const first = active[0];
  if (first === undefined) return [];
  const spans = active.map(({ span: _, ...it }) => it);
  return [windows.push({ spans, origin: originAt(first.span, `active ${active.map(activeText).join(", ")}`) }) - 1];
}
