/** What answers are expected to take, learned from the last ones of the same model and team. */
import { estimateCost, tokensOf } from "../decision/cost.ts";
import type { Demand } from "../decision/demand.ts";
import type { Facts } from "../decision/facts.ts";
import { createOutputEstimate, type OutputEstimate } from "../decision/output-estimate.ts";
import type { Table } from "../decision/table.ts";
import type { Usage } from "../decision/usage.ts";

/** A request as far as its answer's length goes. */
export interface Kind {
  readonly team: string | null;
  readonly facts: Facts;
}

export interface Outputs {
  /** What a request is expected to take from limits and budgets. */
  expect(kind: Kind, table: Table, now: number): Demand;
  /** Takes in an answer that came to its end. */
  learn(kind: Kind, usage: Usage): void;
}

/** Models and teams that are told apart; the rest share one estimate. */
const MOST_KINDS = 1_000;

/** A memory that has seen nothing yet. */
export function createOutputs(): Outputs {
  const estimates = new Map<string, OutputEstimate>();
  const estimateOf = ({ team, facts }: Kind): OutputEstimate => {
    const name = `${team} ${facts.model}`;
    const known = estimates.get(name);
    if (known !== undefined) return known;
    const shared = estimates.size >= MOST_KINDS ? estimates.get("") : undefined;
    const fresh = shared ?? createOutputEstimate();
    estimates.set(estimates.size >= MOST_KINDS ? "" : name, fresh);
    return fresh;
  };
  return {
    expect(kind, table, now) {
      const { model, estimate: input, maxTokens } = kind.facts;
      const output = estimateOf(kind).expect(maxTokens);
      const tokens = tokensOf({ input, output, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 });
      return { tokens, microUsd: estimateCost(table, model, { input, output }, now).microUsd };
    },
    learn: (kind, usage) => estimateOf(kind).observe(usage.output),
  };
}
