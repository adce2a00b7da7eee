/** `gw policy test DIR`: does the policy do what its tests say, and keep what its invariants promise? */
import type { Proof } from "../analysis/invariant.ts";
import type { TestReport, TestResult } from "../analysis/test.ts";
import type { Loaded } from "../revision/load.ts";
import { junit } from "./junit.ts";
import { loadFor } from "./reading.ts";
import { brokenOf, count, diagnosticsJson, drawDiagnostics, drawFindings, placeJson } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/** How tests are told; invariants have to hold from `at` on. */
export interface TestOptions {
  readonly format: "text" | "json" | "junit";
  /** Milliseconds since the epoch; now when it is not said. */
  readonly at?: number;
}

/** Runs the tests of a policy directory; answers 0 when the policy is good and every test and invariant holds. */
export async function policyTest(dir: string, { format, at }: TestOptions, terminal: Terminal): Promise<0 | 1> {
  const loaded = await loadFor("policy test", dir, at);
  const { report } = loaded.built;
  if (format === "json") terminal.out.write(`${JSON.stringify(asJson(dir, loaded), null, 2)}\n`);
  else if (format === "junit") terminal.out.write(junit(dir, loaded));
  else if (report === null) tellBroken(dir, loaded, terminal);
  else tell(dir, report, loaded, terminal);
  return isOk(loaded) ? 0 : 1;
}

function isOk({ built: { report, proofs } }: Loaded): boolean {
  return report?.failed === 0 && proofs?.broken === 0;
}

function tellBroken(dir: string, { built, texts }: Loaded, { out }: Terminal): void {
  out.write(`${drawDiagnostics(built.diagnostics, { dir, texts }, out)}\n`);
  out.write(`${out.style("red", "not tested:")} the policy in ${dir} is not good\n`);
}

function tell(dir: string, report: TestReport, { built, texts, revision }: Loaded, { out, err }: Terminal): void {
  const { tests, passed, failed } = report;
  const broken = brokenOf(built);
  if (broken.length > 0) out.write(`${drawDiagnostics(broken, { dir, texts }, out)}\n`);
  const findings = drawFindings(tests, dir, out);
  if (findings !== "") out.write(`${findings}\n`);
  if (tests.length === 0) err.write(`${err.style("yellow", "warning:")} there is no \`test\` in ${dir}\n`);
  const { proofs } = built;
  const bad = [
    ...(failed > 0 ? [`${count(failed, "test")} failed`] : []),
    ...(proofs !== null && proofs.broken > 0 ? [`${count(proofs.broken, "invariant")} broken`] : []),
  ];
  const verdict = bad.length === 0 ? out.style("green", "good:") : out.style("red", `${bad.join(", ")}:`);
  const proved = proofs === null || proofs.proved === 0 ? "" : `${count(proofs.proved, "invariant")} proved, `;
  out.write(`${verdict} ${dir}, ${count(passed, "test")} passed, ${proved}revision ${revision.id}\n`);
}

function asJson(dir: string, loaded: Loaded) {
  const { built, revision } = loaded;
  const { report, proofs, diagnostics } = built;
  return {
    ok: isOk(loaded),
    directory: dir,
    revision,
    passed: report?.passed ?? null,
    failed: report?.failed ?? null,
    tests: (report?.tests ?? []).map((test) => resultJson(test, dir)),
    proved: proofs?.proved ?? null,
    broken: proofs?.broken ?? null,
    invariants: (proofs?.invariants ?? []).map((proof) => resultJson(proof, dir)),
    diagnostics: diagnosticsJson(diagnostics, dir),
  };
}

function resultJson({ name, span, passed, failures, warnings }: TestResult | Proof, dir: string) {
  return {
    name,
    ...placeJson(span, dir),
    passed,
    failures: diagnosticsJson(failures, dir),
    warnings: diagnosticsJson(warnings, dir),
  };
}
