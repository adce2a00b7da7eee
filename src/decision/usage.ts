/** Tokens of one answer by price class, as the provider reported them. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Written to the 5-minute cache. */
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
}
