/**
 * Checks every log below a data directory without the gateway: each line's hash, the chain, the numbers, the form, and
 * that every decision which let a request through has exactly one outcome, is listed in a recovery record, or is under
 * way. Streams; memory holds the decisions that are open. A log whose end was cut off whole looks whole: that is seen
 * only with the hash of a record beyond the cut, noted down elsewhere before.
 */
import { basename } from "node:path";
import type { Entry } from "./entry.ts";
import { GENESIS, sealOf } from "./record.ts";
import { entrySchema } from "./schema.ts";
import { listLogs, listSegments, readLines, type Segment } from "./segment.ts";

/** Why a record is bad. */
export type Why =
  | "json"
  | "schema"
  | "hash"
  | "seq"
  | "prev"
  | "log"
  | "torn"
  | "missing-segment"
  | "no-outcome"
  | "no-decision";

/** The first thing that is wrong with a log. */
export interface Bad {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The number that the record has or should have. */
  readonly seq: number;
  readonly why: Why;
  /** One sentence, lower case, no full stop. */
  readonly message: string;
}

export interface LogReport {
  readonly log: string;
  readonly segments: number;
  readonly records: number;
  readonly bytes: number;
  readonly decisions: number;
  readonly refusals: number;
  readonly outcomes: number;
  /** Decisions that recovery records list: the process ended before their outcome. */
  readonly recovered: number;
  /** Decisions of a boot that has not stopped: under way, or lost to a crash since which nothing started. */
  readonly open: number;
  /** Hash of the last record: whoever writes it down elsewhere can later prove that the log was not cut. */
  readonly head: { readonly seq: number; readonly at: string; readonly hash: string } | null;
  readonly bad: Bad | null;
}

export interface VerifyReport {
  /** True when there is at least one log, nothing is wrong with any, and every noted record is there. */
  readonly ok: boolean;
  readonly logs: readonly LogReport[];
  /** Noted hashes that no good record has: what came before them was cut off or written anew. */
  readonly gone: readonly string[];
}

/** Checks all logs below a data directory; `noted` are hashes of records that must still be there. */
export async function verify(dir: string, noted: readonly string[] = []): Promise<VerifyReport> {
  const logs: LogReport[] = [];
  const sought = new Set(noted);
  for (const path of await listLogs(dir)) logs.push(await verifyLog(path, sought));
  const isGood = logs.length > 0 && logs.every(({ bad }) => bad === null);
  return { ok: isGood && sought.size === 0, logs, gone: [...sought] };
}

type Place = Pick<Bad, "file" | "line" | "seq">;

/** Where a walk over one log stands. */
interface Walk {
  readonly log: string;
  /** Noted hashes not yet met. */
  readonly sought: Set<string>;
  records: number;
  bytes: number;
  decisions: number;
  refusals: number;
  outcomes: number;
  recovered: number;
  last: Entry | null;
  /** True when the last record is a `stop`. */
  stopped: boolean;
  readonly open: Map<string, Place & { readonly boot: string }>;
}

async function verifyLog(path: string, sought: Set<string>): Promise<LogReport> {
  const segments = await listSegments(path);
  const walk: Walk = {
    log: basename(path),
    sought,
    records: 0,
    bytes: 0,
    decisions: 0,
    refusals: 0,
    outcomes: 0,
    recovered: 0,
    last: null,
    stopped: false,
    open: new Map(),
  };
  let bad: Bad | null = null;
  for (const segment of segments) {
    bad = await verifySegment(walk, segment);
    if (bad !== null) break;
  }
  bad ??= missingOutcome(walk);
  const { last, open, stopped: _stopped, sought: _sought, ...counts } = walk;
  const head = last === null ? null : { seq: last.seq, at: last.at, hash: last.hash };
  return { ...counts, segments: segments.length, open: open.size, head, bad };
}

async function verifySegment(walk: Walk, segment: Segment): Promise<Bad | null> {
  const expected = (walk.last?.seq ?? 0) + 1;
  if (segment.first !== expected) {
    const place = { file: segment.name, line: 1, seq: expected };
    return { ...place, why: "missing-segment", message: `records ${expected} to ${segment.first - 1} are missing` };
  }
  let line = 0;
  for await (const { bytes, whole } of readLines(segment.path)) {
    const seq = (walk.last?.seq ?? 0) + 1;
    // The next segment begins here: the rest was never acknowledged, and was written again over there.
    if (seq >= segment.end) return null;
    line += 1;
    const place = { file: segment.name, line, seq };
    if (!whole) {
      return {
        ...place,
        why: "torn",
        message: `the last ${bytes.length} bytes are no whole record; a start cuts them off`,
      };
    }
    const entry = check(walk, bytes, place);
    if ("why" in entry) return entry;
    const bad = account(walk, entry, place);
    if (bad !== null) return bad;
    walk.records += 1;
    walk.bytes += bytes.length + 1;
    walk.last = entry;
    walk.sought.delete(entry.hash);
  }
  return null;
}

/** The record of a line, or what is wrong with it by itself and as the next one of the chain. */
function check(walk: Walk, bytes: Uint8Array, place: Place): Entry | Bad {
  const fail = (why: Why, message: string): Bad => ({ ...place, why, message });
  const value = parse(bytes);
  if (value === undefined) return fail("json", "the line is not JSON");
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    const { path = [], message = "" } = parsed.error.issues[0] ?? {};
    return fail("schema", `the record has not the known form: \`${path.join(".")}\`: ${message}`);
  }
  const entry = parsed.data;
  if (sealOf(bytes) === null) return fail("hash", "the record was changed: its hash does not match its bytes");
  if (entry.seq !== place.seq) return fail("seq", `the record has number ${entry.seq} where ${place.seq} belongs`);
  if (entry.prev !== (walk.last?.hash ?? GENESIS)) return fail("prev", "the record does not follow the one before it");
  if (entry.log !== walk.log) return fail("log", `the record belongs to the log \`${entry.log}\``);
  return entry;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Pairs decisions with outcomes. */
function account(walk: Walk, { body, boot }: Entry, place: Place): Bad | null {
  walk.stopped = body.kind === "stop";
  if (body.kind === "decision" || body.kind === "call") {
    walk.decisions += 1;
    if (body.effect === "refuse") walk.refusals += 1;
    else walk.open.set(body.ticket, { ...place, boot });
  } else if (body.kind === "outcome" || body.kind === "return") {
    walk.outcomes += 1;
    if (!walk.open.delete(body.ticket)) {
      return {
        ...place,
        why: "no-decision",
        message: `the outcome of \`${body.ticket}\` has no open decision before it`,
      };
    }
  } else if (body.kind === "recovery") {
    for (const ticket of body.open) if (walk.open.delete(ticket)) walk.recovered += 1;
  }
  return null;
}

/** A decision may be open in the last boot only, and only while that has not stopped. */
function missingOutcome({ open, last, stopped }: Walk): Bad | null {
  for (const [ticket, { boot, ...place }] of open) {
    if (boot === last?.boot && !stopped) continue;
    return {
      ...place,
      why: "no-outcome",
      message: `the decision \`${ticket}\` has no outcome and no recovery lists it`,
    };
  }
  return null;
}
