/**
 * The lines of logs, in order, log by log, packed in batches as large as a piece of a file. Lines are only parsed, not
 * verified: that is `gw audit verify`'s affair, and a replay of a million records should wait for the disk alone.
 */
import type { Segment } from "../audit/segment.ts";
import { type Batch, Packer } from "./replay-batch.ts";
import { readLine } from "./replay-line.ts";
import { createQuickReader, type QuickReader } from "./replay-quick.ts";
import { wholeLines } from "./whole-lines.ts";

/** The segments of each log, in order. */
export type Logs = readonly (readonly Pick<Segment, "path" | "end">[])[];

/** Reads all of the logs, batch by batch. */
export function* readBatches(logs: Logs): Generator<Batch, void, undefined> {
  const packer = new Packer();
  const quick = createQuickReader(packer);
  for (const segments of logs) {
    packer.add({ kind: "log" });
    for (const { path, end } of segments) {
      for (const piece of wholeLines(path)) {
        const isOver = packLines(piece, end, packer, quick);
        yield packer.take(piece.length);
        // What stands behind the beginning of the next segment was never acknowledged.
        if (isOver) break;
      }
    }
  }
  yield packer.take(0);
}

const NEWLINE = 0x0a;

/** Packs the lines of a piece; true when one of them belongs to the next segment. */
function packLines(piece: Buffer, end: number, packer: Packer, quick: QuickReader): boolean {
  for (let start = 0; start < piece.length; ) {
    const newline = piece.indexOf(NEWLINE, start);
    const lineEnd = newline < 0 ? piece.length : newline;
    const quickly = quick.read(piece, start, lineEnd);
    const line = quickly === null ? readLine(piece.subarray(start, lineEnd)) : null;
    const seq = quickly ?? line?.seq ?? 0;
    if (seq >= end) {
      if (quickly !== null) packer.drop();
      return true;
    }
    if (quickly === null) packer.add(line ?? { kind: "unreadable" });
    start = lineEnd + 1;
  }
  return false;
}
