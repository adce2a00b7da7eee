import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../src/editor/judge.ts";
import { lensesOf, verdictOf } from "../../src/editor/lenses.ts";
import type { OpenPolicy } from "../../src/editor/open-policy.ts";
import { BUILTINS, openPolicy, TESTS } from "./policies.ts";

function judged(policy: OpenPolicy): OpenPolicy {
  const put = policy.trees.map(({ source }) => source);
  policy.judge(new Judge(BUILTINS).judge({ policy: "p", anew: true, put, drop: [] }, 0), policy.texts);
  return policy;
}

function titles(policy: OpenPolicy): readonly string[] {
  return lensesOf(policy, "tests.policy").map(({ test: name, title }) => `${name}: ${title}`);
}

test("each test has a lens, which tells how it ended", () => {
  const policy = openPolicy();
  assert.deepEqual(titles(policy), ["engineers read: run test", "numbers are redacted: run test"]);
  policy.put({ path: "tests.policy", text: TESTS.replace("WebFetch", "Read\n  can use tools WebFetch") });
  assert.deepEqual(titles(judged(policy)), [
    "engineers read: run test (fails in 2 lines)",
    "numbers are redacted: run test (holds)",
  ]);
  assert.deepEqual(lensesOf(policy, "teams.policy"), []);
});

test("who runs a test is told how it ended, or why it cannot run", () => {
  const policy = judged(openPolicy());
  assert.deepEqual(verdictOf(policy, "engineers read"), { passed: true, message: 'test "engineers read" holds' });
  assert.deepEqual(verdictOf(policy, "no such"), { passed: false, message: 'there is no test "no such"' });
  policy.put({ path: "teams.policy", text: "language 1\n\ntem eng {\n}\n" });
  const { passed, message } = verdictOf(judged(policy), "engineers read");
  assert.equal(passed, false);
  assert.match(message, /^no test can run, the policy is not good: unknown declaration `tem` \(teams\.policy:3\)$/);
});
