/**
 * Judges text of an answer as it grows: how much may go out now, with what changed, and whether the answer must end. Only
 * the trailing run without a break is held back, since a token may still grow there; a finding is never cut in two, and a
 * private key is held from its first line to its last. stream.ts calls it for every delta, document.ts once per text.
 */
import { type Change, changed } from "../text.ts";
import type { AnswerRules } from "./answer.ts";
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

/** Longest trailing run that is held back: signed tokens are that long. Of a longer one half goes. */
const RUN_MAX = 8 * 1024;
/** Most text that is held back for any reason. */
const HELD_MAX = 16 * 1024;
/** Text before the pending one that a pattern may lean on. */
const CONTEXT_MAX = 256;
const BREAK = /[\s"'`()[\]{}<>,;|]/;
const ASCII_BREAKS = Uint8Array.from({ length: 128 }, (_, code) => (BREAK.test(String.fromCharCode(code)) ? 1 : 0));
const KEY_START = "-----BEGIN ";
/** The rest of a key's first line, whole or as far as it has come. */
const KEY_LABEL = /^[A-Z0-9 ]{0,40}(?:-----|-{0,4}$)/;
const KEY_END = /-----END [A-Z0-9 ]{0,40}-----/;

/** True when the rules look for something. */
export function hasGuard(rules: AnswerRules): rules is GuardRules {
  return rules.scanner !== null;
}

/** Judges `pending`, which follows `context`; when `final`, nothing can follow it any more. */
export function judge(
  rules: GuardRules,
  tally: Tally,
  parts: { context: string; pending: string; final: boolean },
): Judgement {
  const { context, pending } = parts;
  const final = parts.final || pending.length > HELD_MAX;
  const base = context.length;
  let limit = base + (final ? pending.length : settled(pending));
  if (limit === base) return { cut: 0, changes: [], stop: null };
  const text = context + pending;
  const changes: Change[] = [];
  for (const hit of rules.scanner.scan(text)) {
    if (hit.end <= base) continue;
    // A finding that reaches the edge may still grow.
    if (!final && hit.end >= limit) {
      limit = Math.max(base, Math.min(limit, hit.start));
      break;
    }
    const verdict = rules.verdict(hit, text.slice(hit.start, hit.end));
    tally.hit(hit);
    if (verdict.kind === "keep") continue;
    const start = Math.max(hit.start, base) - base;
    if (verdict.kind === "reject") return { cut: start, changes, stop: verdict.message };
    changes.push({ start, end: hit.end - base, text: verdict.replacement });
  }
  return { cut: limit - base, changes, stop: null };
}

/** What of a text that went out is kept to lean on. */
export function contextOf(text: string): string {
  return text.slice(-CONTEXT_MAX);
}

/** The first `cut` units of a text with the changes made. */
export function applyChanges(text: string, { cut, changes }: Judgement): string {
  return changed(text.slice(0, cut), changes);
}

/** Units at the front of `pending` that can no longer become part of a longer token. */
function settled(pending: string): number {
  let at = pending.length;
  const least = Math.max(0, at - RUN_MAX);
  while (at > least && !isBreak(pending.charCodeAt(at - 1))) at -= 1;
  // Half of it at once, or every further letter would have the whole run looked through again.
  if (at === least && least > 0) at = pending.length - RUN_MAX / 2;
  if (at > 0 && at < pending.length && isHighSurrogate(pending.charCodeAt(at - 1))) at -= 1;
  const key = openKey(pending);
  return key < 0 ? at : Math.min(at, key);
}

function isBreak(unit: number): boolean {
  return unit < ASCII_BREAKS.length ? ASCII_BREAKS[unit] === 1 : BREAK.test(String.fromCharCode(unit));
}

/** Where a private key begins whose end has not come yet; -1 when there is none. */
function openKey(pending: string): number {
  let at = pending.indexOf(KEY_START);
  while (at >= 0) {
    const behind = at + KEY_START.length;
    const label = KEY_LABEL.exec(pending.slice(behind, behind + 60));
    const harmless = label === null || (label[0].endsWith("-----") && !label[0].includes("PRIVATE KEY"));
    const end = harmless ? null : KEY_END.exec(pending.slice(at));
    if (!harmless && end === null) return at;
    at = pending.indexOf(KEY_START, end === null ? behind : at + end.index + end[0].length);
  }
  return -1;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
