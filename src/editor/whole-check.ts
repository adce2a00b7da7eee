/**
 * The check of a whole policy, beside the thread that answers the editor: model, tests, proofs, and the effective policy
 * of a node. This file is both sides: `startWholeCheck` starts a thread that runs this same file and keeps every tree, so
 * that an edit costs the parse of one file there too. Asked again before it has answered, it answers in turn: what came
 * in between is for the asker to leave out.
 */
import { constants, platform, setPriority } from "node:os";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Effective } from "../analysis/effective.ts";
import type { Asked, Change } from "./judge.ts";
import type { Judgement } from "./open-policy.ts";

const JOB = "sallyport: check policies for an editor";

type Question =
  | { readonly kind: "check"; readonly change: Change; readonly at: number }
  | { readonly kind: "effective"; readonly policy: string; readonly asked: Asked; readonly at: number };

type Reply = { readonly id: number } & (
  | { readonly kind: "judged"; readonly judgement: Judgement }
  | { readonly kind: "effective"; readonly effective: Effective | null }
  | { readonly kind: "failed"; readonly message: string }
);

/** Checks policies, one after the other. */
export interface WholeCheck {
  check(change: Change, at: number): Promise<Judgement>;
  /** The effective policy of a node when the policy was last good; null when it never was, or has no such node. */
  effective(policy: string, asked: Asked, at: number): Promise<Effective | null>;
  close(): Promise<void>;
}

/** Starts the thread. */
export function startWholeCheck(): WholeCheck {
  const worker = new Worker(new URL(import.meta.url), { workerData: { job: JOB } });
  const waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();
  let last = 0;
  let ended: Error | null = null;
  worker.on("message", (reply: Reply) => {
    const asker = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.kind === "failed") asker?.reject(new Error(reply.message));
    else asker?.resolve(reply);
  });
  const giveUp = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on("error", giveUp);
  worker.on("exit", () => giveUp(new Error("the thread that checks policies has ended")));
  const ask = (question: Question): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (ended !== null) return reject(ended);
      last += 1;
      waiting.set(last, { resolve, reject });
      worker.postMessage({ id: last, question });
    });
  return {
    async check(change, at) {
      const reply = await ask({ kind: "check", change, at });
      return reply.kind === "judged" ? reply.judgement : { changed: new Map(), tests: null };
    },
    async effective(policy, asked, at) {
      const reply = await ask({ kind: "effective", policy, asked, at });
      return reply.kind === "effective" ? reply.effective : null;
    },
    async close() {
      await worker.terminate();
    },
  };
}

if (!isMainThread && workerData?.job === JOB && parentPort !== null) {
  // Loaded here only: what proofs and tests need would make the start of the editor's own thread slower.
  const [{ Judge }, { readBuiltins }] = await Promise.all([import("./judge.ts"), import("../revision/packs.ts")]);
  const judge = new Judge(await readBuiltins());
  const port = parentPort;
  // Typing comes first. On Linux this is said of a thread, elsewhere it would be of the whole process.
  if (platform() === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  port.on("message", ({ id, question }: { id: number; question: Question }) => {
    try {
      if (question.kind === "check") {
        port.postMessage({ id, kind: "judged", judgement: judge.judge(question.change, question.at) } satisfies Reply);
      } else {
        const effective = judge.effective(question.policy, question.asked, question.at);
        port.postMessage({ id, kind: "effective", effective } satisfies Reply);
      }
    } catch (error) {
      port.postMessage({
        id,
        kind: "failed",
        message: error instanceof Error ? error.message : String(error),
      } satisfies Reply);
    }
  });
}
