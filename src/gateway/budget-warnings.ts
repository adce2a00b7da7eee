/**
 * Which budgets were told to have reached the share at which they warn. A counter is told of once in each of its windows;
 * that survives a start by the record, from which cli/serve.ts brings it back. The caller is told nothing: to Claude Code
 * there is no answer between one that is served and one that is refused.
 */
import type { BudgetWarnBody } from "../audit/entry.ts";
import type { Hold } from "../decision/decision.ts";
import { windowOf } from "../decision/meter.ts";
import type { Level } from "../limits/limits.ts";

/** What is to be told of a budget; whose request it was is for the caller to add. */
export type BudgetWarning = Omit<BudgetWarnBody, "kind" | "ticket" | "actor">;

export interface BudgetWarnings {
  /** The warning of a budget that stands so, the first time in its window; null otherwise. It counts as told from now on. */
  due(hold: Hold, level: Level, timezone: string, now: number): BudgetWarning | null;
  /** It could not be told after all, and is due again. */
  forget(warning: BudgetWarning): void;
  /** It was told before this start. */
  restore(warning: Pick<BudgetWarning, "counter" | "since">): void;
}

/** Nothing told yet. */
export function createBudgetWarnings(): BudgetWarnings {
  /** By counter where the window begins that was warned of last. */
  const told = new Map<string, number>();
  return {
    due({ slot, counter, warnAt, origin }, { used, held, amount }, timezone, now) {
      const { period } = slot;
      const spent = used - held;
      if (warnAt === null || period === null || spent * 100 < warnAt * amount) return null;
      const { start: since } = windowOf(period, now, timezone);
      if (told.get(counter) === since) return null;
      told.set(counter, since);
      return { counter, period, since, warnAt, used: spent, ceiling: amount, origin: origin.place };
    },
    forget({ counter }) {
      told.delete(counter);
    },
    restore({ counter, since }) {
      told.set(counter, since);
    },
  };
}
