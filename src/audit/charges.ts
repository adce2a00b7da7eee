/** What requests paid, read back from the record: the ledger from which limits are restored at start. */
import type { Period } from "../language/tree.ts";
import type { Charge } from "./entry.ts";
import { headerOf } from "./record.ts";
import { firstLine, listSegments, readLines, type Segment } from "./segment.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** The longest that each period can last, with the hour by which clocks are put back. */
const LONGEST = {
  sec: 1_000,
  min: 60_000,
  hour: HOUR,
  day: DAY + HOUR,
  week: 7 * DAY + HOUR,
  month: 31 * DAY + HOUR,
} as const satisfies Record<Period, number>;

/**
 * Streams the charges of a log's folder that may count in a period under way at `now`, oldest record first: of outcomes,
 * and of requests that a crash left open. Of `boot`, the writer that asks, only its recovery is read: what it served by
 * itself is in the limits already.
 */
export async function* readCharges(log: string, boot: string, now: number): AsyncGenerator<Charge, void, undefined> {
  for (const segment of await recentSegments(log, now - LONGEST.month)) {
    for await (const { bytes, whole } of readLines(segment.path)) {
      const header = whole ? headerOf(bytes) : null;
      if (header === null || header.seq >= segment.end) break;
      const isRecovery = header.kind === "recovery";
      if (header.boot === boot && !isRecovery) return;
      if (header.kind !== "outcome" && !isRecovery) continue;
      for (const charge of chargesOf(bytes)) if (charge.at > now - LONGEST[charge.period]) yield charge;
    }
  }
}

/** Segments that end after a moment: all but those whose successor already begins before it. */
async function recentSegments(log: string, since: number): Promise<readonly Segment[]> {
  const segments = await listSegments(log);
  let from = segments.length - 1;
  for (; from > 0; from--) {
    const line = await firstLine(segments[from]!.path);
    const header = line === null ? null : headerOf(line.bytes);
    if (header !== null && Date.parse(header.at) < since) break;
  }
  return segments.slice(Math.max(from, 0));
}

function chargesOf(line: Uint8Array): readonly Charge[] {
  return JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8")).body.charges ?? [];
}
