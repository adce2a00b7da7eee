/** Why policy refuses: the words of decisions, of the record, and of `expect refuse REASON` in a test. */
export const REASONS = [
  "key",
  "expired",
  "window",
  "door",
  "model",
  "provider",
  "tool",
  "arguments",
  "flow",
  "unconfirmed",
  "guardrail",
  "requests",
  "tokens",
  "concurrency",
  "budget",
  "calls",
] as const;
export type Reason = (typeof REASONS)[number];
