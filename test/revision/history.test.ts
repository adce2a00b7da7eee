/** A policy directory at a revision is what a checkout of that revision would read. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { readSources } from "../../src/revision/files.ts";
import { openHistory } from "../../src/revision/history.ts";
import { revisionOf } from "../../src/revision/revision.ts";

suite("a policy directory at a revision", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "sallyport-history-"));
    git("init", "--quiet", "--initial-branch=main");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], {
      cwd: root,
      encoding: "utf8",
    }).trim();
  const put = (path: string, text: string | Buffer) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const commit = () => {
    git("add", ".");
    git("commit", "--quiet", "--message", "policy");
    return git("rev-parse", "HEAD");
  };

  test("has the same files, texts and name", async () => {
    put("policy/org.policy", "language 1\n");
    put("policy/same.policy", "language 1\n");
    put("policy/empty.policy", "");
    put("policy/teams/ü name.policy", "language 1\r\n# no newline at the end");
    put("policy/teams/.hidden/x.policy", "language 1\n");
    put("policy/packs/rules.toml", "title = 'rules'\n");
    put("policy/mcp/github.lock", "lock 1\n");
    put("policy/notes.txt", "no policy");
    put("outside.policy", "language 1\n# elsewhere\n");
    const id = commit();
    const dir = join(root, "policy");
    const past = await (await openHistory(dir)).at("HEAD");
    const now = await readSources(dir);
    assert.deepEqual(past.sources, now);
    assert.ok(now.some(({ path }) => path === "mcp/github.lock"));
    assert.deepEqual(past.revision, await revisionOf(dir, now));
    assert.equal(past.revision.commit, id);
  });

  test("is read with more files than one command line takes", async () => {
    const texts = Array.from({ length: 1_100 }, (_, i) => `language 1\n# ${"x".repeat(i % 50)}${i}\n`);
    for (const [i, text] of texts.entries()) put(`policy/${String(i).padStart(4, "0")}.policy`, text);
    commit();
    const { sources } = await (await openHistory(join(root, "policy"))).at("main");
    assert.deepEqual(
      sources.map(({ text }) => text),
      texts,
    );
  });

  test("stands at a revision, whatever came later", async () => {
    put("policy/a.policy", "one");
    const first = commit();
    put("policy/a.policy", "two");
    put("policy/b.policy", "two");
    const second = commit();
    put("elsewhere.txt", "no policy");
    commit();
    git("tag", "-a", "-m", "a tag", "v1", first);
    const history = await openHistory(join(root, "policy"));
    const texts = async (revision: string) => (await history.at(revision)).sources.map(({ text }) => text);
    assert.deepEqual(await texts("v1"), ["one"]);
    assert.deepEqual(await texts("HEAD~1"), ["two", "two"]);
    assert.deepEqual(await history.commits(10), [second, first]);
    assert.equal(await history.base("main", "v1"), first);
  });

  test("is never read in part", async () => {
    const history = async () => openHistory(join(root, "policy"));
    put("policy/a.policy", "language 1\n");
    put("policy/folder/b.policy", "language 1\n");
    commit();
    symlinkSync("folder", join(root, "policy/link"));
    commit();
    await assert.rejects((await history()).at("HEAD"), { name: "SourcesError", code: "outside" });
    rmSync(join(root, "policy/link"));
    symlinkSync("nowhere.txt", join(root, "policy/harmless"));
    put("policy/c.policy", Buffer.from([0x6c, 0xff]));
    commit();
    await assert.rejects((await history()).at("HEAD"), { name: "SourcesError", code: "not-utf8" });
    rmSync(join(root, "policy/c.policy"));
    commit();
    assert.equal((await (await history()).at("HEAD")).sources.length, 2);
  });

  test("is no guess: what Git does not know is an error", async () => {
    await assert.rejects(openHistory(tmpdir()), { name: "HistoryError", code: "not-a-repository" });
    put("policy/a.policy", "language 1\n");
    commit();
    const history = await openHistory(join(root, "policy"));
    for (const revision of ["nope", "", "--all", "HEAD:policy", "-"]) {
      await assert.rejects(history.at(revision), { name: "HistoryError", code: "unknown-revision" }, revision);
    }
    git("rm", "--quiet", "-r", "--cached", "policy");
    git("commit", "--quiet", "--message", "none");
    await assert.rejects(history.at("HEAD"), { name: "SourcesError", code: "empty" });
  });
});
