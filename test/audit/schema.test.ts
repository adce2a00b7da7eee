/** The reader's schema and the writer's types say the same: every kind passes, and nothing else does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTS, type Body, type OutcomeBody } from "../../src/audit/entry.ts";
import { GENESIS, seal } from "../../src/audit/record.ts";
import { entrySchema } from "../../src/audit/schema.ts";
import type { Fault } from "../../src/decision/fault.ts";
import { REASONS } from "../../src/model/reasons.ts";
import { budgetWarning, called, charge, decision, joined, outcome, returned, toolUse } from "./bodies.ts";

const actor = { key: null, team: null, fingerprint: "3fa4b2c1" };
const finding = {
  guardrail: "secrets",
  pattern: "aws-key",
  stage: "request",
  place: "tool-result",
  done: "redact",
  observed: "reject",
  count: 2,
  values: ["k7fq3mzx2a"],
} as const;
const scan = { texts: 3, bytes: 900, skipped: [{ reason: "image", count: 1 }] } as const;
const asking = {
  guardrail: "injection",
  service: "shield",
  texts: 2,
  verdict: "none",
  trouble: "timeout",
  why: ["PROMPT_ATTACK"],
  calls: 2,
  known: 1,
  units: 3,
  ms: 120,
} as const;

const RAN = { id: "toolu_1", name: "client-mcp:github/get_issue" };

const observed = { effect: "refuse", reason: "tool", stripped: ["Bash"], origins: ["a.policy:4"] } as const;

/** One body of each kind; the compiler finishes the list. */
const BODIES: { readonly [Kind in Body["kind"]]: Extract<Body, { readonly kind: Kind }> } = {
  decision: decision("t1", {
    findings: [finding],
    scan,
    asked: [asking],
    observed,
    stood: ["Bash"],
    defined: ["server:web_search"],
    session: "s",
    agent: "a",
    stripped: ["WebFetch"],
    ran: [RAN],
    held: [charge(1)],
  }),
  outcome: outcome("t1", {
    charges: [charge(1)],
    findings: [{ ...finding, stage: "response", place: null }],
    scan,
    asked: [asking],
    toolUses: [
      toolUse("Bash", { granted: false, withheld: { reason: "arguments", origin: "a.policy:3" } }),
      toolUse("Read", { observed: { effect: "refuse", origin: "a.policy:4" } }),
      toolUse(RAN.name, { id: RAN.id }),
    ],
  }),
  call: called("t3", {
    effect: "refuse",
    reason: "arguments",
    toolUse: null,
    observed,
    charges: [charge(1)],
    confirmation: { answer: "decline", origin: "a.policy:5" },
  }),
  return: returned("t3", {
    end: "upstream-failed",
    fault: "timeout",
    result: "none",
    oversize: { bytes: 70_000, max: 64_000, origin: "a.policy:6" },
    search: {
      texts: 2,
      bytes: 40,
      skipped: [{ reason: "image", count: 1 }],
      found: [{ rule: "a.policy:7", pattern: "email", place: "text", done: "redact", count: 1, values: ["a"] }],
      withheld: { reason: "size", origin: "a.policy:7" },
    },
    firstByteMs: null,
  }),
  heard: {
    kind: "heard",
    ticket: "t4",
    actor,
    server: "github",
    oversize: null,
    search: {
      texts: 1,
      bytes: 12,
      skipped: [],
      found: [{ rule: "a.policy:7", pattern: "email", place: "notice", done: "flag", count: 1, values: ["a"] }],
      withheld: null,
    },
  },
  drift: {
    kind: "drift",
    server: "github",
    action: "quarantine",
    origin: "a.policy:4",
    count: 2,
    drift: [
      { tool: null, change: "instructions" },
      { tool: "get_issue", change: "gone" },
    ],
  },
  join: joined({ finding: "outside", call: null, session: "s" }),
  altered: {
    kind: "altered",
    ticket: "t1",
    actor,
    server: "github",
    action: "block",
    origin: "mcp.policy:4",
    count: 2,
    tools: ["get_issue", "list_issues"],
  },
  fault: { kind: "fault", ticket: "t2", actor, fault: "malformed", status: 400, path: "/v1/messages" },
  "policy.load": {
    kind: "policy.load",
    revision: "r",
    commit: null,
    content: "a".repeat(64),
    keys: 2,
    packs: [{ name: "pii", content: "b".repeat(64) }],
  },
  "policy.reject": { kind: "policy.reject", revision: "r", content: "a".repeat(64), faults: ["GW2003 a.policy:4"] },
  "budget.warn": budgetWarning("t1"),
  recovery: { kind: "recovery", truncatedBytes: 12, open: ["t0"], charges: [charge(1)] },
  start: { kind: "start", version: "0.1.0" },
  stop: { kind: "stop" },
};
const FAULTS: Readonly<Record<Fault, true>> = {
  endpoint: true,
  origin: true,
  malformed: true,
  "too-large": true,
  overloaded: true,
  "media-type": true,
  upstream: true,
  timeout: true,
  issuer: true,
  audit: true,
  draining: true,
  internal: true,
};
const ENDS: Readonly<Record<OutcomeBody["end"], true>> = {
  complete: true,
  "client-gone": true,
  "upstream-failed": true,
  stopped: true,
};

function written(body: Body): Record<string, unknown> {
  const at = "2026-11-23T12:00:00.123Z";
  return JSON.parse(seal({ v: 1, seq: 1, at, boot: "b", log: "l", body, prev: GENESIS }).line);
}

test("whatever may be written can be read", () => {
  for (const body of Object.values(BODIES)) assert.deepEqual(entrySchema.parse(written(body)).body, body);
  for (const reason of REASONS) entrySchema.parse(written(decision("t", { effect: "refuse", reason })));
  for (const fault of Object.keys(FAULTS) as Fault[]) {
    entrySchema.parse(written({ ...BODIES.fault, fault }));
    entrySchema.parse(written(outcome("t", { fault })));
  }
  for (const done of ACTS)
    entrySchema.parse(written(outcome("t", { findings: [{ ...finding, done, observed: done }] })));
  for (const end of Object.keys(ENDS) as OutcomeBody["end"][]) entrySchema.parse(written(outcome("t", { end })));
});

/** Members that records of before do not have, each behind what it is a member of; they are read all the same. */
const LATER = new Set([
  ...["place", "done", "observed", "values"].map((name) => `findings.${name}`),
  ...["stood", "defined", "scan", "asked", "observed", "held", "ran"].map((name) => `decision.${name}`),
  "outcome.scan",
  "outcome.asked",
  "call.observed",
  "call.charges",
  "call.confirmation",
  "return.oversize",
  "return.search",
  ...["id", "withheld", "observed"].map((name) => `toolUses.${name}`),
  "recovery.charges",
  "policy.load.packs",
]);

test("a member too many, too few or of another type is refused, at every depth", () => {
  let tried = 0;
  const visit = (record: Record<string, unknown>, node: unknown, within: string): void => {
    if (node === null || typeof node !== "object") return;
    if (Array.isArray(node)) {
      for (const item of node) visit(record, item, within);
      return;
    }
    const object = node as Record<string, unknown>;
    object.extra = 1;
    assert.equal(entrySchema.safeParse(record).success, false);
    delete object.extra;
    for (const [name, value] of Object.entries(object)) {
      delete object[name];
      assert.equal(entrySchema.safeParse(record).success, LATER.has(`${within}.${name}`), `without ${within}.${name}`);
      object[name] = { of: "another type" };
      assert.equal(entrySchema.safeParse(record).success, false, `with another ${name}`);
      object[name] = value;
      tried += 1;
      visit(record, value, name === "body" ? String((value as Body).kind) : name);
    }
  };
  for (const body of Object.values(BODIES)) {
    const record = written(body);
    visit(record, record, "record");
    assert.equal(entrySchema.safeParse(record).success, true);
  }
  assert.ok(tried > 100);
});
