/** `gw policy test DIR`: does the policy do what its tests say? */
import type { TestReport } from "../analysis/test.ts";
import type { Loaded } from "../revision/load.ts";
import { junit } from "./junit.ts";
import { loadFor } from "./reading.ts";
import { count, diagnosticsJson, drawDiagnostics, drawFindings, placeJson } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/** Runs the tests of a policy directory; answers 0 when the policy is good and every test holds. */
export async function policyTest(dir: string, format: "text" | "json" | "junit", terminal: Terminal): Promise<0 | 1> {
  const loaded = await loadFor("policy test", dir);
  const { report } = loaded.built;
  if (format === "json") terminal.out.write(`${JSON.stringify(asJson(dir, loaded), null, 2)}\n`);
  else if (format === "junit") terminal.out.write(junit(dir, loaded));
  else if (report === null) tellBroken(dir, loaded, terminal);
  else tell(dir, report, loaded, terminal);
  return report?.failed === 0 ? 0 : 1;
}

function tellBroken(dir: string, { built, texts }: Loaded, { out }: Terminal): void {
  out.write(`${drawDiagnostics(built.diagnostics, { dir, texts }, out)}\n`);
  out.write(`${out.style("red", "not tested:")} the policy in ${dir} is not good\n`);
}

function tell(dir: string, { tests, passed, failed }: TestReport, { revision }: Loaded, { out, err }: Terminal): void {
  const findings = drawFindings(tests, dir, out);
  if (findings !== "") out.write(`${findings}\n`);
  if (tests.length === 0) err.write(`${err.style("yellow", "warning:")} there is no \`test\` in ${dir}\n`);
  const verdict = failed === 0 ? out.style("green", "good:") : out.style("red", `${count(failed, "test")} failed:`);
  out.write(`${verdict} ${dir}, ${count(passed, "test")} passed, revision ${revision.id}\n`);
}

function asJson(dir: string, { built, revision }: Loaded) {
  const { report, diagnostics } = built;
  return {
    ok: report?.failed === 0,
    directory: dir,
    revision,
    passed: report?.passed ?? null,
    failed: report?.failed ?? null,
    tests: (report?.tests ?? []).map(({ name, span, passed, failures, warnings }) => ({
      name,
      ...placeJson(span, dir),
      passed,
      failures: diagnosticsJson(failures, dir),
      warnings: diagnosticsJson(warnings, dir),
    })),
    diagnostics: diagnosticsJson(diagnostics, dir),
  };
}
