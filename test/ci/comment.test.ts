/** What of a review fails a job, and when and how its comment is written: the action's scripts, each by itself. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fit } from "../../.github/actions/policy/markdown.ts";
import { problemsOf, type Review } from "../../.github/actions/policy/problems.ts";
import { type Forge, startGitHub } from "./forge.ts";

const SCRIPT = fileURLToPath(new URL("../../.github/actions/policy/comment.ts", import.meta.url));
const TOKEN = "ghs-of-the-job";
const BOT = "github-actions[bot]";

suite("the comment", () => {
  let dir: string;
  let hub: Forge;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "sallyport-comment-"));
    hub = await startGitHub(BOT, TOKEN);
    writeFileSync(join(dir, "report.md"), "<!-- mark -->\nthe review\n");
    pullFrom("acme/policies");
  });
  afterEach(async () => {
    rmSync(dir, { recursive: true });
    await hub.stop();
  });

  const pullFrom = (name: string | null): void => {
    const repo = name === null ? null : { full_name: name };
    writeFileSync(join(dir, "event.json"), JSON.stringify({ pull_request: { number: 7, head: { repo } } }));
  };
  const run = (change: Readonly<Record<string, string>> = {}): Promise<string> => {
    const github = { GITHUB_API_URL: hub.url, GITHUB_REPOSITORY: "acme/policies", GITHUB_EVENT_NAME: "pull_request" };
    const files = { GITHUB_EVENT_PATH: join(dir, "event.json"), REPORT: join(dir, "report.md") };
    const env = { ...github, ...files, COMMENT: "true", TOKEN, AUTHOR: BOT, ...change };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [SCRIPT], { env }, (error, out, err) => {
        // Whatever happens to a comment, the step passes.
        if (error !== null) reject(new Error(`${error.code}: ${out}${err}`));
        else resolve(out);
      });
    });
  };

  test("is the own one that begins with the same line, wherever it stands", async () => {
    const early = hub.say(BOT, "<!-- mark of another directory -->\nkept");
    for (let i = 0; i < 200; i++) hub.say(i % 2 === 0 ? "ada" : "mallory", i % 2 === 0 ? "a remark" : "<!-- mark -->");
    const own = hub.say(BOT, "<!-- mark -->\nan old review");
    await run();
    assert.equal(own.body, "<!-- mark -->\nthe review\n");
    assert.equal(early.body, "<!-- mark of another directory -->\nkept");
    assert.deepEqual(
      hub.requests.map((request) => request.split(/[ ?]/)[0]),
      ["GET", "GET", "GET", "PATCH"],
    );
  });

  test("is not written where it may not be, and that is said", async () => {
    const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
      [{ COMMENT: "false" }, /^::notice::no comment: `comment` is false; the review is in the summary/],
      [{ TOKEN: "" }, /there is no token/],
      [{ REPORT: "" }, /nothing was reviewed/],
      [{ GITHUB_EVENT_PATH: "" }, /a pull_request has no pull request/],
    ];
    for (const [change, why] of cases) assert.match(await run(change), why);
    pullFrom(null);
    assert.match(await run(), /comes from a fork/);
    assert.deepEqual(hub.requests, []);
  });

  test("that GitHub does not take is a warning with what to do, and without the token", async () => {
    const cases: readonly (readonly [number, RegExp])[] = [
      [
        401,
        /^::warning::no comment: GitHub answered 401 to GET \(no\): the token is not good; the review is in the summary/,
      ],
      [403, /give the job `permissions: pull-requests: write`/],
      [502, /GitHub answered 502 to GET/],
    ];
    for (const [status, text] of cases) {
      hub.failure = { status, message: "no" };
      const out = await run();
      assert.match(out, text);
      assert.ok(!out.includes(TOKEN));
    }
    assert.match(
      await run({ GITHUB_API_URL: "http://127.0.0.1:1" }),
      /^::warning::no comment: GitHub could not be reached \(/,
    );
  });

  test("of a token with another name tells that name", async () => {
    const out = await run({ AUTHOR: "policy-bot" });
    assert.match(
      out,
      /^::warning::the comment is by github-actions\[bot\]: with `author: github-actions\[bot\]` it is updated/m,
    );
  });

  test("is cut between lines to what GitHub takes, with everything closed", async () => {
    const line = "+ policy/org.policy:16  allow models claude-haiku-4-5\n";
    const long = `<!-- mark -->\n<details><summary>lines</summary>\n\n\`\`\`\`diff\n\`\`\`\n${line.repeat(3_000)}\`\`\`\`\n\n</details>\n`;
    writeFileSync(join(dir, "report.md"), long);
    await run();
    const body = hub.remarks[0]?.body ?? "";
    assert.ok(body.length > 60_000 && body.length <= 65_536, String(body.length));
    assert.match(body, /4-5\n````\n\n<\/details>\n\nThis is cut: .*\n$/);
    assert.equal(fit("short", 10), "short");
  });
});

test("what fails the job is every fault, and of the change what was asked for", () => {
  const fine: Review = {
    dir: "policy",
    isGood: true,
    isQuiet: true,
    isFormatted: true,
    tests: { passed: true, coverage: 100, why: null },
    comparison: { change: "wider", markdown: "", why: null, isMistake: false },
    replay: { flips: 2, markdown: "", why: null },
  };
  const not = { ...fine.comparison, change: null, why: "the base is not good" };
  const cases: readonly (readonly [Partial<Review>, string, readonly string[]])[] = [
    [{}, "", []],
    [{}, "tighter", []],
    [
      {},
      "wider, flips",
      ["the change is wider, which `fail-on` names", "recorded decisions flip, which `fail-on` names"],
    ],
    [
      { comparison: { ...fine.comparison, change: "tighter" } },
      "tighter",
      ["the change is tighter, which `fail-on` names"],
    ],
    [{}, "widr", ["`fail-on` knows `wider`, `tighter` and `flips`, not `widr`"]],
    [{ comparison: not }, "", []],
    [{ comparison: not }, "wider", ["not compared: the base is not good"]],
    [{ comparison: { ...not, isMistake: true } }, "", ["not compared: the base is not good"]],
    [{ isGood: false, tests: { passed: false, coverage: null, why: null } }, "", ["the policy is not good"]],
    [{ isQuiet: false }, "", ["it has warnings, which `deny-warnings` names"]],
    [{ isFormatted: false }, "", ["it is not in the one format"]],
    [{ tests: { passed: false, coverage: null, why: "not a percentage" } }, "", ["not a percentage"]],
    [{ replay: { flips: null, markdown: "", why: "no log" } }, "", ["not replayed: no log"]],
  ];
  for (const [change, failOn, problems] of cases)
    assert.deepEqual(problemsOf({ ...fine, ...change }, failOn), problems);
});
