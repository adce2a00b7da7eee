/**
 * What the disk takes for one durable record, with nothing else going on: the part of a call's latency that no gateway
 * which records before it acts can be without. Written as the journal writes, at the end of a file that grows.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DiskFile, nodeDisk } from "../../src/audit/disk.ts";

/** About as long as the record of a call. */
const RECORD = Buffer.from(`${"r".repeat(799)}\n`);

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
    return new DurableRecords(folder, await nodeDisk.create(join(folder, "records")));
  }

  /** Milliseconds of one more. */
  async timed(): Promise<number> {
    const begun = performance.now();
    this.#end += await this.#file.write(RECORD, this.#end);
    await this.#file.datasync();
    return performance.now() - begun;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true });
  }
}
