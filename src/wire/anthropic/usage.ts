/** Tokens as the Messages API counts them. */
import type { Usage } from "../../decision/usage.ts";

/** Members of a parsed object. */
export type Fields = Record<string, unknown>;

/** A value as an object; null when it is none. */
export function asRecord(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** A `usage` object laid over what is known so far: later counts replace earlier ones, missing ones leave them. */
export function readUsage(known: Usage | null, value: unknown): Usage | null {
  const raw = asRecord(value);
  if (raw === null) return known;
  const before = known ?? { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };
  return {
    input: count(raw.input_tokens) ?? before.input,
    output: count(raw.output_tokens) ?? before.output,
    cacheRead: count(raw.cache_read_input_tokens) ?? before.cacheRead,
    ...cacheWrites(raw, before),
  };
}

/** The split by lifetime where there is one; a bare sum counts as the short lifetime, apart from what is known as long. */
function cacheWrites(raw: Fields, before: Usage): Pick<Usage, "cacheWrite" | "cacheWrite1h"> {
  const split = asRecord(raw.cache_creation);
  const short = count(split?.ephemeral_5m_input_tokens);
  const long = count(split?.ephemeral_1h_input_tokens);
  if (short !== null || long !== null) return { cacheWrite: short ?? 0, cacheWrite1h: long ?? 0 };
  const sum = count(raw.cache_creation_input_tokens);
  if (sum === null) return { cacheWrite: before.cacheWrite, cacheWrite1h: before.cacheWrite1h };
  const stays = Math.min(sum, before.cacheWrite1h);
  return { cacheWrite: sum - stays, cacheWrite1h: stays };
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
