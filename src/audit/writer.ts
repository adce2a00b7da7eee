/**
 * Puts batches of lines on disk, each durable before the next begins. It remembers the last good offset: what a full
 * disk tore is cut away, and after an error of the device the descriptor is never trusted again (the kernel may have
 * marked lost pages clean): the segment is sealed and the same bytes go to a new one. Failing twice is the end.
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
}

/** The open end of a log. One call at a time. */
export interface Writer {
  /** Resolves when the bytes are durable; `first` is the number of their first record. Throws AuditError `full` or `broken`. */
  write(bytes: Uint8Array, first: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the end of a log, cutting the active segment to its good bytes. */
export async function openWriter({ log, disk, segmentBytes, active }: WriterStart): Promise<Writer> {
  let current = active === null ? null : await reopen(disk, active);

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
    return { path, file, offset: 0 };
  }

  async function follow(first: number): Promise<Active> {
    const next = await begin(first).catch((error) => {
      throw isFull(error) ? fullError(error) : error;
    });
    // Its records are durable: that it cannot be closed harms nobody.
    await current?.file.close().catch(() => {});
    return next;
  }

  /** Leaves a segment that failed, as clean as it will have it. */
  async function abandon(first: number): Promise<Active> {
    const failed = current;
    if (failed !== null) {
      await failed.file.truncate(failed.offset).catch(() => {});
      await failed.file.close().catch(() => {});
      // A segment that never held a record would have the name of the one that replaces it.
      if (failed.offset === 0) await disk.remove(failed.path);
    }
    return begin(first);
  }

  return {
    async write(bytes, first) {
      try {
        if (current === null || current.offset >= segmentBytes) current = await follow(first);
        await put(current, bytes);
        return;
      } catch (error) {
        if (error instanceof AuditError) throw error;
      }
      try {
        current = await abandon(first);
        await put(current, bytes);
      } catch (error) {
        if (error instanceof AuditError) throw error;
        throw new AuditError("broken", `the audit log cannot be written: ${(error as Error).message}`, {
          cause: error,
        });
      }
    },
    async close() {
      await current?.file.close();
    },
  };
}

async function reopen(
  disk: Disk,
  { path, offset }: { readonly path: string; readonly offset: number },
): Promise<Active> {
  const file = await disk.open(path);
  await file.truncate(offset);
  await file.datasync();
  return { path, file, offset };
}

async function put(active: Active, bytes: Uint8Array): Promise<void> {
  try {
    await fill(active, bytes);
  } catch (error) {
    if (isFull(error) && (await cutBack(active))) {
      throw fullError(error);
    }
    throw error;
  }
  await active.file.datasync();
  active.offset += bytes.length;
}

async function fill(active: Active, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const written = await active.file.write(bytes.subarray(done), active.offset + done);
    if (written === 0) throw new Error("a write to the audit log wrote nothing");
    done += written;
  }
}

/** Takes a torn line off the end; false when even that fails. */
async function cutBack(active: Active): Promise<boolean> {
  try {
    await active.file.truncate(active.offset);
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
