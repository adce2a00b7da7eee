/** What the requests of spender.ts ask for, and what they take. */
import type { Hold } from "../../src/decision/decision.ts";
import type { Demand } from "../../src/decision/demand.ts";
import { hold } from "./holds.ts";

export const HOLDS: readonly Hold[] = [
  hold("budget", 1e15, "month"),
  hold("tokens", 1e15, "month"),
  hold("requests", 1e15, "month"),
  hold("concurrency", 1e6, null),
];
export const ESTIMATE: Demand = { tokens: 1_000, microUsd: 10_000 };
export const TRUTH: Demand = { tokens: 70, microUsd: 600 };
