/** How long a call may take altogether; its silences are the upstream's to watch. */
import type { Visit } from "./visit.ts";

export interface Patience {
  /** Aborted when the caller is gone or the time is over. */
  readonly signal: AbortSignal;
  /** True when the time was over. */
  readonly over: boolean;
  stop(): void;
}

/** The patience with the server of a visit; a stream that listens has no end of its own. */
export function patienceOf({ caller, server, message }: Visit): Patience {
  const { signal } = caller.arrival;
  if (message.kind === "request" && message.method === "subscriptions/listen")
    return { signal, over: false, stop() {} };
  const own = new AbortController();
  const timer = setTimeout(() => {
    patience.over = true;
    own.abort();
  }, server.patience.total);
  const onGone = () => own.abort();
  if (signal.aborted) own.abort();
  signal.addEventListener("abort", onGone);
  const patience = {
    signal: own.signal,
    // No getter: V8 makes those of a literal among what it takes to be old, and all that they know stays with them.
    over: false,
    stop() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onGone);
    },
  };
  return patience;
}
