/**
 * What a log says when it is opened again: where its chain ends, how many torn bytes stand behind that, and which
 * decisions of the last boot have no outcome. Nothing that was written is lost: torn bytes are copied aside. A log that
 * was changed in its middle is not torn, and is not gone on with: that would cut off all that came after.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type Charge, isDecision, isOutcome } from "./entry.ts";
import { AuditError } from "./log.ts";
import { GENESIS, type Header, headerOf, sealOf } from "./record.ts";
import { firstLine, listSegments, readLines, type Segment } from "./segment.ts";

/** The end of a log, and what its last writer left undone. */
export interface Recovered {
  /** Number and hash of the last good record; 0 and GENESIS for an empty log. */
  readonly seq: number;
  readonly hash: string;
  /** Segment to go on with and its good bytes; null when there is none. */
  readonly active: { readonly path: string; readonly offset: number } | null;
  readonly truncatedBytes: number;
  /** Tickets of decisions that have no outcome. */
  readonly open: readonly string[];
  /** What these had set aside. */
  readonly charges: readonly Charge[];
}

interface Last {
  readonly header: Header;
  readonly hash: string;
}
interface Scan {
  readonly last: Last | null;
  /** End of the last good line. */
  readonly offset: number;
}

/** Reads the end of a log's folder. Copies torn bytes beside the segment; the caller cuts them off. */
export async function recover(log: string): Promise<Recovered> {
  const segments = await listSegments(log);
  const active = segments.at(-1);
  if (active === undefined) return { seq: 0, hash: GENESIS, active: null, truncatedBytes: 0, open: [], charges: [] };
  const end = await scan(active);
  const last = end.last ?? (await lastBefore(active, segments));
  if (end.last === null && (last?.header.seq ?? 0) + 1 !== active.first) throw damaged(log, active);
  const torn: Torn = { path: active.path, from: end.offset, to: await writtenEnd(active.path, end.offset) };
  if (torn.to > torn.from) {
    if (await holdsHistory(active.path, end.offset)) throw damaged(log, active);
    await setAside(torn);
  }
  const open = last === null ? new Map<string, readonly Charge[]>() : await openTickets(segments, last.header);
  return {
    seq: last?.header.seq ?? 0,
    hash: last?.hash ?? GENESIS,
    active: { path: active.path, offset: end.offset },
    truncatedBytes: torn.to - torn.from,
    open: [...open.keys()],
    charges: [...open.values()].flat(),
  };
}

/** Follows a segment's chain as far as it holds. */
async function scan(segment: Segment): Promise<Scan> {
  let last: Last | null = null;
  let offset = 0;
  for await (const { bytes, whole } of readLines(segment.path)) {
    const header = whole ? headerOf(bytes) : null;
    if (header === null || header.seq >= segment.end) break;
    const hash = sealOf(bytes);
    if (hash === null || header.seq !== (last === null ? segment.first : last.header.seq + 1)) break;
    if (last !== null && header.prev !== last.hash) break;
    last = { header, hash };
    offset += bytes.length + 1;
  }
  return { last, offset };
}

/** The last record before a segment that holds none of its own. */
async function lastBefore(active: Segment, segments: readonly Segment[]): Promise<Last | null> {
  for (const segment of segments.filter(({ first }) => first < active.first).reverse()) {
    const { last } = await scan(segment);
    if (last !== null) return last;
  }
  return null;
}

/**
 * True when one of the records behind the chain's end was written only after another of them was known to be durable: an
 * outcome after its decision, anything after its boot's `start`. What a crash tore was one batch, which never holds both.
 */
async function holdsHistory(path: string, offset: number): Promise<boolean> {
  const known = new Set<string>();
  for await (const { bytes, whole } of readLines(path, offset)) {
    const header = whole ? headerOf(bytes) : null;
    if (header === null || sealOf(bytes) === null) continue;
    const ticket = isOutcome(header.kind) || isDecision(header.kind) ? bodyOf(bytes).ticket : null;
    if (known.has(header.boot) || (isOutcome(header.kind) && known.has(`${ticket}`))) return true;
    if (header.kind === "start") known.add(header.boot);
    if (ticket !== null) known.add(ticket);
  }
  return false;
}

/** Bytes of a segment behind its last good line: `to` is behind the last one that is not room. */
interface Torn {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

async function writtenEnd(path: string, from: number): Promise<number> {
  let end = from;
  for await (const { bytes, offset, whole } of readLines(path, from)) end = offset + bytes.length + (whole ? 1 : 0);
  return end;
}

async function setAside({ path, from, to }: Torn): Promise<void> {
  await pipeline(
    createReadStream(path, { start: from, end: to - 1 }),
    createWriteStream(`${path}.${from}.torn`, { flags: "w", mode: 0o640, flush: true }),
  );
}

/** By ticket, decisions of the last record's boot that allowed a request and have no outcome, with what they hold; oldest first. */
async function openTickets(segments: readonly Segment[], { boot, seq }: Header): Promise<Open> {
  const open: Open = new Map();
  for (const segment of await segmentsOf(segments, boot)) {
    for await (const { bytes, whole } of readLines(segment.path)) {
      const header = whole ? headerOf(bytes) : null;
      // Behind the last good record anything may stand.
      if (header === null || header.seq >= segment.end || header.seq > seq) break;
      if (header.boot === boot) follow(open, header, bytes);
    }
  }
  return open;
}

type Open = Map<string, readonly Charge[]>;

function follow(open: Open, { kind }: Header, line: Uint8Array): void {
  if (!isDecision(kind) && !isOutcome(kind)) return;
  const { ticket, effect, held } = bodyOf(line);
  if (isOutcome(kind)) open.delete(ticket);
  else if (effect === "allow") open.set(ticket, held ?? []);
}

/** The segments that can hold records of the last boot: those that begin with one, and the one before. */
async function segmentsOf(segments: readonly Segment[], boot: string): Promise<readonly Segment[]> {
  let from = segments.length - 1;
  for (; from > 0; from--) {
    const line = await firstLine(segments[from]!.path);
    const header = line === null ? null : headerOf(line.bytes);
    if (header !== null && header.boot !== boot) break;
  }
  return segments.slice(Math.max(from, 0));
}

/** A part of a decision's or an outcome's body. */
interface Part {
  readonly ticket: string;
  readonly effect?: "allow" | "refuse";
  readonly held?: readonly Charge[];
}

function bodyOf(line: Uint8Array): Part {
  return JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8")).body;
}

function damaged(log: string, segment: Segment): AuditError {
  return new AuditError(
    "damaged",
    `the audit log \`${log}\` does not continue at \`${segment.name}\`; see \`gw audit verify\`, or move the log away`,
  );
}
