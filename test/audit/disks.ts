/**
 * Disks that fail. `faultyDisk` passes every call to the real disk unless a plan says otherwise. `PowerCut` keeps what
 * is not yet synced in memory; when the power goes, each unsynced sector is kept, lost or left as it was by chance.
 */
import { readFile, writeFile } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { type Disk, type DiskFile, nodeDisk } from "../../src/audit/disk.ts";

/** One call, before it happens; `index` counts calls of that kind from 0. */
export interface Call {
  readonly kind: "create" | "write" | "writeHere" | "datasync" | "truncate" | "remove" | "makeRoom" | "syncDirectory";
  readonly index: number;
  readonly path: string;
}

/** What a plan may order: an error, or to write only that many bytes. */
export type Order = { readonly fail: string } | { readonly short: number } | null;

/** The real disk with a plan of faults, and the calls that it saw. */
export function faultyDisk(plan: (call: Call) => Order): Disk & {
  readonly calls: readonly Call[];
  /** Resolves when no room is being made any more, and whoever waited for that knows. */
  roomMade(): Promise<void>;
} {
  const calls: Call[] = [];
  let making: Promise<unknown> = Promise.resolve();
  const enter = (kind: Call["kind"], path: string): number | null => {
    const call = { kind, path, index: calls.filter((other) => other.kind === kind).length };
    calls.push(call);
    const order = plan(call);
    if (order === null) return null;
    if ("short" in order) return order.short;
    throw Object.assign(new Error(`${order.fail}: made up`), { code: order.fail });
  };
  const wrap = (path: string, file: DiskFile): DiskFile => ({
    async write(bytes, position) {
      const short = enter("write", path);
      return file.write(short === null ? bytes : bytes.subarray(0, short), position);
    },
    writeHere(bytes, position) {
      const short = enter("writeHere", path);
      return file.writeHere(short === null ? bytes : bytes.subarray(0, short), position);
    },
    async datasync() {
      enter("datasync", path);
      return file.datasync();
    },
    async truncate(size) {
      enter("truncate", path);
      return file.truncate(size);
    },
    close: () => file.close(),
  });
  return {
    calls,
    async create(path) {
      enter("create", path);
      return wrap(path, await nodeDisk.create(path));
    },
    open: async (path) => wrap(path, await nodeDisk.open(path)),
    async remove(path) {
      enter("remove", path);
      return nodeDisk.remove(path);
    },
    async roomMade() {
      await making;
      await turn();
    },
    async makeRoom(path, extent) {
      enter("makeRoom", path);
      const made = nodeDisk.makeRoom(path, extent);
      making = made;
      return made;
    },
    async syncDirectory(path) {
      enter("syncDirectory", path);
      return nodeDisk.syncDirectory(path);
    },
  };
}

const SECTOR = 512;

interface Image {
  synced: Buffer;
  /** States of the file since its last sync, oldest first; the last is what a reader would see. */
  states: Buffer[];
  /** True once its name is durable. */
  named: boolean;
}

/** A disk in memory over a real directory, whose power can be cut at any call. */
export class PowerCut {
  readonly #images = new Map<string, Image>();
  readonly #below: (limit: number) => number;
  #callsLeft: number;
  #whenDead: () => void = () => {};
  /** Resolves when the power has gone. */
  readonly dead: Promise<void>;

  /** The power goes at the given call; `below` is the source of chance. */
  constructor(calls: number, below: (limit: number) => number) {
    this.#callsLeft = calls;
    this.#below = below;
    this.dead = new Promise((resolve) => {
      this.#whenDead = resolve;
    });
  }

  readonly disk: Disk = {
    create: async (path) => {
      await this.#tick();
      this.#images.set(path, { synced: Buffer.alloc(0), states: [Buffer.alloc(0)], named: false });
      return this.#file(path);
    },
    open: async (path) => {
      await this.#tick();
      const bytes = await readFile(path);
      this.#images.set(path, { synced: bytes, states: [bytes], named: true });
      return this.#file(path);
    },
    remove: async () => {
      throw new Error("nothing is removed on a disk that does not fail");
    },
    makeRoom: async (path, { from, to }) => {
      await this.#tick();
      return this.#write(path, Buffer.alloc(to - from, " "), from);
    },
    syncDirectory: async () => {
      await this.#tick();
      for (const image of this.#images.values()) image.named = true;
    },
  };

  /** Writes what survived to the real directory. */
  async settle(): Promise<void> {
    for (const [path, image] of this.#images) {
      if (!image.named && this.#below(2) === 0) continue;
      await writeFile(path, this.#survivor(image));
    }
  }

  #write(path: string, bytes: Uint8Array, position: number): number {
    const { states } = this.#images.get(path)!;
    const now = states.at(-1)!;
    const next = Buffer.alloc(Math.max(now.length, position + bytes.length));
    now.copy(next);
    next.set(bytes, position);
    states.push(next);
    return bytes.length;
  }

  #file(path: string): DiskFile {
    const image = this.#images.get(path)!;
    return {
      write: async (bytes, position) => {
        await this.#tick();
        return this.#write(path, bytes, position);
      },
      writeHere() {
        throw new Error("the thread of a test cannot be stopped at a call");
      },
      datasync: async () => {
        await this.#tick();
        image.synced = image.states.at(-1)!;
        image.states = [image.synced];
      },
      truncate: async (size) => {
        await this.#tick();
        image.states.push(Buffer.from(image.states.at(-1)!.subarray(0, size)));
      },
      close: async () => {},
    };
  }

  /** Every sector comes from the synced file or from any later state; the length too. */
  #survivor({ synced, states }: Image): Buffer {
    const choices = [synced, ...states];
    const pick = () => choices[this.#below(choices.length)]!;
    const { length } = pick();
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += SECTOR) {
      // A sector that was never written reads as zeros.
      bytes.set(pick().subarray(at, Math.min(at + SECTOR, length)), at);
    }
    return bytes;
  }

  /** Counts a call; after the last one nothing ever answers again. */
  async #tick(): Promise<void> {
    this.#callsLeft -= 1;
    if (this.#callsLeft >= 0) return;
    this.#whenDead();
    await new Promise(() => {});
  }
}
