/** The price rows of each model atom, best-fitting first. cost.ts reads them; the order is told at `Table.prices`. */
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Model, Price } from "../model/model.ts";
import { type Automaton, atomsOf } from "./atoms.ts";
import { eachBit } from "./bits.ts";
import type { Table, TablePrice } from "./table.ts";

interface Row {
  readonly price: Price;
  readonly row: TablePrice;
  /** 3: own, written out; 2: own glob; 1: of a pack, written out; 0: of a pack, glob. */
  readonly rank: number;
}

/** Lays price rows out by atom, and finds the dearest of all. */
export function layPrices(
  model: Model,
  models: Automaton,
  diagnostics: Diagnostic[],
): Pick<Table, "prices" | "dearest"> {
  const rows: Row[][] = Array.from({ length: models.atoms }, () => []);
  const all = model.prices.map(rowOf);
  for (const [index, price] of model.prices.entries()) {
    for (const written of [true, false]) {
      const globs = price.globs.filter((glob) => /[*?]/.test(glob) !== written);
      const row = { price, row: all[index]!, rank: (price.own ? 2 : 0) + (written ? 1 : 0) };
      for (const atom of eachBit(atomsOf(models, globs))) rows[atom]!.push(row);
    }
  }
  const told = new Set<Price>();
  for (const [atom, list] of rows.entries()) {
    list.sort(byFit);
    for (const [i, row] of list.entries()) {
      const other = list[i - 1];
      if (other === undefined || byFit(other, row) !== 0 || sameAmounts(other.row, row.row)) continue;
      if (told.has(row.price)) continue;
      told.add(row.price);
      diagnostics.push(overlap(models.examples[atom]!, other.price, row.price));
    }
  }
  return { prices: rows.map((list) => list.map(({ row }) => row)), dearest: dearestOf(all) };
}

function rowOf({ input, output, cacheRead, cacheWrite, cacheWrite1h, above, from }: Price): TablePrice {
  return { input, output, cacheRead, cacheWrite, cacheWrite1h, above, from };
}

function byFit(a: Row, b: Row): number {
  if (a.rank !== b.rank) return b.rank - a.rank;
  const from = (b.row.from ?? -Infinity) - (a.row.from ?? -Infinity);
  // Two rows without a first day differ by NaN, which counts as equal.
  return from || (b.row.above ?? -1) - (a.row.above ?? -1);
}

function sameAmounts(a: TablePrice, b: TablePrice): boolean {
  return (
    a.input === b.input &&
    a.output === b.output &&
    a.cacheRead === b.cacheRead &&
    a.cacheWrite === b.cacheWrite &&
    a.cacheWrite1h === b.cacheWrite1h
  );
}

function overlap(example: string, first: Price, second: Price): Diagnostic {
  return {
    code: "GW3011",
    severity: "error",
    span: second.span,
    message: `\`${example}\` has two prices that hold at the same time`,
    help: "narrow one of the lines, or give it another `from` or `above`",
    notes: [{ message: "the other price", span: first.span }],
  };
}

/** By output, then input: what most of the money goes to. */
function dearestOf(rows: readonly TablePrice[]): TablePrice | null {
  let dearest: TablePrice | null = null;
  for (const row of rows) {
    if (
      dearest === null ||
      row.output > dearest.output ||
      (row.output === dearest.output && row.input > dearest.input)
    ) {
      dearest = row;
    }
  }
  return dearest;
}
