/** Answers of one era as the other one writes them. */
import type { Era } from "./era.ts";
import { type Fields, isFields } from "./message.ts";

/** Results that say how long they may be kept. */
const KEPT: ReadonlySet<string> = new Set([
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
]);

/** An answer in the form that clients of an era expect. What the gateway hands on may change at any moment. */
export function inEra(answer: Fields, method: string, era: Era): Fields {
  const { result } = answer;
  if (!isFields(result)) return answer;
  if (era === "sessions") {
    const { resultType: _, ttlMs: __, cacheScope: ___, ...rest } = result;
    return { ...answer, result: rest };
  }
  const kept = KEPT.has(method) ? { ttlMs: 0, cacheScope: "private" } : {};
  return { ...answer, result: { resultType: "complete", ...kept, ...result } };
}
