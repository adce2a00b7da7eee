/** The words that `expect refuse REASON` may use; the same as the reasons of a decision, which a test keeps equal. */
export const REFUSAL_REASONS = [
  "key",
  "expired",
  "window",
  "door",
  "model",
  "provider",
  "tool",
  "guardrail",
  "requests",
  "tokens",
  "concurrency",
  "budget",
] as const;
