/**
 * How fast a record is decided again: a million generated records (500,000 requests) of the large policy, from disk, under
 * that policy; beside reading their lines and nothing more. `node test/bench/replay.ts` prints it alone.
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReplay } from "../../src/analysis/replay.ts";
import type { Body, DecisionBody, OutcomeBody } from "../../src/audit/entry.ts";
import { GENESIS, seal } from "../../src/audit/record.ts";
import { logsDirectory, readLines, segmentName } from "../../src/audit/segment.ts";
import { readForReplay } from "../../src/cli/replay-source.ts";
import { compile } from "../../src/decision/compile.ts";
import { modelsFor } from "../../src/decision/decide.ts";
import type { Table } from "../../src/decision/table.ts";
import { parse } from "../../src/language/parse.ts";
import { resolve } from "../../src/model/resolve.ts";
import { toolUse } from "../audit/bodies.ts";
import { random } from "../decision/oracle.ts";
import { render, type Section } from "./report.ts";
import { calibrate, median } from "./statistics.ts";
import { modelName, toolName, workload } from "./workload.ts";

export interface ReplayFigures {
  readonly calibrationNs: number;
  readonly records: number;
  readonly bytes: number;
  readonly readMs: number;
  readonly replayMs: number;
  /** User and system time of the replay, all threads together: what a busy machine does not blur. */
  readonly replayCpuMs: number;
  readonly flips: number;
}

const REQUESTS = 500_000;
/** So many lines are written at once. */
const LINES = 20_000;
const ROUNDS = 3;
const SEED = 7_919;
const START = Date.parse("2026-05-04T00:00:00Z");
/** A request every 800 ms or so: 100,000 of them are a day. */
const GAP_MS = 800;

/** Measures it. */
export async function benchReplay(): Promise<ReplayFigures> {
  const table = build();
  const dir = mkdtempSync(join(tmpdir(), "sallyport-replay-"));
  try {
    const path = writeRecord(dir, table);
    const calibrationNs = calibrate();
    const reads: number[] = [];
    const replays: number[] = [];
    const cpu: number[] = [];
    let [records, flips] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const begun = performance.now();
      for await (const { bytes } of readLines(path)) if (bytes.length === 0) throw new Error("an empty line");
      reads.push(performance.now() - begun);
      const replay = createReplay(table);
      const again = performance.now();
      const before = process.cpuUsage();
      ({ records } = await readForReplay(dir, replay, () => {}));
      replays.push(performance.now() - again);
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / 1e3);
      const report = replay.report();
      flips = report.opened + report.closed;
    }
    const { size } = statSync(path);
    return {
      calibrationNs,
      records,
      bytes: size,
      readMs: median(reads),
      replayMs: median(replays),
      replayCpuMs: median(cpu),
      flips,
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function build(): Table {
  const { model } = resolve(
    workload().map((source) => parse(source).tree),
    new Map(),
  );
  const { table } = compile(model!, { id: "bench", content: "", commit: null });
  if (table === null) throw new Error("the workload does not compile");
  return table;
}

/** A day of a gateway under another policy: one model in twenty is one that this policy may not allow. */
function writeRecord(dir: string, table: Table): string {
  const next = random(SEED);
  const below = (most: number): number => Math.floor(next() * most);
  const keys = [...table.keys.values()];
  const folder = join(logsDirectory(dir), "bench");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, segmentName(1));
  let lines: string[] = [];
  let [seq, prev] = [0, GENESIS];
  const flush = (): void => {
    appendFileSync(path, lines.join(""));
    lines = [];
  };
  const put = (at: number, body: Body): void => {
    seq += 1;
    const sealed = seal({ v: 1, seq, at: new Date(at).toISOString(), boot: "bench", log: "bench", body, prev });
    prev = sealed.entry.hash;
    lines.push(sealed.line);
    if (lines.length === LINES) flush();
  };
  for (let i = 0; i < REQUESTS; i++) {
    const key = keys[below(keys.length)]!;
    const at = START + i * GAP_MS + below(GAP_MS);
    const mine = modelsFor(table, { key, node: key.node }, at);
    const model = below(20) === 0 || mine.length === 0 ? modelName(below(200)) : mine[0]!;
    const team = table.nodes[table.nodes[key.node]!.parent!]!.name;
    const actor = { key: key.name, team, fingerprint: null };
    const ticket = `req_${String(i).padStart(26, "0")}`;
    put(at, decisionOf({ ticket, actor, model, stripped: below(4) === 0 ? [toolName(below(1_000))] : [] }));
    put(at, outcomeOf({ ticket, actor, model, microUsd: below(60_000) }));
  }
  flush();
  return path;
}

type Named = Pick<DecisionBody, "ticket" | "actor"> & { readonly model: string };

function decisionOf({ ticket, actor, model, stripped }: Named & Pick<DecisionBody, "stripped">): DecisionBody {
  return {
    kind: "decision",
    ticket,
    actor,
    revision: "0123456789ab",
    commit: null,
    effect: "allow",
    reason: null,
    origins: ["teams/001.policy:4", "models.policy:9"],
    purpose: "generate",
    model,
    stream: true,
    provider: "anthropic",
    bytes: 48_211,
    tools: 20,
    stripped,
    stood: [],
    defined: [],
    findings: [],
    scan: null,
    asked: [],
    observed: null,
    session: "0d3f3e8e-5f0a-4c67-9a3e-2b1d4c5e6f70",
    agent: null,
    ran: [],
    held: [],
  };
}

function outcomeOf({ ticket, actor, model, microUsd }: Named & Pick<OutcomeBody, "microUsd">): OutcomeBody {
  const usage = { input: 12, output: 640, cacheRead: 21_400, cacheWrite: 900, cacheWrite1h: 0 };
  return {
    kind: "outcome",
    ticket,
    actor,
    end: "complete",
    fault: null,
    status: 200,
    model,
    stream: true,
    provider: "anthropic",
    upstreamRequestId: "req_011CT0000000000000000000",
    usage,
    microUsd,
    priced: true,
    charges: [
      { counter: "org acme requests/min", measure: "requests", period: "min", amount: 1, ceiling: 50_000, at: START },
      {
        counter: "org acme budget/month",
        measure: "budget",
        period: "month",
        amount: microUsd,
        ceiling: 6e11,
        at: START,
      },
    ],
    toolUses: [toolUse("Tool4")],
    findings: [],
    scan: null,
    asked: [],
    bytes: 18_004,
    firstByteMs: 812,
    totalMs: 9_211,
  };
}

/** The report as a table. */
export function replaySection(report: ReplayFigures): Section {
  const { calibrationNs, records, bytes, readMs, replayMs, replayCpuMs, flips } = report;
  const row = (name: string, ms: number): string[] => [
    name,
    `${ms.toFixed(0)} ms`,
    `${Math.round(records / ms)} k/s`,
    `${((ms * 1e3) / records).toFixed(2)} µs`,
    `${((ms * 1e6) / calibrationNs / records).toFixed(0)} steps`,
  ];
  return {
    title: `Replay of a record under the large policy (one step of the calibration loop: ${calibrationNs.toFixed(2)} ns)`,
    columns: ["", "all", "records", "each", "each"],
    rows: [
      row("lines read", readMs),
      row("lines read and decided again", replayMs),
      row("the same, CPU time", replayCpuMs),
    ],
    notes: [
      `${records} records, ${Math.round(bytes / (1 << 20))} MB, ${flips} flips. Reading and deciding go on side by side, in two threads.`,
    ],
  };
}

if (import.meta.main) process.stdout.write(`${render(replaySection(await benchReplay()))}\n`);
