/**
 * The record of a gateway, read for a replay: decisions and their ends, in order, log by log. Lines are only parsed, not
 * verified: that is `gw audit verify`'s affair, and a replay of a million records should wait for the disk alone.
 */
import { stat } from "node:fs/promises";
import type { Replay } from "../analysis/replay.ts";
import { listLogs, listSegments, type Segment } from "../audit/segment.ts";
import { readLine, type Told } from "./replay-line.ts";
import { createQuickReader, type QuickReader } from "./replay-quick.ts";
import { wholeLines } from "./whole-lines.ts";

/** What was read. */
export interface ReplayRead {
  readonly logs: number;
  readonly records: number;
  /** Lines that are no records. */
  readonly unreadable: number;
}

/** Called now and then with the bytes read so far, of so many. */
export type Advance = (done: number, total: number) => void;

/** Feeds every log below a data directory to a replay. */
export async function readForReplay(dir: string, replay: Replay, advance: Advance): Promise<ReplayRead> {
  const logs = await Promise.all((await listLogs(dir)).map(listSegments));
  const total = (await Promise.all(logs.flat().map(({ path }) => stat(path)))).reduce((sum, { size }) => sum + size, 0);
  let [records, unreadable, done] = [0, 0, 0];
  const passed = (bytes: number): void => {
    done += bytes;
    advance(done, total);
  };
  for (const segments of logs) {
    replay.begin();
    readSegments(segments, passed, (told) => {
      records++;
      if (told === null) unreadable++;
      else feed(told, replay);
    });
  }
  advance(total, total);
  return { logs: logs.length, records: records - unreadable, unreadable };
}

/** Takes a line; null for one that is no record. Called and not waited for: of a million, the waiting is felt. */
type Take = (told: Told | null) => void;

/** Each line of a log. */
function readSegments(segments: readonly Segment[], passed: (bytes: number) => void, take: Take): void {
  const quick = createQuickReader();
  for (const { path, end } of segments) {
    let isOver = false;
    readPieces(path, quick, passed, (told) => {
      // What stands behind the beginning of the next segment was never acknowledged.
      isOver ||= told !== null && told.seq >= end;
      if (!isOver) take(told);
      return isOver;
    });
  }
}

const NEWLINE = 0x0a;

/** Each line of a file, until `take` says that it is enough. */
function readPieces(
  path: string,
  quick: QuickReader,
  passed: (bytes: number) => void,
  take: (told: Told | null) => boolean,
): void {
  for (const piece of wholeLines(path)) {
    for (let start = 0; start < piece.length; ) {
      const newline = piece.indexOf(NEWLINE, start);
      const end = newline < 0 ? piece.length : newline;
      if (take(quick.read(piece, start, end) ?? readLine(piece.subarray(start, end)))) return;
      start = end + 1;
    }
    passed(piece.length);
  }
}

function feed(told: Told, replay: Replay): void {
  if (told.kind === "decided") replay.decided(told.recorded);
  else if (told.kind === "ended") replay.ended(told.ended);
  else if (told.kind === "lost") {
    // Nobody knows what they took.
    for (const ticket of told.tickets) replay.ended({ ticket, at: told.at, ...NOTHING });
  }
}

const NOTHING = { charged: false, tokens: 0, microUsd: 0, ceilings: [], toolUses: [] } as const;
