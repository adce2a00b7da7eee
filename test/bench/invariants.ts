/**
 * What proofs cost: 100 invariants on the large policy, in milliseconds and in steps of the calibration loop, the first
 * time in a process and once it is warm; and the same when the table does not know their globs, so that names are divided
 * anew for each path from the org down. `node test/bench/invariants.ts` prints it alone.
 */
import { prove } from "../../src/analysis/invariant.ts";
import { compile } from "../../src/decision/compile.ts";
import type { Table } from "../../src/decision/table.ts";
import { parse } from "../../src/language/parse.ts";
import type { Source } from "../../src/language/source.ts";
import type { Model } from "../../src/model/model.ts";
import { resolve } from "../../src/model/resolve.ts";
import { render, type Section } from "./report.ts";
import { calibrate, median } from "./statistics.ts";
import { LARGE, workload } from "./workload.ts";

export interface InvariantReport {
  readonly calibrationNs: number;
  readonly invariants: number;
  readonly nodes: number;
  readonly firstMs: number;
  readonly warmMs: number;
  /** One promise about a department that is proved by itself. */
  readonly apartMs: number;
}

const NOW = Date.parse("2026-06-01T10:00:00Z");
const INVARIANTS = 100;
const ROUNDS = 15;

/** Promises that hold: a fifth of each kind, over all departments. */
const PROMISES: readonly ((index: number) => string)[] = [
  (index) => `never allow models *-preview, @group-${index % 20}-none to team dept-${index % 50}`,
  (index) => `never allow tools client-mcp:*/delete_*, connector:* to team dept-${index % 50}`,
  (index) => `allow tools client-mcp:extra-${100 + index}/** only to team dept-${index % 50}, dept-${(index + 1) % 50}`,
  (index) => `require every key in dept-${index % 50} expires within 600 days`,
  () => "require every key budget at most $1_000/day",
];

/** Measures. */
export function benchInvariants(): InvariantReport {
  const calibrationNs = calibrate();
  const { model, table } = build([...workload(LARGE), promises()]);
  const time = (of: Model, on: Table): number => {
    const begun = performance.now();
    const { broken } = prove(of, on, NOW);
    if (broken > 0) throw new Error(`${broken} invariants are broken`);
    return performance.now() - begun;
  };
  const firstMs = time(model, table);
  const warm = Array.from({ length: ROUNDS }, () => time(model, table));
  const bare = compile({ ...model, invariants: [] }, table.revision).table!;
  const one = { ...model, invariants: [model.invariants[1]!] };
  return {
    calibrationNs,
    invariants: model.invariants.length,
    nodes: table.nodes.length,
    firstMs,
    warmMs: median(warm),
    apartMs: time(one, bare),
  };
}

function promises(): Source {
  const blocks = Array.from({ length: INVARIANTS }, (_, index) => {
    const promise = PROMISES[index % PROMISES.length]!(index);
    return `invariant "promise ${index}" {\n  ${promise}\n}\n`;
  });
  const groups = Array.from({ length: 20 }, (_, index) => `models group-${index}-none {\n  none-${index}-*\n}\n`);
  return { path: "invariants.policy", text: `language 1\n\n${[...groups, ...blocks].join("\n")}` };
}

function build(sources: readonly Source[]): { model: Model; table: Table } {
  const trees = sources.map((source) => parse(source).tree);
  const { model, diagnostics } = resolve(trees, new Map());
  if (model === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const { table, diagnostics: faults } = compile(model, { id: "bench", content: "", commit: null });
  if (table === null) throw new Error(faults.map(({ message }) => message).join("\n"));
  return { model, table };
}

/** The report as a table. */
export function invariantSection(report: InvariantReport): Section {
  const { calibrationNs, invariants, nodes, firstMs, warmMs, apartMs } = report;
  const row = (name: string, ms: number): string[] => [
    name,
    `${ms.toFixed(1)} ms`,
    `${((ms * 1e6) / calibrationNs / 1e6).toFixed(1)} M steps`,
  ];
  return {
    title: `Proofs over ${nodes} nodes (one step of the calibration loop: ${calibrationNs.toFixed(2)} ns)`,
    columns: ["", "time", "calibration"],
    rows: [
      row(`${invariants} invariants, the first time in a process`, firstMs),
      row(`${invariants} invariants, warm`, warmMs),
      row("one by itself, about a department: names divided for each path", apartMs),
    ],
    notes: ["Each about every possible name, for all nodes and times; all of them hold."],
  };
}

if (import.meta.main) process.stdout.write(`${render(invariantSection(benchInvariants()))}\n`);
