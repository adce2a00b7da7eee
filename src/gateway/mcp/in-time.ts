/** Waiting for one of several without making the others wait for it: what is late is done without, and told of when it is there. */

/** Longest that all wait for one, in milliseconds. */
export const PATIENCE_MS = 5_000;

/** What is said in time, else null; `onLate` when something is said after that. Rejects in time only. */
export function inTime<T>(said: Promise<T | null>, onLate: () => void): Promise<T | null> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      resolve(null);
    }, PATIENCE_MS);
    said.then(
      (value) => {
        clearTimeout(timer);
        if (isOver && value !== null) onLate();
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
