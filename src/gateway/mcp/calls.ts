/** Requests of sessions that are under way, so that a client can take one back by another message. */
import type { Id, Value } from "../../wire/mcp/message.ts";
import type { Visit } from "./visit.ts";

/** A request under way. */
export interface Tracked {
  readonly signal: AbortSignal;
  /** True when the client took it back. */
  readonly cancelled: boolean;
  stop(): void;
}

/** All requests under way that can be taken back. */
export class Calls {
  readonly #open = new Map<string, () => void>();

  /** Tracks a request; in the stateless era a client takes it back by going away. */
  track({ session }: Visit, id: Id, within: AbortSignal): Tracked {
    if (session === null) return { signal: within, cancelled: false, stop() {} };
    const own = new AbortController();
    const name = nameOf(session.id, id);
    const onGone = () => own.abort();
    if (within.aborted) own.abort();
    within.addEventListener("abort", onGone);
    const tracked = {
      signal: own.signal,
      cancelled: false,
      stop: () => {
        within.removeEventListener("abort", onGone);
        this.#open.delete(name);
      },
    };
    this.#open.set(name, () => {
      tracked.cancelled = true;
      own.abort();
    });
    return tracked;
  }

  /** A client takes its request back. */
  cancel({ session }: Visit, id: Value | undefined): void {
    if (session !== null && (typeof id === "string" || typeof id === "number"))
      this.#open.get(nameOf(session.id, id))?.();
  }
}

function nameOf(session: string, id: Id): string {
  return `${session} ${JSON.stringify(id)}`;
}
