import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { z } from "zod";
import { digestOf, wellFormed } from "../../src/identity/mint.ts";
import { orgText } from "../revision/policies.ts";
import { type Playground, playground } from "./gw.ts";

const Minted = z.strictObject({ key: z.string(), digest: z.string().length(64), block: z.string() });

suite("gw key new", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
  });
  afterEach(() => place.remove());

  test("shows the key once, and a block that holds only its hash", async () => {
    const { code, out } = await place.gw(
      ...["key", "new", "dana-laptop", "--team", "eng/payments"],
      ...["--owner", 'Dana "D" <dana@acme.example>', "--expires", "2099-03-31"],
    );
    assert.equal(code, 0);
    const [key = "", ...rest] = out.split("\n");
    assert.ok(wellFormed(key));
    assert.equal(
      rest.join("\n"),
      `
key dana-laptop in eng/payments {
  hash sha256:${digestOf(key)}
  owner "Dana \\"D\\" <dana@acme.example>"
  expires 2099-03-31
}
`,
    );
  });

  test("never makes the same key twice", async () => {
    const keys = await Promise.all(
      ["a", "b"].map(async (name) => (await place.gw("key", "new", name, "--team", "t")).out),
    );
    assert.notEqual(keys[0]?.split("\n")[0], keys[1]?.split("\n")[0]);
  });

  test("speaks JSON", async () => {
    const { out, err } = await place.gw("key", "new", "ci", "--team", "eng", "--format", "json");
    assert.match(err, /^\n`key` is the key: give it/);
    const { key, digest, block } = Minted.parse(JSON.parse(out));
    assert.equal(digestOf(key), digest);
    assert.ok(block.includes(digest) && !block.includes(key));
  });

  test("refuses what the language would refuse", async () => {
    const refusals = [
      [["key", "new", "two words", "--team", "eng"], /./],
      [["key", "new", "ci", "--team", "eng { } key x in eng"], /./],
      [["key", "new", "team", "--team", "eng"], /`team`/],
      [["key", "new", "ci", "--team", "eng", "--expires", "2099-02-30"], /2099-02-30/],
      [["key", "new", "ci", "--team", "eng", "--expires", "soon"], /soon/],
      [["key", "new", "ci", "--team", "eng", "--expires", "2020-01-01"], /`2020-01-01` is in the past/],
      [["key", "new", "da na", "--team", "eng"], /`da na` cannot be the name of a key\n {2}a name begins with/],
      [["key", "new", "ci", "--team", "test"], /`test` cannot be the name of a team/],
    ] as const;
    for (const [args, words] of refusals) {
      const { code, out, err } = await place.gw(...args);
      assert.equal(code, 2, args.join(" "));
      assert.equal(out, "", "no key without its block");
      assert.match(err, words);
    }
  });

  test("appends to a policy file, once for each name", async () => {
    place.write("keys.policy", "language 1\n\n# keys of the team\n");
    const append = (name: string) => place.gw("key", "new", name, "--team", "eng", "--append", "keys.policy");
    const { code, out } = await append("ci");
    assert.equal(code, 0);
    assert.ok(wellFormed(out.trim()), "only the key is printed");
    const text = readFileSync(join(place.dir, "keys.policy"), "utf8");
    assert.equal(
      text,
      `language 1\n\n# keys of the team\n\nkey ci in eng {\n  hash sha256:${digestOf(out.trim())}\n}\n`,
    );
    assert.match((await append("ci")).err, /already has a key `ci`/);
    assert.equal(readFileSync(join(place.dir, "keys.policy"), "utf8"), text);
    assert.match(
      (await place.gw("key", "new", "x", "--team", "t", "--append", "no.policy")).err,
      /no file `no\.policy`/,
    );
  });

  test("appends only what the policy around the file can take", async () => {
    mkdirSync(join(place.dir, "policy/people/eng"), { recursive: true });
    place.write("policy/org.policy", orgText());
    const keys = "policy/people/eng/keys.policy";
    place.write(keys, "language 1\n");
    const append = (team: string) => place.gw("key", "new", "ci", "--team", team, "--append", keys);
    const near = await append("egn");
    assert.deepEqual([near.code, near.out], [2, ""], "no key without its block");
    assert.equal(
      near.err,
      `error: the policy of \`${keys}\` has no team \`egn\`\n  did you mean \`eng\`? (org.policy:15)\n`,
    );
    assert.match((await append("support")).err, /no team `support`\n {2}declared: `eng`\n$/);
    place.write("policy/old.policy", `language 1\n\nkey ci in eng {\n  hash sha256:${"1".repeat(64)}\n}\n`);
    assert.match((await append("eng")).err, /already has a key `ci` \(old\.policy:3\)\n {2}choose another name/);
    rmSync(join(place.dir, "policy/old.policy"));
    assert.equal(readFileSync(join(place.dir, keys), "utf8"), "language 1\n");
    assert.equal((await append("eng")).code, 0);
    assert.equal((await place.gw("policy", "check", "policy")).code, 0);
    place.write("policy/draft.policy", "language 1\nteam ops {\n");
    assert.equal(
      (await place.gw("key", "new", "x", "--team", "ops", "--append", keys)).code,
      0,
      "in a policy that cannot be read whole, a team may be declared where nobody can see it",
    );
  });
});
