/**
 * One record of the audit trail, as written: a line of strict JSON. `hash` is SHA-256 over the line's bytes without the
 * hash member; `prev` is the hash of the record before it. No prompt text, no key, no credential; money in whole
 * micro-dollars. journal.ts appends entries, verify.ts checks them, telemetry/ counts them.
 */

import type { Drift } from "../decision/drift.ts";
import type { Fault } from "../decision/fault.ts";
import type { Usage } from "../decision/usage.ts";
import type { OnDrift, Period, Place } from "../language/tree.ts";
import type { Measure } from "../model/model.ts";
import type { Reason } from "../model/reasons.ts";

/** Who asked, as recorded: names only. `key` is null for an unknown key; then `fingerprint` is 8 hex digits of its hash. */
export interface Actor {
  readonly key: string | null;
  readonly team: string | null;
  readonly fingerprint: string | null;
}

/** What a request paid into one counter, or is expected to. `at` is the moment it was reserved, ms since the epoch. */
export interface Charge {
  readonly counter: string;
  readonly measure: Exclude<Measure, "concurrency">;
  readonly period: Period;
  readonly amount: number;
  /** What the counter allowed when the request was admitted; a rolling limit drains by it when a log is read back. */
  readonly ceiling: number;
  readonly at: number;
}

/**
 * What was done about a finding, from the mildest to the strongest. `withhold`: a call was taken out of an answer for what
 * its input holds, or a text out of the history because a service flags it.
 */
export const ACTS = ["flag", "mask", "redact", "withhold", "reject"] as const;
export type Act = (typeof ACTS)[number];

/** Findings of a guardrail: how many, never what. */
export interface Finding {
  readonly guardrail: string;
  /** The pattern that found it, or the service that flagged it. */
  readonly pattern: string;
  readonly stage: "request" | "response";
  /** Where in a request; null in an answer. */
  readonly place: Place | null;
  /** null when nothing was. */
  readonly done: Act | null;
  /** What is only observed and would have been done; null when nothing more than was. */
  readonly observed: Act | null;
  readonly count: number;
  /** Keyed hashes of the first different values, as placeholders have them. */
  readonly values: readonly string[];
}

/** Why a part of a request or an answer was not looked at. */
export type Unscanned =
  /** No guardrail looks at such places. */
  | "place"
  /** Texts that a guardrail left out for its sample. */
  | "sample"
  | "thinking"
  | "image"
  /** A file or a document that is no text. */
  | "file"
  /** Texts that an earlier request of the conversation had, and that were looked at then. */
  | "known"
  /** A block of a type that is not known: only what is called like a text in it was looked at. */
  | "unknown";

/** What guardrails looked at: texts and their bytes; and how many parts they did not, by reason. */
export interface Scan {
  readonly texts: number;
  readonly bytes: number;
  readonly skipped: readonly { readonly reason: Unscanned; readonly count: number }[];
}

/** What statements that are only observed would have decided, where that is something else than what was. */
export interface Observed {
  readonly effect: "allow" | "refuse";
  readonly reason: Reason | null;
  /** Tools that would have been taken out of the request besides those that were; of very many the first ones. */
  readonly stripped: readonly string[];
  readonly origins: readonly string[];
}

/** What came of asking a service for a guardrail; never what it was asked. */
export interface Asking {
  readonly guardrail: string;
  readonly service: string;
  /** Texts that it was asked about; those that it judged harmless before are not among them. */
  readonly texts: number;
  readonly verdict: "pass" | "flagged" | "none";
  /** Why there is no verdict, or not about all of them; null otherwise. */
  readonly trouble: string | null;
  /** The service's own names for what it found. */
  readonly why: readonly string[];
  /** Calls made, pieces whose verdict was known, and the service's own units of cost. */
  readonly calls: number;
  readonly known: number;
  readonly units: number;
  readonly ms: number;
}

export interface DecisionBody {
  readonly kind: "decision";
  readonly ticket: string;
  readonly actor: Actor;
  readonly revision: string;
  readonly commit: string | null;
  readonly effect: "allow" | "refuse";
  readonly reason: Reason | null;
  /** `file:line` of every deciding statement. */
  readonly origins: readonly string[];
  /** What was asked for; `tools` at an address of a server of tools, for whatever has no record of its own there. */
  readonly purpose: "generate" | "count" | "models" | "tools";
  readonly model: string | null;
  readonly stream: boolean;
  readonly provider: string | null;
  readonly bytes: number;
  readonly tools: number;
  /** Tools that policy does not grant, each once; of very many the first ones. They were taken out, but for what `stood`. */
  readonly stripped: readonly string[];
  /** Tools that were left in, or out, because the conversation had begun so, though policy says otherwise by now. */
  readonly stood: readonly string[];
  /** Tools that the request has the provider carry out, each once; what limits it gives them is not kept. */
  readonly defined: readonly string[];
  readonly findings: readonly Finding[];
  /** null when no guardrail looks at the caller's requests. */
  readonly scan: Scan | null;
  readonly asked: readonly Asking[];
  readonly observed: Observed | null;
  readonly session: string | null;
  readonly agent: string | null;
  /** What was set aside in each counter, until an outcome says what was used. */
  readonly held: readonly Charge[];
  /** Calls of tools of servers that the client says it has carried out since the last answer. */
  readonly ran: readonly { readonly id: string; readonly name: string }[];
}

/** A call in an answer: its tool, and whether policy let it through; never what it was called with. */
export interface ToolUse {
  /** As policy names it, but for tools of servers, which have the client's label. */
  readonly name: string;
  readonly granted: boolean;
  /** null but for tools of servers. */
  readonly id: string | null;
  /** Why it was not granted, and `file:line` of the deciding statement; null when it was. */
  readonly withheld: { readonly reason: Reason; readonly origin: string } | null;
  /** What statements that are only observed would have made of it, where that is something else; else null. */
  readonly observed: { readonly effect: "allow" | "refuse"; readonly origin: string } | null;
}

export interface OutcomeBody {
  readonly kind: "outcome";
  readonly ticket: string;
  readonly actor: Actor;
  readonly end: "complete" | "client-gone" | "upstream-failed" | "stopped";
  /** The fault, when `end` is not `complete`; null otherwise. */
  readonly fault: Fault | null;
  readonly status: number;
  readonly model: string | null;
  readonly stream: boolean;
  readonly provider: string | null;
  readonly upstreamRequestId: string | null;
  readonly usage: Usage | null;
  readonly microUsd: number;
  /** False when the model has no price row and the dearest known one was charged. */
  readonly priced: boolean;
  readonly charges: readonly Charge[];
  readonly toolUses: readonly ToolUse[];
  readonly findings: readonly Finding[];
  /** null when no guardrail looks at the caller's answers by itself, or none came. */
  readonly scan: Scan | null;
  readonly asked: readonly Asking[];
  readonly bytes: number;
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

/** The decision about a call of something that a server of tools offers. */
export interface CallBody {
  readonly kind: "call";
  readonly ticket: string;
  readonly actor: Actor;
  readonly revision: string;
  readonly commit: string | null;
  readonly effect: "allow" | "refuse";
  readonly reason: Reason | null;
  readonly origins: readonly string[];
  /** What was called, as policy names it: `mcp:github/get_issue`. */
  readonly name: string;
  /** `tools/call`, `resources/read` and so on. */
  readonly method: string;
  /** Keyed hash of the arguments, 16 hex digits: equal arguments can be told, but not what they were. */
  readonly arguments: string;
  readonly observed: Observed | null;
  /**
   * What came of asking a person by a form of the gateway's; null when nobody had to be asked. `asked`: the client was told to
   * ask and come back. `unable`: it cannot. `expired`: it came back too late, or with another call.
   */
  readonly confirmation: {
    readonly answer: "accept" | "decline" | "cancel" | "asked" | "unable" | "expired";
    /** `file:line` of the `ask tools`. */
    readonly origin: string;
  } | null;
  /** The id of the model's call that this one carries out, as the client says; null when it does not. */
  readonly toolUse: string | null;
  readonly bytes: number;
  /** What it took from limits on calls. A call is one call whatever comes of it, so that nothing corrects this. */
  readonly charges: readonly Charge[];
}

/** Findings in what a tool gave back: how many, never what. */
export interface ResultFinding {
  /** `file:line` of the `results … redact` or `… flag`. */
  readonly rule: string;
  readonly pattern: string;
  readonly place: "text" | "structured" | "resource" | "error" | "notice" | "question" | "other";
  readonly done: "redact" | "flag";
  readonly count: number;
  /** Keyed hashes of the first different values, as placeholders have them. */
  readonly values: readonly string[];
}

/** What was looked for in what a tool gave back. */
export interface ResultSearch extends Scan {
  readonly found: readonly ResultFinding[];
  /** Why it could not be searched, and `file:line` of what it was to be searched for: it was withheld. null when it could. */
  readonly withheld: { readonly reason: "size" | "unreadable"; readonly origin: string } | null;
}

/** How an admitted call ended. */
export interface ReturnBody {
  readonly kind: "return";
  readonly ticket: string;
  readonly actor: Actor;
  readonly end: OutcomeBody["end"];
  readonly fault: Fault | null;
  readonly status: number;
  readonly name: string;
  /** What the server said: a result, a result that is an error, a question of its own, an error, or nothing. */
  readonly result: "ok" | "tool-error" | "asks" | "error" | "none";
  /** The result was larger than policy lets through, and a sentence about that went on in its place; null when it was not. */
  readonly oversize: {
    readonly bytes: number;
    readonly max: number;
    /** `file:line` of the `results … max`. */
    readonly origin: string;
  } | null;
  /** null when nothing was looked for in what came back, or nothing came. */
  readonly search: ResultSearch | null;
  readonly bytes: number;
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

/**
 * What lines about results made of what a server said outside of any call: one message on the stream of a session, or what
 * came beside the answer to a request without a record of its own. Recorded only where something was found or withheld.
 */
export interface HeardBody {
  readonly kind: "heard";
  /** Of the request whose stream or answer it came on. */
  readonly ticket: string;
  readonly actor: Actor;
  readonly server: string;
  readonly oversize: ReturnBody["oversize"];
  readonly search: ResultSearch | null;
}

/** What a server offers is another than was pinned, or other than it was a moment ago; `count` is 0 when all is as pinned again. */
export interface DriftBody {
  readonly kind: "drift";
  readonly server: string;
  readonly action: OnDrift;
  /** `file:line` of the `pins`. */
  readonly origin: string;
  readonly count: number;
  /** The first of the differences; `tool` is null for the instructions. */
  readonly drift: readonly { readonly tool: string | null; readonly change: Drift["change"] }[];
}

/** A request tells its model something else of tools of a server than what was pinned; once for each conversation. */
export interface AlteredBody {
  readonly kind: "altered";
  readonly ticket: string;
  readonly actor: Actor;
  readonly server: string;
  readonly action: OnDrift;
  /** `file:line` of the `pins`. */
  readonly origin: string;
  readonly count: number;
  /** The first of the tools, as clients write their names. */
  readonly tools: readonly string[];
}

/** What shows when the calls that models ask for and the calls of servers of tools are held against each other. */
export interface JoinBody {
  readonly kind: "join";
  readonly actor: Actor;
  /**
   * `joined`: the call carries out what an answer asked for. `unissued`: no answer to this key had the id. `mismatched`: the
   * answer asked for another tool. `bypassed`: a tool under the name of a server of the gateway was carried out and never
   * called here. `outside`: the same for a server that the client brought along.
   */
  readonly finding: "joined" | "unissued" | "mismatched" | "bypassed" | "outside";
  readonly toolUse: string;
  /** The tool, as policy names it. */
  readonly name: string;
  /** Tickets of the call and of the answer; null where there is none. */
  readonly call: string | null;
  readonly answer: string | null;
  readonly session: string | null;
  readonly agent: string | null;
}

/** A request that never reached a decision: unreadable, no such endpoint. */
export interface FaultBody {
  readonly kind: "fault";
  readonly ticket: string;
  readonly actor: Actor;
  readonly fault: Fault;
  readonly status: number;
  readonly path: string;
}

export interface PolicyLoadBody {
  readonly kind: "policy.load";
  readonly revision: string;
  readonly commit: string | null;
  readonly content: string;
  readonly keys: number;
  /** The builtin packs that it brings in, by name and SHA-256: no revision tells of them. null in records of before. */
  readonly packs: readonly { readonly name: string; readonly content: string }[] | null;
}

/** A change that was not taken: the last good revision stays in force. `faults` are codes with `file:line`, no text. */
export interface PolicyRejectBody {
  readonly kind: "policy.reject";
  readonly revision: string;
  readonly content: string;
  readonly faults: readonly string[];
}

/**
 * A budget reached the share of it at which it warns: told once for each counter and each of its windows, however many
 * requests, changes of the policy and starts that window sees. The request is the one that brought it there.
 */
export interface BudgetWarnBody {
  readonly kind: "budget.warn";
  readonly ticket: string;
  readonly actor: Actor;
  readonly counter: string;
  readonly period: Period;
  /** Where the window begins, ms since the epoch. */
  readonly since: number;
  /** In hundredths of the ceiling. */
  readonly warnAt: number;
  /** In micro-dollars; what requests under way have set aside is not in it. */
  readonly used: number;
  readonly ceiling: number;
  /** `file:line` of the budget. */
  readonly origin: string;
}

/**
 * A start on an existing log: what was cut from a torn tail, and decisions without an outcome. Nobody knows how far these
 * came, so what they had set aside counts as used: `charges`.
 */
export interface RecoveryBody {
  readonly kind: "recovery";
  readonly truncatedBytes: number;
  readonly open: readonly string[];
  readonly charges: readonly Charge[];
}

export interface StartBody {
  readonly kind: "start";
  readonly version: string;
}
export interface StopBody {
  readonly kind: "stop";
}

export type Body =
  | DecisionBody
  | OutcomeBody
  | CallBody
  | ReturnBody
  | HeardBody
  | JoinBody
  | DriftBody
  | AlteredBody
  | FaultBody
  | PolicyLoadBody
  | PolicyRejectBody
  | BudgetWarnBody
  | RecoveryBody
  | StartBody
  | StopBody;

/** Whether a record is a decision, which something has to follow when it let a caller through. */
export function isDecision(kind: Body["kind"]): kind is "decision" | "call" {
  return kind === "decision" || kind === "call";
}

/** Whether a record says how something ended that was let through. */
export function isOutcome(kind: Body["kind"]): kind is "outcome" | "return" {
  return kind === "outcome" || kind === "return";
}

export interface Entry {
  readonly v: 1;
  readonly seq: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  /** Changes with every start of the process. */
  readonly boot: string;
  readonly log: string;
  readonly body: Body;
  readonly prev: string;
  readonly hash: string;
}
