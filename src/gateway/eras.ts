/**
 * Which guardrails were in force when a text was new. A text is looked at under them for as long as its conversation is
 * known: a guardrail that comes later must not change what was sent before, and one that goes must not bring it back.
 */
import type { Guards } from "./guards.ts";

interface Era {
  /** The first text of the messages that was new in it. */
  readonly from: number;
  readonly guards: Guards;
}

/** Threads of one conversation that are told apart, and changes of policy in one that are. */
const MOST_THREADS = 32;
const MOST_ERAS = 8;

/** The eras of a conversation; its threads are known by how they begin. */
export class Eras {
  readonly #threads = new Map<string, Era[]>();

  /** True when the thread has been seen. */
  knows(thread: string): boolean {
    return this.#threads.has(thread);
  }

  /** Notes that texts from this one on are new under these guardrails; gives the guardrails for each text. */
  enter(thread: string, guards: Guards, from: number): (index: number) => Guards {
    // What is said anew in the place of something else was never said under the guardrails of then.
    const eras = (this.#threads.get(thread) ?? []).filter((era) => era.from < from || era.from === 0);
    if (eras.length === 0) eras.push({ from: 0, guards });
    else if (eras.at(-1)!.guards.print !== guards.print) eras.push({ from, guards });
    if (eras.length > MOST_ERAS) eras.splice(1, 1);
    this.#threads.delete(thread);
    this.#threads.set(thread, eras);
    if (this.#threads.size > MOST_THREADS) this.#threads.delete(this.#threads.keys().next().value!);
    return (index) => eras.findLast((era) => era.from <= index)!.guards;
  }
}
