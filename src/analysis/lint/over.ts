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
  const found: Diagnostic[] = [];
  for (const node of model.nodes) {
    const remark = keyOver(node, model.timezone, at);
    if (remark !== null) found.push(remark);
    for (const statements of [
      node.access,
      node.observed,
      node.flows,
      node.confirmations,
      node.results,
      node.guards,
      node.limits,
      node.active,
    ]) {
      let last = -1;
      for (const { until, span } of statements) {
        // A statement that names several guardrails is several uses, and ended once.
        if (until === null || until >= at || span.start === last) continue;
        last = span.start;
        const message = `this statement ended on ${dateText(model.timezone, until)}`;
        found.push(fault("GW3029", span, message, "delete it"));
      }
    }
  }
  return found;
}

function keyOver({ key, name, span }: Node, timezone: string, now: number): Diagnostic | null {
  if (key === null || key.expires === null || key.expires > now + SOON) return null;
  const date = dateText(timezone, key.expires);
  if (key.expires < now) {
    return fault("GW4011", span, `key \`${name}\` expired on ${date}`, "delete it; `gw key new` mints its successor");
  }
  const days = Math.ceil((key.expires - now) / DAY);
  const left = days <= 1 ? "within a day" : `within ${days} days`;
  return fault("GW6032", span, `key \`${name}\` expires on ${date}, ${left}`, "`gw key new` mints its successor");
}
