/** What guardrails saw of a request: what they found, what they looked at and what not, and whom they asked. For the record. */
import type { Asking, Finding, Scan, Unscanned } from "../audit/entry.ts";
import type { WouldBe } from "../decision/observed.ts";
import type { Table, TableGuardrail } from "../decision/table.ts";
import type { Place } from "../language/tree.ts";
import type { AnswerReport } from "../wire/anthropic/answer.ts";
import type { Texts } from "./plane.ts";

export interface Seen {
  /** What statements that are only observed would have decided; null when the same. */
  readonly would: WouldBe | null;
  readonly findings: readonly Finding[];
  readonly scan: Scan | null;
  readonly asked: readonly Asking[];
}

/** Of a request at which no guardrail looked. */
export const NOTHING_SEEN: Seen = { would: null, findings: [], scan: null, asked: [] };

/** What services said of an answer. */
export type Inquired = Pick<Seen, "findings" | "asked">;

/** Of an answer about which nobody is asked. */
export const NOTHING_INQUIRED: Inquired = { findings: [], asked: [] };

/** What was looked at anew, and what was left out and why. `fresh` are the texts that no request had before. */
export function scanOf(
  texts: Texts,
  {
    table,
    bound,
    indices,
  }: { readonly table: Table; readonly bound: readonly number[]; readonly indices: readonly number[] },
  fresh: readonly number[],
): Scan {
  const places = placesOf(table, indices);
  const left = placesOf(table, bound);
  const skipped = new Map<Unscanned, number>(texts.unread);
  const skip = (reason: Unscanned): void => void skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  let looked = 0;
  let bytes = 0;
  for (const index of fresh) {
    const { place, start, end } = texts.spans[index]!;
    if (places.has(place)) {
      looked += 1;
      bytes += end - start;
    } else skip(left.has(place) ? "sample" : "place");
  }
  const known = texts.spans.length - fresh.length;
  if (known > 0) skipped.set("known", known);
  return { texts: looked, bytes, skipped: [...skipped].map(([reason, count]) => ({ reason, count })) };
}

/** The places at which some of these guardrails look with patterns of their own. */
function placesOf({ guardrails }: Table, indices: readonly number[]): ReadonlySet<Place> {
  const looking = indices
    .map((index) => guardrails[index]!)
    .filter(({ on, ask }) => ask === null && on.includes("request"));
  return new Set(looking.flatMap(({ in: places }) => places));
}

/** What was looked at of an answer; null when no guardrail looks at answers by itself. */
export function scanOfAnswer(
  { texts, bytes, thinking }: AnswerReport["scanned"],
  { table, guards }: { readonly table: Table; readonly guards: readonly number[] },
): Scan | null {
  const looks = ({ on, ask }: TableGuardrail): boolean => ask === null && on.includes("response");
  if (!guards.some((index) => looks(table.guardrails[index]!))) return null;
  return { texts, bytes, skipped: thinking === 0 ? [] : [{ reason: "thinking", count: thinking }] };
}
