import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { contentHash } from "../../src/revision/revision.ts";
import { type Playground, playground } from "./gw.ts";

const UNTIDY = `language 1

# the root
org   acme{limit requests 10/min}
`;
const TIDY = `language 1

# the root
org acme {
  limit requests 10/min
}
`;

suite("gw policy fmt", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
    mkdirSync(join(place.dir, "policy/teams"), { recursive: true });
  });
  afterEach(() => place.remove());
  const text = (name: string) => readFileSync(join(place.dir, name), "utf8");

  test("writes the canonical form and names what it changed; a second run has nothing to do", async () => {
    place.write("policy/org.policy", UNTIDY);
    place.write("policy/teams/a.policy", "language 1\n");
    assert.deepEqual(await place.gw("policy", "fmt", "policy"), { code: 0, out: "policy/org.policy\n", err: "" });
    assert.equal(text("policy/org.policy"), TIDY);
    assert.deepEqual(await place.gw("policy", "fmt", "policy"), { code: 0, out: "", err: "" });
    assert.deepEqual(await place.gw("policy", "fmt", "--check", "policy"), { code: 0, out: "", err: "" });
  });

  test("--check writes nothing, names the files and fails", async () => {
    place.write("policy/org.policy", UNTIDY);
    assert.deepEqual(await place.gw("policy", "fmt", "policy", "--check"), {
      code: 1,
      out: "policy/org.policy\n",
      err: "",
    });
    assert.equal(text("policy/org.policy"), UNTIDY);
  });

  test("takes files as well as directories", async () => {
    place.write("policy/org.policy", UNTIDY);
    place.write("alone.policy", UNTIDY);
    assert.equal((await place.gw("policy", "fmt", "alone.policy")).out, "alone.policy\n");
    assert.equal(text("alone.policy"), TIDY);
    assert.equal(text("policy/org.policy"), UNTIDY);
  });

  test("reports a broken file, leaves it alone, and formats the others", async () => {
    place.write("policy/org.policy", UNTIDY);
    place.write("policy/teams/a.policy", "language 1\nteam {\n");
    const { code, out } = await place.gw("policy", "fmt", "policy");
    assert.equal(code, 1);
    assert.match(out, /^policy\/org\.policy\nerror\[GW1\d+\]: .*\n +--> policy\/teams\/a\.policy:2:6\n/);
    assert.equal(text("policy/org.policy"), TIDY);
    assert.equal(text("policy/teams/a.policy"), "language 1\nteam {\n");
  });

  test("keeps a file's mode and a link's target, and leaves nothing beside it", async () => {
    place.write("real.policy", UNTIDY);
    chmodSync(join(place.dir, "real.policy"), 0o640);
    symlinkSync("real.policy", join(place.dir, "link.policy"));
    await place.gw("policy", "fmt", "link.policy");
    assert.equal(text("real.policy"), TIDY);
    assert.equal(statSync(join(place.dir, "real.policy")).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(place.dir).sort(), ["link.policy", "policy", "real.policy"]);
  });

  test("does not touch a pinned pack: its hash is under review", async () => {
    const pack = "language 1\nmodels   x{ claude-opus-5-5 }\n";
    place.write("policy/x.policy", pack);
    place.write("policy/org.policy", `language 1\n\nuse x from "x.policy" sha256:${"0".repeat(64)}\n`);
    const before = contentHash([{ path: "x.policy", text: pack }]);
    assert.deepEqual(await place.gw("policy", "fmt", "policy"), { code: 0, out: "", err: "" });
    assert.equal(contentHash([{ path: "x.policy", text: text("policy/x.policy") }]), before);
  });
});
