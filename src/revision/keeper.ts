/**
 * Which policy is in force. The keeper starts only with a good policy, and from then on there always is one: a change
 * is loaded aside, judged whole, and taken by swapping one reference; a bad change leaves the last good table where it
 * is and is reported. What to do about either is the listeners' affair (stderr, readiness, metrics, audit).
 */
import type { Revision, Table } from "../decision/table.ts";
import { SourcesError } from "./files.ts";
import type { Loaded } from "./load.ts";

/** Why a reading of the directory was not put in force. */
export type Fault =
  | { readonly kind: "unreadable"; readonly error: Error }
  | { readonly kind: "diagnostics"; readonly loaded: Loaded }
  /** A test fails or an invariant is broken. */
  | { readonly kind: "tests"; readonly loaded: Loaded }
  | { readonly kind: "world"; readonly loaded: Loaded; readonly problems: readonly string[] };

/** What came of a reload. */
export type Outcome =
  | { readonly kind: "taken"; readonly table: Table; readonly loaded: Loaded }
  | { readonly kind: "unchanged" }
  | { readonly kind: "rejected"; readonly fault: Fault };

export interface KeeperParts {
  /** Reads the policy as it stands now; null when that is what is in force. */
  readonly load: (inForce: Revision | null) => Promise<Loaded | null>;
  /** Problems of the world outside the text that forbid serving under a table, such as a missing credential. */
  readonly check: (table: Table) => readonly string[];
  /** Called before a table comes in force, so that its record stands before every decision made under it. */
  readonly onTaken: (table: Table, loaded: Loaded) => void;
  /** Called when a change is not taken; the last good table stays in force. */
  readonly onRejected: (fault: Fault) => void;
}

/** The policy in force. */
export interface Keeper {
  /** The table in force; a request takes it once and holds it to its end. */
  readonly current: Table;
  /** Why the newest text is not in force; null when it is. */
  readonly fault: Fault | null;
  /** Reads the directory again. Calls during a reading share one further reading after it. */
  reload(): Promise<Outcome>;
  /** Waits for a reading in progress and takes no further change. */
  close(): Promise<void>;
}

/** Thrown by the start when there is no good policy to begin with. */
export class PolicyError extends Error {
  readonly code = "policy";
  readonly fault: Fault;
  constructor(fault: Fault) {
    super("there is no good policy to start with");
    this.name = "PolicyError";
    this.fault = fault;
  }
}

/** Loads the policy and begins to keep it. Throws PolicyError. */
export async function createKeeper(parts: KeeperParts): Promise<Keeper> {
  const first = await judge(parts, null);
  if (first.kind === "taken") return keep(parts, first);
  throw first.kind === "rejected" ? new PolicyError(first.fault) : new TypeError("nothing was read");
}

function keep(parts: KeeperParts, first: Taken): Keeper {
  let { table } = first;
  let fault: Fault | null = null;
  let closed = false;
  let running: Promise<Outcome> | null = null;
  let waiting: Promise<Outcome> | null = null;
  parts.onTaken(table, first.loaded);

  const read = async (): Promise<Outcome> => {
    const verdict = await judge(parts, table.revision).catch(asRejection);
    if (closed) return { kind: "unchanged" };
    fault = verdict.kind === "rejected" ? verdict.fault : null;
    if (fault !== null) parts.onRejected(fault);
    if (verdict.kind === "taken") {
      parts.onTaken(verdict.table, verdict.loaded);
      table = verdict.table;
    }
    return verdict;
  };
  const run = (): Promise<Outcome> => {
    waiting = null;
    running = read().finally(() => {
      running = null;
    });
    return running;
  };
  return {
    get current() {
      return table;
    },
    get fault() {
      return fault;
    },
    reload() {
      if (running === null) return run();
      waiting ??= running.then(run, run);
      return waiting;
    },
    async close() {
      closed = true;
      await Promise.allSettled([running, waiting]);
    },
  };
}

type Taken = Extract<Outcome, { kind: "taken" }>;
type Rejected = Extract<Outcome, { kind: "rejected" }>;

/** Reads once and judges whole: text, meaning, proofs and tests, world, in this order. */
async function judge({ load, check }: KeeperParts, inForce: Revision | null): Promise<Outcome> {
  try {
    const loaded = await load(inForce);
    if (loaded === null) return { kind: "unchanged" };
    const { table, report, proofs } = loaded.built;
    if (table === null || report === null || proofs === null) return rejected({ kind: "diagnostics", loaded });
    if (report.failed > 0 || proofs.broken > 0) return rejected({ kind: "tests", loaded });
    const problems = check(table);
    if (problems.length > 0) return rejected({ kind: "world", loaded, problems });
    return { kind: "taken", table, loaded };
  } catch (error) {
    if (error instanceof SourcesError) return rejected({ kind: "unreadable", error });
    throw error;
  }
}

/** Once there is a policy in force, even a reader that broke must not take it away. */
function asRejection(error: unknown): Rejected {
  return rejected({ kind: "unreadable", error: error instanceof Error ? error : new Error(String(error)) });
}

function rejected(fault: Fault): Rejected {
  return { kind: "rejected", fault };
}
