/**
 * `require every key …`: when keys end, and what they may spend. A key is kept to an amount when, at every time from the
 * moment of the proof on, some budget on its path allows no more than that; budgets of other periods are reckoned by
 * spending.ts.
 */
import { inForce } from "../decision/access.ts";
import { dateOf, dateText } from "../decision/clock.ts";
import type { Slot } from "../decision/table.ts";
import { dollars } from "../decision/words.ts";
import type { Diagnostic, Note } from "../language/diagnostic.ts";
import { place, type Span } from "../language/source.ts";
import type { InvariantRule } from "../model/model.ts";
import { beginning, broken, isBelow, momentsAfter, type Realm, vacuous, whoIs } from "./realm.ts";
import { mostSpent } from "./spending.ts";

type ExpiresRule = Extract<InvariantRule, { kind: "expires" }>;
type BudgetRule = Extract<InvariantRule, { kind: "budget" }>;

function keysBelow(realm: Realm, top: number): number[] {
  const keys: number[] = [];
  for (const [index, { kind }] of realm.table.nodes.entries()) {
    if (kind === "key" && isBelow(realm, index, top)) keys.push(index);
  }
  return keys;
}

function noKey(realm: Realm, rule: ExpiresRule | BudgetRule): Diagnostic {
  return vacuous(rule.span, `there is no key in ${whoIs(realm, rule.node)}, so this promises nothing yet`, null);
}

/** Keys that end too late or never. */
export function checkExpiry(realm: Realm, rule: ExpiresRule, name: string): Diagnostic[] {
  const keys = keysBelow(realm, rule.node);
  if (keys.length === 0) return [noKey(realm, rule)];
  const late = keys.filter((key) => {
    const expires = realm.model.nodes[key]!.key?.expires ?? null;
    return expires === null || daysFrom(realm, expires) > rule.days;
  });
  const [first] = late;
  if (first === undefined) return [];
  const expires = realm.model.nodes[first]!.key?.expires ?? null;
  const { timezone } = realm.table;
  const today = dateText(timezone, realm.at);
  const when =
    expires === null
      ? "never expires"
      : `expires on ${dateText(timezone, expires)}, ${daysFrom(realm, expires)} days from ${today}`;
  const latest = dateText(timezone, middayOf(realm, realm.at) + rule.days * DAY);
  const help = `write \`expires ${latest}\` or an earlier date`;
  const message = `${whoIs(realm, first)} ${when}`;
  return [broken(realm, { code: "GW5012", span: rule.span, name, message, help, notes: [], nodes: late })];
}

const DAY = 86_400_000;

/** Days of the calendar between the clock and a moment, in the org's time zone. */
function daysFrom(realm: Realm, moment: number): number {
  return Math.round((middayOf(realm, moment) - middayOf(realm, realm.at)) / DAY);
}

/** Noon, in UTC, of the local date of a moment: a number of days, free of changes of the clock. */
function middayOf({ table }: Realm, moment: number): number {
  const { year, month, day } = dateOf(table.timezone, moment);
  return Date.UTC(year, month, day, 12);
}

/** Keys that no budget keeps to the amount at some time. */
export function checkBudgets(realm: Realm, rule: BudgetRule, name: string): Diagnostic[] {
  const keys = keysBelow(realm, rule.node);
  if (keys.length === 0) return [noKey(realm, rule)];
  // Keys without budgets of their own share the list of their team.
  const known = new Map<readonly number[], number | null>();
  const free: number[] = [];
  let since: number | null = null;
  for (const key of keys) {
    const { slots } = realm.table.nodes[key]!;
    let from = known.get(slots);
    if (from === undefined) {
      from = uncappedFrom(realm, rule, slots);
      known.set(slots, from);
    }
    if (from === null) continue;
    since ??= from;
    free.push(key);
  }
  if (since === null) return [];
  const cap = `${dollars(rule.microUsd)}/${rule.period}`;
  const message = `${whoIs(realm, free[0]!)} may spend more than ${cap}${beginning(realm, since)}`;
  const notes = capNotes(realm, rule, { key: free[0]!, now: since });
  const help = `write \`budget ${cap} per key\` on its team, or a budget that amounts to less`;
  return [broken(realm, { code: "GW5013", span: rule.span, name, message, help, notes, nodes: free })];
}

/** The first moment at which no budget keeps to the amount; null when there is none. */
function uncappedFrom(realm: Realm, { microUsd, period }: BudgetRule, ids: readonly number[]): number | null {
  const slots = budgetsOf(realm, ids);
  const moments = momentsAfter(
    realm.at,
    slots.flatMap(({ amounts }) => amounts.map(({ until }) => until)),
  );
  const isKept = (now: number) =>
    slots.some((slot) => {
      const cap = capAt(slot, now);
      return cap !== undefined && mostSpent(cap.amount, slot.period!, period) <= microUsd;
    });
  return moments.find((now) => !isKept(now)) ?? null;
}

function budgetsOf({ table }: Realm, ids: readonly number[]): Slot[] {
  return ids.map((id) => table.slots[id]!).filter(({ measure }) => measure === "budget");
}

function capAt({ amounts }: Slot, now: number): Slot["amounts"][number] | undefined {
  return amounts.find(({ until }) => inForce(until, now));
}

/** The budgets that bind a key and what each amounts to; those that end then. */
function capNotes(realm: Realm, { period }: BudgetRule, { key, now }: { key: number; now: number }): Note[] {
  const spans = spansOfLimits(realm);
  const notes: Note[] = [];
  for (const slot of budgetsOf(realm, realm.table.nodes[key]!.slots)) {
    for (const { until, origin } of slot.amounts) {
      if (until === now - 1)
        notes.push({ message: `\`${origin.text}\` ends then`, span: spans.get(origin.place) ?? null });
    }
    const cap = capAt(slot, now);
    if (cap === undefined) continue;
    const most = mostSpent(cap.amount, slot.period!, period);
    const message = `\`${cap.origin.text}\` keeps it to ${dollars(most)}/${period}`;
    notes.push({ message, span: spans.get(cap.origin.place) ?? null });
  }
  return notes.length > 0 ? notes : [{ message: "no budget is on its path", span: null }];
}

/** Where limits stand, by `file:line`. */
function spansOfLimits({ model }: Realm): Map<string, Span> {
  return new Map(model.nodes.flatMap(({ limits }) => limits.map(({ span }) => [place(span), span])));
}
