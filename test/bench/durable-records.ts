/**
 * What the disk takes for one durable record, with nothing else going on: the part of a call's latency that no gateway
 * which records before it acts can be without. Written as the journal writes, into room that was made before.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DiskFile, nodeDisk } from "../../src/audit/disk.ts";

/** About as long as the record of a call. */
const RECORD = Buffer.from(`${"r".repeat(799)}\n`);

const ROOM_BYTES = 2 ** 20;

/** A file of such records, gone when it is disposed of. */
export class DurableRecords implements AsyncDisposable {
  readonly #folder: string;
  readonly #file: DiskFile;
  readonly #path: string;
  #end = 0;
  #room = 0;

  private constructor(folder: string, path: string, file: DiskFile) {
    this.#folder = folder;
    this.#path = path;
    this.#file = file;
  }

  /** Where the gateways of the bench have their data too. */
  static async open(): Promise<DurableRecords> {
    const folder = await mkdtemp(join(tmpdir(), "sallyport-records-"));
    const path = join(folder, "records");
    return new DurableRecords(folder, path, await nodeDisk.create(path));
  }

  /** Milliseconds of one more. */
  async timed(): Promise<number> {
    if (this.#end + RECORD.length > this.#room) {
      this.#room += await nodeDisk.makeRoom(this.#path, { from: this.#room, to: this.#room + ROOM_BYTES });
    }
    const begun = performance.now();
    this.#end += await this.#file.write(RECORD, this.#end, false);
    await this.#file.datasync();
    return performance.now() - begun;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true });
  }
}
