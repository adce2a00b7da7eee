/** Questions that wait for a client without a session to come back, and confirmed calls in which the server itself asks. */

/** How long each is good. */
const WAIT_MS = 10 * 60_000;
/** More than this push out the one that waits longest. */
const MOST = 1_000;

interface Waiting {
  readonly owner: string;
  readonly until: number;
}

/** What is open between two requests of one call. */
export class Confirmations {
  readonly #tick: () => number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #going = new Map<string, Waiting>();

  constructor(tick: () => number) {
    this.#tick = tick;
  }

  /** A question goes out under this state. */
  wait(state: string, owner: string): void {
    this.#put(this.#waiting, state, owner);
  }

  /** Takes the answer to a question; false when it is not this caller's for this call, or too late. */
  take(state: string, owner: string): boolean {
    return this.#take(this.#waiting, state, owner);
  }

  /** A confirmed call goes on: should its server ask, the next request is the same call. */
  holdOpen(owner: string): void {
    this.#put(this.#going, owner, owner);
  }

  /** It ended without a question. */
  close(owner: string): void {
    this.#going.delete(owner);
  }

  /** Whether a call goes on that was confirmed. */
  goesOn(owner: string): boolean {
    return this.#take(this.#going, owner, owner);
  }

  #put(rows: Map<string, Waiting>, name: string, owner: string): void {
    rows.delete(name);
    rows.set(name, { owner, until: this.#tick() + WAIT_MS });
    if (rows.size > MOST) rows.delete(rows.keys().next().value!);
  }

  #take(rows: Map<string, Waiting>, name: string, owner: string): boolean {
    const row = rows.get(name);
    if (row === undefined || row.owner !== owner) return false;
    rows.delete(name);
    return this.#tick() <= row.until;
  }
}
