/**
 * Keeps one policy checked as a whole while it is edited: one check at a time, each of what had changed when it began. A
 * check that takes long waits for a pause in the typing, so that it neither burns a core for nothing nor lags behind.
 */
import type { OpenPolicy } from "./open-policy.ts";
import type { WholeCheck } from "./whole-check.ts";

/** A check waits for a pause as long as the last one took, but for no longer one than this. */
const LONGEST_PAUSE_MS = 300;

/** What checks are for. */
export interface Subject {
  /** The directory, by which the policy is known to the check. */
  readonly dir: string;
  readonly policy: OpenPolicy;
}

/** Who wants to know. */
export interface Listener {
  /** Other things are known than before about these files. */
  judged(paths: Iterable<string>): void;
  failed(error: unknown): void;
}

/** The checks of one policy. */
export class Rounds {
  readonly #subject: Subject;
  readonly #check: WholeCheck;
  readonly #listener: Listener;
  readonly #changed = new Set<string>();
  #anew = true;
  #running: Promise<void> | null = null;
  #pause: NodeJS.Timeout | undefined;
  #lastMs = 0;
  #closed = false;

  constructor(subject: Subject, check: WholeCheck, listener: Listener) {
    this.#subject = subject;
    this.#check = check;
    this.#listener = listener;
  }

  /** Files have a new text, or are gone. */
  changed(paths: readonly string[]): void {
    for (const path of paths) this.#changed.add(path);
    if (this.#running === null) this.#wait();
  }

  /** Resolves when everything that has changed so far is checked. */
  async settled(): Promise<void> {
    while (!this.#closed && (this.#changed.size > 0 || this.#running !== null)) await (this.#running ?? this.#begin());
  }

  /** No more checks, and no more answers of one that is under way. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#pause);
  }

  #wait(): void {
    clearTimeout(this.#pause);
    if (!this.#closed) this.#pause = setTimeout(() => void this.#begin(), Math.min(this.#lastMs, LONGEST_PAUSE_MS));
  }

  #begin(): Promise<void> {
    clearTimeout(this.#pause);
    const running = this.#round()
      .catch((error: unknown) => this.#listener.failed(error))
      .finally(() => {
        this.#running = null;
        if (this.#changed.size > 0) this.#wait();
      });
    this.#running = running;
    return running;
  }

  async #round(): Promise<void> {
    const { dir, policy } = this.#subject;
    const { texts } = policy;
    const paths = [...this.#changed];
    this.#changed.clear();
    const put = paths.flatMap((path) => {
      const text = texts.get(path);
      return text === undefined ? [] : [{ path, text }];
    });
    const change = { policy: dir, anew: this.#anew, put, drop: paths.filter((path) => !texts.has(path)) };
    this.#anew = false;
    const begun = performance.now();
    const judgement = await this.#check.check(change, Date.now());
    this.#lastMs = performance.now() - begun;
    if (this.#closed) return;
    policy.judge(judgement, texts);
    // Of a policy that is read again, what was told about any file may be over.
    this.#listener.judged(change.anew ? policy.paths : judgement.changed.keys());
  }
}
