/**
 * The newest requests of a log, and those that follow. records() finds them on disk, requests() joins each decision with
 * its outcome, requestLine() says it in one line without colour. Reading never locks out the writer.
 */
import {
  type AlteredBody,
  type Body,
  type BudgetWarnBody,
  type CallBody,
  type DecisionBody,
  type DriftBody,
  type Entry,
  type FaultBody,
  type HeardBody,
  isDecision,
  type JoinBody,
  type OutcomeBody,
  type ReturnBody,
} from "./entry.ts";
import { headerOf } from "./record.ts";
import { remarksOn, remarksOnReturn, wouldHave } from "./remarks.ts";
import { entrySchema } from "./schema.ts";
import { listLogs, listSegments, ROOM, readLines, type Segment } from "./segment.ts";

/** What to read. */
export interface TailSettings {
  readonly dir: string;
  /** How many decisions to go back. */
  readonly last: number;
  /** Called at the end of what is there: true looks again, false ends; null ends at once. */
  readonly again: (() => Promise<boolean>) | null;
}

/** The longest of the gateway's own words about a request; what follows them stands below each other. */
const WIDEST = "allow, upstream-failed";

/** One record and its line, without the newline. */
export interface TailRecord {
  readonly entry: Entry;
  readonly line: string;
}

/**
 * A request as people think of it: what was decided, and how it ended; null while it is under way. What explains the refusals
 * behind it stands among them, drift of a server and the warning of a budget, and so does what passed the gateway by.
 */
export interface Request {
  readonly at: string;
  readonly decided: DecisionBody | CallBody | FaultBody | News;
  readonly outcome: OutcomeBody | ReturnBody | null;
}

/** What is told beside requests. */
type News = DriftBody | AlteredBody | BudgetWarnBody | JoinBody | HeardBody;

/** Records of the log from its last decisions on, in order; lines that are no records are passed over. */
export async function* records({ dir, last, again }: TailSettings): AsyncGenerator<TailRecord, void, undefined> {
  const log = (await listLogs(dir))[0];
  if (log === undefined) return;
  let { segment, offset } = await startOf(await listSegments(log), last);
  for (;;) {
    for (const current of (await listSegments(log)).filter(({ first }) => first >= segment)) {
      if (current.first !== segment) [segment, offset] = [current.first, 0];
      for await (const { bytes, whole } of readLines(current.path, offset)) {
        // A line that begins with room is being written, and was read in the middle of that.
        if (!whole || bytes[0] === ROOM) break;
        const record = recordOf(bytes);
        if (record !== null && record.entry.seq >= current.end) break;
        offset += bytes.length + 1;
        if (record !== null) yield record;
      }
    }
    if (again === null || !(await again())) return;
  }
}

/** Joins decisions with outcomes; each request comes when it has ended, those under way at the end of the records. */
export async function* requests(source: AsyncIterable<TailRecord>): AsyncGenerator<Request, void, undefined> {
  const open = new Map<string, Request>();
  for await (const { entry } of source) {
    const { at, body } = entry;
    const isCase = body.kind === "decision" || body.kind === "call";
    if (body.kind === "fault" || isNews(body) || (isCase && body.effect === "refuse")) {
      yield { at, decided: body, outcome: null };
    } else if (isCase) {
      open.set(body.ticket, { at, decided: body, outcome: null });
    } else if (body.kind === "outcome" || body.kind === "return") {
      const request = open.get(body.ticket);
      if (request !== undefined) yield { ...request, outcome: body };
      open.delete(body.ticket);
    }
  }
  yield* open.values();
}

/** A call that was joined with its answer is no news, nor is one of a server that policy leaves to the client. */
function isNews(body: Body): body is News {
  if (body.kind === "join") return body.finding !== "joined" && body.finding !== "outside";
  return NEWS.has(body.kind);
}

const NEWS: ReadonlySet<Body["kind"]> = new Set(["drift", "altered", "budget.warn", "heard"]);

/** One line: time, key, model, effect and reason, place, tokens, cost, remarks. `timezone` is that of the reader. */
export function requestLine({ at, decided, outcome }: Request, timezone: string): string {
  const columns = [
    timeOf(at, timezone),
    whoOf(decided).padEnd(16),
    subjectOf(decided, outcome).padEnd(26),
    effectOf(decided, outcome).padEnd(WIDEST.length),
  ];
  const remarks = remarksIn(decided, outcome);
  const spent = decided.kind === "budget.warn" ? spentOf(decided) : costOf(outcome);
  const cost = remarks.length === 0 ? spent : spent.padEnd(8);
  const rest = [placeOf(decided).padEnd(20), tokensOf(outcome).padEnd(20), cost, remarks.join("; ")];
  return printable([...columns, ...rest].join("  ")).trimEnd();
}

function remarksIn(decided: Request["decided"], outcome: Request["outcome"]): readonly string[] {
  if (decided.kind === "join") return WORDS[decided.finding];
  if (decided.kind === "heard") return remarksOnReturn(decided);
  if (decided.kind === "altered") return [`not as pinned: ${decided.tools.join(", ")}`];
  if (decided.kind === "call") {
    const { confirmation, observed, effect } = decided;
    const asked = confirmation === null ? [] : [`confirmation: ${confirmation.answer}`];
    const cut = outcome?.kind === "return" ? remarksOnReturn(outcome) : [];
    return [...asked, ...cut, ...(observed === null ? [] : [wouldHave(observed, effect)])];
  }
  return decided.kind === "decision" && outcome?.kind !== "return" ? remarksOn(decided, outcome) : [];
}

/** What a call and the answers that it belongs to, or not, say about who made it. */
const WORDS = {
  joined: [],
  outside: [],
  bypassed: ["carried out past the gateway, under the name of its server"],
  unissued: ["no answer asked for this call"],
  mismatched: ["the answer asked for another tool"],
} as const satisfies Record<JoinBody["finding"], readonly string[]>;

function whoOf(decided: Request["decided"]): string {
  if (decided.kind === "drift") return "-";
  const { key, fingerprint } = decided.actor;
  return key ?? (fingerprint === null ? "-" : `unknown:${fingerprint}`);
}

function placeOf(decided: Request["decided"]): string {
  if (decided.kind === "drift" || decided.kind === "altered" || decided.kind === "budget.warn") return decided.origin;
  if (decided.kind === "heard") {
    const { oversize, search } = decided;
    return (oversize ?? search?.withheld)?.origin ?? search?.found[0]?.rule ?? "-";
  }
  return decided.kind === "fault" || decided.kind === "join" ? "-" : (decided.origins[0] ?? "-");
}

/** The model that was asked for, the tool that was called, or the path that led nowhere. */
function subjectOf(decided: Request["decided"], outcome: Request["outcome"]): string {
  switch (decided.kind) {
    case "fault":
      return decided.path;
    case "call":
    case "join":
      return decided.name;
    case "drift":
    case "altered":
    case "heard":
      return `mcp:${decided.server}`;
    case "budget.warn":
      return decided.counter;
    case "decision":
      return (outcome?.kind === "outcome" ? outcome.model : null) ?? decided.model ?? decided.purpose;
    default:
      return decided satisfies never;
  }
}

/** Segment and offset of the n-th last decision; the end of the log when none is asked for. */
async function startOf(segments: readonly Segment[], last: number): Promise<{ segment: number; offset: number }> {
  let missing = last;
  for (const { path, first, end } of segments.toReversed()) {
    const offsets: number[] = [];
    let ended = 0;
    for await (const { bytes, offset, whole } of readLines(path)) {
      if (!whole) break;
      const header = headerOf(bytes);
      if (header !== null && header.seq >= end) break;
      if (header !== null && isDecision(header.kind)) offsets.push(offset);
      ended = offset + bytes.length + 1;
      // Only the newest count: no more of them than asked for are kept.
      if (offsets.length > missing) offsets.shift();
    }
    if (offsets.length === missing) return { segment: first, offset: offsets[0] ?? ended };
    missing -= offsets.length;
  }
  return { segment: segments[0]?.first ?? 1, offset: 0 };
}

function recordOf(bytes: Uint8Array): TailRecord | null {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  try {
    return { entry: entrySchema.parse(JSON.parse(line)), line };
  } catch {
    return null;
  }
}

function effectOf(decided: Request["decided"], outcome: Request["outcome"]): string {
  if (decided.kind === "fault") return `fault ${decided.fault}`;
  if (decided.kind === "drift") return decided.count === 0 ? "as pinned" : `drift, ${decided.action}`;
  if (decided.kind === "altered") return `altered, ${decided.action}`;
  if (decided.kind === "join") return decided.finding;
  if (decided.kind === "heard") return "heard";
  if (decided.kind === "budget.warn") return `warn at ${decided.warnAt}%`;
  if (decided.effect === "refuse") return `refuse ${decided.reason}`;
  if (outcome === null) return "allow, open";
  return outcome.end === "complete" ? "allow" : `allow, ${outcome.end}`;
}

function tokensOf(outcome: Request["outcome"]): string {
  const usage = outcome?.kind === "outcome" ? outcome.usage : null;
  if (usage === null) return "-";
  const { input, output, cacheRead, cacheWrite, cacheWrite1h } = usage;
  const read = input + cacheRead + cacheWrite + cacheWrite1h;
  return `${read.toLocaleString("en-US")} in ${output.toLocaleString("en-US")} out`;
}

function costOf(outcome: Request["outcome"]): string {
  if (outcome?.kind !== "outcome" || outcome.usage === null) return "-";
  return `${moneyOf(outcome.microUsd)}${outcome.priced ? "" : " (price not known)"}`;
}

/** What costs anything is never told as nothing. */
function moneyOf(microUsd: number): string {
  return microUsd > 0 && microUsd < 100 ? "<$0.0001" : `$${(microUsd / 1e6).toFixed(4)}`;
}

function spentOf({ used, ceiling }: BudgetWarnBody): string {
  return `${moneyOf(used)} of $${(ceiling / 1e6).toFixed(2)}`;
}

function timeOf(at: string, timezone: string): string {
  // The Swedish form of a date is the ISO one.
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: timezone }).format(
    Date.parse(at),
  );
}

/** A model's name comes from the caller: nothing in it may steer a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}
