/**
 * What one decision costs, without network and disk: the static decision for a random key (one model, one tool; and
 * twenty tools), and the look-up of a presented key, in nanoseconds and in steps of the calibration loop; with 100 and
 * with 10,000 keys, so that the growth shows. `node test/bench/decision.ts` prints it alone.
 */
import { hash } from "node:crypto";
import { compile } from "../../src/decision/compile.ts";
import { decide, modelsFor, toolGranted } from "../../src/decision/decide.ts";
import type { Facts } from "../../src/decision/facts.ts";
import type { Principal } from "../../src/decision/principal.ts";
import type { Table } from "../../src/decision/table.ts";
import { parse } from "../../src/language/parse.ts";
import { resolve } from "../../src/model/resolve.ts";
import { random } from "../decision/oracle.ts";
import { render, type Section } from "./report.ts";
import { calibrate, quantile } from "./statistics.ts";
import { LARGE, presentedKey, type Size, SMALL, toolName, workload } from "./workload.ts";

/** Nanoseconds: the median of many batches, and the 99th of 100 batches. */
export interface Timing {
  readonly p50: number;
  readonly p99: number;
}

/** One size of policy. */
export interface DecisionFigures extends Readonly<Record<RunName, Timing>> {
  readonly keys: number;
  readonly compileMs: number;
}

export interface DecisionReport {
  readonly calibrationNs: number;
  readonly small: DecisionFigures;
  readonly large: DecisionFigures;
}

const NOW = Date.parse("2026-06-01T10:00:00Z");
const QUESTIONS = 16_384;
const BATCH = 64;
const WARM = 2;
const ROUNDS = 8;

/** Measures both sizes in turns, so that a busy moment of the machine meets both. */
export function benchDecision(): DecisionReport {
  const calibrationNs = calibrate();
  const prepared = [prepare(SMALL), prepare(LARGE)] as const;
  const timed = prepared.map(() => ({}) as Record<RunName, Timing>);
  for (const name of RUNS) {
    const batches: number[][] = prepared.map(() => []);
    for (let round = 0; round < WARM + ROUNDS; round++) {
      for (const [i, { runs }] of prepared.entries()) {
        const times = measure(runs[name]);
        if (round >= WARM) batches[i]!.push(...times);
      }
    }
    for (const [i, times] of batches.entries()) {
      timed[i]![name] = { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
    }
  }
  const [small, large] = prepared.map(({ keys, compileMs }, i) => ({ keys, compileMs, ...timed[i]! }));
  return { calibrationNs, small: small!, large: large! };
}

const RUNS = ["oneTool", "twentyTools", "refused", "keyLookup"] as const;
type RunName = (typeof RUNS)[number];

/** `touch` does what a gateway has just done when it decides: found the key's row and read the request. */
interface Run {
  readonly touch: (question: number) => number;
  readonly run: (question: number) => number;
}

interface Prepared {
  readonly keys: number;
  readonly compileMs: number;
  readonly runs: Readonly<Record<RunName, Run>>;
}

function prepare(size: Size): Prepared {
  const { table, compileMs } = build(size);
  const next = random(size.keys);
  const below = (most: number): number => Math.floor(next() * most);
  const rows = [...table.keys.values()].filter((key) => modelsFor(table, { key, node: key.node }, NOW).length > 0);
  const who = Array.from({ length: QUESTIONS }, (): Principal => {
    const key = rows[below(rows.length)]!;
    return { key, node: key.node };
  });
  const presented = who.map(() => presentedKey(below(size.keys)));
  const granted = createGranted(table);
  const asking = (tools: number, model?: string): Facts[] =>
    who.map((it) => factsOf(model ?? modelOf(table, it), granted(it), { tools, below }));
  const [one, twenty, none] = [asking(1), asking(20), asking(0, "no-such-model")];
  const deciding = (facts: readonly Facts[]): Run => ({
    touch: (i) => who[i]!.key.expires! + facts[i]!.model.charCodeAt(0) + facts[i]!.tools.join("").length,
    run: (i) => decide(table, who[i]!, facts[i]!, NOW).kind.length,
  });
  const keyLookup: Run = {
    touch: () => 0,
    run: (i) => (table.keys.has(hash("sha256", presented[i]!, "hex")) ? 1 : 0),
  };
  return {
    keys: size.keys,
    compileMs,
    runs: { oneTool: deciding(one), twentyTools: deciding(twenty), refused: deciding(none), keyLookup },
  };
}

/** Everybody has one model, as most people do. */
function modelOf(table: Table, who: Principal): string {
  const names = modelsFor(table, who, NOW);
  return names[who.node % names.length]!;
}

function pick(names: readonly string[], below: (most: number) => number): string {
  return names[below(names.length)]!;
}

const ONE_IN = 16;

/** One in 16 tools is any tool, seldom granted; names are fresh strings, as when they come out of a request. */
function factsOf(
  model: string,
  granted: readonly string[],
  { tools, below }: { readonly tools: number; readonly below: (most: number) => number },
): Facts {
  const fresh = (name: string): string => Buffer.from(name).toString();
  const any = (i: number): boolean => i % ONE_IN === ONE_IN - 1;
  const tool = (i: number): string => (any(i) ? toolName(below(1_000)) : pick(granted, below));
  return {
    purpose: "generate",
    model: fresh(model),
    tools: Array.from({ length: tools }, (_, i) => fresh(tool(i))),
    doors: [],
    stream: true,
    maxTokens: 32_000,
    estimate: 20_000,
  };
}

/** The tools of a caller's team. */
function createGranted(table: Table): (who: Principal) => readonly string[] {
  const all = Array.from({ length: 1_000 }, (_, i) => toolName(i));
  const byTeam = new Map<number, readonly string[]>();
  return (who) => {
    const team = table.nodes[who.node]!.parent!;
    const known = byTeam.get(team);
    if (known !== undefined) return known;
    const names = all.filter((name) => toolGranted(table, who, name, NOW).granted);
    byTeam.set(team, names);
    return names;
  };
}

function build(size: Size): { table: Table; compileMs: number } {
  const trees = workload(size).map((source) => parse(source).tree);
  const { model, diagnostics } = resolve(trees, new Map());
  if (model === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const begun = performance.now();
  const { table, diagnostics: faults } = compile(model, { id: "bench", content: "", commit: null });
  if (table === null) throw new Error(faults.map(({ message }) => message).join("\n"));
  return { table, compileMs: performance.now() - begun };
}

/** Nanoseconds of one question, averaged over each batch of one pass over all questions. */
function measure({ touch, run }: Run): number[] {
  const times: number[] = [];
  for (let from = 0; from < QUESTIONS; from += BATCH) {
    let sum = 0;
    for (let i = from; i < from + BATCH; i++) sum += touch(i);
    const begun = performance.now();
    for (let i = from; i < from + BATCH; i++) sum += run(i);
    // The sum is looked at, so that nothing can be left out.
    if (sum >= 0) times.push(((performance.now() - begun) * 1e6) / BATCH);
  }
  return times;
}

/** The report as a table. */
export function decisionSection({ calibrationNs, small, large }: DecisionReport): Section {
  const row = (name: string, of: (figures: DecisionFigures) => Timing): string[] => [
    name,
    ...[of(small).p50, of(large).p50, of(large).p99].map((ns) => `${ns.toFixed(0)} ns`),
    `${(of(large).p50 / calibrationNs).toFixed(0)} steps`,
    `${(of(large).p50 / of(small).p50).toFixed(2)} ×`,
  ];
  return {
    title: `Static decision and key look-up (one step of the calibration loop: ${calibrationNs.toFixed(2)} ns)`,
    columns: ["", `${small.keys} keys p50`, `${large.keys} keys p50`, "p99", "p50", "growth"],
    rows: [
      row("decision, 1 model and 1 tool", ({ oneTool }) => oneTool),
      row("decision, 1 model and 20 tools", ({ twentyTools }) => twentyTools),
      row("refusal of a model, in words", ({ refused }) => refused),
      row("key look-up with its SHA-256", ({ keyLookup }) => keyLookup),
    ],
    notes: [
      `Random keys, allowed models; granted tools, but one of the twenty. Compiled in ${large.compileMs.toFixed(0)} ms.`,
      `Quantiles are over batches of ${BATCH} decisions.`,
    ],
  };
}

if (import.meta.main) process.stdout.write(`${render(decisionSection(benchDecision()))}\n`);
