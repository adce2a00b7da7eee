/**
 * The log of one process. Records are numbered, chained and sealed the moment they are appended; one batch is on its way
 * to the disk at a time, and what is appended meanwhile makes the next one, so the disk sets the pace. Only what nobody
 * waits for may lie for a moment, so that it shares its way with what comes next. writer.ts keeps the files, recover.ts
 * reads what the last process left.
 */
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Earlier, readEarlier } from "./charges.ts";
import { type Disk, nodeDisk } from "./disk.ts";
import type { Body, Entry } from "./entry.ts";
import { lock, type Unlock } from "./lock.ts";
import { AuditError, type AuditLog, type Haste } from "./log.ts";
import { type Sealed, seal } from "./record.ts";
import { type Recovered, recover } from "./recover.ts";
import { listLogs, logsDirectory } from "./segment.ts";
import { openWriter, type Writer } from "./writer.ts";

/** What a journal must know. */
export interface JournalSettings {
  /** Data directory; the log is a folder below its `audit`. */
  readonly dir: string;
  /** Random id of this start, letters, digits and dashes; it also names the log when there is none yet. */
  readonly boot: string;
  /** Version of the product, for the `start` record. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** What it writes to; tests bring their own. */
export interface Medium {
  readonly disk: Disk;
  readonly segmentBytes: number;
}

export interface OpenedJournal {
  readonly log: AuditLog;
  readonly recovered: { readonly truncatedBytes: number; readonly open: readonly string[] };
  /** Charges of earlier starts that may count in a period under way, and budgets that were warned of. Read when iterated. */
  readonly earlier: AsyncIterable<Earlier>;
}

/** Longest time in milliseconds that a record waits for company. */
const SOON_MS = 20;

const MEDIUM: Medium = { disk: nodeDisk, segmentBytes: 128 * 2 ** 20 };

/** Opens the log of a data directory for writing, or makes it; throws AuditError `locked` when another process has it. */
export async function openJournal(settings: JournalSettings, medium: Medium = MEDIUM): Promise<OpenedJournal> {
  const { dir, boot, version, clock } = settings;
  if (!/^[\w-]{1,64}$/.test(boot)) throw new TypeError("the id of a start is made of letters, digits, `_` and `-`");
  const root = logsDirectory(dir);
  await mkdir(root, { recursive: true, mode: 0o750 });
  const unlock = await lock(root, boot);
  try {
    const path = (await listLogs(dir))[0] ?? (await makeLog(dir, boot, medium.disk));
    const recovered = await recover(path);
    const writer = await openWriter({ log: path, ...medium, active: recovered.active });
    const journal = new Journal({ writer, unlock, name: basename(path), boot, clock, recovered });
    const { truncatedBytes, open, charges } = recovered;
    const isClean = truncatedBytes === 0 && open.length === 0;
    await journal.begin([
      ...(isClean ? [] : [{ kind: "recovery", truncatedBytes, open, charges } as const]),
      { kind: "start", version },
    ]);
    return { log: journal, recovered: { truncatedBytes, open }, earlier: readEarlier(path, boot, clock()) };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function makeLog(dir: string, name: string, disk: Disk): Promise<string> {
  const root = logsDirectory(dir);
  const path = join(root, name);
  await mkdir(path, { mode: 0o750 });
  await disk.syncDirectory(root);
  await disk.syncDirectory(dir);
  return path;
}

interface JournalParts {
  readonly writer: Writer;
  readonly unlock: Unlock;
  readonly name: string;
  readonly boot: string;
  readonly clock: () => number;
  readonly recovered: Recovered;
}

interface Waiting extends Sealed {
  readonly resolve: (entry: Entry) => void;
  readonly reject: (error: Error) => void;
}

/** Number and hash of a record: what the next one follows. */
interface Position {
  readonly seq: number;
  readonly hash: string;
}

class Journal implements AuditLog {
  readonly #parts: JournalParts;
  readonly #listeners: ((entry: Entry) => void)[] = [];
  /** Durable entries of which the listeners have not heard yet. */
  #untold: Entry[] = [];
  #opening: readonly Entry[] = [];
  #queue: Waiting[] = [];
  /** Last record that was numbered, and last one that is durable. */
  #last: Position;
  #durable: Position;
  #flushing: Promise<void> | null = null;
  /** Runs while records without haste may wait; what is written meanwhile leaves it running, as it costs less than a new one. */
  #later: NodeJS.Timeout | null = null;
  #ended: AuditError | null = null;
  #closing: Promise<void> | null = null;
  /** The time up to its milliseconds, as it is written for a whole second. */
  #stamp = { second: Number.NaN, text: "" };

  constructor(parts: JournalParts) {
    this.#parts = parts;
    this.#last = this.#durable = { seq: parts.recovered.seq, hash: parts.recovered.hash };
  }

  get healthy(): boolean {
    return this.#ended?.code !== "broken";
  }

  /** Writes the records with which this boot begins. */
  async begin(bodies: readonly Body[]): Promise<void> {
    this.#opening = await Promise.all(bodies.map((body) => this.append(body)));
    // Whoever comes to listen hears of them at once.
    this.#untold = [];
  }

  subscribe(listener: (entry: Entry) => void): void {
    this.#listeners.push(listener);
    // They are durable before anybody can listen, and a listener wants to hear of a recovery.
    for (const entry of this.#opening) this.#tell(listener, entry);
  }

  append(body: Body, haste: Haste = "now"): Promise<Entry> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const { boot, name: log } = this.#parts;
    const { seq, hash: prev } = this.#last;
    const sealed = seal({ v: 1, seq: seq + 1, at: this.#now(), boot, log, body, prev });
    this.#last = sealed.entry;
    if (haste === "here" && this.#wroteHere(sealed)) return Promise.resolve(sealed.entry);
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...sealed, resolve, reject });
      if (haste !== "soon") this.#start();
      else if (this.#flushing === null) this.#wait();
    });
  }

  /** Writes a record, and before it what waits for company, by this very thread; false when that has to be done otherwise. */
  #wroteHere(sealed: Sealed): boolean {
    if (this.#flushing !== null) return false;
    const batch = this.#queue;
    if (!this.#parts.writer.writeHere(bytesOf([...batch, sealed]))) return false;
    this.#queue = [];
    this.#acknowledge(batch);
    this.#keep(sealed.entry);
    return true;
  }

  /** What waits in vain for company is written all the same. */
  #wait(): void {
    if (this.#later !== null) return void this.#later.refresh();
    this.#later = setTimeout(() => {
      this.#later = null;
      if (this.#queue.length > 0) this.#start();
    }, SOON_MS);
  }

  #start(): void {
    this.#flushing ??= this.#flush();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // What listeners have to say about it still finds its place.
    this.#tellAll();
    const stopped = this.append({ kind: "stop" });
    this.#ended ??= new AuditError("closed", "the audit log is closed");
    try {
      await stopped;
      this.#tellAll();
    } finally {
      if (this.#later !== null) clearTimeout(this.#later);
      await this.#parts.writer.close();
      await this.#parts.unlock();
    }
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      try {
        await this.#parts.writer.write({ bytes: bytesOf(batch), first: batch[0]!.entry.seq });
      } catch (error) {
        this.#refuse(batch, error as AuditError);
        continue;
      }
      this.#acknowledge(batch);
    }
    this.#flushing = null;
  }

  #acknowledge(batch: readonly Waiting[]): void {
    for (const { entry, resolve } of batch) {
      this.#keep(entry);
      resolve(entry);
    }
  }

  #keep(entry: Entry): void {
    this.#durable = entry;
    // Who waits goes first. What they send leaves in the check phase of this turn of the event loop: listeners hear behind that.
    if (this.#untold.length === 0) process.nextTick(() => setImmediate(() => this.#tellAll()));
    this.#untold.push(entry);
  }

  #tellAll(): void {
    const entries = this.#untold;
    this.#untold = [];
    for (const entry of entries) for (const listener of this.#listeners) this.#tell(listener, entry);
  }

  /** The record is kept whatever a listener does; its error surfaces as an uncaught one. */
  #tell(listener: (entry: Entry) => void, entry: Entry): void {
    try {
      listener(entry);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  /** Nothing of the batch is on disk: what was queued behind it follows records that do not exist, so all of it goes. */
  #refuse(batch: readonly Waiting[], error: AuditError): void {
    if (error.code === "broken") this.#ended = error;
    const refused = [...batch, ...this.#queue];
    this.#queue = [];
    this.#last = this.#durable;
    for (const { reject } of refused) reject(error);
  }

  #now(): string {
    const ms = this.#parts.clock();
    const second = Math.floor(ms / 1000);
    if (second !== this.#stamp.second) this.#stamp = { second, text: new Date(ms).toISOString().slice(0, -4) };
    return `${this.#stamp.text}${String(ms - second * 1000).padStart(3, "0")}Z`;
  }
}

function bytesOf(batch: readonly Sealed[]): Uint8Array {
  return Buffer.from(batch.map(({ line }) => line).join(""));
}
