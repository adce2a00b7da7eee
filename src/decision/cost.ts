/**
 * What an answer costs, in whole micro-dollars, and what a request is expected to cost before it is answered. Prices
 * are explicit for five classes of tokens, dated, and may have a band by length of the prompt that re-prices every token.
 */
import type { Table, TablePrice } from "./table.ts";
import type { Usage } from "./usage.ts";
import { runtimeOf } from "./view.ts";

/** A cost; `priced` is false when the model has no price and the dearest known one was taken. */
export interface Cost {
  readonly microUsd: number;
  readonly priced: boolean;
}

/** What an answer cost at the prices of the moment it was asked for; parts of a micro-dollar are rounded up. */
export function costOf(table: Table, model: string, usage: Usage, at: number): Cost {
  const atom = runtimeOf(table).atomOf.models(model);
  const rows = atom < 0 ? [] : (table.prices[atom] ?? []);
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h;
  const row = rows.length === 0 ? table.dearest : rowAt(rows, prompt, at);
  return { microUsd: row === null ? 0 : amountOf(row, usage), priced: rows.length > 0 };
}

/** What a request of so many tokens would cost without any cache. */
export function estimateCost(
  table: Table,
  model: string,
  tokens: { readonly input: number; readonly output: number },
  at: number,
): Cost {
  return costOf(table, model, { ...tokens, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 }, at);
}

/** Tokens as token limits count them: cache reads are free of limits, as they are at the provider. */
export function tokensOf(usage: Usage): number {
  return usage.input + usage.cacheWrite + usage.cacheWrite1h + usage.output;
}

/** The row that prices a prompt of so many tokens at a moment; there must be one row. */
export function rowAt(rows: readonly TablePrice[], prompt: number, at: number): TablePrice {
  const firstAt = (moment: number): TablePrice | undefined =>
    rows.find(({ above, from }) => (above === null || prompt > above) && (from === null || moment >= from));
  // Before its first day a model costs what it costs on that day.
  return firstAt(at) ?? firstAt(Math.min(...rows.map(({ from }) => from ?? at))) ?? rows[0]!;
}

function amountOf(row: TablePrice, usage: Usage): number {
  const perMillion =
    usage.input * row.input +
    usage.output * row.output +
    usage.cacheRead * row.cacheRead +
    usage.cacheWrite * row.cacheWrite +
    usage.cacheWrite1h * row.cacheWrite1h;
  return Math.ceil(perMillion / 1e6);
}
