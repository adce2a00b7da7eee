/** The pipeline for GitLab as a runner runs it: the lines of its jobs, in a copy of the example, with GitLab's API on loopback. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { GW } from "../cli/gw.ts";
import { type Forge, startGitLab } from "./forge.ts";
import { type Repository, repository } from "./repository.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/gitlab-pipeline/", import.meta.url));
const TOKEN = "glpat-of-the-project";
const BOT = "project_42_bot";

interface PipelineJob {
  readonly extends: string;
  readonly script: readonly string[];
  readonly coverage?: string;
  readonly allow_failure?: { readonly exit_codes: readonly number[] };
  readonly artifacts: { readonly reports?: Readonly<Record<string, string>>; readonly paths?: readonly string[] };
}

const PIPELINE = parse(readFileSync(join(EXAMPLE, ".gitlab-ci.yml"), "utf8"));

suite("the pipeline for GitLab", () => {
  let repo: Repository;
  let lab: Forge;
  let base: string;
  beforeEach(async () => {
    const names = readdirSync(EXAMPLE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = names.map((entry) => join(entry.parentPath, entry.name));
    repo = repository(
      Object.fromEntries(paths.map((path) => [path.slice(EXAMPLE.length), readFileSync(path, "utf8")])),
    );
    base = repo.git("rev-parse", "HEAD").trim();
    // Stands for the registry: what it installs is the `gw` of this checkout.
    put(
      "npm",
      `[ "$*" = "install --global sallyport@${PIPELINE.variables.SALLYPORT_VERSION}" ] && chmod +x ${bin("gw")}`,
    );
    put("gw", `exec "${process.execPath}" "${GW}" "$@"`);
    chmodSync(bin("gw"), 0o644);
    lab = await startGitLab(BOT, TOKEN);
  });
  afterEach(async () => {
    repo.destroy();
    await lab.stop();
  });

  const bin = (name: string): string => join(repo.dir, ".git/bin", name);
  const put = (name: string, script: string): void => {
    mkdirSync(dirname(bin(name)), { recursive: true });
    writeFileSync(bin(name), `#!/usr/bin/env bash\n${script}\n`);
    chmodSync(bin(name), 0o755);
  };
  const change = (from: string, to: string): void => {
    const text = readFileSync(join(repo.dir, "policy/org.policy"), "utf8");
    assert.ok(text.includes(from));
    repo.write("policy/org.policy", text.replace(from, to));
    repo.commit();
  };
  const run = (name: string, more: Readonly<Record<string, string>> = {}): Promise<{ code: number; log: string }> => {
    const job: PipelineJob = PIPELINE[name];
    const lines = [...PIPELINE[job.extends].before_script, ...job.script];
    const merge = { CI_MERGE_REQUEST_IID: "7", CI_MERGE_REQUEST_DIFF_BASE_SHA: base, POLICY_NOTE_TOKEN: TOKEN };
    const env = {
      PATH: `${dirname(bin("gw"))}:${dirname(process.execPath)}:${process.env.PATH}`,
      CI_API_V4_URL: `${lab.url}/api/v4`,
      CI_PROJECT_ID: "42",
      ...PIPELINE.variables,
      ...merge,
      ...more,
    };
    return new Promise((resolve) => {
      const child = execFile("bash", ["-eo", "pipefail"], { cwd: repo.dir, env }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), log: out + err });
      });
      child.stdin?.end(lines.join("\n"));
    });
  };
  const read = (path: string): string => readFileSync(join(repo.dir, path), "utf8");

  test("a good policy passes, with its coverage and its reports", async () => {
    const job: PipelineJob = PIPELINE["policy-check"];
    const { code, log } = await run("policy-check");
    assert.equal(code, 0, log);
    const coverage = new RegExp((job.coverage ?? "").slice(1, -1), "m").exec(log)?.[1];
    assert.ok(Number(coverage) >= 80, log);
    assert.deepEqual(JSON.parse(read(job.artifacts.reports?.codequality ?? "")), []);
    assert.match(read(job.artifacts.reports?.junit ?? ""), /<testsuites tests="4" failures="0"/);
  });

  test("a fault fails the job and stands in its reports", async () => {
    change("  cannot use tools Bash\n", "  can use tools Bash\n");
    const failing = await run("policy-check");
    assert.equal(failing.code, 1);
    assert.match(failing.log, /policy\/org\.policy:\d+:3: team makers cannot use `Bash`/);
    assert.match(read("tests.xml"), /<failure type="GW5001"/);
    change("  can use tools Bash\n", "  can use tools Bahs\n");
    const misspelt = await run("policy-check");
    assert.equal(misspelt.code, 1);
    const issues: { check_name: string; location: { path: string } }[] = JSON.parse(read("code-quality.json"));
    assert.ok(issues.length > 0 && issues.every(({ location }) => location.path === "policy/org.policy"));
    change("  can use tools Bahs\n", "   cannot use tools Bash\n");
    const unformatted = await run("policy-check");
    assert.deepEqual([unformatted.code, /^policy\/org\.policy$/m.test(unformatted.log)], [1, true]);
  });

  test("a change is told in one note, updated in place", async () => {
    const mark = "<!-- sallyport policy diff -->";
    const foreign = lab.say("mallory", `${mark}\nall is well`);
    for (let i = 0; i < 120; i++) lab.say("ada", `remark ${i}`);
    const allowed = PIPELINE["policy-review"].allow_failure.exit_codes;
    change("budget $40/day per key", "budget $60/day per key");
    const wider = await run("policy-review");
    assert.equal(wider.code, 3, wider.log);
    assert.ok(allowed.includes(3));
    const own = lab.remarks.filter(({ author }) => author === BOT);
    assert.equal(own.length, 1);
    assert.match(own[0]?.body ?? "", /^<!-- sallyport policy diff -->\n### Policy: something is wider \(1 wider\)\n/);
    assert.equal(own[0]?.body, read(PIPELINE["policy-review"].artifacts.paths[0]));

    change("budget $60/day per key", "budget $30/day per key");
    lab.requests.length = 0;
    const tighter = await run("policy-review");
    assert.equal(tighter.code, 0, tighter.log);
    assert.match(own[0]?.body ?? "", /### Policy: tighter only/);
    assert.deepEqual(
      lab.requests.map((request) => request.replace("/api/v4/projects/42/merge_requests/7/", "")),
      ["GET /api/v4/user", "GET notes?per_page=100&page=1", "GET notes?per_page=100&page=2", "PUT notes/1121"],
    );
    assert.equal(foreign.body, `${mark}\nall is well`);
  });

  test("what keeps the note away is said, and is no verdict", async () => {
    const fork = await run("policy-review", { POLICY_NOTE_TOKEN: "" });
    assert.deepEqual([fork.code, lab.requests.length], [0, 0]);
    assert.match(
      fork.log,
      /^no note: there is no POLICY_NOTE_TOKEN, as in pipelines of forks; see the artifact instead$/m,
    );
    lab.failure = { status: 403, message: "insufficient_scope" };
    const refused = await run("policy-review");
    assert.equal(refused.code, 2);
    assert.match(refused.log, /^no note: GitLab answered 403 to GET: POLICY_NOTE_TOKEN needs the scope `api`; /m);
    assert.ok(PIPELINE["policy-review"].allow_failure.exit_codes.includes(2));
    assert.ok(!refused.log.includes(TOKEN));
    const lost = await run("policy-review", { CI_MERGE_REQUEST_DIFF_BASE_SHA: "0".repeat(40) });
    assert.equal(lost.code, 1, "a failed comparison fails the job");
  });

  test("a record that is given must be there", async () => {
    const { code, log } = await run("policy-review", { AUDIT_DATA: "policy" });
    assert.equal(code, 1);
    assert.match(log, /there is no audit log below `policy`/);
  });
});
