/**
 * What the comparison of two revisions of the large policy takes, once both are built, beside the calibration loop; and
 * that of a policy with itself. `node test/bench/diff.ts` prints it alone.
 */
import { diff } from "../../src/analysis/diff.ts";
import type { Side } from "../../src/analysis/diff-joint.ts";
import type { Source } from "../../src/language/source.ts";
import { sideOf } from "../analysis/sides.ts";
import { render, type Section } from "./report.ts";
import { calibrate, median } from "./statistics.ts";
import { workload } from "./workload.ts";

export interface DiffFigures {
  readonly calibrationNs: number;
  readonly nodes: number;
  readonly rows: number;
  /** The first comparison of the process, and the middle of those that follow. */
  readonly firstMs: number;
  readonly changedMs: number;
  readonly equalMs: number;
}

const AT = Date.parse("2026-06-01T10:00:00Z");
const ROUNDS = 7;

/** Measures the comparison. */
export function benchDiff(): DiffFigures {
  const calibrationNs = calibrate();
  const old = sideOf(workload());
  const now = sideOf(workload().map(changed));
  const first = timed(old, now);
  const rounds = Array.from({ length: ROUNDS }, () => ({ changed: timed(old, now).ms, equal: timed(now, now).ms }));
  return {
    calibrationNs,
    nodes: now.model.nodes.length,
    rows: first.rows,
    firstMs: first.ms,
    changedMs: median(rounds.map(({ changed: ms }) => ms)),
    equalMs: median(rounds.map(({ equal: ms }) => ms)),
  };
}

function timed(old: Side, now: Side): { ms: number; rows: number } {
  const begun = performance.now();
  const found = diff(old, now, AT);
  const ms = performance.now() - begun;
  if (found === null) throw new Error("the two policies cannot be compared");
  return { ms, rows: found.rows.length };
}

/** A busy week: a limit of all, a tool group, the models of twenty teams, keys that go and keys that last longer. */
function changed({ path, text }: Source, index: number): Source {
  if (path === "org.policy") return { path, text: text.replace("requests 50_000/min", "requests 60_000/min") };
  if (path === "tools.policy")
    return { path, text: text.replace("tools set-3 {\n  ", "tools set-3 {\n  client-mcp:fresh/*, ") };
  if (index % 10 === 0) {
    const models = text.replace(/allow models @group-\d+/, "allow models @group-3, @group-7");
    return { path, text: models.replace(/expires 2027-0/g, "expires 2028-0") };
  }
  return { path, text: index % 17 === 0 ? text.replace(/\nkey [\s\S]*?\n}\n/, "\n") : text };
}

/** The figures as a section of the report. */
export function diffSection({ calibrationNs, nodes, rows, firstMs, changedMs, equalMs }: DiffFigures): Section {
  const row = (name: string, ms: number) => [
    name,
    `${ms.toFixed(0)} ms`,
    `${((ms * 1e6) / calibrationNs / 1e6).toFixed(1)} M`,
  ];
  return {
    title: "Comparing two revisions of the large policy, once they are built",
    columns: ["comparison", "time", "calibration steps"],
    rows: [
      row(`${rows} rows over ${nodes} nodes, first`, firstMs),
      row(`${rows} rows over ${nodes} nodes`, changedMs),
      row("equal meaning", equalMs),
    ],
    notes: [
      "Wished: at most 500 ms. Every name and every later moment is compared, not a sample of them.",
      `One step of the calibration loop: ${calibrationNs.toFixed(2)} ns.`,
    ],
  };
}

if (import.meta.main) process.stdout.write(`${render(diffSection(benchDiff()))}\n`);
