/** The action as a runner runs it: on a real repository, with GitHub's API on loopback. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Body } from "../../src/audit/entry.ts";
import { openJournal } from "../../src/audit/journal.ts";
import { decision, outcome } from "../audit/bodies.ts";
import { orgText } from "../revision/policies.ts";
import { type Finished, readAction, runAction } from "./composite.ts";
import { type Forge, startGitHub } from "./forge.ts";
import { type Repository, repository } from "./repository.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ACTION = join(ROOT, ".github/actions/policy/action.yml");
const TOKEN = "ghs-of-the-job";
const BOT = "github-actions[bot]";
const AT = Date.parse("2026-05-04T10:00:00Z");
const MARK = "<!-- sallyport policy review of policy -->";

const SMALL = "  allow models claude-haiku-4-5\n";
const BOTH = "  allow models claude-haiku-4-5, claude-haiku-5-5\n";
const TESTS = `
test "the small model" for team eng {
  can use models claude-haiku-4-5
}
`;
const FAILING = `
test "the other one" for team eng {
  can use models claude-haiku-5-5
}
`;

suite("the action", () => {
  let repo: Repository;
  let hub: Forge;
  beforeEach(async () => {
    repo = repository({ "policy/org.policy": orgText(SMALL) + TESTS });
    hub = await startGitHub(BOT, TOKEN);
  });
  afterEach(async () => {
    repo.destroy();
    await hub.stop();
  });

  interface Wish {
    readonly inputs?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    /** The repository that the change comes from; null when it is gone. */
    readonly from?: string | null;
  }

  const run = ({ inputs = {}, env = {}, from = "acme/policies" }: Wish = {}): Promise<Finished> => {
    const event = join(repo.dir, ".git/event.json");
    const head = { repo: from === null ? null : { full_name: from } };
    writeFileSync(event, JSON.stringify({ pull_request: { number: 7, head } }));
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    const pull = { GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: event, GITHUB_BASE_REF: "main" };
    const job = { PATH: path, GITHUB_API_URL: hub.url, GITHUB_REPOSITORY: "acme/policies", ...pull, ...env };
    return runAction(ACTION, { inputs, workspace: repo.dir, env: job, token: TOKEN });
  };
  const own = () => hub.remarks.filter(({ author }) => author === BOT).map(({ body }) => body);

  test("reviews a change in one comment, and updates that one", async () => {
    for (let i = 0; i < 130; i++) hub.say("ada", `remark ${i}`);
    const foreign = hub.say("mallory", `${MARK}\nall is well`);
    repo.write("policy/org.policy", orgText(BOTH) + TESTS);
    repo.commit();
    const first = await run();
    assert.ok(first.ok, first.log);
    assert.deepEqual([first.outputs.change, first.outputs.coverage, first.outputs.flips], ["wider", "100", ""]);
    const [body = "", ...more] = own();
    assert.equal(more.length, 0);
    assert.ok(body.startsWith(`${MARK}\n`), body);
    assert.match(body, /### Policy: something is wider \(1 wider\)\n/);
    assert.match(body, /\| directory \| check \| format \| tests \| coverage \|\n/);
    assert.match(body, /\| `policy` \| passed \| passed \| passed \| 100 % \|\n/);
    assert.equal(first.summary.trim(), body.trim());

    repo.write("policy/org.policy", orgText("  allow models claude-haiku-4-5 until 2099-01-01T00:00Z\n") + TESTS);
    repo.commit();
    hub.requests.length = 0;
    const second = await run();
    assert.deepEqual([second.ok, second.outputs.change], [true, "tighter"]);
    assert.match(own()[0] ?? "", /### Policy: tighter only/);
    assert.equal(own().length, 1);
    assert.equal(foreign.body, `${MARK}\nall is well`);
    assert.deepEqual(
      hub.requests.map((request) => request.replace("/repos/acme/policies/issues/", "")),
      ["GET 7/comments?per_page=100&page=1", "GET 7/comments?per_page=100&page=2", "PATCH comments/1131"],
    );
  });

  test("names all that is wrong in one run, beside its lines, each once", async () => {
    const idle = "\nmodels idle {\n  claude-opus-5-5\n}\n";
    repo.write("policy/org.policy", orgText(`${SMALL}  allow tools Read\n`) + TESTS + FAILING + idle);
    repo.write("policy/more.policy", "language 1\nteam more   {\n}\n");
    repo.commit();
    const { ok, log, outputs } = await run({
      inputs: { "coverage-min": "90", "deny-warnings": "true", sarif: "found.sarif" },
    });
    assert.equal(ok, false);
    assert.match(
      log,
      /^::error::policy: it has warnings, which `deny-warnings` names; it is not in the one format; its tests fail or cover too little$/m,
    );
    assert.match(log, /^::error file=policy\/more\.policy::not in the one format: `gw policy fmt policy` writes it$/m);
    assert.equal(log.match(/^::error file=policy\/org\.policy,line=\d+,col=3,title=GW5001::/gm)?.length, 1);
    assert.equal(log.match(/^::warning file=policy\/org\.policy,line=17,col=3,title=GW5006::/gm)?.length, 1);
    assert.equal(outputs.coverage, "50");
    const sarif = JSON.parse(readFileSync(join(repo.dir, "found.sarif"), "utf8"));
    const [{ tool, results }] = sarif.runs;
    const codes = results.map(({ ruleIndex }: { ruleIndex: number }) => tool.driver.rules[ruleIndex].id);
    for (const code of ["GW3026", "GW5001", "GW5006"]) {
      assert.equal(codes.filter((each: string) => each === code).length, 1, `${code} in ${codes}`);
    }
    assert.match(own()[0] ?? "", /\| `policy` \| \*\*failed\*\* \| \*\*failed\*\* \| \*\*failed\*\* \| 50 % \|/);
  });

  test("a policy that is not good is named, and its invariants are proved", async () => {
    repo.write("policy/org.policy", orgText("  allow models @smal\n"));
    repo.commit();
    const broken = await run();
    assert.equal(broken.ok, false);
    assert.match(broken.log, /^::error::policy: the policy is not good$/m);
    assert.equal(broken.log.match(/^::error file=policy\/org\.policy,line=16,[^\n]*title=GW2003::/gm)?.length, 1);
    assert.deepEqual([broken.outputs.change, broken.outputs.coverage], ["", ""]);
    assert.match(own()[0] ?? "", /### Policy: not compared\n\n`` the policy of `HEAD` is not good ``\n/);

    const promise = 'invariant "the small one" {\n  never allow models claude-haiku-5-5 to team eng\n}\n';
    repo.write("policy/org.policy", `${orgText(BOTH)}${TESTS}\n${promise}`);
    repo.commit();
    const unkept = await run();
    assert.equal(unkept.ok, false);
    assert.match(unkept.log, /^::error [^\n]*title=GW5010::[^\n]*allows it \(policy\/org\.policy:16\)/m);
    assert.match(own()[0] ?? "", /\*\*Broken\*\*/);
  });

  test("a base without a policy, a base that is not good, a base that is not there", async () => {
    repo.write("second/org.policy", orgText(SMALL) + TESTS);
    repo.commit();
    const fresh = await run({ inputs: { directory: "second" } });
    assert.deepEqual([fresh.ok, fresh.outputs.change], [true, "wider"], fresh.log);
    assert.match(own()[0] ?? "", /review of second -->\n### Policy: it is new\n/);

    repo.write("policy/org.policy", orgText("  allow models @smal\n"));
    const bad = repo.commit();
    repo.write("policy/org.policy", orgText(SMALL) + TESTS);
    repo.commit();
    const mending = await run({ inputs: { base: bad } });
    assert.deepEqual([mending.ok, mending.outputs.change], [true, ""], mending.log);
    assert.equal(own().length, 2, "two directories, two comments");

    const shallow = await run({ inputs: { base: "origin/elsewhere" } });
    assert.equal(shallow.ok, false);
    assert.match(shallow.log, /Git knows no revision `origin\/elsewhere`; check out with `fetch-depth: 0`/);
    const nowhere = await run({ inputs: { directory: "polcy" } });
    assert.equal(nowhere.ok, false);
    assert.match(nowhere.log, /^::error::polcy: .*`polcy`/m);
    assert.match(nowhere.log, /^::notice::no comment: nothing was reviewed/m);
  });

  test("plays a record again when one is given", async () => {
    const actor = { key: "dana", team: "eng", fingerprint: null };
    const key = `\nkey dana in eng {\n  hash sha256:${"5a".repeat(32)}\n  expires 2099-12-31\n}\n`;
    const record: readonly Body[] = [
      decision("req_1", { actor, model: "claude-haiku-5-5", provider: "sim" }),
      outcome("req_1", { actor }),
    ];
    const { log } = await openJournal({ dir: join(repo.dir, "data"), boot: "b", version: "0.0.0", clock: () => AT });
    for (const body of record) await log.append(body);
    await log.close();
    repo.write("policy/org.policy", orgText(SMALL) + key + TESTS);
    repo.commit();
    const shown = await run({ inputs: { audit: "data" } });
    assert.deepEqual([shown.ok, shown.outputs.flips], [true, "1"], shown.log);
    assert.match(own()[0] ?? "", /\| 1 decision flips \|[\s\S]*### Replay: 1 decisions flip/);
    const none = await run({ inputs: { audit: "policy" } });
    assert.equal(none.ok, false);
    assert.match(none.log, /not replayed: there is no audit log below `policy`/);
  });

  test("a run of a fork says that it may not write, and shows the review in the summary", async () => {
    repo.write("policy/org.policy", orgText(BOTH) + TESTS);
    repo.commit();
    const { ok, log, summary, outputs } = await run({ from: "mallory/policies", inputs: { "fail-on": "tighter" } });
    assert.deepEqual([ok, outputs.change], [true, "wider"], log);
    assert.match(log, /^::notice::no comment: the change comes from a fork, whose runs may not write here; /m);
    assert.match(summary, /something is wider/);
    assert.deepEqual(hub.requests, []);
  });

  test("a failure of GitHub hides no verdict", async () => {
    hub.failure = { status: 403, message: "Resource not accessible by integration" };
    repo.write("policy/org.policy", orgText(BOTH) + TESTS);
    repo.commit();
    const { ok, log, summary } = await run({ inputs: { "fail-on": "wider" } });
    assert.equal(ok, false);
    assert.match(log, /^::error::policy: the change is wider, which `fail-on` names$/m);
    assert.match(
      log,
      /^::warning::no comment: GitHub answered 403 .*integration.*`permissions: pull-requests: write`/m,
    );
    assert.match(summary, /something is wider/);
  });

  test("what a change says is never run, nor obeyed, nor rendered", async () => {
    const dir = "po licy$(touch ran)`touch ran`;&";
    repo.write(`${dir}/org.policy`, orgText(BOTH) + TESTS);
    repo.write(`${dir}/::add-mask::x.policy`, "language 1\nteam   x {\n}\n");
    const named = 'test "\u0060\u0060 @everyone -->\u0060 <img>" for team eng {\n  can use models claude-opus-5-5\n}\n';
    repo.write(`${dir}/tests.policy`, `language 1\n\n${named}`);
    repo.commit();
    const { ok, log } = await run({ inputs: { directory: dir } });
    assert.equal(ok, false);
    assert.ok(!existsSync(join(repo.dir, "ran")), "a name was run");
    assert.match(own()[0] ?? "", /^<!-- [\w %$().;&-]+ -->\n/);
    assert.doesNotMatch((own()[0] ?? "").replace(/(`+)[\s\S]*?\1/g, ""), /@everyone|<img>|touch ran/);
    assert.deepEqual(
      obeyed(log).filter((line) => /^::add-mask|^##\[/.test(line)),
      [],
    );
  });

  test("gw comes from where the caller says", async () => {
    const npm = join(repo.dir, ".git/bin/npm");
    mkdirSync(dirname(npm));
    // Stands for the registry: notes what it is asked for and puts a package there.
    writeFileSync(
      npm,
      `#!/usr/bin/env bash
echo "npm $* in $PWD" >> "$NOTES"
mkdir -p node_modules/sallyport
echo '{"bin":{"gw":"gw.js"}}' > node_modules/sallyport/package.json
echo 'console.error("error: the package was asked"); process.exit(2)' > node_modules/sallyport/gw.js
`,
    );
    chmodSync(npm, 0o755);
    const notes = join(repo.dir, ".git/notes");
    const env = { PATH: `${dirname(npm)}:${dirname(process.execPath)}:${process.env.PATH}`, NOTES: notes };
    const released = await run({ inputs: { sallyport: "1.2.3" }, env });
    assert.match(released.log, /^::error::policy: the package was asked$/m);
    const asked = readFileSync(notes, "utf8");
    assert.match(asked, /^npm install --no-save --prefix \S+ sallyport@1\.2\.3 .*in (\S+)\n$/);
    assert.ok(!asked.includes(`in ${repo.dir}`), "a change under review must not say from where packages come");
    const checkout = await run({ inputs: { sallyport: ROOT }, env });
    assert.ok(checkout.ok, checkout.log);
    for (const wrong of ["git+https://example.com/x", "--registry=http://x", "1.2.3 --global", "./policy"]) {
      const { ok, log } = await run({ inputs: { sallyport: wrong }, env });
      assert.equal(ok, false);
      assert.match(log, /^::error::`gw` could not be made ready: /m);
    }
    assert.equal(readFileSync(notes, "utf8"), asked, "npm was asked for nothing else");
  });
});

/** The lines that a runner takes for commands: not those between `stop-commands` and its token. */
function obeyed(log: string): readonly string[] {
  const lines: string[] = [];
  let stopped: string | null = null;
  for (const line of log.split("\n")) {
    if (stopped === null) lines.push(line);
    else if (line === `::${stopped}::`) stopped = null;
    stopped ??= /^::stop-commands::(.+)$/.exec(line)?.[1] ?? null;
  }
  return lines;
}

suite("the action's text", () => {
  const action = readAction(ACTION);

  test("no command holds what somebody else wrote", () => {
    for (const { run = "" } of action.runs.steps) assert.doesNotMatch(run, /\$\{\{/);
    const token = action.runs.steps.filter(({ env = {} }) => Object.values(env).some((value) => /token/.test(value)));
    assert.deepEqual(
      token.map(({ run }) => run),
      ['node "$GITHUB_ACTION_PATH/comment.ts"'],
      "only the step that writes the comment has the token",
    );
  });

  test("every input is used, and its page names all inputs and outputs", () => {
    const text = readFileSync(ACTION, "utf8");
    const page = readFileSync(join(dirname(ACTION), "README.md"), "utf8");
    for (const name of Object.keys(action.inputs)) {
      assert.ok(text.includes(`\${{ inputs.${name} }}`), `\`${name}\` is not used`);
      assert.ok(page.includes(`\n| \`${name}\` |`), `\`${name}\` is not in the page`);
    }
    for (const name of Object.keys(action.outputs)) assert.ok(page.includes(`\n| \`${name}\` |`), name);
  });

  test("the workflow of this repository gives it what it takes, and the rights it needs", () => {
    const workflow = parse(readFileSync(join(ROOT, ".github/workflows/policy.yml"), "utf8"));
    const [job] = Object.values<{ steps: { uses: string; with?: Record<string, unknown> }[]; permissions: object }>(
      workflow.jobs,
    );
    const [checkout, review] = job?.steps ?? [];
    assert.equal(checkout?.with?.["fetch-depth"], 0);
    assert.equal(review?.uses, "./.github/actions/policy");
    assert.ok(existsSync(join(ROOT, String(review?.with?.directory))));
    for (const name of Object.keys(review?.with ?? {})) assert.ok(name in action.inputs, name);
    assert.deepEqual(job?.permissions, { contents: "read", "pull-requests": "write" });
    assert.ok(workflow.on.pull_request.paths.includes("policy/**"));
  });
});
