/**
 * What the disk takes for one durable record, with nothing else going on: the part of a call's latency that no gateway
 * which records before it acts can be without. Written as the journal writes, in the place of room.
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
  #end = 0;

  private constructor(folder: string, file: DiskFile) {
    this.#folder = folder;
    this.#file = file;
  }

  /** Where the gateways of the bench have their data too. */
  static async open(): Promise<DurableRecords> {
    const folder = await mkdtemp(join(tmpdir(), "sallyport-records-"));
    const path = join(folder, "records");
    const file = await nodeDisk.create(path);
    await nodeDisk.makeRoom(path, { from: 0, to: ROOM_BYTES });
    return new DurableRecords(folder, file);
  }

  /** Writes one more, by the thread that asks, as the gateway does for a caller who is alone; its milliseconds. */
  timed(): number {
    const at = this.#end;
    // At the end of the room they begin anew: a place is as good as another.
    this.#end = at + 2 * RECORD.length > ROOM_BYTES ? 0 : at + RECORD.length;
    const begun = performance.now();
    this.#file.writeHere(RECORD, at);
    return performance.now() - begun;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true });
  }
}
