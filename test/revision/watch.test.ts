import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { type Watch, watchPolicy } from "../../src/revision/watch.ts";

suite("watching a policy directory", { timeout: 30_000 }, () => {
  let dir = "";
  let watch: Watch | null = null;
  let reports = 0;
  let heard: (() => void) | null = null;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "sallyport-watch-"));
    reports = 0;
  });
  afterEach(async () => {
    await watch?.close();
    rmSync(dir, { recursive: true });
  });

  async function begin(path: string): Promise<void> {
    watch = await watchPolicy(join(dir, path), () => {
      reports++;
      heard?.();
    });
  }
  /** Makes a change and waits until it is reported. */
  async function reported(change: () => void): Promise<void> {
    const report = new Promise<void>((resolve) => {
      heard = resolve;
    });
    change();
    await report;
  }
  const put = (path: string, text: string) => writeFileSync(join(dir, path), text);
  const point = (link: string, target: string) => {
    symlinkSync(target, join(dir, `${link}.new`));
    renameSync(join(dir, `${link}.new`), join(dir, link));
  };

  test("reports a write of any file that a policy reads, a new file in a new folder, and a removal", async () => {
    mkdirSync(join(dir, "policy"));
    put("policy/org.policy", "1");
    await begin("policy");
    await reported(() => put("policy/org.policy", "2"));
    await reported(() => put("policy/rules.toml", "1"));
    await reported(() => put("policy/rules.toml", "2"));
    await reported(() => put("policy/github.lock", "1"));
    await reported(() => {
      mkdirSync(join(dir, "policy/teams"));
      put("policy/teams/a.policy", "1");
    });
    await reported(() => rmSync(join(dir, "policy/teams"), { recursive: true }));
  });

  test("reports an editor's atomic rename", async () => {
    mkdirSync(join(dir, "policy"));
    put("policy/org.policy", "1");
    await begin("policy");
    for (const text of ["2", "3"]) {
      await reported(() => {
        put("policy/.org.policy.tmp", text);
        renameSync(join(dir, "policy/.org.policy.tmp"), join(dir, "policy/org.policy"));
      });
    }
  });

  test("reports the swap of a mounted config map, again and again", async () => {
    mkdirSync(join(dir, "policy/..v0"), { recursive: true });
    put("policy/..v0/org.policy", "0");
    symlinkSync("..v0", join(dir, "policy/..data"));
    symlinkSync("..data/org.policy", join(dir, "policy/org.policy"));
    await begin("policy");
    for (const version of [1, 2, 3]) {
      await reported(() => {
        mkdirSync(join(dir, `policy/..v${version}`));
        put(`policy/..v${version}/org.policy`, String(version));
        point("policy/..data", `..v${version}`);
        rmSync(join(dir, `policy/..v${version - 1}`), { recursive: true });
      });
    }
  });

  test("reports the swap of the directory itself, and then changes in the new one", async () => {
    for (const version of ["v1", "v2"]) {
      mkdirSync(join(dir, version));
      put(`${version}/org.policy`, version);
    }
    symlinkSync("v1", join(dir, "current"));
    await begin("current");
    await reported(() => point("current", "v2"));
    await reported(() => put("v2/org.policy", "changed"));
  });

  test("waits while Git rewrites the files, and makes one report of many changes", async () => {
    mkdirSync(join(dir, ".git"));
    mkdirSync(join(dir, "policy"));
    put("policy/org.policy", "1");
    await begin("policy");
    const lock = join(dir, ".git/index.lock");
    await reported(() => {
      writeFileSync(lock, "");
      for (let file = 0; file < 50; file++) put(`policy/${file}.policy`, "1");
      // Long after the changes have settled; nothing may have been reported by then.
      setTimeout(() => {
        assert.equal(reports, 0);
        rmSync(lock);
      }, 400);
    });
    assert.equal(reports, 1);
  });
});
