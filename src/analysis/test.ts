/**
 * Runs the `test` blocks of a policy. Lines are taken in order: `at` moves the clock and `given` uses up counters for
 * the lines below. The clock stands at `DEFAULT_CLOCK` until a test moves it, so that a result never depends on the day
 * on which the test is run: overrides and expiry dates are judged from there. A test about a team holds for the team
 * and everything below it; its sends are those of a made-up key of the team that never expires.
 */
import type { Principal } from "../decision/principal.ts";
import type { Slot, Table } from "../decision/table.ts";
import { holdsOf, runtimeOf, viewOf } from "../decision/view.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Model, Test, TestStep } from "../model/model.ts";
import { type Counters, createCounters } from "./counters.ts";
import { vacuity } from "./finding.ts";
import { type Ground, groundOf } from "./ground.ts";
import { type Claim, createReach, nameOf } from "./reach.ts";
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
  const ground = groundOf(model, table);
  const tests = model.tests.map((test) => runTest(test, ground));
  const failed = tests.filter(({ passed }) => !passed).length;
  return { passed: tests.length - failed, failed, tests };
}

/** Runs one test. */
export function runTest(test: Test, ground: Ground): TestResult {
  const { table } = ground;
  const reach = createReach(ground, test.node);
  const principal = principalOf(ground, test.node);
  const counters = createCounters(table.timezone);
  const called: string[] = [];
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
      case "flight":
        return preload(table, principal, { step, counters, now });
      case "called":
        called.push(...step.tools);
        return [];
      case "send":
        return checkSend({ table, principal, counters, called }, step, now);
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
export function principalOf({ table, family }: Pick<Ground, "table" | "family">, node: number): Principal {
  const key = family.keyAt(node);
  if (key !== null) return { key, node };
  const { name, origin } = table.nodes[node]!;
  return { key: { name: `of ${name}`, node, owner: null, expires: null, origin }, node };
}

type Given = Extract<TestStep, { kind: "spent" | "used" | "flight" }>;

function preload(
  table: Table,
  principal: Principal,
  { step, counters, now }: { step: Given; counters: Counters; now: number },
): Diagnostic[] {
  const { measure, period, amount } = givenOf(step);
  const holds = holdsOf(viewOf(runtimeOf(table), principal.node, now));
  const chosen = holds.filter(({ slot }) => slot.measure === measure && slot.period === period);
  for (const hold of chosen) counters.load(hold, amount, now);
  if (chosen.length > 0) return [];
  const what = measure === "budget" ? "budget" : `limit on ${measure}`;
  const rate = period === null ? what : `${what} per ${period}`;
  return [vacuity(step.span, `no ${rate} binds ${nameOf(table, principal.node)}, so this line has no effect`)];
}

function givenOf(step: Given): Pick<Slot, "measure" | "period"> & { readonly amount: number } {
  switch (step.kind) {
    case "spent":
      return { measure: "budget", period: step.period, amount: step.microUsd };
    case "used":
      return { measure: step.measure, period: step.period, amount: step.amount };
    case "flight":
      return { measure: "concurrency", period: null, amount: step.amount };
    default:
      return step satisfies never;
  }
}
