import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { readSources, SourcesError } from "../../src/revision/files.ts";

suite("reading a policy directory", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "sallyport-files-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  function put(path: string, text: string | Uint8Array = "language 1\n"): void {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const paths = async () => (await readSources(dir)).map(({ path }) => path);
  const refusal = (code: SourcesError["code"], words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof SourcesError);
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  };

  test("takes every policy file and every lock file, sorted, and nothing else", async () => {
    put("teams/b.policy");
    put("teams/a.policy");
    put("org.policy");
    put("mcp/github.lock");
    put("README.md");
    put("policy.txt");
    assert.deepEqual(await paths(), ["mcp/github.lock", "org.policy", "teams/a.policy", "teams/b.policy"]);
  });

  test("takes rules of other tools along, which are no policy by themselves", async () => {
    put("packs/rules.toml", "");
    await assert.rejects(readSources(dir), refusal("empty", /no `\*\.policy` file/));
    put("org.policy");
    assert.deepEqual(await paths(), ["org.policy", "packs/rules.toml"]);
  });

  test("keeps the text exactly as it is written", async () => {
    put("org.policy", "\ufefflanguage 1\r\n# ü\n");
    assert.deepEqual(await readSources(dir), [{ path: "org.policy", text: "\ufefflanguage 1\r\n# ü\n" }]);
  });

  test("leaves out what begins with a dot", async () => {
    put("org.policy");
    put(".git/x.policy");
    put(".draft.policy");
    assert.deepEqual(await paths(), ["org.policy"]);
  });

  test("follows links that stay inside, as mounted config maps have them", async () => {
    put("..2026_11_23/org.policy");
    put("..2026_11_23/teams/a.policy");
    symlinkSync("..2026_11_23", join(dir, "..data"));
    symlinkSync("..data/org.policy", join(dir, "org.policy"));
    symlinkSync("..data/teams", join(dir, "teams"));
    assert.deepEqual(await paths(), ["org.policy", "teams/a.policy"]);
  });

  test("may itself be reached through a link", async () => {
    put("v1/org.policy");
    symlinkSync("v1", join(dir, "current"));
    assert.deepEqual(
      (await readSources(join(dir, "current"))).map(({ path }) => path),
      ["org.policy"],
    );
  });

  test("refuses links that lead out, in a circle or nowhere", async () => {
    put("policy/org.policy");
    put("other/x.policy");
    const inner = join(dir, "policy");
    const link = (target: string, name: string) => symlinkSync(target, join(inner, name));
    link("../other/x.policy", "x.policy");
    await assert.rejects(readSources(inner), refusal("outside", /link `x\.policy` leads out/));
    rmSync(join(inner, "x.policy"));
    link("../other", "more");
    await assert.rejects(readSources(inner), refusal("outside", /link `more` leads out/));
    rmSync(join(inner, "more"));
    link(".", "loop");
    await assert.rejects(readSources(inner), refusal("outside", /link `loop` leads back/));
    rmSync(join(inner, "loop"));
    link("gone.policy", "dangling.policy");
    await assert.rejects(readSources(inner), refusal("unreadable", /`dangling\.policy` cannot be read \(ENOENT\)/));
  });

  test("says what is wrong with the directory itself", async () => {
    await assert.rejects(readSources(join(dir, "nope")), refusal("missing", /there is no directory `.*nope`/));
    await assert.rejects(readSources(dir), refusal("empty", /no `\*\.policy` file below/));
    put("org.policy");
    await assert.rejects(readSources(join(dir, "org.policy")), refusal("not-a-directory", /is a file/));
  });

  test("refuses what is no text, or too large", async () => {
    put("org.policy", Uint8Array.of(0xff, 0xfe, 0x00));
    await assert.rejects(readSources(dir), refusal("not-utf8", /`org\.policy` is not UTF-8/));
    put("org.policy", new Uint8Array(8 * 1024 * 1024 + 1).fill(0x20));
    await assert.rejects(readSources(dir), refusal("too-large", /`org\.policy` is larger/));
  });
});
