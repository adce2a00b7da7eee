/** How decisions put things into words: amounts, lists, times, and names that callers made up. */
import type { Active, ResultRule } from "../model/model.ts";
import type { Predicate } from "../model/predicate.ts";
import { predicateText } from "../model/predicate-text.ts";

/** Names as a list for a sentence: the first few, then how many more. */
export function listNames(names: readonly string[], most = 6): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}

const LONGEST_QUOTE = 100;

/** A caller's word, fit to stand in a sentence: no control characters, not longer than a line. */
export function quote(word: string): string {
  const plain = word.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
  return plain.length <= LONGEST_QUOTE ? plain : `${plain.slice(0, LONGEST_QUOTE)}...`;
}

/** The words of an `until`, as an origin shows them. */
export function untilText(until: number | null): string {
  if (until === null) return "";
  return ` until ${new Date(until).toISOString().replace(/(:00)?\.\d+Z$/, "Z")}`;
}

const LONGEST_CONDITION = 200;

/** The words of a `where`, as an origin shows them; a long one is cut short. */
export function whereText(where: Predicate | null): string {
  if (where === null) return "";
  const text = predicateText(where);
  return ` where ${text.length <= LONGEST_CONDITION ? text : `${text.slice(0, LONGEST_CONDITION)}...`}`;
}

/** Micro-dollars as people write them: `$4_000`, `$49.99`, `$0.005`. */
export function dollars(microUsd: number): string {
  const whole = Math.floor(microUsd / 1e6);
  const rest = microUsd % 1e6;
  if (rest === 0) return `$${thousands(whole)}`;
  return `$${thousands(whole)}.${String(rest)
    .padStart(6, "0")
    .replace(/0{1,4}$/, "")}`;
}

/** A whole number with its thousands apart: `5_000`. */
export function thousands(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, "_");
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** `mon-fri 07:00-20:00`. */
export function activeText({ fromDay, toDay, fromMinute, toMinute }: Omit<Active, "span" | "until">): string {
  const days = fromDay === toDay ? DAYS[fromDay]! : `${DAYS[fromDay]}-${DAYS[toDay]}`;
  return `${days} ${clock(fromMinute)}-${clock(toMinute)}`;
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** `results mcp:github/* max 64_000 redact @secrets flag @pii`. */
export function resultText(rule: Pick<ResultRule, "written" | "max" | "redact" | "flag" | "until">): string {
  const { written, max, redact, flag, until } = rule;
  const parts = [
    max === null ? "" : ` max ${thousands(max)}`,
    redact === null ? "" : ` redact ${listNames(redact.written, 3)}`,
    flag === null ? "" : ` flag ${listNames(flag.written, 3)}`,
  ];
  return `results ${listNames(written, 3)}${parts.join("")}${untilText(until)}`;
}
