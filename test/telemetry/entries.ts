/** Audit entries for tests, with everything filled in that a test does not speak about. */
import type { Actor, Body, DecisionBody, Entry, OutcomeBody } from "../../src/audit/entry.ts";

export const ACTOR: Actor = { key: "dana-laptop", team: "eng", fingerprint: null };

export function entry(body: Body): Entry {
  return { v: 1, seq: 1, at: "2026-05-04T10:00:00.000Z", boot: "b", log: "l", body, prev: "", hash: "" };
}

export function decision(change: Partial<DecisionBody> = {}): DecisionBody {
  return {
    kind: "decision",
    ticket: "req_1",
    actor: ACTOR,
    revision: "r",
    commit: null,
    effect: "allow",
    reason: null,
    origins: ["a.policy:3"],
    purpose: "generate",
    model: "claude-opus-4-8",
    stream: true,
    provider: "anthropic",
    bytes: 10,
    tools: 0,
    stripped: [],
    stood: [],
    defined: [],
    findings: [],
    scan: null,
    asked: [],
    observed: null,
    session: null,
    agent: null,
    ran: [],
    held: [],
    ...change,
  };
}

export function outcome(change: Partial<OutcomeBody> = {}): OutcomeBody {
  return {
    kind: "outcome",
    ticket: "req_1",
    actor: ACTOR,
    end: "complete",
    fault: null,
    status: 200,
    model: "claude-opus-4-8",
    stream: true,
    provider: "anthropic",
    upstreamRequestId: null,
    usage: { input: 100, output: 20, cacheRead: 3, cacheWrite: 2, cacheWrite1h: 1 },
    microUsd: 2_500_000,
    priced: true,
    charges: [],
    toolUses: [],
    findings: [],
    scan: null,
    asked: [],
    bytes: 1,
    firstByteMs: 400,
    totalMs: 1_500,
    ...change,
  };
}
