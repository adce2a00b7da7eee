/**
 * The decision table: a policy, flat. compile.ts makes it, decide.ts reads it. Plain data that survives a structured
 * clone, so that it can be built in a worker. A request holds one table to its end.
 */
import type { Confidence, Encoding, OnDrift, Period, Place, Scope, Severity, Stage } from "../language/tree.ts";
import type { Filter } from "../model/filters/filter.ts";
import type {
  Ask,
  Expression,
  GuardrailAction,
  Measure,
  ProviderKind,
  Server,
  Service,
  Until,
} from "../model/model.ts";
import type { Predicate } from "../model/predicate.ts";
import type { Automaton } from "./atoms.ts";
import type { Origin } from "./origin.ts";

/** A limit as counted. Alternatives with `until` replace the plain amount while they last. */
export interface Slot {
  readonly id: number;
  readonly measure: Measure;
  /** The tools whose calls are counted, as atoms and as written; null for every measure but calls. */
  readonly tools: { readonly bits: Uint32Array; readonly written: readonly string[] } | null;
  readonly period: Period | null;
  readonly per: Scope;
  /** Words for people and for the counter's stable name: `team eng tokens/hour`. */
  readonly name: string;
  /** The first that is in force counts: those with `until` before the plain one, what ends sooner first. */
  readonly amounts: readonly {
    readonly amount: number;
    readonly until: Until;
    readonly warnAt: number | null;
    readonly origin: Origin;
  }[];
}

/** A guard as bound to a node. */
export interface GuardBinding {
  readonly guardrail: number;
  readonly until: Until;
}

/** A regular expression as scanners need it. */
export type TableExpression = Omit<Expression, "span">;
export interface TableGuardrail {
  readonly name: string;
  readonly on: readonly Stage[];
  readonly in: readonly Place[];
  readonly patterns: readonly {
    readonly name: string;
    readonly severity: Severity;
    readonly confidence: Confidence;
    readonly filter: Filter;
    readonly expressions: readonly TableExpression[];
  }[];
  readonly decode: readonly Encoding[];
  readonly sample: number;
  readonly ask: Ask | null;
  readonly actions: readonly GuardrailAction[];
  /** Of the twin that `observe guard` binds, which only observes: the index of the guardrail itself; else null. */
  readonly twinOf: number | null;
  readonly origin: Origin;
}

/** Guardrails, as searches are made of them. */
export interface Guarded {
  readonly guardrails: readonly TableGuardrail[];
}

export type TableService = Omit<Service, "span"> & { readonly origin: Origin };

export interface TableProvider {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly url: string | null;
  readonly credential: { readonly kind: "env" | "file"; readonly ref: string } | null;
  readonly origin: Origin;
}

/** A server of tools that the gateway holds. */
export type TableServer = Omit<Server, "span" | "pins"> & {
  readonly pins: TablePins | null;
  readonly origin: Origin;
};

/** What a server's tools were when they were reviewed: digests of their definitions, by name. */
export interface TablePins {
  readonly onDrift: OnDrift;
  readonly tools: readonly (readonly [name: string, digest: string])[];
  /** Digests of what clients tell models of them, by the names that clients write; null when they do so in words of their own. */
  readonly told: readonly (readonly [name: string, digest: string | null])[];
  /** Digest of what the server tells every model about itself; null when it told nothing. */
  readonly instructions: string | null;
  readonly origin: Origin;
}

export interface TablePrice {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly above: number | null;
  readonly from: number | null;
}

export type Kind = "models" | "tools" | "providers";

/** One statement that moves access, with its atoms as a bitset; statements of a node lie together. */
export interface Grant {
  readonly effect: "allow" | "deny" | "only";
  readonly thing: Kind;
  readonly bits: Uint32Array;
  readonly until: Until;
  readonly origin: Origin;
  /** The globs as expanded, for sentences such as "allowed: …". */
  readonly globs: readonly string[];
  /** Names among them that are not meant. */
  readonly except: readonly string[];
  /** What the input of a call has to be for the statement to count; null: anything. */
  readonly where: Predicate | null;
}

/** `deny tools … after tools …`: what closes, and what closes it. */
export interface FlowRule {
  readonly tools: Uint32Array;
  readonly after: Uint32Array;
  readonly until: Until;
  readonly origin: Origin;
}

/** `ask tools … where …`. */
export interface ConfirmRule {
  readonly tools: Uint32Array;
  /** What the input of a call has to be for a person to be asked; null: anything. */
  readonly where: Predicate | null;
  readonly until: Until;
  readonly origin: Origin;
  /** As expanded, to tell two policies apart. */
  readonly globs: readonly string[];
}

/** `results … max SIZE redact … flag …`. */
export interface ResultBound {
  readonly tools: Uint32Array;
  /** Bytes; null for any size. */
  readonly max: number | null;
  /** What is looked for, as indices into `Table.sought.guardrails`. */
  readonly sought: readonly number[];
  readonly until: Until;
  readonly origin: Origin;
  readonly globs: readonly string[];
}

export interface TableNode {
  readonly kind: "org" | "team" | "key";
  readonly name: string;
  readonly parent: number | null;
  /** Index into `Table.policies`: the access of this node when no grant with `until` is on its chain; -1 when one is. */
  readonly policy: number;
  /** The node's own statements, for origins and for chains with `until`. */
  readonly grants: readonly Grant[];
  /** The node's own. */
  readonly flows: readonly FlowRule[];
  readonly confirms: readonly ConfirmRule[];
  readonly results: readonly ResultBound[];
  /** Slot ids, guards and windows of the whole chain, org first. */
  readonly slots: readonly number[];
  readonly guards: readonly GuardBinding[];
  readonly windows: readonly number[];
  readonly ungranted: { readonly action: "strip" | "refuse"; readonly origin: Origin } | null;
  readonly origin: Origin;
  readonly doc: string | null;
}

/** Distinct access: one bitset of allowed atoms for each kind; equal ones are kept once. */
export interface Policy {
  readonly models: Uint32Array;
  readonly tools: Uint32Array;
  readonly providers: Uint32Array;
}

/** Time windows of one node: any of them suffices within a node, every node on the chain must be open. */
export interface Window {
  readonly spans: readonly {
    readonly fromDay: number;
    readonly toDay: number;
    readonly fromMinute: number;
    readonly toMinute: number;
    readonly until: Until;
  }[];
  /** The first of the node's `active` lines; `text` names all of them. */
  readonly origin: Origin;
}

export interface TableKey {
  readonly name: string;
  readonly node: number;
  readonly owner: string | null;
  readonly expires: number | null;
  readonly origin: Origin;
}

export interface Revision {
  /** First 12 hex digits of `content`, or the commit's abbreviation when the directory is a clean Git checkout. */
  readonly id: string;
  /** SHA-256 over the canonical list of sources, 64 hex digits. */
  readonly content: string;
  /** Full commit id; null when the directory is not a Git checkout or has uncommitted changes. */
  readonly commit: string | null;
}

export interface Table {
  readonly revision: Revision;
  /** The same policy with its observed statements in force, of the same nodes and keys; null when it has none. */
  readonly observed: Table | null;
  readonly timezone: string;
  /** SHA-256 of a presented key, hex, to its row. */
  readonly keys: ReadonlyMap<string, TableKey>;
  readonly nodes: readonly TableNode[];
  readonly policies: readonly Policy[];
  readonly atoms: { readonly models: Automaton; readonly tools: Automaton; readonly providers: Automaton };
  readonly slots: readonly Slot[];
  /** The policy's own, in their order, then the twins of those that are observed somewhere. */
  readonly guardrails: readonly TableGuardrail[];
  /** What is looked for in results of tools, in the form of guardrails: each what some line redacts, or flags; equal ones once. */
  readonly sought: Guarded;
  readonly services: readonly TableService[];
  readonly windows: readonly Window[];
  readonly providers: readonly TableProvider[];
  /** By name. */
  readonly servers: readonly TableServer[];
  /** For each model atom the provider names to try, in order; empty when no route is declared. */
  readonly routes: readonly (readonly string[])[];
  /**
   * For each model atom its price rows; empty when the model's price is not known. The first row that is in force and
   * whose band the prompt reaches is the price: rows of the policy's own tree stand before rows of packs, a model
   * written out before a glob, later rows before earlier ones, bands of longer prompts before shorter ones.
   */
  readonly prices: readonly (readonly TablePrice[])[];
  /** Model names written out in the policy and its packs, in order: what `GET /v1/models` chooses from. */
  readonly catalogue: readonly string[];
  /** The dearest row of all, charged for models without a price; null when the policy has no prices at all. */
  readonly dearest: TablePrice | null;
  readonly audit: { readonly content: "none"; readonly keepDays: number | null };
}
