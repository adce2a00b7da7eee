/**
 * replay-reader.ts beside the main thread, so that one batch is decided while the next ones are read. This file is both
 * sides: `batchesAside` starts a thread that runs this same file. It reads a few batches ahead and no more, so that memory
 * does not grow with the record.
 */
import { on } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Batch } from "./replay-batch.ts";
import { type Logs, readBatches } from "./replay-reader.ts";

const JOB = "sallyport: read a record";
const AHEAD = 4;

interface Job {
  readonly job: typeof JOB;
  readonly logs: Logs;
}

/** What `readBatches` yields, read in a thread of its own. */
export async function* batchesAside(logs: Logs): AsyncGenerator<Batch, void, undefined> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { job: JOB, logs } satisfies Job });
  const ask = () => worker.postMessage("the next one");
  try {
    for (let asked = 0; asked < AHEAD; asked++) ask();
    for await (const [batch] of on(worker, "message", { close: ["exit"] }) as AsyncIterable<[Batch | null]>) {
      if (batch === null) return;
      ask();
      yield batch;
    }
    throw new Error("the thread that reads the record has ended before the record did");
  } finally {
    await worker.terminate();
  }
}

function isJob(data: unknown): data is Job {
  return typeof data === "object" && data !== null && "job" in data && data.job === JOB;
}

if (!isMainThread && isJob(workerData) && parentPort !== null) {
  const port = parentPort;
  const batches = readBatches(workerData.logs);
  port.on("message", () => {
    const { done, value } = batches.next();
    if (done === true) port.postMessage(null);
    else port.postMessage(value, [value.numbers.buffer]);
  });
}
