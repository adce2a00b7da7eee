/** The record's form for readers, strict: an unknown member is refused. Writers go by the types of entry.ts alone. */
import { z } from "zod";
import { REASONS } from "../model/reasons.ts";
import { ACTS, type Entry } from "./entry.ts";

const count = z.int().nonnegative();
const text = z.string();
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const actor = z.strictObject({ key: text.nullable(), team: text.nullable(), fingerprint: text.nullable() });
const act = z.enum(ACTS);
// Members with a default are not in records of before; a log is read whole or not at all.
const finding = z.strictObject({
  guardrail: text,
  pattern: text,
  stage: z.enum(["request", "response"]),
  place: z.enum(["user", "tool-result", "tool-input", "system", "document"]).nullable().default(null),
  done: act.nullable().default(null),
  observed: act.nullable().default(null),
  count,
  values: z.array(text).default([]),
});
const skipped = z.array(
  z.strictObject({ reason: z.enum(["place", "sample", "known", "thinking", "image", "file", "unknown"]), count }),
);
const scan = z
  .strictObject({
    texts: count,
    bytes: count,
    skipped,
  })
  .nullable()
  .default(null);
const asking = z.strictObject({
  guardrail: text,
  service: text,
  texts: count,
  verdict: z.enum(["pass", "flagged", "none"]),
  trouble: text.nullable(),
  why: z.array(text),
  calls: count,
  known: count,
  units: z.number().nonnegative(),
  ms: count,
});
const observed = z.strictObject({
  effect: z.enum(["allow", "refuse"]),
  reason: z.enum(REASONS).nullable(),
  stripped: z.array(text),
  origins: z.array(text),
});
const fault = z.enum([
  "endpoint",
  "origin",
  "malformed",
  "too-large",
  "overloaded",
  "media-type",
  "upstream",
  "timeout",
  "issuer",
  "audit",
  "draining",
  "internal",
]);
const usage = z.strictObject({
  input: count,
  output: count,
  cacheRead: count,
  cacheWrite: count,
  cacheWrite1h: count,
});
const period = z.enum(["sec", "min", "hour", "day", "week", "month"]);
const charge = z.strictObject({
  counter: text,
  measure: z.enum(["requests", "tokens", "budget", "calls"]),
  period,
  amount: z.number().nonnegative(),
  ceiling: z.number().nonnegative(),
  at: count,
});

const decision = z.strictObject({
  kind: z.literal("decision"),
  ticket: text,
  actor,
  revision: text,
  commit: text.nullable(),
  effect: z.enum(["allow", "refuse"]),
  reason: z.enum(REASONS).nullable(),
  origins: z.array(text),
  purpose: z.enum(["generate", "count", "models", "tools"]),
  model: text.nullable(),
  stream: z.boolean(),
  provider: text.nullable(),
  bytes: count,
  tools: count,
  stripped: z.array(text),
  stood: z.array(text).default([]),
  defined: z.array(text).default([]),
  findings: z.array(finding),
  scan,
  asked: z.array(asking).default([]),
  observed: observed.nullable().default(null),
  session: text.nullable(),
  agent: text.nullable(),
  held: z.array(charge).default([]),
  ran: z.array(z.strictObject({ id: text, name: text })).default([]),
});
const outcome = z.strictObject({
  kind: z.literal("outcome"),
  ticket: text,
  actor,
  end: z.enum(["complete", "client-gone", "upstream-failed", "stopped"]),
  fault: fault.nullable(),
  status: count,
  model: text.nullable(),
  stream: z.boolean(),
  provider: text.nullable(),
  upstreamRequestId: text.nullable(),
  usage: usage.nullable(),
  microUsd: z.number().nonnegative(),
  priced: z.boolean(),
  charges: z.array(charge),
  toolUses: z.array(
    z.strictObject({
      name: text,
      granted: z.boolean(),
      id: text.nullable().default(null),
      withheld: z
        .strictObject({ reason: z.enum(REASONS), origin: text })
        .nullable()
        .default(null),
      observed: z
        .strictObject({ effect: z.enum(["allow", "refuse"]), origin: text })
        .nullable()
        .default(null),
    }),
  ),
  findings: z.array(finding),
  scan,
  asked: z.array(asking).default([]),
  bytes: count,
  firstByteMs: z.number().nonnegative().nullable(),
  totalMs: z.number().nonnegative(),
});
const call = z.strictObject({
  kind: z.literal("call"),
  ticket: text,
  actor,
  revision: text,
  commit: text.nullable(),
  effect: z.enum(["allow", "refuse"]),
  reason: z.enum(REASONS).nullable(),
  origins: z.array(text),
  name: text,
  method: text,
  arguments: text,
  observed: observed.nullable().default(null),
  confirmation: z
    .strictObject({ answer: z.enum(["accept", "decline", "cancel", "asked", "unable", "expired"]), origin: text })
    .nullable()
    .default(null),
  toolUse: text.nullable(),
  bytes: count,
  charges: z.array(charge).default([]),
});
const resultSearch = z.strictObject({
  texts: count,
  bytes: count,
  skipped,
  found: z.array(
    z.strictObject({
      rule: text,
      pattern: text,
      place: z.enum(["text", "structured", "resource", "error", "notice", "question", "other"]),
      done: z.enum(["redact", "flag"]),
      count,
      values: z.array(text),
    }),
  ),
  withheld: z.strictObject({ reason: z.enum(["size", "unreadable"]), origin: text }).nullable(),
});
const oversize = z.strictObject({ bytes: count, max: count, origin: text }).nullable();
const returned = z.strictObject({
  kind: z.literal("return"),
  ticket: text,
  actor,
  end: z.enum(["complete", "client-gone", "upstream-failed", "stopped"]),
  fault: fault.nullable(),
  status: count,
  name: text,
  result: z.enum(["ok", "tool-error", "asks", "error", "none"]),
  oversize: oversize.default(null),
  search: resultSearch.nullable().default(null),
  bytes: count,
  firstByteMs: z.number().nonnegative().nullable(),
  totalMs: z.number().nonnegative(),
});
const join = z.strictObject({
  kind: z.literal("join"),
  actor,
  finding: z.enum(["joined", "unissued", "mismatched", "bypassed", "outside"]),
  toolUse: text,
  name: text,
  call: text.nullable(),
  answer: text.nullable(),
  session: text.nullable(),
  agent: text.nullable(),
});
const body = z.discriminatedUnion("kind", [
  decision,
  outcome,
  call,
  returned,
  join,
  z.strictObject({
    kind: z.literal("heard"),
    ticket: text,
    actor,
    server: text,
    oversize,
    search: resultSearch.nullable(),
  }),
  z.strictObject({
    kind: z.literal("drift"),
    server: text,
    action: z.enum(["warn", "block", "quarantine"]),
    origin: text,
    count,
    drift: z.array(
      z.strictObject({ tool: text.nullable(), change: z.enum(["changed", "new", "gone", "instructions"]) }),
    ),
  }),
  z.strictObject({
    kind: z.literal("altered"),
    ticket: text,
    actor,
    server: text,
    action: z.enum(["warn", "block", "quarantine"]),
    origin: text,
    count,
    tools: z.array(text),
  }),
  z.strictObject({ kind: z.literal("fault"), ticket: text, actor, fault, status: count, path: text }),
  z.strictObject({
    kind: z.literal("policy.load"),
    revision: text,
    commit: text.nullable(),
    content: hex64,
    keys: count,
    packs: z
      .array(z.strictObject({ name: text, content: hex64 }))
      .nullable()
      .default(null),
  }),
  z.strictObject({
    kind: z.literal("policy.reject"),
    revision: text,
    content: text,
    faults: z.array(text),
  }),
  z.strictObject({
    kind: z.literal("budget.warn"),
    ticket: text,
    actor,
    counter: text,
    period,
    since: count,
    warnAt: count,
    used: z.number().nonnegative(),
    ceiling: z.number().nonnegative(),
    origin: text,
  }),
  z.strictObject({
    kind: z.literal("recovery"),
    truncatedBytes: count,
    open: z.array(text),
    charges: z.array(charge).default([]),
  }),
  z.strictObject({ kind: z.literal("start"), version: text }),
  z.strictObject({ kind: z.literal("stop") }),
]);

/** One record, as verify.ts and tail.ts read it. */
export const entrySchema: z.ZodType<Entry> = z.strictObject({
  v: z.literal(1),
  seq: z.int().positive(),
  at: z.iso.datetime({ precision: 3 }),
  boot: text,
  log: text,
  body,
  prev: hex64,
  hash: hex64,
});
