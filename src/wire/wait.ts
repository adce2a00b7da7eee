/** How long to wait, in the words of a refusal. */

/** Longest wait that is told in seconds. */
const SHORT_MS = 600_000;

/** `; try again in 12 s`, for who can wait so long; nothing when waiting does not help or takes too long. */
export function waitWords(retryAfterMs: number | null): string {
  if (retryAfterMs === null || retryAfterMs > SHORT_MS) return "";
  return `; try again in ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s`;
}
