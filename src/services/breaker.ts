/** Leaves a service alone that fails again and again, and tries it with a single call after a while. */

/** Failures in a row after which a service is left alone, and for how long. */
const MOST_FAILURES = 5;
const REST_MS = 10_000;

/** One service's breaker. */
export interface Breaker {
  /** Whether a call may be made now. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

/** A breaker that nothing has gone through yet. */
export function createBreaker(now: () => number): Breaker {
  let failures = 0;
  let restsUntil = 0;
  return {
    allows() {
      if (failures < MOST_FAILURES) return true;
      if (now() < restsUntil) return false;
      // One call may try; the others wait for what comes of it.
      restsUntil = now() + REST_MS;
      return true;
    },
    succeeded() {
      failures = 0;
    },
    failed() {
      failures++;
      restsUntil = now() + REST_MS;
    },
  };
}
