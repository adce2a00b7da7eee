/** The few calls with which the journal touches its disk, as an interface, so that tests can make each of them fail. */
import { type FileHandle, open, unlink } from "node:fs/promises";

/** A file open for writing. */
export interface DiskFile {
  /** Writes at a position and says how many bytes went; fewer than asked is possible. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Resolves when everything written is on the medium. */
  datasync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface Disk {
  /** Makes a file that must not exist yet. */
  create(path: string): Promise<DiskFile>;
  /** Opens a file that exists. */
  open(path: string): Promise<DiskFile>;
  remove(path: string): Promise<void>;
  /** Makes the names in a directory durable. */
  syncDirectory(path: string): Promise<void>;
}

/** Readable by the service and its group only. */
const FILE_MODE = 0o640;

/** The real disk. */
export const nodeDisk: Disk = {
  create: async (path) => fileOf(await open(path, "wx", FILE_MODE)),
  open: async (path) => fileOf(await open(path, "r+")),
  remove: unlink,
  async syncDirectory(path) {
    const directory = await open(path, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};

function fileOf(handle: FileHandle): DiskFile {
  return {
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    datasync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    close: () => handle.close(),
  };
}
