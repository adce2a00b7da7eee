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
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    own.abort();
  }, server.patience.total);
  const onGone = () => own.abort();
  if (signal.aborted) own.abort();
  signal.addEventListener("abort", onGone);
  return {
    signal: own.signal,
    get over() {
      return over;
    },
    stop() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onGone);
    },
  };
}
