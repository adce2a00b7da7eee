/**
 * The body of a provider's answer: a queue between the HTTP client, which pushes, and the reader, who takes all that came
 * at once. The reader pulls, or has it handed on, which spares a stream of small events two promises for each. Above a
 * mark the client is paused, so that a slow caller slows the provider down. What is taken goes through a mask, so that
 * there is no way around it.
 */
import type { Mask } from "./mask.ts";

/** What the queue needs of the HTTP client. */
export interface Tap {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

/** Takes a piece: a promise when the next one has to wait for it, `enough` when no more is wanted. */
export type Take = (chunk: Uint8Array) => Promise<void> | "enough" | null;

/**
 * Hands every piece of a body on; resolves when it is over or enough of it was taken, rejects when it broke off. What the
 * network brings within `gatherMs` of the last piece is handed on with the next one; a piece that comes later, and the
 * body's end, wait for nothing.
 */
export async function handOn(body: AsyncIterable<Uint8Array>, take: Take, gatherMs = 0): Promise<void> {
  if (body instanceof BodyQueue) return body.handOn(take, gatherMs);
  for await (const chunk of body) {
    const wait = take(chunk);
    if (wait === "enough") return;
    if (wait !== null) await wait;
  }
}

/** What a reader gets: a piece, the end, or why there is none. */
type Taken = IteratorResult<Uint8Array, undefined> | Error;

const READY = Promise.resolve();
const HIGH_WATER = 256 * 1024;
/** How long the end of a body may take that nobody reads any more. */
const GRACE_MS = 500;

/** Chunks pushed on one side, taken on the other; ends once. */
export class BodyQueue implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #tap: Tap;
  readonly #mask: Mask | null;
  #chunks: Buffer[] = [];
  #size = 0;
  #paused = false;
  #ended = false;
  #failure: Error | null = null;
  /** Gets what comes next; null while nobody is ready for more. */
  #reader: ((taken: Taken) => void) | null = null;
  /** Runs while nothing but the body's end may still come. */
  #grace: NodeJS.Timeout | null = null;
  #woken = false;
  #gatherMs = 0;
  /** When the reader last got something, in milliseconds of the monotonic clock. */
  #served = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(tap: Tap, mask: Mask | null) {
    this.#tap = tap;
    this.#mask = mask;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(chunk: Buffer): void {
    if (this.#ended) return void this.#giveUp();
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > HIGH_WATER && !this.#paused) {
      this.#paused = true;
      this.#tap.pause();
    }
    this.#wake(this.#paused);
  }

  /** The provider's body is over; `failure` when it broke off. */
  end(failure: Error | null): void {
    this.#keep();
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#wake(true);
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const taken = this.#take();
    if (taken !== null) return settled(taken);
    return new Promise((resolve, reject) => {
      const reader = (next: Taken) => (next instanceof Error ? reject(next) : resolve(next));
      this.#reader = reader;
    });
  }

  /** Hands on all that comes, in the turn in which it came; `take` decides how it goes on. */
  handOn(take: Take, gatherMs: number): Promise<void> {
    this.#gatherMs = gatherMs;
    return new Promise((resolve, reject) => {
      const more = () => {
        this.#reader = give;
        if (this.#size > 0 || this.#ended) this.#wake(this.#ended);
      };
      const leave = (error: unknown) => {
        void this.return();
        reject(error);
      };
      const give = (taken: Taken) => {
        if (taken instanceof Error) reject(taken);
        else if (taken.done) resolve();
        else {
          try {
            const wait = take(taken.value);
            if (wait === null) more();
            else if (wait === "enough") void this.return().then(() => resolve());
            else wait.then(more).catch(leave);
          } catch (error) {
            leave(error);
          }
        }
      };
      more();
    });
  }

  /** The reader wants no more: the provider's connection is given up, unless only the body's end is still to come. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#ended) {
      this.#ended = true;
      this.#grace = setTimeout(() => this.#giveUp(), GRACE_MS);
      if (this.#size > 0) this.#giveUp();
    }
    this.#chunks = [];
    this.#size = 0;
    // Who waits for more does not wait in vain.
    this.#wake(true);
    return settled({ done: true, value: undefined });
  }

  #giveUp(): void {
    if (this.#keep()) this.#tap.abort(new Error("no more is wanted"));
  }

  /** Ends the waiting for the end; false when there was none. */
  #keep(): boolean {
    if (this.#grace === null) return false;
    clearTimeout(this.#grace);
    this.#grace = null;
    return true;
  }

  // Waking in a microtask lets everything of one network read arrive first, so that it leaves as one chunk.
  #wake(atOnce: boolean): void {
    if (atOnce) this.#gatherNoMore();
    if (this.#reader === null || this.#woken) return;
    if (!atOnce && this.#gathers()) return;
    this.#woken = true;
    READY.then(this.#serve);
  }

  /** True when what came waits for more to come. */
  #gathers(): boolean {
    if (this.#gatherMs === 0 || performance.now() - this.#served >= this.#gatherMs) return false;
    if (this.#size > 0) this.#timer ??= setTimeout(this.#due, this.#gatherMs);
    return true;
  }

  #gatherNoMore(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #due = (): void => {
    this.#timer = null;
    this.#serve();
  };

  readonly #serve = (): void => {
    this.#woken = false;
    const reader = this.#reader;
    const taken = reader === null ? null : this.#take();
    if (reader === null || taken === null) return;
    this.#reader = null;
    if (this.#gatherMs > 0) this.#served = performance.now();
    reader(taken);
  };

  /** What is there to be taken; null when the reader has to wait. */
  #take(): Taken | null {
    if (this.#size > 0) {
      const value = this.#chunk();
      if (value.length > 0) return { done: false, value };
    }
    if (!this.#ended) return null;
    const rest = this.#failure === null ? this.#mask?.rest() : undefined;
    if (rest !== undefined && rest.length > 0) return { done: false, value: rest };
    const failure = this.#failure;
    this.#failure = null;
    return failure ?? { done: true, value: undefined };
  }

  #chunk(): Buffer {
    const whole = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size);
    this.#chunks = [];
    this.#size = 0;
    if (this.#paused) {
      this.#paused = false;
      this.#tap.resume();
    }
    return this.#mask === null ? whole : this.#mask.clean(whole);
  }
}

function settled(taken: Taken) {
  return taken instanceof Error ? Promise.reject(taken) : Promise.resolve(taken);
}
