/** Holds as the decision makes them, for the tests of limits. */
import type { Hold } from "../../src/decision/decision.ts";
import type { Slot } from "../../src/decision/table.ts";

/** A hold on one counter; `per` names the key that has a counter of its own. */
export function hold(
  measure: Slot["measure"],
  amount: number,
  period: Slot["period"],
  { owner = "team eng", per = null }: { readonly owner?: string; readonly per?: string | null } = {},
): Hold {
  const name = `${owner} ${measure}${period === null ? "" : `/${period}`}`;
  const origin = { place: "eng.policy:7", text: `limit ${measure} ${amount}` };
  const slot: Slot = {
    id: 0,
    measure,
    tools: null,
    period,
    per: per === null ? "block" : "key",
    name,
    amounts: [{ amount, until: null, warnAt: null, origin }],
  };
  return { slot, counter: per === null ? name : `${name} per key ${per}`, amount, warnAt: null, origin };
}
