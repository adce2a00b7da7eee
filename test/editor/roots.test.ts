import assert from "node:assert/strict";
import { test } from "node:test";
import { type Found, findRoots, holdsOf, rootAround, rootsOf } from "../../src/editor/roots.ts";

function roots(files: Readonly<Record<string, Found["holds"]>>): readonly string[] {
  return rootsOf(Object.entries(files).map(([path, holds]) => ({ path, holds }))).map(
    ({ dir, whole }) => `${dir || "."}${whole ? "" : " (loose)"}`,
  );
}

test("a repository's policy is the topmost folder that holds policy files", () => {
  assert.deepEqual(roots({ "policy/org.policy": "org", "policy/teams/eng.policy": "part" }), ["policy"]);
  assert.deepEqual(roots({ "org.policy": "org", "packs/own.policy": "pack" }), ["."]);
});

test("each example is a policy of its own", () => {
  assert.deepEqual(roots({ "examples/a/a.policy": "org", "examples/b/b.policy": "org" }), ["examples/a", "examples/b"]);
});

test("packs beside a policy are none", () => {
  assert.deepEqual(roots({ "policy/packs/x.policy": "pack", "policy/acme/org.policy": "org" }), [
    "policy/acme",
    "policy/packs (loose)",
  ]);
});

test("folders that only together are a policy have their root above", () => {
  assert.deepEqual(
    roots({
      "policy/org/org.policy": "org",
      "policy/teams/a/a.policy": "part",
      "policy/teams/b/b.policy": "part",
      "policy/tools/tools.policy": "pack",
    }),
    ["policy"],
  );
});

test("teams without any org are a policy that lacks one", () => {
  assert.deepEqual(roots({ "draft/teams.policy": "part" }), ["draft"]);
});

test("what a file holds is told by its lines, and not by comments", () => {
  assert.equal(holdsOf("language 1\n\norg acme {\n}\n"), "org");
  assert.equal(holdsOf("language 1\n\nteam eng { allow models x }\n"), "part");
  assert.equal(holdsOf("language 1\n# org acme {\nmodels a { claude-* }\n"), "pack");
});

test("this repository's own policies are found", async () => {
  const found = await findRoots(new URL("../../", import.meta.url).pathname);
  const of = (dir: string) => found.find((root) => root.dir === dir)?.whole;
  assert.equal(of("policy/gateway"), true);
  assert.equal(of("examples/delegated-folder"), true);
  assert.equal(of("policy/packs"), false);
});

test("around a file that is opened by itself, the nearest org is looked for, within the repository", async () => {
  const root = new URL("../../", import.meta.url).pathname;
  const around = async (path: string) => (await rootAround(root + path))?.slice(root.length) ?? null;
  assert.equal(await around("examples/delegated-folder/teams/payments/team.policy"), "examples/delegated-folder");
  assert.equal(await around("policy/gateway/org.policy"), "policy/gateway");
  assert.equal(await around("policy/packs/secrets.policy"), null);
});
