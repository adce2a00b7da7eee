/**
 * What a policy still says although its time is over: keys that have expired, statements whose `until` has passed; and
 * keys whose time is nearly over, while there is time to mint their successors.
 */
import { dateText } from "../../decision/clock.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { Node } from "../../model/model.ts";
import type { Realm } from "../realm.ts";

const DAY = 86_400_000;
/** So long before its end a key is remarked. */
const SOON = 14 * DAY;

/** A warning for each key and statement that has ended, and for each key that soon will. */
export function over({ model, at }: Realm): Diagnostic[] {
  const day = (moment: number) => dateText(model.timezone, moment);
  return model.nodes.flatMap((node) => [...keyOver(node, at, day), ...statementsOver(node, at, day)]);
}

type DayText = (moment: number) => string;

function keyOver({ key, name, span }: Node, now: number, day: DayText): Diagnostic[] {
  if (key === null || key.expires === null || key.expires > now + SOON) return [];
  const date = day(key.expires);
  if (key.expires < now) {
    return [fault("GW4011", span, `key \`${name}\` expired on ${date}`, "delete it; `gw key new` mints its successor")];
  }
  const days = Math.ceil((key.expires - now) / DAY);
  const left = days === 1 ? "within a day" : `within ${days} days`;
  return [fault("GW6032", span, `key \`${name}\` expires on ${date}, ${left}`, "`gw key new` mints its successor")];
}

function statementsOver(node: Node, now: number, day: DayText): Diagnostic[] {
  const ended = new Map<number, Diagnostic>();
  for (const { until, span } of [...node.access, ...node.observed, ...node.guards, ...node.limits, ...node.active]) {
    if (until === null || until >= now) continue;
    // A statement that names several guardrails is several uses, and ended once.
    ended.set(span.start, fault("GW3029", span, `this statement ended on ${day(until)}`, "delete it"));
  }
  return [...ended.values()];
}
