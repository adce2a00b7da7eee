/**
 * load.ts beside the main thread, so that a reload does not hold up requests. This file is both sides: `loadAside` starts
 * a thread that runs this same file, reads one directory, answers and ends. A fresh thread per reading keeps nothing.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Revision } from "../decision/table.ts";
import { SourcesError } from "./files.ts";
import type { Loaded } from "./load.ts";

const JOB = "sallyport: load a policy";

interface Job {
  readonly job: typeof JOB;
  readonly dir: string;
  readonly inForce: Revision | null;
}

/** Errors lose their class on the way between threads, so the parts travel by name. */
type Reply =
  | { readonly kind: "loaded"; readonly loaded: Loaded | null }
  | { readonly kind: "unreadable"; readonly code: SourcesError["code"]; readonly message: string };

/** Does what `loadChange` does in a thread of its own. */
export function loadAside(dir: string, inForce: Revision | null): Promise<Loaded | null> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { job: JOB, dir, inForce } satisfies Job });
  return new Promise((resolve, reject) => {
    worker.once("message", (reply: Reply) => {
      if (reply.kind === "loaded") resolve(reply.loaded);
      else reject(new SourcesError(reply.code, reply.message));
    });
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread that reads the policy ended with code ${code}`)));
  });
}

async function answer({ dir, inForce }: Job): Promise<Reply> {
  // Loaded here only: the parser and all it needs would weigh on the main thread's heap, which never runs it.
  const { loadChange } = await import("./load.ts");
  try {
    const loaded = await loadChange(dir, inForce);
    return { kind: "loaded", loaded: loaded && trim(loaded) };
  } catch (error) {
    if (error instanceof SourcesError) return { kind: "unreadable", code: error.code, message: error.message };
    throw error;
  }
}

/** What the main thread has no use for stays here: the model, and the texts that no diagnostic points into. */
function trim(loaded: Loaded): Loaded {
  const { built, texts } = loaded;
  const broken = (built.proofs?.invariants ?? []).flatMap(({ failures }) => failures);
  const wanted = new Set(
    [...built.diagnostics, ...broken].flatMap(({ span, notes }) => [
      span.path,
      ...notes.flatMap((note) => note.span?.path ?? []),
    ]),
  );
  return {
    ...loaded,
    built: { ...built, model: null },
    texts: new Map([...texts].filter(([path]) => wanted.has(path))),
  };
}

function isJob(data: unknown): data is Job {
  return typeof data === "object" && data !== null && "job" in data && data.job === JOB;
}

if (!isMainThread && isJob(workerData)) parentPort?.postMessage(await answer(workerData));
