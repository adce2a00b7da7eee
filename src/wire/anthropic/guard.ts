/**
 * Judges text of an answer as it grows: how much may go out now, with what changed, and whether the answer must end. Held
 * back is the trailing run without a break, since a token may still grow there, and what an expression says may be the
 * beginning of a match behind a break. A finding is never cut in two. stream.ts calls it for every delta, document.ts once
 * per text.
 */

import { type Change, changed } from "../../decision/change.ts";
import { type Growing, isBreak } from "../../decision/growing.ts";
import type { AnswerRules } from "./answer.ts";
import type { Signs } from "./signs.ts";
import type { Tally } from "./tally.ts";

/** What becomes of the pending text. */
export interface Judgement {
  /** UTF-16 units of the pending text that may go out. */
  readonly cut: number;
  /** Changes inside those. */
  readonly changes: readonly Change[];
  /** The sentence of the rule that ends the answer here; null when none does. */
  readonly stop: string | null;
}

/** Rules that have something to look for. */
export type GuardRules = AnswerRules & { readonly scanner: NonNullable<AnswerRules["scanner"]> };

/** Longest trailing run that is held back unasked; of a longer one only what may be part of a finding. */
const RUN_MAX = 1024;
/** Most text that is held back: no key is so long. What seems to go on behind it ends the answer, as nothing may leave. */
const HELD_MAX = 64 * 1024;
/** Text before the pending one that a pattern may lean on. */
const CONTEXT_MAX = 256;

/** True when the rules look for something. */
export function hasGuard(rules: AnswerRules): rules is GuardRules {
  return rules.scanner !== null;
}

/** Text to be judged. */
export interface Growth {
  /** What went out before it. */
  readonly context: string;
  readonly pending: string;
  /** True when nothing can follow it any more. */
  readonly final: boolean;
  /** Of a text that is judged again and again as it grows; null for one that is judged once. */
  readonly signs: Signs | null;
}

/** Judges `pending`, which follows `context`. */
export function judge(rules: GuardRules, tally: Tally, { context, pending, final, signs }: Growth): Judgement {
  const base = context.length;
  const text = context + pending;
  const { limit: settled, growing } = final ? { limit: text.length, growing: null } : settle(rules, text, base);
  if (growing !== null && text.length - settled > HELD_MAX) {
    return { cut: 0, changes: [], stop: rules.overlong(growing) };
  }
  if (settled === base) {
    if (final) tally.saw("", true);
    return NOTHING;
  }
  const isQuiet = signs !== null && !signs.mayHit(text);
  const hits = isQuiet ? [] : rules.scanner.scan(text).filter(({ end }) => end > base);
  const changing = hits.filter((hit) => !rules.stays(hit));
  // A finding that reaches the edge may still grow.
  const open = final ? undefined : changing.find(({ end }) => end >= settled);
  const limit = Math.max(base, Math.min(settled, open?.start ?? settled));
  tally.saw(text.slice(base, limit), final);
  for (const hit of hits) if (hit.end <= limit && rules.stays(hit)) tally.hit(hit, text.slice(hit.start, hit.end));
  const changes: Change[] = [];
  for (const hit of changing) {
    if (hit.end > limit) break;
    const value = text.slice(hit.start, hit.end);
    const verdict = rules.verdict(hit, value);
    tally.hit(hit, value);
    const start = Math.max(hit.start, base) - base;
    if (verdict.kind === "reject") return { cut: start, changes, stop: verdict.message };
    if (verdict.kind === "redact") changes.push({ start, end: hit.end - base, text: verdict.replacement });
  }
  return { cut: limit - base, changes, stop: null };
}

const NOTHING: Judgement = { cut: 0, changes: [], stop: null };

/** What of a text that went out is kept to lean on. */
export function contextOf(text: string): string {
  return text.slice(-CONTEXT_MAX);
}

/** The first `cut` units of a text with the changes made. */
export function applyChanges(text: string, { cut, changes }: Judgement): string {
  return changed(text.slice(0, cut), changes);
}

/** How far nothing can become a part of a finding any more, and what may be under way there. */
function settle({ growth }: GuardRules, text: string, base: number): { limit: number; growing: Growing | null } {
  let limit = text.length;
  while (limit > base && !isBreak(text.charCodeAt(limit - 1))) limit -= 1;
  let growing: Growing | null = null;
  if (text.length - limit > RUN_MAX) {
    growing = growth?.anything(text, limit) ?? null;
    limit = growing?.start ?? text.length;
  }
  const behind = limit === base ? null : (growth?.behindBreaks(text, base, limit) ?? null);
  if (behind !== null) {
    growing = behind;
    limit = behind.start;
  }
  const splitsPair = limit > base && isHighSurrogate(text.charCodeAt(limit - 1));
  return { limit: splitsPair ? limit - 1 : limit, growing };
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
