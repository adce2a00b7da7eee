/**
 * What it costs to run the tests of the large policy: 10,000 assertions about its keys, half of them claims about names
 * and half requests played through the whole decision; and to ask what those tests would notice.
 * `node test/bench/assertions.ts` prints it alone.
 */
import { cover } from "../../src/analysis/coverage.ts";
import { runTests } from "../../src/analysis/test.ts";
import { compile } from "../../src/decision/compile.ts";
import { modelsFor, toolGranted } from "../../src/decision/decide.ts";
import type { Table } from "../../src/decision/table.ts";
import { parse } from "../../src/language/parse.ts";
import type { Model, Test, TestSend, TestStep } from "../../src/model/model.ts";
import { resolve } from "../../src/model/resolve.ts";
import { render, type Section } from "./report.ts";
import { calibrate } from "./statistics.ts";
import { modelName, toolName, workload } from "./workload.ts";

export interface AssertionReport {
  readonly calibrationNs: number;
  readonly tests: number;
  readonly assertions: number;
  /** Milliseconds: of the first run, while nothing is warm, and of the best of some. */
  readonly coldMs: number;
  readonly warmMs: number;
  readonly statements: number;
  readonly coverageMs: number;
}

const ASSERTIONS = 10_000;
const NOW = Date.parse("2026-01-05T12:00:00Z");
const REVISION = { id: "bench", content: "", commit: null };

/** Measures it. */
export function benchAssertions(): AssertionReport {
  const model = withTests(read());
  const { table } = compile(model, REVISION);
  if (table === null) throw new Error("the workload does not compile");
  const calibrationNs = calibrate();
  const times = Array.from({ length: 5 }, () => timed(() => runTests(model, table)));
  const report = times[0]!.result;
  if (report.failed > 0) throw new Error(JSON.stringify(report.tests.find(({ passed }) => !passed)?.failures));
  const coverage = timed(() => cover(model, table, { report, texts: new Map() }));
  return {
    calibrationNs,
    tests: report.tests.length,
    assertions: model.tests.reduce((sum, { steps }) => sum + steps.length, 0),
    coldMs: times[0]!.ms,
    warmMs: Math.min(...times.map(({ ms }) => ms)),
    statements: coverage.result.statements,
    coverageMs: coverage.ms,
  };
}

function timed<T>(run: () => T): { readonly result: T; readonly ms: number } {
  const begun = performance.now();
  const result = run();
  return { result, ms: performance.now() - begun };
}

function read(): Model {
  const { model, diagnostics } = resolve(
    workload().map((source) => parse(source).tree),
    new Map(),
  );
  if (model === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return model;
}

/** Tests of as many keys as make the assertions: two claims and two requests about each. */
function withTests(model: Model): Model {
  const { table } = compile(model, REVISION);
  if (table === null) throw new Error("the workload does not compile");
  const tests: Test[] = [];
  for (const key of table.keys.values()) {
    if (tests.length * 4 === ASSERTIONS) break;
    const test = testOf(table, key.node, model.nodes[key.node]!.span);
    if (test !== null) tests.push(test);
  }
  return { ...model, tests };
}

function testOf(table: Table, node: number, span: Test["span"]): Test | null {
  const { name, origin } = table.nodes[node]!;
  const principal = { key: { name, node, owner: null, expires: null, origin }, node };
  const may = new Set(modelsFor(table, principal, NOW));
  const [granted] = may;
  const denied = names(200, modelName).find((it) => !may.has(it));
  const tool = names(1_000, toolName).find((it) => toolGranted(table, principal, it, NOW).granted);
  if (granted === undefined || denied === undefined || tool === undefined) return null;
  const steps: TestStep[] = [
    { kind: "can", thing: "tools", globs: [tool], span },
    { kind: "cannot", thing: "models", globs: [denied], span },
    send({ model: granted, tool, microUsd: 10_000, expect: { kind: "allow", remaining: null } }, span),
    send({ model: denied, expect: { kind: "refuse", reason: "model" } }, span),
  ];
  return { name, node, steps, span };
}

function names(count: number, name: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => name(index));
}

function send(parts: Partial<TestSend> & Pick<TestSend, "expect">, span: Test["span"]): TestSend {
  const nothing = {
    model: null,
    tool: null,
    input: null,
    text: null,
    place: null,
    microUsd: null,
    tokens: null,
    times: 1,
    result: null,
  };
  return { kind: "send", ...nothing, span, ...parts };
}

/** The report as a table. */
export function assertionSection(report: AssertionReport): Section {
  const { calibrationNs, tests, assertions, coldMs, warmMs, statements, coverageMs } = report;
  const row = (name: string, ms: number, things: number): string[] => [
    name,
    `${ms.toFixed(0)} ms`,
    `${((ms * 1e3) / things).toFixed(1)} µs`,
    `${((ms * 1e6) / calibrationNs / things).toFixed(0)} steps`,
  ];
  return {
    title: `Tests of the large policy (one step of the calibration loop: ${calibrationNs.toFixed(2)} ns)`,
    columns: ["", "all", "each", "each"],
    rows: [
      row(`${assertions} assertions, first run`, coldMs, assertions),
      row(`${assertions} assertions, best of five`, warmMs, assertions),
      row(`coverage of ${statements} statements`, coverageMs, statements),
    ],
    notes: [`${tests} tests, each of one key. Coverage runs the tests again without each of the statements.`],
  };
}

if (import.meta.main) process.stdout.write(`${render(assertionSection(benchAssertions()))}\n`);
