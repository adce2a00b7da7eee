/** What a comparison of two policies says: rows, each about someone or something, in one direction, with its lines. */
import type { NameSet } from "./describe.ts";

/**
 * Which way a change goes. `changed`: another way, or both ways at once, so that it may let something more through.
 * `neutral`: nobody may do more or less by it.
 */
export type Move = "wider" | "tighter" | "changed" | "neutral";

/** What a row is about. */
export type About =
  | "models"
  | "tools"
  | "providers"
  | "limits"
  | "flows"
  | "asks"
  | "results"
  | "guards"
  | "observed"
  | "hours"
  | "ungranted"
  | "expiry"
  | "keys"
  | "teams"
  | "names"
  | "owner"
  | "guardrail"
  | "provider"
  | "server"
  | "route"
  | "price"
  | "timezone"
  | "record";

/** Whom or what a row is about: nodes folded under those that stand highest, or a declaration by its name. */
export interface Subject {
  /** `team contractors (+ 214 keys)`, `guardrail secrets`. */
  readonly label: string;
  /** The nodes that stand highest, as `team contractors`; empty for what is no node. */
  readonly roots: readonly string[];
  readonly teams: number;
  readonly keys: number;
}

/** A line that a change comes from: dropped from the old policy or added in the new one. */
export interface Cause {
  readonly side: "old" | "new";
  /** `file:line`. */
  readonly place: string;
  /** The words of the statement, as written. */
  readonly text: string;
}

export interface Row {
  readonly about: About;
  readonly move: Move;
  readonly subject: Subject;
  /** The sentence without its subject: `gains models claude-opus-*`. */
  readonly change: string;
  /** The names that are gained or lost; null when the row is not about names. */
  readonly names: NameSet | null;
  /** One of the names. */
  readonly example: string | null;
  /** The stretch of time in which the policies differ so; null from the moment of comparison, and for ever. */
  readonly from: number | null;
  readonly until: number | null;
  readonly causes: readonly Cause[];
  /** The nodes that the row is about, by index in the new policy; empty when it is about no node, or one that is gone. */
  readonly nodes: readonly number[];
  /** True when the running conversations of these nodes will pay for their prompt cache again. */
  readonly cache: boolean;
}

/** `none`: equal meaning; `tighter`: nothing is let through that was not; `wider`: something may be. */
export type Verdict = "none" | "tighter" | "wider";

export interface Diff {
  readonly verdict: Verdict;
  readonly rows: readonly Row[];
  /** Whose running conversations lose their prompt cache, and by which kinds of change; null when no key's do. */
  readonly cache: { readonly subject: Subject; readonly why: readonly About[] } | null;
}
