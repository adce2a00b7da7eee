/**
 * The tree of one policy file: what is written, nothing resolved. grammar.ts builds it, print.ts writes it back,
 * model/ gives it meaning. Unions are closed on `kind`; every part has a span.
 */
import type { Allowance } from "./allowance.ts";
import type { Source, Span } from "./source.ts";

/** A piece of text with its place: a name, a glob, a reference or the content of a string. */
export interface Word {
  readonly text: string;
  readonly span: Span;
}

/** One entry of a list of names: `@group` (text without the sigil), or a plain name or glob. */
export interface Item {
  readonly kind: "reference" | "glob";
  readonly text: string;
  readonly span: Span;
}

export type Period = "sec" | "min" | "hour" | "day" | "week" | "month";
export type Scope = "key" | "team" | "block";
export type Subject = { readonly kind: "org" | "team" | "key"; readonly name: Word };
export type Thing = "models" | "tools" | "providers";

/** A point in time as written; a date alone means its last moment (of `from`: its first) in the org's zone. */
export interface Instant {
  readonly text: string;
  readonly dateOnly: boolean;
  /** Milliseconds since the epoch of a date with time and offset; null for a date alone, which needs the org's zone. */
  readonly ms: number | null;
  readonly span: Span;
}

/** `$50/day`: an amount in micro-dollars per period. */
export interface MoneyRate {
  readonly microUsd: number;
  readonly period: Period;
  readonly span: Span;
}

/** `5_000/min`, `2M/hour`: a whole number per period. */
export interface Rate {
  readonly amount: number;
  readonly period: Period;
  readonly span: Span;
}

/** Where a value lies in the input of a call: `repo.name`, `"/a~1b"`. Empty: the value itself, `it`. */
export interface Field {
  readonly path: readonly string[];
  readonly span: Span;
}

/** A value to compare with. */
export interface Operand {
  readonly value: string | number | boolean;
  readonly span: Span;
}

/** What a condition asks of one value. */
export type ConditionTest =
  | { readonly kind: "equals" | "differs"; readonly value: Operand; readonly span: Span }
  | { readonly kind: "in"; readonly values: readonly Operand[]; readonly span: Span }
  | {
      readonly kind: "order";
      readonly order: "<" | "<=" | ">" | ">=";
      readonly than: Operand;
      readonly span: Span;
    }
  | { readonly kind: "like"; readonly glob: Word; readonly span: Span }
  | { readonly kind: "matches"; readonly regex: Regex; readonly span: Span }
  | { readonly kind: "under"; readonly folder: Word; readonly span: Span }
  | { readonly kind: "within"; readonly globs: readonly Word[]; readonly span: Span };

/** What stands behind `where`: what the input of a call has to be. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[]; readonly span: Span }
  | { readonly kind: "not"; readonly part: Condition; readonly span: Span }
  | { readonly kind: "has"; readonly field: Field; readonly span: Span }
  /** `size`: of its bytes or entries. */
  | {
      readonly kind: "test";
      readonly field: Field;
      readonly of: "value" | "size";
      readonly test: ConditionTest;
      readonly span: Span;
    }
  /** `every labels in ["bug"]`, `any files (path like "*.key")`: the fields of `part` are those of an entry. */
  | { readonly kind: "every" | "any"; readonly field: Field; readonly part: Condition; readonly span: Span };

export interface AccessStatement {
  readonly kind: "access";
  /** `observe deny …`: it decides nothing, and what it would have decided is recorded. */
  readonly observe: boolean;
  readonly effect: "allow" | "deny" | "only";
  readonly thing: Thing;
  readonly items: readonly Item[];
  /** Of calls of tools: what their input has to be. */
  readonly where: Condition | null;
  readonly until: Instant | null;
  readonly span: Span;
}

/**
 * `deny tools @egress after tools @untrusted`: once a tool of the second list was called in a conversation, those of the
 * first may not be called in it any more.
 */
export interface FlowStatement {
  readonly kind: "flow";
  /** `observe deny … after …`: it decides nothing, and what it would have decided is recorded. */
  readonly observe: boolean;
  readonly items: readonly Item[];
  readonly after: readonly Item[];
  readonly until: Instant | null;
  readonly span: Span;
}

/** `ask tools mcp:github/merge_* where base = "main"`: a person has to confirm each call of these, or each such call. */
export interface AskStatement {
  readonly kind: "ask";
  readonly items: readonly Item[];
  readonly where: Condition | null;
  readonly until: Instant | null;
  readonly span: Span;
}

/** `email`, `@pii` or `@pii.email`, where patterns are named. */
export interface PatternName {
  readonly kind: "pattern" | "pack";
  readonly name: Word;
  readonly span: Span;
}

/** `results mcp:github/* max 64k redact @secrets flag @pii`: what comes back from any of these tools, and how much of it. */
export interface ResultsStatement {
  readonly kind: "results";
  readonly items: readonly Item[];
  /** Bytes; null when not written. */
  readonly max: number | null;
  /** What is taken out of it, and what is only recorded; empty when not written. */
  readonly redact: readonly PatternName[];
  readonly flag: readonly PatternName[];
  readonly until: Instant | null;
  readonly span: Span;
}

export interface GuardStatement {
  readonly kind: "guard";
  /** `observe guard …`: it decides nothing, and what it would have done is recorded. */
  readonly observe: boolean;
  readonly names: readonly Word[];
  readonly until: Instant | null;
  readonly span: Span;
}

export interface LimitStatement {
  readonly kind: "limit";
  readonly measure: "requests" | "tokens";
  readonly rate: Rate;
  readonly per: Scope;
  readonly until: Instant | null;
  readonly span: Span;
}

/** `limit calls mcp:github/*, Bash 60/min`: how often any of these tools is called. */
export interface CallsStatement {
  readonly kind: "calls";
  readonly items: readonly Item[];
  readonly rate: Rate;
  readonly per: Scope;
  readonly until: Instant | null;
  readonly span: Span;
}

export interface ConcurrencyStatement {
  readonly kind: "concurrency";
  readonly amount: number;
  readonly per: Scope;
  readonly until: Instant | null;
  readonly span: Span;
}

export interface BudgetStatement {
  readonly kind: "budget";
  readonly rate: MoneyRate;
  readonly per: Scope;
  /** Percent of the budget at which the record and the metrics warn; null when not written. */
  readonly warnAt: number | null;
  readonly until: Instant | null;
  readonly span: Span;
}

/** `active mon-fri 07:00-20:00`: days 0 (Monday) to 6, both inclusive, and minutes of the day; `to` may be 1440. */
export interface ActiveStatement {
  readonly kind: "active";
  readonly fromDay: number;
  readonly toDay: number;
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly until: Instant | null;
  readonly span: Span;
}

/** `on ungranted tool refuse` (or `strip`, the default). */
export interface UngrantedStatement {
  readonly kind: "ungranted";
  readonly action: "strip" | "refuse";
  readonly span: Span;
}

export interface TimezoneStatement {
  readonly kind: "timezone";
  readonly zone: Word;
  readonly span: Span;
}
export interface HashStatement {
  readonly kind: "hash";
  /** 64 lower-case hex digits. */
  readonly digest: string;
  readonly span: Span;
}
export interface OwnerStatement {
  readonly kind: "owner";
  readonly owner: Word;
  readonly span: Span;
}
export interface ExpiresStatement {
  readonly kind: "expires";
  readonly at: Instant;
  readonly span: Span;
}
export interface LabelStatement {
  readonly kind: "label";
  readonly name: Word;
  readonly value: Word;
  readonly span: Span;
}

export type Statement =
  | AccessStatement
  | FlowStatement
  | AskStatement
  | ResultsStatement
  | GuardStatement
  | LimitStatement
  | CallsStatement
  | ConcurrencyStatement
  | BudgetStatement
  | ActiveStatement
  | UngrantedStatement
  | TimezoneStatement
  | HashStatement
  | OwnerStatement
  | ExpiresStatement
  | LabelStatement;

/** Every declaration: `doc` is its `##` comment, lines joined by a newline, or null. */
interface Common {
  readonly doc: string | null;
  readonly span: Span;
}

export interface UseDeclaration extends Common {
  readonly kind: "use";
  readonly name: Word;
  /**
   * `from builtin`, `from "packs/x.policy" sha256:…`, or `from gitleaks "rules.toml" sha256:…`; the digest is empty when
   * not written (GW3017 is reported).
   */
  readonly from:
    | { readonly kind: "builtin" }
    | { readonly kind: "file" | "gitleaks"; readonly path: Word; readonly digest: string };
}
export interface OrgDeclaration extends Common {
  readonly kind: "org";
  readonly name: Word;
  readonly body: readonly Statement[];
}
export interface TeamDeclaration extends Common {
  readonly kind: "team";
  readonly name: Word;
  readonly body: readonly Statement[];
}
export interface KeyDeclaration extends Common {
  readonly kind: "key";
  readonly name: Word;
  readonly team: Word;
  readonly body: readonly Statement[];
}

export type Credential =
  | { readonly kind: "env"; readonly name: Word; readonly span: Span }
  | { readonly kind: "file"; readonly path: Word; readonly span: Span }
  /** What the surroundings of the process give: its role with AWS, its service account with Google. */
  | { readonly kind: "aws" | "google"; readonly span: Span };

export type ProviderStatement =
  | { readonly kind: "kind"; readonly name: Word; readonly span: Span }
  | { readonly kind: "url"; readonly url: Word; readonly span: Span }
  | { readonly kind: "credential"; readonly credential: Credential; readonly span: Span };

export interface ProviderDeclaration extends Common {
  readonly kind: "provider";
  readonly name: Word;
  readonly body: readonly ProviderStatement[];
}

/**
 * `price claude-haiku-5-5 input $0.10 output $0.50 cache-read $0.01 cache-write $0.125 cache-write-1h $0.20
 *  above 100k from 2026-10-07`: micro-dollars per million tokens. `above`: holds for prompts of more tokens than that
 * (null: any); `from`: the first day it holds (null: always).
 */
export interface PriceStatement {
  readonly kind: "price";
  readonly items: readonly Item[];
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly above: number | null;
  readonly from: Instant | null;
  readonly span: Span;
}

export interface ModelsDeclaration extends Common {
  readonly kind: "models";
  readonly name: Word;
  readonly items: readonly Item[];
  /** Providers in order of preference; empty when `via` is not written. */
  readonly via: readonly Word[];
  readonly prices: readonly PriceStatement[];
}
export interface ToolsDeclaration extends Common {
  readonly kind: "tools";
  readonly name: Word;
  readonly items: readonly Item[];
}

/**
 * `credential oauth "https://login.example/token" client "gateway" secret env SECRET scope "tools"`: the gateway fetches
 * tokens as a client of its own; `scope` is null when not written.
 */
export interface OAuthCredential {
  readonly kind: "oauth";
  readonly url: Word;
  readonly client: Word;
  readonly secret: Credential;
  readonly scope: Word | null;
  readonly span: Span;
}
export type ServerCredential = Credential | OAuthCredential;

/** What becomes of a server whose tools are not those that were pinned. */
export type OnDrift = "warn" | "block" | "quarantine";

/** What a server may ask of a client in the middle of a call. */
export type Asking = "elicit" | "sample" | "roots";

export type ServerStatement =
  | { readonly kind: "url"; readonly url: Word; readonly span: Span }
  /** `command "mcp-server-files" "/srv/docs"`: the program and its arguments. */
  | { readonly kind: "command"; readonly words: readonly Word[]; readonly span: Span }
  /** `env LANG, TZ`: variables of the gateway's own environment that the program inherits. */
  | { readonly kind: "env"; readonly names: readonly Word[]; readonly span: Span }
  | { readonly kind: "credential"; readonly credential: ServerCredential; readonly span: Span }
  /** `timeout 30sec idle 10min total`, in milliseconds; `total` is null when not written. */
  | { readonly kind: "timeout"; readonly idle: number; readonly total: number | null; readonly span: Span }
  /** `pins "mcp/github.lock" on drift block`; `onDrift` is null when not written. */
  | { readonly kind: "pins"; readonly path: Word; readonly onDrift: OnDrift | null; readonly span: Span }
  | {
      readonly kind: "may";
      readonly asks: readonly { readonly asking: Asking; readonly span: Span }[];
      readonly span: Span;
    };

/** `mcp github { … }`: a server of tools that the gateway holds. */
export interface ServerDeclaration extends Common {
  readonly kind: "mcp";
  readonly name: Word;
  readonly body: readonly ServerStatement[];
}

/** `/…/i`: the source between the slashes, unescaped only for `\/`, and its flags (`i`, `m`, `s`). */
export interface Regex {
  readonly pattern: string;
  readonly flags: string;
  readonly span: Span;
}

export interface PatternDeclaration extends Common {
  readonly kind: "pattern";
  readonly name: Word;
  readonly matches: readonly Regex[];
  /** One of these must stand near. */
  readonly keywords: readonly Word[];
  readonly checks: readonly PatternCheck[];
  readonly unless: readonly Unless[];
  readonly severity: Severity | null;
  readonly confidence: Confidence | null;
  readonly hits: readonly Word[];
  readonly misses: readonly Word[];
}

/** `luhn`, or `entropy > 3.5`. */
export interface PatternCheck {
  readonly name: Word;
  readonly above: number | null;
  readonly span: Span;
}

/** What is fine: a value that is this text, or a value or line in which the expression is found. */
export type Unless =
  | { readonly kind: "text"; readonly on: "value" | "line"; readonly text: Word; readonly span: Span }
  | { readonly kind: "regex"; readonly on: "value" | "line"; readonly regex: Regex; readonly span: Span };

/** How certain it is that a finding is one. */
export const CONFIDENCES = ["low", "medium", "high"] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export type Stage = "request" | "response";
export type Place = "user" | "tool-result" | "tool-input" | "system" | "document";
/** How grave what a pattern finds is, from the lightest to the gravest. */
export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The forms in which guarded content may be hidden. */
export const ENCODINGS = ["base64", "percent", "hex"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** What happens to a finding. */
export type GuardDeed =
  | { readonly kind: "flag" }
  /** `mask keep 4`: stars, and so many of the last characters; 0 when not written. */
  | { readonly kind: "mask"; readonly keep: number }
  /** `redact restore tool-input`: the agent's tools get the value back. */
  | { readonly kind: "redact"; readonly restore: boolean }
  | { readonly kind: "reject"; readonly message: Word };

/** One `action` line of a guardrail. */
export interface GuardAction {
  readonly deed: GuardDeed;
  /** The severity from which on it is done; null when not written: any. */
  readonly at: Severity | null;
  /** `observe action …`: it is not done, and that it would have been is recorded. */
  readonly observe: boolean;
  readonly span: Span;
}

/** `on error block` or `on error allow`: what counts when a service gives no verdict. */
export interface OnError {
  readonly effect: "block" | "allow";
  readonly span: Span;
}

export interface GuardrailDeclaration extends Common {
  readonly kind: "guardrail";
  readonly name: Word;
  readonly on: readonly { readonly stage: Stage; readonly span: Span }[];
  readonly in: readonly { readonly place: Place; readonly span: Span }[];
  readonly match: readonly ({ readonly kind: "regex"; readonly regex: Regex; readonly span: Span } | PatternName)[];
  /** `decode base64, percent, hex`: looked through in these forms too. */
  readonly decode: readonly { readonly encoding: Encoding; readonly span: Span }[];
  /** `sample 10%`; null when not written: every request. */
  readonly sample: { readonly percent: number; readonly span: Span } | null;
  /** The service that is asked for a verdict. */
  readonly ask: { readonly service: Word; readonly span: Span } | null;
  /** `timeout 800ms`. */
  readonly timeout: { readonly ms: number; readonly span: Span } | null;
  readonly onError: OnError | null;
  readonly actions: readonly GuardAction[];
}

export type ServiceStatement =
  | { readonly kind: "kind"; readonly name: Word; readonly span: Span }
  | { readonly kind: "url"; readonly url: Word; readonly span: Span }
  | { readonly kind: "credential"; readonly credential: Credential; readonly span: Span }
  | { readonly kind: "region"; readonly region: Word; readonly span: Span }
  /** `resource "gr-abc" version 3`: what the service's owner set up there. */
  | { readonly kind: "resource"; readonly name: Word; readonly version: Word | null; readonly span: Span }
  /** `check attacks`, `check hate at 4`, `check judge "patronus:prompt-injection"`: one thing the service looks for. */
  | {
      readonly kind: "check";
      readonly name: Word;
      readonly of: Word | null;
      readonly at: number | null;
      readonly span: Span;
    };

/** `service injection-check { kind bedrock-guardrail … }`: who can be asked about a text. */
export interface ServiceDeclaration extends Common {
  readonly kind: "service";
  readonly name: Word;
  readonly body: readonly ServiceStatement[];
}

export type AuditStatement =
  | { readonly kind: "content"; readonly level: Word; readonly span: Span }
  | { readonly kind: "keep"; readonly days: number; readonly span: Span };

export interface AuditDeclaration extends Common {
  readonly kind: "audit";
  readonly body: readonly AuditStatement[];
}

/** A place of a request, or the provider's answer. */
export type SendPlace = Place | "answer";

/** What a request leaves in the tightest counter of a kind: `remaining $0.05/day`, `remaining tokens 1k/hour`. */
export interface Remaining {
  readonly measure: "requests" | "tokens" | "budget" | "calls";
  /** Micro-dollars of a budget. */
  readonly amount: number;
  readonly period: Period;
}

/** What a `send` line expects. */
export type Expectation =
  | { readonly kind: "allow"; readonly remaining: Remaining | null; readonly span: Span }
  | { readonly kind: "refuse"; readonly reason: Word | null; readonly span: Span }
  | { readonly kind: "redact" | "mask"; readonly guardrail: Word | null; readonly to: Word | null; readonly span: Span }
  /** It goes on; a guardrail flags it, or observes what it would have done. */
  | { readonly kind: "flag" | "observe"; readonly guardrail: Word | null; readonly span: Span }
  /** Of what its tool gives back: what a line about results finds gives way to a placeholder, or stays and is recorded. */
  | {
      readonly kind: "found";
      readonly deed: "redact" | "flag";
      readonly by: PatternName | null;
      readonly to: Word | null;
      readonly span: Span;
    }
  /** What its tool gives back is too large to go on. */
  | { readonly kind: "withhold"; readonly span: Span }
  /** It goes on, and a person has to confirm a call of its tool. */
  | { readonly kind: "ask"; readonly span: Span }
  /** The providers that are tried first, in order. */
  | { readonly kind: "route"; readonly providers: readonly Word[]; readonly span: Span };

/** A value as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** `input { "repo": "acme/pay" }`: what a tool is called with. */
export interface SendInput {
  readonly value: { readonly [name: string]: Json };
  readonly span: Span;
}

/** `result "…"` or `result 80k`: what the tool gives back, as its one text or by its bytes alone. */
export type SendResult =
  | { readonly kind: "text"; readonly text: string; readonly span: Span }
  | { readonly kind: "size"; readonly bytes: number; readonly span: Span };

/** What a `send` line carries; each part at most once, null when not written. */
export interface Send {
  readonly kind: "send";
  readonly model: Word | null;
  readonly tool: Word | null;
  readonly input: SendInput | null;
  readonly text: Word | null;
  /** Where the text stands; null when not written: wherever a guardrail of requests looks. */
  readonly place: SendPlace | null;
  readonly microUsd: number | null;
  readonly tokens: number | null;
  readonly times: number | null;
  readonly result: SendResult | null;
  readonly expect: Expectation;
  readonly span: Span;
}

export type TestStatement =
  | { readonly kind: "can"; readonly thing: Thing; readonly items: readonly Item[]; readonly span: Span }
  | { readonly kind: "cannot"; readonly thing: Thing; readonly items: readonly Item[]; readonly span: Span }
  | { readonly kind: "otherwise"; readonly span: Span }
  | { readonly kind: "at"; readonly at: Instant; readonly span: Span }
  | { readonly kind: "spent"; readonly rate: MoneyRate; readonly span: Span }
  | {
      readonly kind: "used";
      readonly measure: "requests" | "tokens" | "calls";
      readonly rate: Rate;
      readonly span: Span;
    }
  /** `given called WebFetch`: what was called in the conversation before. */
  | { readonly kind: "called"; readonly tools: readonly Word[]; readonly span: Span }
  /** `given used concurrency 2`: requests under way. */
  | { readonly kind: "flight"; readonly amount: number; readonly span: Span }
  | Send;

export interface TestDeclaration extends Common {
  readonly kind: "test";
  readonly name: Word;
  readonly subject: Subject;
  readonly body: readonly TestStatement[];
}

/** One promise of an invariant; `to` names who the promise is about. */
export type InvariantStatement =
  | {
      readonly kind: "never" | "onlyTo";
      readonly thing: Thing;
      readonly items: readonly Item[];
      readonly to: readonly Subject[];
      readonly span: Span;
    }
  | { readonly kind: "expires"; readonly in: Word | null; readonly days: number; readonly span: Span }
  | { readonly kind: "budget"; readonly in: Word | null; readonly rate: MoneyRate; readonly span: Span };

export interface InvariantDeclaration extends Common {
  readonly kind: "invariant";
  readonly name: Word;
  readonly body: readonly InvariantStatement[];
}

/** `delegate "teams/payments/**" to team eng/payments`; the name is the glob of the files. */
export interface DelegateDeclaration extends Common {
  readonly kind: "delegate";
  readonly name: Word;
  readonly team: Word;
}

export type Declaration =
  | UseDeclaration
  | OrgDeclaration
  | TeamDeclaration
  | KeyDeclaration
  | ProviderDeclaration
  | ModelsDeclaration
  | ToolsDeclaration
  | ServerDeclaration
  | PatternDeclaration
  | GuardrailDeclaration
  | ServiceDeclaration
  | AuditDeclaration
  | TestDeclaration
  | InvariantDeclaration
  | DelegateDeclaration;

/** A file, parsed. `version` is null when the `language` line is missing (then a diagnostic says so). */
export interface Tree {
  readonly source: Source;
  readonly version: number | null;
  readonly declarations: readonly Declaration[];
  /** What its comments allow. */
  readonly allowances: readonly Allowance[];
}
