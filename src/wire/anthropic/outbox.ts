/** Gathers what goes to the caller: neighbouring events of one chunk leave as one view of it. */
import { makeEvent } from "../sse.ts";

/** Events that are held or dropped before the caller gets a sign of life. */
const QUIET_EVENTS = 64;

/** Bytes to send now, in order. */
export class Outbox {
  #ready: Uint8Array[] = [];
  #quiet = 0;

  /** Sends bytes; joins them to the ones before when they lie behind them in the same memory. */
  send(bytes: Uint8Array): void {
    this.#quiet = 0;
    const last = this.#ready.at(-1);
    const both = last === undefined ? null : asOne(last, bytes);
    if (both === null) this.#ready.push(bytes);
    else this.#ready[this.#ready.length - 1] = both;
  }

  /** Notes that an event gives nothing to send; now and then a ping shows that the answer is alive. */
  hush(): void {
    this.#quiet += 1;
    if (this.#quiet >= QUIET_EVENTS) this.send(makeEvent("ping", { type: "ping" }));
  }

  /** Everything that was sent since the last call. */
  take(): readonly Uint8Array[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }
}

/** One view of both when the second lies behind the first in the same memory; else null. */
export function asOne(first: Uint8Array, second: Uint8Array): Uint8Array | null {
  if (first.buffer !== second.buffer || first.byteOffset + first.length !== second.byteOffset) return null;
  return new Uint8Array(first.buffer, first.byteOffset, first.length + second.length);
}
