/**
 * `require every key …`: when keys end, and what they may spend. A key is kept to an amount when, at every time from the
 * moment of the proof on, some budget on its path allows no more than that; budgets of other periods are reckoned by
 * spending.ts.
 */
import { inForce } from "../decision/access.ts";
import { dateOf, dateText, startOfDate } from "../decision/clock.ts";
import type { Slot } from "../decision/table.ts";
import { dollars } from "../decision/words.ts";
import type { Diagnostic, Note } from "../language/diagnostic.ts";
import { place, type Span } from "../language/source.ts";
import type { Period } from "../language/tree.ts";
import type { InvariantRule } from "../model/model.ts";
import { beginning, broken, isBelow, momentsAfter, type Realm, vacuous, whoIs } from "./realm.ts";
import { mostSpent } from "./spending.ts";

type ExpiresRule = Extract<InvariantRule, { kind: "expires" }>;
type BudgetRule = Extract<InvariantRule, { kind: "budget" }>;

function keysBelow(realm: Realm, top: number): readonly number[] {
  return top === 0 ? realm.keys : realm.keys.filter((key) => isBelow(realm, key, top));
}

function noKey(realm: Realm, rule: ExpiresRule | BudgetRule): Diagnostic {
  return vacuous(rule.span, `there is no key in ${whoIs(realm, rule.node)}, so this promises nothing yet`, null);
}

/** Keys that end too late or never. */
export function checkExpiry(realm: Realm, rule: ExpiresRule, name: string): Diagnostic[] {
  const keys = keysBelow(realm, rule.node);
  if (keys.length === 0) return [noKey(realm, rule)];
  const { timezone } = realm.table;
  const { year, month, day } = dateOf(timezone, realm.at);
  const tooLate = startOfDate(timezone, year, month, day + rule.days + 1);
  const late = keys.filter((key) => {
    const expires = realm.model.nodes[key]!.key?.expires ?? null;
    return expires === null || expires >= tooLate;
  });
  const [first] = late;
  if (first === undefined) return [];
  const expires = realm.model.nodes[first]!.key?.expires ?? null;
  const today = dateText(timezone, realm.at);
  const when =
    expires === null
      ? "never expires"
      : `expires on ${dateText(timezone, expires)}, ${daysFrom(realm, expires)} days from ${today}`;
  const latest = dateText(timezone, tooLate - 1);
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

/** Makes the prover of `budget at most`; it remembers what paths let be spent from one promise to the next. */
export function createBudgetProver(realm: Realm): (rule: BudgetRule, name: string) => Diagnostic[] {
  // Keys without budgets of their own share the list of their team.
  const worst = new Map<Period, Map<readonly number[], number>>();
  const worstOf = (slots: readonly number[], window: Period): number => {
    const known = worst.get(window) ?? new Map<readonly number[], number>();
    worst.set(window, known);
    let most = known.get(slots);
    if (most === undefined) {
      const budgets = budgetsOf(realm, slots);
      most = Math.max(...momentsOf(realm, budgets).map((now) => mostAt(budgets, window, now)));
      known.set(slots, most);
    }
    return most;
  };

  return (rule, name) => {
    const keys = keysBelow(realm, rule.node);
    if (keys.length === 0) return [noKey(realm, rule)];
    const free = keys.filter((key) => worstOf(realm.table.nodes[key]!.slots, rule.period) > rule.microUsd);
    return free.length === 0 ? [] : [uncapped(realm, rule, { name, keys: free })];
  };
}

/** The most that the tightest of the budgets lets be spent in a window at a moment. */
function mostAt(budgets: readonly Slot[], window: Period, now: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const slot of budgets) {
    const cap = capAt(slot, now);
    if (cap !== undefined) least = Math.min(least, mostSpent(cap.amount, slot.period!, window));
  }
  return least;
}

function momentsOf({ at }: Realm, budgets: readonly Slot[]): number[] {
  return momentsAfter(
    at,
    budgets.flatMap(({ amounts }) => amounts.map(({ until }) => until)),
  );
}

function uncapped(realm: Realm, rule: BudgetRule, at: { name: string; keys: readonly number[] }): Diagnostic {
  const { microUsd, period, span } = rule;
  const key = at.keys[0]!;
  const budgets = budgetsOf(realm, realm.table.nodes[key]!.slots);
  const now = momentsOf(realm, budgets).find((moment) => mostAt(budgets, period, moment) > microUsd)!;
  const cap = `${dollars(microUsd)}/${period}`;
  const message = `${whoIs(realm, key)} may spend more than ${cap}${beginning(realm, now)}`;
  const help = `write \`budget ${cap} per key\` on its team, or a budget that amounts to less`;
  const notes = capNotes(realm, rule, { budgets, now });
  return broken(realm, { code: "GW5013", span, name: at.name, message, help, notes, nodes: at.keys });
}

function budgetsOf({ table }: Realm, ids: readonly number[]): Slot[] {
  return ids.map((id) => table.slots[id]!).filter(({ measure }) => measure === "budget");
}

function capAt({ amounts }: Slot, now: number): Slot["amounts"][number] | undefined {
  return amounts.find(({ until }) => inForce(until, now));
}

/** The budgets that bind a key and what each amounts to; those that end then. */
function capNotes(
  realm: Realm,
  { period }: BudgetRule,
  { budgets, now }: { budgets: readonly Slot[]; now: number },
): Note[] {
  const spans = spansOfLimits(realm);
  const notes: Note[] = [];
  for (const slot of budgets) {
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
