import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../src/editor/judge.ts";
import type { OpenPolicy } from "../../src/editor/open-policy.ts";
import { BUILTINS, FILES, openPolicy, TEAMS, TESTS } from "./policies.ts";

const NOON = Date.parse("2026-05-04T12:00Z");

/** Checks the whole, as a thread beside the editor does. */
function judged(policy: OpenPolicy): OpenPolicy {
  const put = [...policy.texts].map(([path, text]) => ({ path, text }));
  const judgement = new Judge(BUILTINS).judge({ policy: "p", anew: true, put, drop: [] }, NOON);
  policy.judge(judgement, policy.texts);
  return policy;
}

function messages(policy: OpenPolicy, path: string): readonly string[] {
  return policy.findings(path).map(({ code, span, message }) => `${span.line}:${span.column} ${code} ${message}`);
}

test("a sound policy says nothing", () => {
  const policy = judged(openPolicy());
  for (const path of Object.keys(FILES)) assert.deepEqual(messages(policy, path), []);
  assert.deepEqual(
    policy.outcomes?.map(({ name, passed }) => [name, passed]),
    [
      ["engineers read", true],
      ["numbers are redacted", true],
    ],
  );
});

test("an edit shows faults of text and of names at once, with what was meant", () => {
  const policy = judged(openPolicy());
  policy.put({ path: "teams.policy", text: TEAMS.replace("@everyday", "@evryday") });
  const [finding, ...rest] = policy.findings("teams.policy");
  assert.deepEqual(rest, []);
  assert.equal(finding?.message, "unknown model group `@evryday`");
  assert.equal(finding?.help, "did you mean `@everyday`? (org.policy:20)");

  policy.put({ path: "teams.policy", text: TEAMS.replace("budget $50/day", "buget $50/day") });
  assert.deepEqual(messages(policy, "teams.policy"), ["7:3 GW1009 unknown statement `buget`"]);
});

test("a name that an edit takes away is missed in the file that is edited next", () => {
  const policy = judged(openPolicy());
  policy.put({ path: "org.policy", text: FILES["org.policy"]!.replace("tools look", "tools looks") });
  policy.put({ path: "teams.policy", text: `${TEAMS}\n` });
  assert.deepEqual(messages(policy, "teams.policy"), ["6:15 GW2004 unknown tool group `@look`"]);
});

test("what a name lacks because of a broken text elsewhere is not told", () => {
  const policy = judged(openPolicy());
  policy.put({ path: "org.policy", text: FILES["org.policy"]!.replace("tools look {", "tols look {") });
  policy.put({ path: "teams.policy", text: `${TEAMS}\n` });
  assert.deepEqual(messages(policy, "teams.policy"), []);
});

test("failing tests and broken invariants are findings, and stay in place while other lines are edited", () => {
  const policy = openPolicy();
  policy.put({ path: "tests.policy", text: TESTS.replace("WebFetch", "Read").replace("opus", "haiku") });
  judged(policy);
  const before = messages(policy, "tests.policy");
  assert.equal(before.length, 2);
  assert.match(before[0]!, /^5:3 GW5\d{3} .*Read/);
  assert.match(before[1]!, /^13:3 GW5\d{3} .*haiku/);

  const text = policy.texts.get("tests.policy")!;
  policy.put({ path: "tests.policy", text: text.replace("language 1\n", "language 1\n\n# a remark\n") });
  assert.deepEqual(
    messages(policy, "tests.policy").map((line) => line.split(" ")[0]),
    ["7:3", "15:3"],
  );
});

test("a server that nobody declares is told at once, wherever a tool of it is named, and known once it is declared", () => {
  const tools = "language 1\n\ntools issues {\n  mcp:github/get_*, client-mcp:jira/**\n}\n";
  const policy = judged(openPolicy({ ...FILES, "servers.policy": tools }));
  const unknown = "GW2025 unknown MCP server `github`";
  assert.deepEqual(messages(policy, "servers.policy"), [`4:3 ${unknown}`]);
  policy.put({ path: "servers.policy", text: tools.replace("github", "client") });
  assert.deepEqual(messages(policy, "servers.policy"), ["4:3 GW2025 unknown MCP server `client`"]);
  policy.put({ path: "teams.policy", text: TEAMS.replace("@look, Bash", "@look, Bash, mcp:github/get_issue") });
  assert.ok(messages(policy, "teams.policy").some((line) => line.endsWith(unknown)));
  const invariant = 'invariant "none" {\n  never allow tools mcp:elsewhere/** to team eng\n}\n';
  const server = 'mcp github {\n  url "https://mcp.acme.example/github"\n}\n';
  policy.put({ path: "servers.policy", text: `${tools}\n${server}\n${invariant}` });
  assert.deepEqual(messages(policy, "servers.policy"), []);
  assert.ok(!messages(policy, "teams.policy").some((line) => line.includes("GW2025")));
});

test("a pinned pack is judged by its text only", () => {
  const policy = openPolicy({ ...FILES, "packs/own.policy": "language 1\n\ntools mine {\n  @nobody\n}\n" });
  policy.put({ path: "use.policy", text: 'language 1\n\nuse own from "packs/own.policy" sha256:00\n' });
  assert.ok(policy.isPinned("packs/own.policy"));
  assert.deepEqual(messages(policy, "packs/own.policy"), []);
});

test("a file that is gone leaves nothing behind", () => {
  const policy = judged(openPolicy());
  policy.drop("org.policy");
  assert.ok(!policy.paths.includes("org.policy"));
  policy.put({ path: "teams.policy", text: `${TEAMS}\n` });
  assert.ok(messages(policy, "teams.policy").some((line) => line.includes("GW2003")));
});
