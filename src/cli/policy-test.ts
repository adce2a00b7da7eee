/** `gw policy test DIR`: does the policy do what its tests say, and keep what its invariants promise? */
import { type Coverage, cover, uncoveredAsDiagnostics } from "../analysis/coverage.ts";
import type { Proof } from "../analysis/invariant.ts";
import type { TestReport, TestResult } from "../analysis/test.ts";
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import type { Loaded } from "../revision/load.ts";
import { annotations } from "./annotations.ts";
import { codeQuality } from "./code-quality.ts";
import { Complaint, complain } from "./complaint.ts";
import { coverageJson, drawCoverage, percentOf } from "./coverage-report.ts";
import { type CoverageCase, junit } from "./junit.ts";
import { loadFor } from "./reading.ts";
import { brokenOf, count, diagnosticsJson, drawDiagnostics, drawFindings, placeJson } from "./report.ts";
import { sarif } from "./sarif.ts";
import type { Terminal } from "./terminal.ts";

/** How tests are told; invariants have to hold from `at` on. */
export interface TestOptions {
  readonly format: "text" | "json" | "junit" | "sarif" | "github" | "gitlab";
  /** Milliseconds since the epoch; now when it is not said. */
  readonly at?: number;
  readonly coverage?: boolean;
  /** Least percent of statements that tests must cover; asks for coverage. */
  readonly coverageMin?: string;
  readonly watch?: boolean;
}

/** Runs the tests of a policy directory; answers 0 when it is good, every test and invariant holds, and enough is covered. */
export async function policyTest(dir: string, options: TestOptions, terminal: Terminal): Promise<0 | 1> {
  const least = leastOf(options);
  const run = async (): Promise<0 | 1> => {
    const tested = testedOf(dir, await loadFor("policy test", dir, options.at), { least, options });
    terminal.out.write(told(tested, options.format, terminal));
    return isOk(tested) ? 0 : 1;
  };
  return options.watch === true ? runAtChanges(dir, run, terminal) : run();
}

function leastOf({ coverageMin }: TestOptions): number | null {
  if (coverageMin === undefined) return null;
  if (/^\d{1,2}$|^100$/.test(coverageMin)) return Number(coverageMin);
  throw new Complaint(`\`--coverage-min ${coverageMin}\` is not a percentage`, "write a whole number from 0 to 100");
}

/** Runs again whenever the directory changes, one run after the other, until somebody ends the process. */
async function runAtChanges(dir: string, run: () => Promise<unknown>, { out, err }: Terminal): Promise<never> {
  // Only who watches needs the watcher.
  const { watchPolicy } = await import("../revision/watch.ts");
  let last: Promise<unknown> = Promise.resolve();
  const again = (): void => {
    last = last.then(run).catch((error: unknown) => {
      // A directory is often unreadable for a moment while it is changed.
      if (!(error instanceof Complaint)) throw error;
      complain(err, error.message, error.help);
    });
    last = last.then(() => err.write(`${err.style("dim", `watching ${dir}`)}\n`));
  };
  if (!out.closed) await watchPolicy(dir, again);
  again();
  return new Promise<never>(() => {});
}

/** A directory whose tests were run. */
interface Tested {
  readonly dir: string;
  readonly loaded: Loaded;
  /** null when nobody asked, or there is nothing to test. */
  readonly coverage: Coverage | null;
  readonly least: number | null;
}

function testedOf(
  dir: string,
  loaded: Loaded,
  { least, options }: { readonly least: number | null; readonly options: TestOptions },
): Tested {
  const { model, table, report } = loaded.built;
  const isAsked = options.coverage === true || least !== null;
  const coverage =
    isAsked && model !== null && table !== null && report !== null
      ? cover(model, table, { report, texts: loaded.texts })
      : null;
  return { dir, loaded, coverage, least };
}

function isOk(tested: Tested): boolean {
  const { report, proofs } = tested.loaded.built;
  return report?.failed === 0 && proofs?.broken === 0 && isEnough(tested);
}

function isEnough({ coverage, least }: Tested): boolean {
  return coverage === null || least === null || coverage.covered * 100 >= least * (coverage.statements - coverage.idle);
}

function told(tested: Tested, format: TestOptions["format"], terminal: Terminal): string {
  const { dir, loaded } = tested;
  switch (format) {
    case "text":
      return loaded.built.report === null ? broken(tested, terminal) : report(tested, loaded.built.report, terminal);
    case "json":
      return `${JSON.stringify(asJson(tested), null, 2)}\n`;
    case "junit":
      return junit(dir, loaded, coverageCase(tested));
    case "sarif":
      return sarif(findingsOf(tested), dir);
    case "github":
      return annotations(findingsOf(tested), dir);
    case "gitlab":
      return codeQuality(findingsOf(tested), dir);
    default:
      return format satisfies never;
  }
}

// ---- text -------------------------------------------------------------------------------------------------------------

function broken({ dir, loaded: { built, texts } }: Tested, { out }: Terminal): string {
  const drawn = drawDiagnostics(built.diagnostics, { dir, texts }, out);
  return `${drawn}\n${out.style("red", "not tested:")} the policy in ${dir} is not good\n`;
}

function report(tested: Tested, { tests, passed, failed }: TestReport, { out, err }: Terminal): string {
  const { dir, coverage, loaded } = tested;
  const { built, texts, revision } = loaded;
  const faults = brokenOf(built);
  const drawn = [
    faults.length > 0 ? drawDiagnostics(faults, { dir, texts }, out) : "",
    drawFindings(tests, dir, out),
    coverage === null || built.table === null ? "" : drawCoverage(coverage, { dir, table: built.table }, out),
  ].filter((text) => text !== "");
  if (tests.length === 0) err.write(`${err.style("yellow", "warning:")} there is no \`test\` in ${dir}\n`);
  const { proofs } = built;
  const bad = [
    ...(failed > 0 ? [`${count(failed, "test")} failed`] : []),
    ...(proofs !== null && proofs.broken > 0 ? [`${count(proofs.broken, "invariant")} broken`] : []),
    ...(isEnough(tested) ? [] : [shortfall(tested)]),
  ];
  const verdict = bad.length === 0 ? out.style("green", "good:") : out.style("red", `${bad.join(", ")}:`);
  const proved = proofs === null || proofs.proved === 0 ? "" : `${count(proofs.proved, "invariant")} proved, `;
  const sum = `${verdict} ${dir}, ${count(passed, "test")} passed, ${proved}revision ${revision.id}\n`;
  return [...drawn.map((text) => `${text}\n`), sum].join("");
}

function shortfall({ coverage, least }: Tested): string {
  return `${coverage === null ? 0 : percentOf(coverage)} % of statements covered, at least ${least} % wanted`;
}

// ---- other forms ------------------------------------------------------------------------------------------------------

/** Everything that is to be shown beside a line. */
function findingsOf({ loaded: { built }, coverage }: Tested): readonly Diagnostic[] {
  const { table, report, diagnostics } = built;
  const tests = (report?.tests ?? []).flatMap(({ failures, warnings }) => [...failures, ...warnings]);
  const uncovered = coverage === null || table === null ? [] : uncoveredAsDiagnostics(coverage, table);
  return [...diagnostics, ...brokenOf(built), ...tests, ...uncovered].sort(byPlace);
}

function coverageCase(tested: Tested): CoverageCase | null {
  const { coverage, least, loaded } = tested;
  const { table } = loaded.built;
  if (coverage === null || least === null || table === null) return null;
  const failures = isEnough(tested) ? [] : uncoveredAsDiagnostics(coverage, table);
  return { name: `tests cover at least ${least} % of statements`, failures };
}

function asJson(tested: Tested) {
  const { dir, loaded, coverage } = tested;
  const { built, revision } = loaded;
  const { report, proofs, diagnostics, table } = built;
  const asked = coverage === null || table === null ? {} : { coverage: coverageJson(coverage, dir, table) };
  return {
    ok: isOk(tested),
    directory: dir,
    revision,
    passed: report?.passed ?? null,
    failed: report?.failed ?? null,
    tests: (report?.tests ?? []).map((test) => resultJson(test, dir)),
    proved: proofs?.proved ?? null,
    broken: proofs?.broken ?? null,
    invariants: (proofs?.invariants ?? []).map((proof) => resultJson(proof, dir)),
    ...asked,
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
