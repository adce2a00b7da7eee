/**
 * Puts batches of lines on disk, each durable before the next begins. It remembers the last good offset: what a full
 * disk tore is cut away, and after an error of the device the descriptor is never trusted again (the kernel may have
 * marked lost pages clean): the segment is sealed and the same bytes go to a new one. Failing twice is the end.
 *
 * Ahead of the records there is room in the file, filled with spaces: a record that takes the place of spaces is on the
 * medium as soon as its bytes are, while one that makes the file longer waits for the file system's own notes as well. A
 * segment that is finished with has no room.
 */
import { join } from "node:path";
import type { Disk, DiskFile } from "./disk.ts";
import { AuditError } from "./log.ts";
import { segmentName } from "./segment.ts";

/** Where writing goes on. */
export interface WriterStart {
  /** Folder of the log. */
  readonly log: string;
  readonly disk: Disk;
  /** A segment that has grown to this many bytes is followed by a new one. */
  readonly segmentBytes: number;
  /** The open segment and its good bytes; null when the log has none yet. */
  readonly active: { readonly path: string; readonly offset: number } | null;
}

interface Active {
  readonly path: string;
  readonly file: DiskFile;
  /** Everything before this is durable. */
  offset: number;
  /** Where the room behind that ends. */
  room: number;
  /** The room that is being made. */
  making: { readonly from: number; readonly done: Promise<void> } | null;
}

/** So much room is made, whenever less than a quarter of it is left. */
const ROOM_BYTES = 2 ** 20;

/** Lines that are made durable together. */
export interface Batch {
  readonly bytes: Uint8Array;
  /** The number of its first record. */
  readonly first: number;
}

/** The open end of a log. One call at a time. */
export interface Writer {
  /** Resolves when a batch is durable. Throws AuditError `full` or `broken`. */
  write(batch: Batch): Promise<void>;
  /** Makes lines durable at once, by this very thread; false, and nothing written, when they have to go the other way. */
  writeHere(bytes: Uint8Array): boolean;
  close(): Promise<void>;
}

/** Opens the end of a log, cutting the active segment to its good bytes. */
export async function openWriter({ log, disk, segmentBytes, active }: WriterStart): Promise<Writer> {
  let current = active === null ? null : await reopen(disk, active);
  /** A failure that is still to be dealt with. */
  let trouble: unknown = null;

  async function begin(first: number): Promise<Active> {
    const path = join(log, segmentName(first));
    const file = await disk.create(path);
    try {
      await disk.syncDirectory(log);
    } catch (error) {
      // The name must be free for the next attempt.
      await file.close();
      await disk.remove(path);
      throw error;
    }
    return activeOf(path, file, 0);
  }

  async function follow(first: number): Promise<Active> {
    const next = await begin(first).catch((error) => {
      throw isFull(error) ? fullError(error) : error;
    });
    // Its records are durable: that it cannot be closed harms nobody.
    if (current !== null) await finish(current).catch(() => {});
    return next;
  }

  /** Makes room when there is little left. Where there is none to be had the file grows with its records, as files do. */
  function keepRoom(active: Active): void {
    const { path, offset, room, making } = active;
    if (making !== null || room - offset > ROOM_BYTES / 4) return;
    const from = Math.max(room, offset);
    const to = Math.min(offset + ROOM_BYTES, segmentBytes);
    if (from >= to) return;
    const done = disk
      .makeRoom(path, { from, to })
      .catch(() => 0)
      .then((made) => {
        active.room = from + made;
        active.making = null;
      });
    active.making = { from, done };
  }

  /** Leaves a segment that failed, as clean as it will have it. */
  async function abandon(first: number): Promise<Active> {
    const failed = current;
    if (failed !== null) {
      await cutBack(failed);
      await failed.file.close().catch(() => {});
      // A segment that never held a record would have the name of the one that replaces it.
      if (failed.offset === 0) await disk.remove(failed.path);
    }
    return begin(first);
  }

  return {
    async write(batch) {
      const { first } = batch;
      try {
        if (current === null || current.offset >= segmentBytes) current = await follow(first);
        const earlier = trouble;
        trouble = null;
        await put(current, batch.bytes, earlier);
        keepRoom(current);
        return;
      } catch (error) {
        if (error instanceof AuditError) throw error;
      }
      try {
        current = await abandon(first);
        await put(current, batch.bytes, null);
      } catch (error) {
        if (error instanceof AuditError) throw error;
        throw new AuditError("broken", `the audit log cannot be written: ${(error as Error).message}`, {
          cause: error,
        });
      }
    },
    writeHere(bytes) {
      if (current === null || current.offset >= segmentBytes || isInTheWay(current, bytes)) return false;
      try {
        let done = 0;
        while (done < bytes.length) done += some(current.file.writeHere(bytes.subarray(done), current.offset + done));
      } catch (error) {
        trouble = error;
        return false;
      }
      current.offset += bytes.length;
      keepRoom(current);
      return true;
    },
    async close() {
      if (current !== null) await finish(current);
    },
  };
}

function activeOf(path: string, file: DiskFile, offset: number): Active {
  return { path, file, offset, room: offset, making: null };
}

async function reopen(
  disk: Disk,
  { path, offset }: { readonly path: string; readonly offset: number },
): Promise<Active> {
  const file = await disk.open(path);
  await file.truncate(offset);
  await file.datasync();
  return activeOf(path, file, offset);
}

/** Closes a segment that ends with its last record. */
async function finish(active: Active): Promise<void> {
  await cutBack(active);
  await active.file.close();
}

/** `trouble`: a failure that came before, as if this had met it. */
async function put(active: Active, bytes: Uint8Array, trouble: unknown): Promise<void> {
  if (isInTheWay(active, bytes)) await active.making?.done;
  try {
    if (trouble !== null) throw trouble;
    for (let done = 0; done < bytes.length; ) {
      done += some(await active.file.write(bytes.subarray(done), active.offset + done));
    }
  } catch (error) {
    if (isFull(error) && (await cutBack(active))) {
      throw fullError(error);
    }
    throw error;
  }
  await active.file.datasync();
  active.offset += bytes.length;
}

/** What is being filled with room is not to be written to. */
function isInTheWay({ making, offset }: Active, bytes: Uint8Array): boolean {
  return making !== null && offset + bytes.length > making.from;
}

function some(written: number): number {
  if (written === 0) throw new Error("a write to the audit log wrote nothing");
  return written;
}

/** Takes a torn line and the room off the end; false when even that fails. */
async function cutBack(active: Active): Promise<boolean> {
  await active.making?.done;
  try {
    await active.file.truncate(active.offset);
    active.room = active.offset;
    return true;
  } catch {
    return false;
  }
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT";
}

function fullError(cause: unknown): AuditError {
  return new AuditError("full", "the audit log has no space left on its disk", { cause });
}
