/**
 * The record of a gateway, read for a replay: decisions and their ends, in order, log by log. Lines are only parsed, not
 * verified: that is `gw audit verify`'s affair, and a replay of a million records should wait for the disk alone.
 */
import { stat } from "node:fs/promises";
import type { Ended, Recorded } from "../analysis/recorded.ts";
import type { Replay } from "../analysis/replay.ts";
import type { Entry, OutcomeBody } from "../audit/entry.ts";
import { listLogs, listSegments, type Segment } from "../audit/segment.ts";
import { tokensOf } from "../decision/cost.ts";
import { quickLines } from "./quick-lines.ts";

/** What was read. */
export interface ReplayRead {
  readonly logs: number;
  readonly records: number;
  /** Lines that are no records. */
  readonly unreadable: number;
}

/** Called now and then with the bytes read so far, of so many. */
export type Advance = (done: number, total: number) => void;

const OFTEN = 4_096;

/** Feeds every log below a data directory to a replay. */
export async function readForReplay(dir: string, replay: Replay, advance: Advance): Promise<ReplayRead> {
  const logs = await Promise.all((await listLogs(dir)).map(listSegments));
  const total = (await Promise.all(logs.flat().map(({ path }) => stat(path)))).reduce((sum, { size }) => sum + size, 0);
  let [records, unreadable, done] = [0, 0, 0];
  for (const segments of logs) {
    replay.begin();
    for (const segment of segments) {
      for (const line of quickLines(segment.path)) {
        done += line.length + 1;
        const entry = readEntry(line);
        if (entry !== null && isOver(entry, segment)) break;
        if (entry === null) unreadable++;
        else tell(entry, replay);
        if (++records % OFTEN === 0) advance(done, total);
      }
    }
  }
  advance(total, total);
  return { logs: logs.length, records: records - unreadable, unreadable };
}

/** What stands behind the beginning of the next segment was never acknowledged. */
function isOver({ seq }: Read, { end }: Segment): boolean {
  return seq >= end;
}

/** Of a record what a replay looks at. */
type Read = Pick<Entry, "seq" | "body"> & { readonly at: number };

const HEAD = /^\{"v":1,"seq":(\d{1,16}),"at":"([^"\\]+)",[^{}]*"body":(?=\{)/;
const HEAD_LENGTH = 512;
const PREV = Buffer.from(',"prev":"');
/** `prev` and `hash` end each line; both are 64 digits. */
const TAIL_LENGTH = 2 * (PREV.length + 64 + 1) + 1;

/** Only the body is parsed: the rest of a line is nearly as long, and plain. */
function readEntry(line: Buffer): Read | null {
  const head = HEAD.exec(line.toString("latin1", 0, HEAD_LENGTH));
  const tail = line.length - TAIL_LENGTH;
  if (head === null || tail < 0 || !line.subarray(tail, tail + PREV.length).equals(PREV)) return null;
  try {
    const body = JSON.parse(line.toString("utf8", head[0].length, tail));
    return typeof body?.kind === "string" ? { seq: Number(head[1]), at: Date.parse(head[2]!), body } : null;
  } catch {
    return null;
  }
}

function tell({ at, body }: Read, replay: Replay): void {
  if (body.kind === "decision") replay.decided(recordedOf(body, at));
  else if (body.kind === "outcome") replay.ended(endedOf(body, at));
  else if (body.kind === "recovery") {
    // The process ended before these did: nobody knows what they took.
    for (const ticket of body.open) replay.ended({ ticket, at, ...NOTHING });
  }
}

const NOTHING = { charged: false, tokens: 0, microUsd: 0, ceilings: [], toolUses: [] } as const;

function recordedOf(body: Extract<Entry["body"], { kind: "decision" }>, at: number): Recorded {
  const { ticket, actor, effect, reason, purpose, model, provider, tools, stripped } = body;
  const { key, team } = actor;
  return { ticket, at, key, team, effect, reason, purpose, model, provider, tools, stripped };
}

function endedOf(body: OutcomeBody, at: number): Ended {
  const { ticket, end, usage, microUsd, charges, toolUses } = body;
  // What never reached a provider has no charge; neither has what no limit bound, but that ended well.
  const charged = end === "complete" || usage !== null || charges.length > 0;
  const tokens = usage === null ? 0 : tokensOf(usage);
  const ceilings = charges.filter(({ measure }) => measure === "tokens");
  return { ticket, at, charged, tokens, microUsd, ceilings, toolUses };
}
