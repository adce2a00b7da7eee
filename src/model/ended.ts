/**
 * What a policy still says although its time is over: keys that have expired, statements whose `until` has passed. Not a
 * check of resolve.ts, because it depends on the day: the same text must always have the same meaning.
 */
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import { fault } from "./fault.ts";
import type { Model, Node } from "./model.ts";

/** A warning for each key and statement that had ended by `now`. */
export function ended(model: Model, now: number): Diagnostic[] {
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: model.timezone, dateStyle: "short" });
  return model.nodes.flatMap((node) => [...keyEnded(node, now, day), ...statementsEnded(node, now, day)]).sort(byPlace);
}

function keyEnded({ key, name, span }: Node, now: number, day: Intl.DateTimeFormat): Diagnostic[] {
  if (key === null || key.expires === null || key.expires >= now) return [];
  const message = `key \`${name}\` expired on ${day.format(key.expires)}`;
  return [fault("GW4011", span, message, "delete it; `gw key new` mints its successor")];
}

function statementsEnded(node: Node, now: number, day: Intl.DateTimeFormat): Diagnostic[] {
  const over = new Map<number, Diagnostic>();
  for (const { until, span } of [...node.access, ...node.guards, ...node.limits, ...node.active]) {
    if (until === null || until >= now) continue;
    // A statement that names several guardrails is several uses, and ended once.
    over.set(span.start, fault("GW3029", span, `this statement ended on ${day.format(until)}`, "delete it"));
  }
  return [...over.values()];
}
