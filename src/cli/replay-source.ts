/** The record of a gateway, read for a replay: decisions and their ends, in order, log by log. */
import { stat } from "node:fs/promises";
import type { Replay } from "../analysis/replay.ts";
import { listLogs, listSegments } from "../audit/segment.ts";
import { batchesAside } from "./replay-aside.ts";
import { type Batch, createUnpacker, type Line } from "./replay-batch.ts";
import { type Logs, readBatches } from "./replay-reader.ts";

/** What was read. */
export interface ReplayRead {
  readonly logs: number;
  readonly records: number;
  /** Lines that are no records. */
  readonly unreadable: number;
}

/** Called now and then with the bytes read so far, of so many. */
export type Advance = (done: number, total: number) => void;

/** A smaller record is read before a thread for it has started. */
const WORTH_A_THREAD = 16 << 20;

/** Feeds every log below a data directory to a replay; a large one is read in a thread of its own. */
export async function readForReplay(
  dir: string,
  replay: Replay,
  advance: Advance,
  worthAThread = WORTH_A_THREAD,
): Promise<ReplayRead> {
  const logs = await Promise.all((await listLogs(dir)).map(listSegments));
  const total = (await Promise.all(logs.flat().map(({ path }) => stat(path)))).reduce((sum, { size }) => sum + size, 0);
  let [records, unreadable, done] = [0, 0, 0];
  const unpack = createUnpacker();
  for await (const batch of batchesOf(logs, total >= worthAThread)) {
    unpack(batch, (line) => {
      if (line.kind === "unreadable") unreadable++;
      else if (line.kind !== "log") records++;
      feed(line, replay);
    });
    done += batch.bytes;
    advance(done, total);
  }
  advance(total, total);
  return { logs: logs.length, records, unreadable };
}

function batchesOf(logs: Logs, aside: boolean): AsyncIterable<Batch> | Iterable<Batch> {
  return aside ? batchesAside(logs) : readBatches(logs);
}

function feed(line: Line, replay: Replay): void {
  if (line.kind === "log") replay.begin();
  else if (line.kind === "decided") replay.decided(line.recorded);
  else if (line.kind === "ended") replay.ended(line.ended);
  else if (line.kind === "called") replay.called(line.called);
  else if (line.kind === "lost") for (const ticket of line.tickets) replay.lost(ticket, line.at);
}
