/**
 * The body of a provider's answer as it is pulled: a queue between the HTTP client, which pushes, and the reader, who
 * takes all that came at once. Above a mark the client is paused, so that a slow caller slows the provider down. What is
 * taken goes through a mask, so that there is no way around it.
 */
import type { Mask } from "./mask.ts";

/** What the queue needs of the HTTP client. */
export interface Tap {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

const HIGH_WATER = 256 * 1024;
/** How long the end of a body may take that nobody reads any more. */
const GRACE_MS = 500;

/** Chunks pushed on one side, pulled on the other; ends once. */
export class BodyQueue implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #tap: Tap;
  readonly #mask: Mask | null;
  #chunks: Buffer[] = [];
  #size = 0;
  #paused = false;
  #ended = false;
  #failure: Error | null = null;
  #waiting: Waiter | null = null;
  /** Runs while nothing but the body's end may still come. */
  #grace: NodeJS.Timeout | null = null;
  #woken = false;

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
    this.#wake();
  }

  /** The provider's body is over; `failure` when it broke off. */
  end(failure: Error | null): void {
    this.#keep();
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#wake();
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const taken = this.#take();
    if (taken !== null) return settled(taken);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
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
    this.#wake();
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
  #wake(): void {
    if (this.#waiting === null || this.#woken) return;
    this.#woken = true;
    queueMicrotask(() => {
      this.#woken = false;
      const waiter = this.#waiting;
      const taken = this.#take();
      if (waiter === null || taken === null) return;
      this.#waiting = null;
      if (taken instanceof Error) waiter.reject(taken);
      else waiter.resolve(taken);
    });
  }

  /** What is there to be taken; null when the reader has to wait. */
  #take(): IteratorResult<Uint8Array, undefined> | Error | null {
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

interface Waiter {
  readonly resolve: (result: IteratorResult<Uint8Array, undefined>) => void;
  readonly reject: (reason: Error) => void;
}

function settled(taken: IteratorResult<Uint8Array, undefined> | Error) {
  return taken instanceof Error ? Promise.reject(taken) : Promise.resolve(taken);
}
