/**
 * Where a log lies on disk, and how it is read. A data directory has one folder for each log, a log is a row of
 * segments, a segment is named by the number of its first record. A segment ends where the next one begins: what stands
 * behind that is the remainder of a disk that failed, written again in the next segment, and nobody reads it.
 */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** One file of a log. */
export interface Segment {
  readonly path: string;
  readonly name: string;
  /** Number of its first record. */
  readonly first: number;
  /** Number of the first record that belongs to the next segment; Infinity for the last one. */
  readonly end: number;
}

/** A line of a segment, without its newline. */
export interface Line {
  readonly bytes: Uint8Array;
  /** Where it begins in the file. */
  readonly offset: number;
  /** False for bytes after the last newline; room is none of them. */
  readonly whole: boolean;
}

/** What stands in the room that is kept behind the last record; no line begins with it. */
export const ROOM = 0x20;

const SEGMENT_NAME = /^(\d{20})\.jsonl$/;
const CHUNK = 1 << 18;

/** The folder of all logs below a data directory. */
export function logsDirectory(dir: string): string {
  return join(dir, "audit");
}

/** The file name of the segment that begins with a record. */
export function segmentName(first: number): string {
  return `${String(first).padStart(20, "0")}.jsonl`;
}

/** Folders of logs below a data directory, by name; none when there is no such directory. */
export async function listLogs(dir: string): Promise<readonly string[]> {
  const root = logsDirectory(dir);
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.sort().map((name) => join(root, name));
}

/** Segments of a log's folder, in order. */
export async function listSegments(log: string): Promise<readonly Segment[]> {
  const names = (await readdir(log)).filter((name) => SEGMENT_NAME.test(name)).sort();
  const firsts = names.map((name) => Number(SEGMENT_NAME.exec(name)?.[1]));
  return names.map((name, index) => {
    return { path: join(log, name), name, first: firsts[index]!, end: firsts[index + 1] ?? Number.POSITIVE_INFINITY };
  });
}

/** Streams the lines of a file; memory holds one chunk and one line. */
export async function* readLines(path: string, from = 0): AsyncGenerator<Line, void, undefined> {
  const file = await open(path, "r");
  try {
    let rest = Buffer.alloc(0);
    let offset = from;
    for (let position = from; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const { bytesRead } = await file.read(chunk, 0, CHUNK, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      const bytes =
        rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let start = 0;
      // The old rest has no newline: the search may begin behind it.
      for (let end = bytes.indexOf(10, rest.length); end >= 0; end = bytes.indexOf(10, start)) {
        yield { bytes: bytes.subarray(start, end), offset, whole: true };
        offset += end + 1 - start;
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    const torn = rest.subarray(0, rest.findLastIndex((byte) => byte !== ROOM) + 1);
    if (torn.length > 0) yield { bytes: torn, offset, whole: false };
  } finally {
    await file.close();
  }
}

/** The first line of a file; null when it is empty. */
export async function firstLine(path: string): Promise<Line | null> {
  for await (const line of readLines(path)) return line;
  return null;
}
