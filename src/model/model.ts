/**
 * What a policy means: every name resolved, every unit a number, every part with its span. resolve.ts makes it from
 * trees, decision/compile.ts turns it into the table, analysis/ runs its tests. Plain data.
 */

import type { Allowance } from "../language/allowance.ts";
import type { Span } from "../language/source.ts";
import type {
  Asking,
  Confidence,
  Encoding,
  Item,
  Json,
  OnDrift,
  Period,
  Place,
  Remaining,
  Scope,
  SendPlace,
  Severity,
  Stage,
  Thing,
} from "../language/tree.ts";
import type { OAuth, Reference, ServiceCredential } from "./credentials.ts";
import type { Filter } from "./filters/filter.ts";
import type { Lock } from "./lock.ts";
import type { Predicate } from "./predicate.ts";
import type { Literal } from "./regex/literals.ts";

/** A statement's `until`, in milliseconds since the epoch; null means for ever. */
export type Until = number | null;

/**
 * One allow, deny or only, its groups expanded to globs (`client-mcp:github/get_*`, `claude-opus-*`). Along a chain of
 * nodes allow and deny accumulate, only intersects, and what no allow names is denied. Providers differ in one thing:
 * where no node of a chain has an `allow providers`, every declared provider counts as allowed.
 */
export interface Access {
  readonly effect: "allow" | "deny" | "only";
  readonly thing: Thing;
  readonly globs: readonly string[];
  /** The list as its author wrote it, groups by their names: what people are told. */
  readonly written: readonly string[];
  /** Names that the globs hold and that are not meant: what is pinned, of a server whose other tools are denied. */
  readonly except: readonly string[];
  /** Of calls of tools: what their input has to be for the statement to count; null: anything. */
  readonly where: Predicate | null;
  readonly until: Until;
  readonly span: Span;
}

/**
 * `deny tools … after tools …`, its groups expanded to globs: once a tool of `after` was called in a conversation, those of
 * `globs` may not be called in it any more. They stay offered.
 */
export interface Flow {
  readonly globs: readonly string[];
  readonly after: readonly string[];
  /** Both lists as their author wrote them. */
  readonly written: { readonly tools: readonly string[]; readonly after: readonly string[] };
  /** It decides nothing here; what it would have decided is recorded. */
  readonly observe: boolean;
  readonly until: Until;
  readonly span: Span;
}

/**
 * `ask tools … where …`, its groups expanded to globs: a person has to confirm each call of a granted tool of the list whose
 * input is, or may be, as the condition says.
 */
export interface Confirmation {
  readonly globs: readonly string[];
  /** null: each call, whatever its input. */
  readonly where: Predicate | null;
  /** The list as its author wrote it. */
  readonly asks: readonly string[];
  readonly until: Until;
  readonly span: Span;
}

/** Patterns that something names, each once, and the names as their author wrote them. */
export interface NamedPatterns {
  readonly written: readonly string[];
  readonly patterns: readonly Pattern[];
}

/** The same with the names one by one. */
export interface PatternList extends NamedPatterns {
  readonly entries: readonly PatternEntry[];
}

/** One name of a list of patterns, and what it stands for. */
export interface PatternEntry {
  readonly written: string;
  readonly patterns: readonly Pattern[];
  readonly span: Span;
}

/** `results … max SIZE redact … flag …`, its groups expanded to globs: what comes back from any of these tools is held to it. */
export interface ResultRule {
  readonly globs: readonly string[];
  /** The list as its author wrote it. */
  readonly written: readonly string[];
  /** Bytes; null for any size. */
  readonly max: number | null;
  /** What gives way to placeholders; null when nothing does. */
  readonly redact: PatternList | null;
  /** What is only recorded; null when nothing is. */
  readonly flag: PatternList | null;
  readonly until: Until;
  readonly span: Span;
}

export interface GuardUse {
  readonly guardrail: string;
  /** It decides nothing here; what it would have done is recorded. */
  readonly observe: boolean;
  readonly until: Until;
  readonly span: Span;
}

/** What a ceiling counts: requests, tokens, micro-dollars, requests at one time, or calls of tools. */
export type Measure = "requests" | "tokens" | "budget" | "concurrency" | "calls";

/** The tools whose calls a limit counts: groups expanded to globs, and the list as its author wrote it. */
export interface CountedTools {
  readonly globs: readonly string[];
  readonly written: readonly string[];
}

/** A ceiling on requests, tokens, calls (per period), dollars (per period, in micro-dollars) or requests in flight. */
export interface Limit {
  readonly measure: Measure;
  /** Requests, tokens, micro-dollars, calls, or requests at one time. */
  readonly amount: number;
  /** Of a limit on calls; null for every other one. */
  readonly tools: CountedTools | null;
  /** null for concurrency only. */
  readonly period: Period | null;
  /** `block`: one counter for the whole node; `key` or `team`: one counter for each of them below the node. */
  readonly per: Scope;
  readonly warnAt: number | null;
  readonly until: Until;
  readonly span: Span;
}

export interface Active {
  readonly fromDay: number;
  readonly toDay: number;
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly until: Until;
  readonly span: Span;
}

export interface KeyFacts {
  readonly digest: string;
  readonly owner: string | null;
  /** Last moment at which the key is good, in milliseconds since the epoch; null when it never expires. */
  readonly expires: number | null;
  readonly labels: readonly (readonly [string, string])[];
}

/** A node of the tree org, team path, key. `name` is `acme`, `eng/payments` or `dana-laptop`. */
export interface Node {
  readonly kind: "org" | "team" | "key";
  readonly name: string;
  /** Index of the parent in `Model.nodes`; null for the org, which is always index 0. Parents stand before children. */
  readonly parent: number | null;
  readonly access: readonly Access[];
  /** Statements that decide nothing; what they would have decided is recorded. */
  readonly observed: readonly Access[];
  readonly flows: readonly Flow[];
  readonly confirmations: readonly Confirmation[];
  readonly results: readonly ResultRule[];
  readonly guards: readonly GuardUse[];
  readonly limits: readonly Limit[];
  readonly active: readonly Active[];
  /** What happens to a request that offers a tool that is not granted; null when the node does not say. */
  readonly ungranted: { readonly action: "strip" | "refuse"; readonly span: Span } | null;
  readonly key: KeyFacts | null;
  readonly doc: string | null;
  readonly span: Span;
}

export type ProviderKind = "anthropic" | "simulated";
export interface Provider {
  readonly name: string;
  readonly kind: ProviderKind;
  /** null for kinds that have no address. */
  readonly url: string | null;
  readonly credential: Reference | null;
  readonly span: Span;
}

/** Times in milliseconds that a server may take: silent, and altogether. */
export interface Patience {
  readonly idle: number;
  readonly total: number;
}

/** The lock that a server is held to, and what becomes of what is not as it says. */
export interface Pins {
  readonly path: string;
  readonly onDrift: OnDrift;
  readonly lock: Lock;
  readonly span: Span;
}

/** A server of tools that the gateway holds: at an address, or as a program that the gateway runs. */
export interface Server {
  readonly name: string;
  readonly reach:
    | {
        readonly kind: "http";
        readonly url: string;
        readonly credential: Reference | OAuth | null;
      }
    /** `env` names the variables that it inherits. */
    | { readonly kind: "stdio"; readonly command: readonly string[]; readonly env: readonly string[] };
  readonly patience: Patience;
  /** What it may ask of a client in the middle of a call. */
  readonly may: readonly Asking[];
  /** What its tools were when they were reviewed; null when nobody said. */
  readonly pins: Pins | null;
  readonly span: Span;
}

/** A named set of models or tools, groups inside it expanded. Names of pack members carry the pack: `anthropic.opus`. */
export interface Group {
  readonly name: string;
  readonly globs: readonly string[];
  /** Routes of a models group, in order of preference; empty for tools and for groups without `via`. */
  readonly via: readonly string[];
  readonly span: Span;
}

/** Micro-dollars per million tokens, for models that match a glob. */
export interface Price {
  readonly globs: readonly string[];
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly above: number | null;
  readonly from: number | null;
  /** Rows of the user's own tree beat rows of a pack. */
  readonly own: boolean;
  readonly span: Span;
}

/** One regular expression, checked: in the dialect, and how it may be run. */
export interface Expression {
  /** JavaScript source and flags of equal meaning. */
  readonly source: string;
  readonly flags: string;
  /** `v8` when proved linear there, else `linear` (the RE2 engine); `re2` is the source in that dialect. */
  readonly engine: "v8" | "linear";
  readonly re2: string;
  /** Strings of which at least one stands in every match, ASCII, at least 3 long; empty: none known. */
  readonly literals: readonly Literal[];
  /** One ASCII character that stands in every match; empty: none known. */
  readonly certain: string;
  /** Greatest length of a match in UTF-16 units; null: any. */
  readonly longest: number | null;
  readonly span: Span;
}

export interface Pattern {
  readonly name: string;
  /** How grave what it finds is; `high` when not written. */
  readonly severity: Severity;
  /** How certain it is that what it finds is one; `high` when not written. */
  readonly confidence: Confidence;
  /** What besides the expressions decides whether a finding counts. */
  readonly filter: Filter;
  readonly expressions: readonly Expression[];
  readonly hits: readonly { readonly text: string; readonly span: Span }[];
  readonly misses: readonly { readonly text: string; readonly span: Span }[];
  readonly span: Span;
}

/** What happens to a finding. */
export type Deed =
  /** It stays, and is recorded. */
  | { readonly kind: "flag" }
  /** Stars stand in its place, and so many of its last characters. */
  | { readonly kind: "mask"; readonly keep: number }
  /** A placeholder stands in its place; `restore`: the agent's tools get the value back. */
  | { readonly kind: "redact"; readonly restore: boolean }
  /** The request or the answer ends with a sentence. */
  | { readonly kind: "reject"; readonly message: string };

/** What a guardrail does to findings from a severity on; of several the strongest that is reached. */
export interface GuardrailAction {
  readonly deed: Deed;
  readonly at: Severity;
  /** It is not done; that it would have been is recorded. */
  readonly observe: boolean;
}

/** The service that a guardrail asks instead of looking itself. */
export interface Ask {
  readonly service: string;
  /** For the verdict on all of a request, retries included. */
  readonly timeoutMs: number;
  /** What counts when there is no verdict. */
  readonly onError: "block" | "allow";
}

export interface Guardrail {
  readonly name: string;
  readonly on: readonly Stage[];
  /** Places of a request it looks at; all when `in` is not written. */
  readonly in: readonly Place[];
  /** Patterns, packs expanded; a bare expression is a pattern with the guardrail's own name. Empty when it asks. */
  readonly patterns: readonly Pattern[];
  /** Forms in which it looks besides the plain text. */
  readonly decode: readonly Encoding[];
  /** Percent of conversations that it looks at. */
  readonly sample: number;
  readonly ask: Ask | null;
  readonly actions: readonly GuardrailAction[];
  readonly doc: string | null;
  readonly span: Span;
}

/** The kinds of services that can be asked about a text. */
export const SERVICE_KINDS = [
  "bedrock-guardrail",
  "azure-content-safety",
  "patronus",
  "model-armor",
  "webhook",
] as const;
export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** One thing that a service looks for. */
export interface ServiceCheck {
  readonly name: string;
  readonly of: string | null;
  readonly at: number | null;
}

/** Who can be asked for a verdict about a text. */
export interface Service {
  readonly name: string;
  readonly kind: ServiceKind;
  /** null: the address that the kind itself has. */
  readonly url: string | null;
  readonly credential: ServiceCredential | null;
  readonly region: string | null;
  readonly resource: { readonly name: string; readonly version: string | null } | null;
  readonly checks: readonly ServiceCheck[];
  readonly span: Span;
}

export interface AuditSettings {
  readonly content: "none";
  readonly keepDays: number | null;
}

export interface TestSend {
  readonly kind: "send";
  readonly model: string | null;
  readonly tool: string | null;
  /** What the tool is called with; null: the test is about the offer alone. */
  readonly input: Readonly<Record<string, Json>> | null;
  readonly text: string | null;
  /** Where the text stands; null: wherever a guardrail of requests looks. */
  readonly place: SendPlace | null;
  readonly microUsd: number | null;
  readonly tokens: number | null;
  readonly times: number;
  /** What the tool gives back: its one text, or how many bytes it is; null: the test is about the request. */
  readonly result:
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "size"; readonly bytes: number }
    | null;
  readonly expect:
    | { readonly kind: "allow"; readonly remaining: Remaining | null }
    | { readonly kind: "refuse"; readonly reason: string | null }
    | { readonly kind: "redact" | "mask"; readonly guardrail: string | null; readonly to: string | null }
    | { readonly kind: "flag" | "observe"; readonly guardrail: string | null }
    /** A line about results finds something, by one of the patterns if any are named. */
    | {
        readonly kind: "found";
        readonly deed: "redact" | "flag";
        readonly by: NamedPatterns | null;
        readonly to: string | null;
      }
    | { readonly kind: "withhold" }
    | { readonly kind: "ask" }
    | { readonly kind: "route"; readonly providers: readonly string[] };
  readonly span: Span;
}

export type TestStep =
  | { readonly kind: "can" | "cannot"; readonly thing: Thing; readonly globs: readonly string[]; readonly span: Span }
  | { readonly kind: "otherwise"; readonly span: Span }
  | { readonly kind: "at"; readonly at: number; readonly span: Span }
  | { readonly kind: "spent"; readonly microUsd: number; readonly period: Period; readonly span: Span }
  | {
      readonly kind: "used";
      readonly measure: "requests" | "tokens" | "calls";
      readonly amount: number;
      readonly period: Period;
      readonly span: Span;
    }
  | { readonly kind: "flight"; readonly amount: number; readonly span: Span }
  | { readonly kind: "called"; readonly tools: readonly string[]; readonly span: Span }
  | TestSend;

export interface Test {
  readonly name: string;
  /** Index of the node that the test is about. */
  readonly node: number;
  readonly steps: readonly TestStep[];
  readonly span: Span;
}

/** One promise of an invariant; nodes by their index, and each stands for all below it. */
export type InvariantRule =
  /** `never`: not to the nodes; `onlyTo`: to nobody but the nodes. */
  | {
      readonly kind: "never" | "onlyTo";
      readonly thing: Thing;
      readonly globs: readonly string[];
      readonly nodes: readonly number[];
      readonly span: Span;
    }
  /** Every key below the node ends so many days from the clock of the proof. */
  | { readonly kind: "expires"; readonly node: number; readonly days: number; readonly span: Span }
  /** Every key below the node is kept to this by some budget. */
  | {
      readonly kind: "budget";
      readonly node: number;
      readonly microUsd: number;
      readonly period: Period;
      readonly span: Span;
    };

/** Promises that are proved of every possible name, node and later time; analysis/invariant.ts does. */
export interface Invariant {
  readonly name: string;
  readonly rules: readonly InvariantRule[];
  readonly span: Span;
}

/** A list of names as it is written, entry by entry, so that each of them can be pointed at. */
export interface NameList {
  readonly thing: Thing;
  readonly items: readonly Item[];
  /** The group whose route this is, for the list behind `via`; null for all others. */
  readonly routeOf: string | null;
}

export interface Model {
  /** IANA name; `UTC` when the org does not say. */
  readonly timezone: string;
  readonly nodes: readonly Node[];
  readonly providers: readonly Provider[];
  readonly servers: readonly Server[];
  readonly models: readonly Group[];
  readonly tools: readonly Group[];
  readonly prices: readonly Price[];
  readonly guardrails: readonly Guardrail[];
  readonly patterns: readonly Pattern[];
  readonly services: readonly Service[];
  readonly audit: AuditSettings;
  readonly tests: readonly Test[];
  readonly invariants: readonly Invariant[];
  /** The lists of the policy itself as they are written. */
  readonly lists: readonly NameList[];
  /** What comments allow and no warning has taken up yet. */
  readonly allowances: readonly Allowance[];
}
