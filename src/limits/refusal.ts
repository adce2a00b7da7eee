/** A denial in words: one sentence with the ceiling, whose it is, and when it is free again, in the org's time zone. */
import type { Hold, Refusal } from "../decision/decision.ts";
import { windowOf } from "../decision/meter.ts";
import type { Revision } from "../decision/table.ts";
import { listNames } from "../decision/words.ts";
import type { Period } from "../language/tree.ts";
import type { Denial } from "./limits.ts";

/** Waits up to this are told in seconds on either plane. */
const SHORT_MS = 600_000;
const DAY_MS = 24 * 60 * 60_000;
/** Last moment that a date can name: what a provider says of an answer's tokens may fill a counter beyond it. */
const LAST_DATE = 8.64e15 - DAY_MS;

const A_PERIOD = {
  sec: "a second",
  min: "a minute",
  hour: "an hour",
  day: "a day",
  week: "a week",
  month: "a month",
} as const satisfies Record<Period, string>;

/** The refusal that a denial amounts to; `now` and the time zone only shape the words. */
export function refusalOf(denial: Denial, revision: Revision, timezone: string, now: number): Refusal {
  return {
    kind: "refusal",
    revision: revision.id,
    origins: [denial.hold.origin],
    reason: isHeld(denial, timezone, now) ? "concurrency" : denial.hold.slot.measure,
    message: sentence(denial, timezone, now),
    retryAfterMs: Number.isFinite(denial.retryAfterMs) ? denial.retryAfterMs : null,
  };
}

/**
 * A budget that is short only of what requests under way hold is not used up: like a limit of requests at one time it is
 * free again when they end, and a client may wait for that.
 */
function isHeld({ hold: { slot }, freeAt }: Denial, timezone: string, now: number): boolean {
  return slot.measure === "budget" && freeAt < windowOf(slot.period ?? "month", now, timezone).end;
}

function sentence(denial: Denial, timezone: string, now: number): string {
  const { hold, amount, freeAt } = denial;
  const { measure } = hold.slot;
  const owner = ownerOf(hold);
  if (measure === "concurrency") {
    return `limit of ${count(amount, "request")} at one time for ${owner} is reached; try again when one has ended`;
  }
  if (measure === "calls") return callSentence(denial, owner, timezone, now);
  if (measure === "budget") return `budget of ${owner} ${budgetState(denial, timezone, now)}`;
  const period = hold.slot.period === null ? "" : ` ${A_PERIOD[hold.slot.period]}`;
  const rule = `rate limit: ${count(amount, measure === "tokens" ? "token" : "request")}${period} for ${owner}`;
  return Number.isFinite(freeAt)
    ? `${rule}; ${freeAt > LAST_DATE ? "used up beyond any date" : `free again ${when(freeAt, timezone, now)}`}`
    : `${rule}; this request alone needs more than that, make it smaller`;
}

/** The seconds of a short wait are told where the refusal is put into words; a model does not know what time it is. */
function callSentence(
  { hold: { slot }, amount, freeAt }: Denial,
  owner: string,
  timezone: string,
  now: number,
): string {
  const period = slot.period === null ? "" : ` ${A_PERIOD[slot.period]}`;
  const tools = listNames(slot.tools?.written ?? []);
  const rule = `limit of ${count(amount, "call")}${period} of ${tools} for ${owner} is reached`;
  const wait = freeAt - now;
  if (wait <= SHORT_MS) return rule;
  return `${rule}; free again ${when(freeAt, timezone, now)}, in ${Math.ceil(wait / 1000)} s`;
}

function budgetState(denial: Denial, timezone: string, now: number): string {
  const { used, held, amount, freeAt } = denial;
  const total = `of ${dollars(amount)}`;
  if (!Number.isFinite(freeAt)) return `is ${dollars(amount)}, and this request alone may cost more; make it smaller`;
  if (isHeld(denial, timezone, now)) {
    const spent = `${dollars(used - held)} spent and ${dollars(held)} held by requests under way, ${total}`;
    return `has too little left at this moment (${spent}); try again shortly`;
  }
  const state = used >= amount ? "used up" : "has too little left for this request";
  return `${state} (${dollars(used)} ${total} spent); resets ${when(freeAt, timezone, now)}`;
}

/** `key dana-laptop` of a counter per key; else the node that the limit stands on, `team eng`. */
function ownerOf({ counter, slot }: Hold): string {
  const per = counter.startsWith(`${slot.name} per `) ? counter.slice(slot.name.length + " per ".length) : "";
  return per === "" ? slot.name.slice(0, slot.name.lastIndexOf(" ")) : per;
}

function count(amount: number, unit: string): string {
  return `${amount.toLocaleString("en-US")} ${unit}${amount === 1 ? "" : "s"}`;
}

function dollars(microUsd: number): string {
  const value = microUsd / 1e6;
  // A cap of a fraction of a cent would read as nothing.
  const digits = microUsd % 10_000 === 0 || value >= 1 ? 2 : 4;
  return `$${value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** `in 20 s`, `at 14:05` on the same day, `1 Dec` at midnight, else `1 Dec 14:05`. */
function when(at: number, timezone: string, now: number): string {
  const seconds = Math.ceil((at - now) / 1000);
  if (seconds < 60) return `in ${seconds} s`;
  // Rounded up to the minute, so that the words never promise too much.
  const shown = Math.ceil(at / 60_000) * 60_000;
  const time = part(shown, timezone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const date = (moment: number) => part(moment, timezone, { day: "numeric", month: "short" });
  if (shown - now < DAY_MS && date(shown) === date(now)) return `at ${time}`;
  return time === "00:00" ? date(shown) : `${date(shown)} ${time}`;
}

function part(at: number, timezone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: timezone }).format(at);
}
