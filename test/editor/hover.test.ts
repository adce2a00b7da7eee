import assert from "node:assert/strict";
import { test } from "node:test";
import { effectiveText } from "../../src/editor/effective-text.ts";
import type { Place } from "../../src/editor/find.ts";
import { hoverAt } from "../../src/editor/hover.ts";
import { Judge } from "../../src/editor/judge.ts";
import { placeAt } from "./marked.ts";
import { BUILTINS, FILES, openPolicy } from "./policies.ts";

const NOON = Date.parse("2026-05-04T12:00Z");

function told(at: Place): string {
  return hoverAt(at)?.parts.join("\n") ?? "";
}

test("a group tells what it stands for, where it goes, and its documentation", () => {
  const text = told(placeAt("teams.policy", "@every|day"));
  assert.match(text, /^models `everyday` \(org\.policy:20\)\nWhat most work needs\.\n`claude-sonnet-/);
  assert.match(text, / and \d+ more via anthropic$/);
  assert.doesNotMatch(text.split(" and ")[0]!.split(", ").slice(0, 5).join(), /\?/);
  assert.match(told(placeAt("teams.policy", "@loo|k")), /`Read`, `Grep`, `client-mcp:github\/get_\*`$/);
});

test("a guardrail, a pattern, a provider and a pack tell what they do", () => {
  assert.match(told(placeAt("org.policy", "guard no-|secrets")), /\nredacts in request and response$/);
  assert.match(told(placeAt("org.policy", "@secrets, employee|-id")), /Numbers of people\.\n`\/\\bEMP-/);
  assert.match(told(placeAt("org.policy", "via |anthropic")), /Straight to the vendor\.\nof kind anthropic\nhttps:/);
  assert.match(told(placeAt("org.policy", "use |secrets")), /ships with sallyport$/);
});

test("a glob tells the known names that it matches", () => {
  const policy = openPolicy({ ...FILES, "more.policy": "language 1\n\nteam ops {\n  allow models claude-opus-*\n}\n" });
  assert.match(told(placeAt("more.policy", "claude-op|us-*", policy)), /^`claude-opus-\*` matches `claude-opus-4`/);
});

test("a word tells what it means, but for a name that is called so", () => {
  assert.match(told(placeAt("teams.policy", "bud|get")), /^`budget`: A ceiling on cost/);
  assert.match(told(placeAt("tests.policy", "ne|ver")), /^`never`: /);
  const policy = openPolicy({ ...FILES, "more.policy": "language 1\n\nteam input {\n}\n" });
  assert.match(told(placeAt("more.policy", "inp|ut", policy)), /^team `input`/);
});

test("a fault tells its page", () => {
  const policy = openPolicy();
  policy.put({ path: "teams.policy", text: FILES["teams.policy"]!.replace("@everyday", "@evryday") });
  assert.match(
    told(placeAt("teams.policy", "@evry|day", policy)),
    /^\*\*GW2003\*\* an unknown model group\n\nNo `models` block/,
  );
});

test("so does its number in a comment", () => {
  const policy = openPolicy({ ...FILES, "more.policy": "language 1\n\nteam ops {\n  # allow GW6010: soon\n}\n" });
  assert.match(told(placeAt("more.policy", "GW60|10", policy)), /^\*\*GW6010\*\* /);
  assert.equal(told(placeAt("more.policy", "al|low GW6010", policy)), "");
});

test("a team and a key tell their effective policy in a few lines", () => {
  const policy = openPolicy();
  const judge = new Judge(BUILTINS);
  judge.judge({ policy: "p", anew: true, put: policy.trees.map(({ source }) => source), drop: [] }, NOON);
  const asked = hoverAt(placeAt("tests.policy", "for key da|na"))?.node;
  assert.deepEqual(asked, { kind: "key", name: "dana" });
  const lines = effectiveText(judge.effective("p", asked!, NOON)!).split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    "- org acme › team eng › team eng/payments › key dana",
    "- expires 2097-03-31",
    "- models: `@anthropic.haiku`",
    "- tools: `@claude-code.plan, @look, Bash`",
  ]);
  assert.ok(lines.includes("- `budget $50/day` of team eng (teams.policy:7)"), lines.join("\n"));
  assert.ok(lines.some((line) => line.startsWith("- guards: `no-secrets` redacts")));
});

test("where nothing is to be told, nothing is", () => {
  assert.equal(hoverAt(placeAt("teams.policy", "Ba|sh")), null);
});
