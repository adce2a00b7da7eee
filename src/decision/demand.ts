/** What a request takes from limits: limits/ counts it, analysis/ plays tests and records with it. */
import type { Measure } from "../model/model.ts";
import type { Hold } from "./decision.ts";

/** What a request asks for: estimates at the start, the truth at the end. Tokens as limits count them. */
export interface Demand {
  readonly tokens: number;
  readonly microUsd: number;
}

/** What a demand takes from one counter, in the unit of its measure. */
export function amountOf({ slot: { measure } }: Hold, demand: Demand): number {
  switch (measure) {
    case "requests":
    case "calls":
    case "concurrency":
      return 1;
    case "tokens":
      return demand.tokens;
    case "budget":
      return demand.microUsd;
    default:
      return measure satisfies never;
  }
}

/** What takes from limits on calls alone: it is one call, and neither tokens nor money. */
export const ONE_CALL: Demand = { tokens: 0, microUsd: 0 };

/** True for what is counted by one as it happens, so that nothing of it is an estimate. */
export function isExact(measure: Measure): boolean {
  return measure === "requests" || measure === "calls";
}
