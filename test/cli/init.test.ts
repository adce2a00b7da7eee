import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { digestOf, wellFormed } from "../../src/identity/mint.ts";
import { type Playground, playground } from "./gw.ts";

suite("gw init", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
  });
  afterEach(() => place.remove());
  const all = (dir: string) =>
    readdirSync(join(place.dir, dir))
      .map((name) => readFileSync(join(place.dir, dir, name), "utf8"))
      .join("");

  test("writes a policy that is good, formatted and passes its tests", async () => {
    assert.equal((await place.gw("init", "policy")).code, 0);
    const checked = await place.gw("policy", "check", "policy");
    assert.match(checked.out, /^good: policy, 2 keys, revision/, "not even a warning");
    assert.equal((await place.gw("policy", "fmt", "--check", "policy")).code, 0);
    const tested = await place.gw("policy", "test", "policy");
    assert.match(tested.out, /^good: policy, \d+ tests passed/);
  });

  test("mints keys of its own, shows them once and writes only their hashes", async () => {
    const { out } = await place.gw("init", "policy");
    const keys = out.match(/gk_\w+/g) ?? [];
    assert.equal(keys.length, 2);
    const text = all("policy");
    for (const key of keys) {
      assert.ok(wellFormed(key));
      assert.ok(text.includes(`sha256:${digestOf(key)}`));
      assert.ok(!text.includes(key));
    }
    await place.gw("init", "second");
    assert.ok(!all("second").includes(digestOf(keys[0] ?? "")), "no two policies share a key");
  });

  test("takes a further key by paste", async () => {
    await place.gw("init", "policy");
    const { out } = await place.gw("key", "new", "dana-laptop", "--team", "eng", "--expires", "2099-03-31");
    const [key = "", , ...block] = out.split("\n");
    place.write("policy/dana.policy", `language 1\n\n${block.join("\n")}`);
    const { code, out: report } = await place.gw("policy", "check", "policy", "--format", "json");
    assert.equal(code, 0);
    assert.equal(JSON.parse(report).keys, 3);
    assert.ok(!all("policy").includes(key));
    assert.equal((await place.gw("policy", "fmt", "--check", "policy")).code, 0);
  });

  test("overwrites nothing", async () => {
    await place.gw("init", "policy");
    const before = all("policy");
    const again = await place.gw("init", "policy");
    assert.equal(again.code, 2);
    assert.match(again.err, /`policy` already holds a policy \(`keys\.policy`\); nothing was written/);
    assert.equal(all("policy"), before);
    mkdirSync(join(place.dir, "other/teams"), { recursive: true });
    place.write("other/teams/mine.policy", "language 1\n");
    assert.equal((await place.gw("init", "other")).code, 2);
    assert.deepEqual(readdirSync(join(place.dir, "other")), ["teams"]);
    place.write("file", "");
    assert.match((await place.gw("init", "file")).err, /`file` is a file/);
  });

  test("may write beside other things, and makes folders on the way", async () => {
    mkdirSync(join(place.dir, "here"));
    place.write("here/README.md", "mine");
    assert.equal((await place.gw("init", "here")).code, 0);
    assert.equal(readFileSync(join(place.dir, "here/README.md"), "utf8"), "mine");
    assert.equal((await place.gw("init", "a/b/c")).code, 0);
  });
});
