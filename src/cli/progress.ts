/** How far a long command has come: one line that is drawn over itself, where a person watches, and nothing elsewhere. */
import type { Terminal } from "./terminal.ts";

/** A bar in progress. */
export interface Progress {
  to(done: number, total: number): void;
  /** Takes the bar away. */
  end(): void;
}

const WIDTH = 30;
const EVERY_MS = 100;

/** Draws beside a command's product; `clock` counts milliseconds, and says how often. */
export function createProgress({ err, watched }: Terminal, word: string, clock: () => number): Progress {
  let drawnAt = clock();
  let drawn = false;
  return {
    to(done, total) {
      const now = clock();
      if (!watched || now - drawnAt < EVERY_MS) return;
      drawnAt = now;
      drawn = true;
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const full = Math.round(share * WIDTH);
      const bar = `${"█".repeat(full)}${"░".repeat(WIDTH - full)}`;
      err.write(`\r${word} ${bar} ${String(Math.floor(share * 100)).padStart(3)} %`);
    },
    end() {
      if (drawn) err.write(`\r\u001b[K`);
    },
  };
}
