import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../src/editor/judge.ts";
import type { Source } from "../../src/language/source.ts";
import { BUILTINS, openPolicy, TEAMS, TESTS } from "./policies.ts";

const AT = Date.parse("2026-05-04T12:00Z");

/** A judge that knows the policy of these tests, and how it is told of one more change. */
function begun() {
  const judge = new Judge(BUILTINS);
  const put = openPolicy().trees.map(({ source }) => source);
  const first = judge.judge({ policy: "p", anew: true, put, drop: [] }, AT);
  const change = (changed: readonly Source[], drop: readonly string[] = []) =>
    judge.judge({ policy: "p", anew: false, put: changed, drop }, AT);
  return { judge, first, change };
}

function codes({ changed }: ReturnType<Judge["judge"]>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries([...changed].map(([path, found]) => [path, found.map(({ code }) => code)]));
}

test("only files about which something else is found than before are named", () => {
  const { first, change } = begun();
  assert.deepEqual(codes(first), {});
  const broken = { path: "tests.policy", text: TESTS.replace("WebFetch", "Read") };
  assert.deepEqual(codes(change([broken])), { "tests.policy": ["GW5002"] });
  assert.deepEqual(codes(change([{ path: "teams.policy", text: `${TEAMS}\n` }])), {});
  assert.deepEqual(codes(change([{ path: "tests.policy", text: TESTS }])), { "tests.policy": [] });
});

test("a file that goes takes along what was found about it", () => {
  const { change } = begun();
  const more = { path: "more.policy", text: "language 1\n\ntools unused {\n  Bash\n}\n" };
  assert.deepEqual(codes(change([more])), { "more.policy": ["GW3026"] });
  assert.deepEqual(codes(change([], ["more.policy"])), { "more.policy": [] });
});

test("while a text is broken, what was known of the others stays, and moves with what is typed", () => {
  const { judge, change } = begun();
  change([{ path: "tests.policy", text: TESTS.replace("WebFetch", "Read") }]);
  assert.deepEqual(codes(change([{ path: "teams.policy", text: TEAMS.replace("budget", "buget") }])), {
    "teams.policy": ["GW1009"],
  });
  const text = TESTS.replace("WebFetch", "Read").replace("test", "# a remark\ntest");
  const moved = change([{ path: "tests.policy", text }]).changed.get("tests.policy");
  assert.deepEqual(
    moved?.map(({ code, span }) => [code, span.line]),
    [["GW5002", 6]],
  );
  // Mended as a whole, it is judged anew.
  const put = openPolicy().trees.map(({ source }) => source);
  assert.deepEqual(codes(judge.judge({ policy: "p", anew: false, put, drop: [] }, AT)), {
    "teams.policy": [],
    "tests.policy": [],
  });
});

test("two policies are judged apart, and one that is read again forgets what it was", () => {
  const { judge, change } = begun();
  const broken = { path: "tests.policy", text: TESTS.replace("team eng {", "team egn {") };
  assert.deepEqual(codes(change([broken])), { "tests.policy": ["GW2006"] });
  const put = openPolicy().trees.map(({ source }) => source);
  assert.deepEqual(codes(judge.judge({ policy: "other", anew: true, put, drop: [] }, AT)), {});
  assert.deepEqual(codes(judge.judge({ policy: "p", anew: true, put: [...put, broken], drop: [] }, AT)), {
    "tests.policy": ["GW2006"],
  });
});

test("what a node may do is that of the last good text", () => {
  const { judge, change } = begun();
  const models = () => judge.effective("p", { kind: "key", name: "dana" }, AT)?.access.models.text;
  assert.equal(models(), "@anthropic.haiku");
  change([{ path: "teams.policy", text: "language 1\n\noops" }]);
  assert.equal(models(), "@anthropic.haiku");
  change([{ path: "teams.policy", text: TEAMS.replace("  only models @anthropic.haiku\n", "") }]);
  assert.equal(models(), "@everyday");
  assert.equal(judge.effective("p", { kind: "key", name: "nobody" }, AT), null);
  assert.equal(judge.effective("q", { kind: "org", name: "acme" }, AT), null);
});
