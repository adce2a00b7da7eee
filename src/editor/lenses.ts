/** The lens above each `test`, which runs it: with how it ended when the whole was last checked. */
import type { Span } from "../language/source.ts";
import type { OpenPolicy, TestOutcome } from "./open-policy.ts";

/** A lens. */
export interface Lens {
  readonly span: Span;
  readonly title: string;
  /** The name of the test. */
  readonly test: string;
}

/** The lenses of a file. */
export function lensesOf(policy: OpenPolicy, path: string): readonly Lens[] {
  return (policy.treeOf(path)?.declarations ?? []).flatMap((declaration) => {
    if (declaration.kind !== "test") return [];
    const test = declaration.name.text;
    const outcome = policy.outcomes?.find(({ name }) => name === test);
    return [{ span: declaration.name.span, title: `run test${outcome ? ` (${endOf(outcome)})` : ""}`, test }];
  });
}

/** What is said to somebody who ran a test. */
export interface Verdict {
  readonly passed: boolean;
  readonly message: string;
}

/** How a test ended when the whole was last checked. */
export function verdictOf(policy: OpenPolicy, test: string): Verdict {
  const outcome = policy.outcomes?.find(({ name }) => name === test);
  if (outcome !== undefined) return { passed: outcome.passed, message: `test "${test}" ${endOf(outcome)}` };
  const errors = policy.paths.flatMap((path) => policy.findings(path)).filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined) return { passed: false, message: `there is no test "${test}"` };
  const where = `${first.span.path}:${first.span.line}`;
  return { passed: false, message: `no test can run, the policy is not good: ${first.message} (${where})` };
}

function endOf({ passed, failures }: TestOutcome): string {
  return passed ? "holds" : failures === 1 ? "fails in 1 line" : `fails in ${failures} lines`;
}
