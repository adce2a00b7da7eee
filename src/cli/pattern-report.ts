/** `gw policy check --patterns`: how each pattern is run and what it costs, for people and programs. */
import type { PatternCost, PatternCosts } from "../analysis/pattern-cost.ts";
import { placeJson } from "./report.ts";
import type { Channel } from "./terminal.ts";

/** A line for each pattern, the dearest first, and one for all together. */
export function drawPatterns({ patterns, togetherPerKb, sampleKb }: PatternCosts, dir: string, out: Channel): string {
  if (patterns.length === 0) return "no guardrail looks for a pattern\n";
  const width = Math.max(...patterns.map((pattern) => pattern.name.length));
  const lines = patterns.map((pattern) => {
    const { file, line } = placeJson(pattern.span, dir);
    const words = howItRuns(pattern);
    const how =
      pattern.anchored && pattern.engine === "v8" ? words.padEnd(WIDEST) : out.style("yellow", words.padEnd(WIDEST));
    return `${micros(pattern.microsPerKb)}  ${how}  ${pattern.name.padEnd(width)}  ${out.style("dim", `${file}:${line}`)}`;
  });
  const head = `${out.style("bold", "µs/KB")}   measured here and now, on ${sampleKb} KB of prose, code and logs`;
  return `${[head, ...lines, `${micros(togetherPerKb)}  all in one scan`].join("\n")}\n`;
}

/** The same for programs. */
export function patternsJson({ patterns, togetherPerKb, sampleKb }: PatternCosts, dir: string) {
  return {
    sampleKb,
    togetherPerKb: rounded(togetherPerKb),
    each: patterns.map(({ name, span, engine, anchored, microsPerKb }) => {
      return { name, ...placeJson(span, dir), engine, anchored, microsPerKb: rounded(microsPerKb) };
    }),
  };
}

const HOW = {
  v8: { anchored: "where its fixed text stands", everywhere: "at every place" },
  re2: { anchored: "where its fixed text stands, slower engine", everywhere: "at every place, slower engine" },
} as const;
const WIDEST = Math.max(...Object.values(HOW).flatMap((words) => Object.values(words).map(({ length }) => length)));

function howItRuns({ engine, anchored }: PatternCost): string {
  return HOW[engine][anchored ? "anchored" : "everywhere"];
}

function micros(amount: number): string {
  return amount.toFixed(2).padStart(6);
}

function rounded(amount: number): number {
  return Math.round(amount * 100) / 100;
}
