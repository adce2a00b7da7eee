/**
 * Counting that is put off: the instruments are moved together, some for each turn of the loop that it takes, so that
 * their code and their tables are fetched once for many requests and no answer waits for them.
 */

/** Work to be done soon. */
export interface Backlog {
  add(work: () => void): void;
  /** Does what is left, now. */
  clear(): void;
}

/** So much is done together, and so long does none wait, in milliseconds. */
const MOST = 64;
const WAIT_MS = 250;

/** An empty backlog. */
export function createBacklog(): Backlog {
  let waiting: (() => void)[] = [];
  let isTimed = false;
  const clear = (): void => {
    const due = waiting;
    waiting = [];
    for (const work of due) work();
  };
  return {
    clear,
    add(work) {
      waiting.push(work);
      if (waiting.length >= MOST) return clear();
      if (isTimed) return;
      isTimed = true;
      const timer = setTimeout(() => {
        isTimed = false;
        clear();
      }, WAIT_MS);
      timer.unref();
    },
  };
}
