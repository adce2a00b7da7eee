/** Takes turns: a long piece of work lets others have the thread now and then. */
import { setImmediate } from "node:timers/promises";

/** Longest stretch of work without a rest, in milliseconds. */
const STRETCH_MS = 2;

/** A question to ask between small pieces of work: null to go on, else what to wait for. */
export function takingTurns(tick: () => number): () => Promise<void> | null {
  let since = tick();
  return () => {
    if (tick() - since < STRETCH_MS) return null;
    return setImmediate().then(() => {
      since = tick();
    });
  };
}
