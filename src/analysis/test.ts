/**
 * Runs the `test` blocks of a policy. Lines are taken in order: `at` moves the clock and `given` uses up counters for
 * the lines below. The clock stands at `DEFAULT_CLOCK` until a test moves it, so that a result never depends on the day
 * on which the test is run: overrides and expiry dates are judged from there. A test about a team holds for the team
 * and everything below it; its sends are those of a made-up key of the team that never expires.
 */
import type { Principal } from "../decision/principal.ts";
import type { Table } from "../decision/table.ts";
import { runtimeOf, viewOf } from "../decision/view.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Model, Test, TestStep } from "../model/model.ts";
import { type Counters, createCounters } from "./counters.ts";
import { vacuity } from "./finding.ts";
import { type Claim, createReach, type KnownNames, knownNames, nameOf } from "./reach.ts";
import { checkSend } from "./send.ts";

/** What a test finds on its clock before its first `at`: noon UTC of a Monday. */
export const DEFAULT_CLOCK = Date.parse("2026-01-05T12:00:00Z");

/** How one test ended. */
export interface TestResult {
  readonly name: string;
  readonly span: Span;
  readonly passed: boolean;
  /** One for each line that does not hold, in order. */
  readonly failures: readonly Diagnostic[];
  /** Lines that hold, but prove nothing. */
  readonly warnings: readonly Diagnostic[];
}

/** How all tests ended, in the order of the text. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly TestResult[];
}

/** Runs every test of a policy on its table. */
export function runTests(model: Model, table: Table): TestReport {
  const known = knownNames(model, table);
  const tests = model.tests.map((test) => runTest(test, table, known));
  const failed = tests.filter(({ passed }) => !passed).length;
  return { passed: tests.length - failed, failed, tests };
}

function runTest(test: Test, table: Table, known: KnownNames): TestResult {
  const reach = createReach(table, known, test.node);
  const principal = principalOf(table, test.node);
  const counters = createCounters(table.timezone);
  const claims = test.steps.filter((step): step is Claim => step.kind === "can" || step.kind === "cannot");
  let now = DEFAULT_CLOCK;
  const runStep = (step: TestStep): Diagnostic[] => {
    switch (step.kind) {
      case "at":
        now = step.at;
        return [];
      case "can":
      case "cannot":
        return reach.check(step, now);
      case "otherwise":
        return reach.checkRest(step, claims, now);
      case "spent":
      case "used":
        return preload(table, principal, { step, counters, now });
      case "send":
        return checkSend({ table, principal, counters }, step, now);
      default:
        return step satisfies never;
    }
  };
  const found = test.steps.flatMap(runStep);
  if (claims.length === 0 && !test.steps.some(({ kind }) => kind === "send")) {
    found.push(vacuity(test.span, "the test says nothing with `can`, `cannot` or `send`, so it cannot fail"));
  }
  const failures = found.filter(({ severity }) => severity === "error");
  const warnings = found.filter(({ severity }) => severity === "warning");
  return { name: test.name, span: test.span, passed: failures.length === 0, failures, warnings };
}

/** The key itself, or a key that nobody holds, right below the team. */
function principalOf(table: Table, node: number): Principal {
  for (const key of table.keys.values()) if (key.node === node) return { key, node };
  const { name, origin } = table.nodes[node]!;
  return { key: { name: `of ${name}`, node, owner: null, expires: null, origin }, node };
}

type Given = Extract<TestStep, { kind: "spent" | "used" }>;

function preload(
  table: Table,
  principal: Principal,
  { step, counters, now }: { step: Given; counters: Counters; now: number },
): Diagnostic[] {
  const measure = step.kind === "spent" ? "budget" : step.measure;
  const amount = step.kind === "spent" ? step.microUsd : step.amount;
  const { holds } = viewOf(runtimeOf(table), principal.node, now);
  const chosen = holds.filter(({ slot }) => slot.measure === measure && slot.period === step.period);
  for (const hold of chosen) counters.load(hold, amount, now);
  if (chosen.length > 0) return [];
  const what = measure === "budget" ? "budget" : `limit on ${measure}`;
  const message = `no ${what} per ${step.period} binds ${nameOf(table, principal.node)}, so this line has no effect`;
  return [vacuity(step.span, message)];
}
