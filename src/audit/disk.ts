/** The few calls with which the journal touches its disk, as an interface, so that tests can make each of them fail. */
import { constants, fdatasyncSync, write, writeSync } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { ROOM } from "./segment.ts";

/** A file open for writing. */
export interface DiskFile {
  /** Writes at a position and says how many bytes went; fewer than asked is possible. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** The same by this very thread; when it returns they are on the medium. */
  writeHere(bytes: Uint8Array, position: number): number;
  /** Resolves when everything written is on the medium. */
  datasync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** A part of a file: `to` is behind its last byte. */
export interface Extent {
  readonly from: number;
  readonly to: number;
}

export interface Disk {
  /** Makes a file that must not exist yet. */
  create(path: string): Promise<DiskFile>;
  /** Opens a file that exists. */
  open(path: string): Promise<DiskFile>;
  remove(path: string): Promise<void>;
  /** Fills a part of a file with room, and says how many bytes of it: what is written there later has its place already. */
  makeRoom(path: string, { from, to }: Extent): Promise<number>;
  /** Makes the names in a directory durable. */
  syncDirectory(path: string): Promise<void>;
}

/** Readable by the service and its group only. */
const FILE_MODE = 0o640;

/** With this, where the system has it, a write returns when its bytes are on the medium: one call for every two. */
const O_DSYNC: number | undefined = constants.O_DSYNC;
const READ_WRITE = constants.O_RDWR | (O_DSYNC ?? 0);

/** The real disk. */
export const nodeDisk: Disk = {
  create: async (path) => fileOf(await open(path, READ_WRITE | constants.O_CREAT | constants.O_EXCL, FILE_MODE)),
  open: async (path) => fileOf(await open(path, READ_WRITE)),
  remove: unlink,
  async makeRoom(path, { from, to }) {
    // A failure is told to one descriptor once, so records must not share theirs.
    const handle = await open(path, READ_WRITE);
    try {
      // Bytes that were written have their place; a file that is merely longer gets it with each record.
      return await writeAt(handle, Buffer.alloc(to - from, ROOM), from);
    } finally {
      await handle.close();
    }
  },
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
  let isBehind = false;
  return {
    write(bytes, position) {
      isBehind ||= O_DSYNC === undefined;
      return writeAt(handle, bytes, position);
    },
    writeHere(bytes, position) {
      const written = writeSync(handle.fd, bytes, 0, bytes.length, position);
      if (O_DSYNC === undefined) fdatasyncSync(handle.fd);
      return written;
    },
    async datasync() {
      if (isBehind) await handle.datasync();
      isBehind = false;
    },
    async truncate(size) {
      isBehind = true;
      await handle.truncate(size);
    },
    close: () => handle.close(),
  };
}

/** The handle's own `write` costs twice as much, and every request waits for this one. */
function writeAt({ fd }: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, 0, bytes.length, position, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}
