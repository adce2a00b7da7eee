/**
 * Reviews a policy with the commands that anybody can run: check, fmt, test, diff, replay. Everything is asked before the
 * step ends, so that one run names all that is wrong. It has no token: what it finds goes into files and outputs.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compare } from "./compare.ts";
import { complaintOf, type Gw, type Ran, runner } from "./gw.ts";
import { problemsOf, type Review } from "./problems.ts";
import { reportOf } from "./report.ts";
import { fold, say, setOutput, summarize, temporaryDirectory, told } from "./runner.ts";
import { mergeSarif } from "./sarif.ts";

const dir = told("DIRECTORY") || "policy";
const problems = await review(runner(told("GW")));
if (problems.length > 0) say("error", `${dir}: ${problems.join("; ")}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Asks everything, and answers what is wrong. */
async function review(gw: Gw): Promise<readonly string[]> {
  const check = await aloud(gw, "policy", "check", dir);
  // Without a directory that can be read there is nothing else to ask.
  if (check.code === 2) return [complaintOf(check)];
  const isGood = check.code === 0;
  const found: Review = {
    dir,
    isGood,
    isQuiet: told("DENY_WARNINGS") !== "true" || (await gw(["policy", "check", dir, "--deny-warnings"])).code === 0,
    isFormatted: await askFormat(gw),
    tests: await askTests(gw),
    comparison: await compare(gw, dir, baseOf()),
    replay: told("AUDIT") === "" || !isGood ? null : await askReplay(gw, told("AUDIT")),
  };
  await annotate(gw);
  await writeSarif(gw, told("SARIF"));
  publish(found);
  return problemsOf(found, told("FAIL_ON"));
}

/** Runs a command and shows it in the log as somebody would see it at a terminal. */
async function aloud(gw: Gw, ...args: readonly string[]): Promise<Ran> {
  const ran = await gw(args);
  fold(`gw ${args.join(" ")}`, ran.out + ran.err);
  return ran;
}

/** What a pull request is compared with: the branch it goes to, as `actions/checkout` names it. */
function baseOf(): string | null {
  const branch = told("GITHUB_BASE_REF");
  return told("BASE") || (branch === "" ? null : `origin/${branch}`);
}

async function askFormat(gw: Gw): Promise<boolean> {
  const { code, out } = await aloud(gw, "policy", "fmt", "--check", dir);
  const files = out.split("\n").filter((line) => line.endsWith(".policy"));
  for (const file of files) say("error", `not in the one format: \`gw policy fmt ${dir}\` writes it`, file);
  return code === 0;
}

function leastCoverage(): readonly string[] {
  const least = told("COVERAGE_MIN");
  return least === "" ? [] : ["--coverage-min", least];
}

async function askTests(gw: Gw): Promise<Review["tests"]> {
  const args = ["policy", "test", dir, "--coverage", ...leastCoverage()];
  const ran = await aloud(gw, ...args);
  if (ran.code === 2) return { passed: false, coverage: null, why: complaintOf(ran) };
  const { coverage } = JSON.parse((await gw([...args, "--format", "json"])).out);
  return { passed: ran.code === 0, coverage: coverage?.percent ?? null, why: null };
}

async function askReplay(gw: Gw, audit: string): Promise<Review["replay"]> {
  const args = ["policy", "replay", dir, "--against", audit, "--format"];
  const ran = await aloud(gw, ...args, "markdown");
  if (ran.code !== 0 && ran.code !== 3) return { flips: null, markdown: "", why: complaintOf(ran) };
  const { opened, closed } = JSON.parse((await gw([...args, "json"])).out);
  return { flips: opened + closed, markdown: ran.out, why: null };
}

/** Findings beside the lines of the change; once each, although both commands know those of the text. */
async function annotate(gw: Gw): Promise<void> {
  const test = ["policy", "test", dir, ...leastCoverage(), "--format"];
  const found = [await gw(["policy", "check", dir, "--format", "github"]), await gw([...test, "github"])];
  for (const line of new Set(found.flatMap(({ out }) => out.split("\n")))) if (line !== "") console.log(line);
}

async function writeSarif(gw: Gw, file: string): Promise<void> {
  if (file === "") return;
  const check = await gw(["policy", "check", dir, "--format", "sarif"]);
  const tests = await gw(["policy", "test", dir, ...leastCoverage(), "--format", "sarif"]);
  writeFileSync(file, tests.code === 2 ? check.out : mergeSarif(check.out, tests.out));
}

function publish(found: Review): void {
  const markdown = reportOf(found);
  const report = join(temporaryDirectory(), `policy-review-${encodeURIComponent(dir)}.md`);
  writeFileSync(report, markdown);
  summarize(markdown);
  setOutput("report", report);
  setOutput("change", found.comparison.change ?? "");
  setOutput("coverage", String(found.tests.coverage ?? ""));
  setOutput("flips", String(found.replay?.flips ?? ""));
}
