/** A timer that fires after each stretch of silence. */

export interface Beat {
  /** Something was heard: the silence begins anew. */
  refresh(): void;
  stop(): void;
}

/** Calls `onSilence` whenever nothing was heard for so many milliseconds. */
export function beat(silenceMs: number, onSilence: () => void): Beat {
  const timer = setTimeout(() => {
    onSilence();
    timer.refresh();
  }, silenceMs);
  return { refresh: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}
