/** What requests paid and which budgets were warned of, read back from the record: limits are restored from it at start. */
import type { Period } from "../language/tree.ts";
import type { Body, BudgetWarnBody, Charge } from "./entry.ts";
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

/** What earlier starts leave to this one. */
export type Earlier = Charge | BudgetWarnBody;

/** The records that hold charges which count. */
const PAYS: ReadonlySet<Body["kind"]> = new Set(["outcome", "call", "recovery"] as const);

/**
 * Streams the charges of a log's folder that may count in a period under way at `now`, oldest record first: of outcomes, of
 * calls, and of requests that a crash left open; among them the warnings of budgets. Of `boot`, the writer that asks, only
 * its recovery is read: what it served by itself is in the limits already.
 */
export async function* readEarlier(log: string, boot: string, now: number): AsyncGenerator<Earlier, void, undefined> {
  for (const segment of await recentSegments(log, now - LONGEST.month)) {
    for await (const { bytes, whole } of readLines(segment.path)) {
      const header = whole ? headerOf(bytes) : null;
      if (header === null || header.seq >= segment.end) break;
      const isRecovery = header.kind === "recovery";
      if (header.boot === boot && !isRecovery) return;
      if (header.kind === "budget.warn") yield bodyOf(bytes) as BudgetWarnBody;
      if (!PAYS.has(header.kind)) continue;
      const { charges = [] } = bodyOf(bytes);
      for (const charge of charges) if (charge.at > now - LONGEST[charge.period]) yield charge;
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

function bodyOf(line: Uint8Array): { readonly charges?: readonly Charge[] } {
  return JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8")).body;
}
