import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { readSources } from "../../src/revision/files.ts";
import { contentHash, revisionOf } from "../../src/revision/revision.ts";

suite("the name of a policy", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "sallyport-revision-"));
    mkdirSync(join(dir, "policy/teams"), { recursive: true });
    writeFileSync(join(dir, "policy/org.policy"), "language 1\n");
    writeFileSync(join(dir, "policy/teams/a.policy"), "language 1\n# ü\n");
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const revision = async () => revisionOf(join(dir, "policy"), await readSources(join(dir, "policy")));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], { cwd: dir, encoding: "utf8" });
  const commitAll = () => {
    git("add", ".");
    git("commit", "--quiet", "--message", "policy");
    return git("rev-parse", "HEAD").trim();
  };

  test("the content hash can be recomputed with sha256sum", async () => {
    const sums = execFileSync("sh", ["-c", "sha256sum org.policy teams/a.policy | sha256sum"], {
      cwd: join(dir, "policy"),
      encoding: "utf8",
    });
    assert.equal(contentHash(await readSources(join(dir, "policy"))), sums.slice(0, 64));
  });

  test("it changes with any file's name or text", () => {
    const hash = (path: string, text: string) => contentHash([{ path, text }]);
    assert.notEqual(hash("a.policy", "x"), hash("b.policy", "x"));
    assert.notEqual(hash("a.policy", "x"), hash("a.policy", "y"));
    assert.equal(hash("a.policy", "x"), hash("a.policy", "x"));
  });

  test("without Git it is the content", async () => {
    const { id, content, commit } = await revision();
    assert.equal(commit, null);
    assert.equal(id, content.slice(0, 12));
  });

  test("in a clean checkout it is the commit", async () => {
    git("init", "--quiet");
    const commit = commitAll();
    assert.deepEqual(await revision().then(({ id, commit }) => ({ id, commit })), { id: commit.slice(0, 12), commit });
  });

  test("it is no commit while a policy file differs, is new, or is ignored", async () => {
    git("init", "--quiet");
    commitAll();
    writeFileSync(join(dir, "notes.txt"), "beside the policy");
    assert.notEqual((await revision()).commit, null, "other files do not matter");
    writeFileSync(join(dir, "policy/new.policy"), "language 1\n");
    assert.equal((await revision()).commit, null, "a new file");
    writeFileSync(join(dir, ".gitignore"), "new.policy\n");
    assert.equal((await revision()).commit, null, "an ignored file");
    rmSync(join(dir, "policy/new.policy"));
    writeFileSync(join(dir, "policy/org.policy"), "language 1\n# changed\n");
    assert.equal((await revision()).commit, null, "a changed file");
  });

  test("a lock file belongs to it as a policy file does", async () => {
    git("init", "--quiet");
    const lock = join(dir, "policy/github.lock");
    writeFileSync(lock, "lock 1\n");
    const id = commitAll();
    const before = await revision();
    assert.equal(before.commit, id);
    writeFileSync(lock, "lock 1\n# another\n");
    const after = await revision();
    assert.equal(after.commit, null);
    assert.notEqual(after.content, before.content);
  });

  test("a repository without a commit has no commit to name", async () => {
    git("init", "--quiet");
    assert.equal((await revision()).commit, null);
  });
});
