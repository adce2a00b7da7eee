/** Work that takes long, written as a generator of short steps, so that whoever does it can let others have the thread. */

/** Does the work at one go. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Does the work in turns with others: `rest` is asked between two steps. */
export async function inTurns<T>(work: Generator<void, T>, rest: () => Promise<void> | null): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    const pause = rest();
    if (pause !== null) await pause;
  }
}
