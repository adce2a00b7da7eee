/**
 * What patterns cost: how each is run, which is proved and never changes, and how long it takes on a fixed text, which
 * is measured on this machine at this moment and only shown. Warnings go by the first alone (model/expression.ts).
 */

import type { Scanner } from "../decision/scan.ts";
import { createScanner } from "../decision/scanner.ts";
import type { Table } from "../decision/table.ts";
import type { Span } from "../language/source.ts";
import type { Model } from "../model/model.ts";
import { sampleText } from "./sample-text.ts";

/** One pattern that some guardrail looks for. */
export interface PatternCost {
  readonly name: string;
  readonly span: Span;
  /** `v8` when all of its expressions are proved linear there; `re2` runs what is not, slower and always linear. */
  readonly engine: "v8" | "re2";
  /** True when it is tried only where fixed text of it stands, false when it is tried at every place. */
  readonly anchored: boolean;
  readonly microsPerKb: number;
}

/** The costs of all patterns. */
export interface PatternCosts {
  /** The dearest first. */
  readonly patterns: readonly PatternCost[];
  /** All of them in one scan, as a request below all guardrails pays; 0 when there are none. */
  readonly togetherPerKb: number;
  readonly sampleKb: number;
}

/** A clock in milliseconds, with fractions. */
export type Clock = () => number;

/** Measures every pattern alone, and all together. */
export function patternCosts(model: Model, table: Table, clock: Clock): PatternCosts {
  const sample = sampleOf(sampleText());
  const patterns = patternsOf(model).map(({ pattern, guardrail, at }) => {
    const scanner = scannerOf(table, (index, position) => index === guardrail && position === at);
    return { ...pattern, scanner, microsPerKb: Number.POSITIVE_INFINITY };
  });
  // Twice, so that no pattern pays for code that was not yet compiled.
  for (let round = 0; round < 2; round++) {
    for (const it of patterns) it.microsPerKb = Math.min(it.microsPerKb, costOf(it.scanner, sample, clock));
  }
  patterns.sort((a, b) => b.microsPerKb - a.microsPerKb);
  return {
    patterns: patterns.map(({ scanner: _, ...pattern }) => pattern),
    togetherPerKb:
      patterns.length === 0
        ? 0
        : costOf(
            scannerOf(table, () => true),
            sample,
            clock,
          ),
    sampleKb: sample.size / 1024,
  };
}

interface Looked {
  readonly pattern: Omit<PatternCost, "microsPerKb">;
  readonly guardrail: number;
  readonly at: number;
}

/** The patterns that guardrails look for, each once, and one place of it in the table. */
function patternsOf({ guardrails }: Model): Looked[] {
  const found = new Map<string, Looked>();
  for (const [guardrail, { patterns }] of guardrails.entries()) {
    for (const [at, { name, span, expressions }] of patterns.entries()) {
      const engine = expressions.every((it) => it.engine === "v8") ? "v8" : "re2";
      const anchored = expressions.every(({ literals }) => literals.length > 0);
      const place = `${span.path} ${span.start}`;
      if (!found.has(place)) found.set(place, { pattern: { name, span, engine, anchored }, guardrail, at });
    }
  }
  return [...found.values()];
}

interface Sample {
  readonly text: string;
  /** Bytes in UTF-8. */
  readonly size: number;
}

function sampleOf(text: string): Sample {
  return { text, size: Buffer.byteLength(text) };
}

/** A scanner for some patterns of a table, whatever stage their guardrails work at. */
function scannerOf(table: Table, wanted: (guardrail: number, pattern: number) => boolean): Scanner {
  const guardrails = table.guardrails.map((guardrail, index) => ({
    ...guardrail,
    on: ["request"] as const,
    patterns: guardrail.patterns.filter((_, at) => wanted(index, at)),
  }));
  return createScanner({ ...table, guardrails }, [...guardrails.keys()], "request")!;
}

/** Long enough for a clock of microseconds, short enough for hundreds of patterns. */
const LEAST_MS = 4;
const LEAST_RUNS = 3;

/** Microseconds per KB of the fastest run: the others met other work of the machine. */
function costOf(scanner: Scanner, { text, size }: Sample, clock: Clock): number {
  let best = Number.POSITIVE_INFINITY;
  const begin = clock();
  for (let runs = 0; runs < LEAST_RUNS || clock() - begin < LEAST_MS; runs++) {
    const start = clock();
    scanner.scan(text);
    best = Math.min(best, clock() - start);
  }
  return (best * 1000) / (size / 1024);
}
