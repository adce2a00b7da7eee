import assert from "node:assert/strict";
import { test } from "node:test";
import { fixesIn } from "../../src/editor/fixes.ts";
import { Judge } from "../../src/editor/judge.ts";
import { BUILTINS, FILES, openPolicy } from "./policies.ts";

/** The text of a file after its first fix, and the title of that. */
function fixed(text: string): readonly [string | undefined, string] {
  const policy = openPolicy({ ...FILES, "here.policy": text });
  const [fix] = fixesIn(policy, "here.policy", { start: 0, end: text.length });
  if (fix === undefined) return [undefined, text];
  return [fix.title, text.slice(0, fix.edit.start) + fix.edit.text + text.slice(fix.edit.end)];
}

function mends(wrong: string, right: string): void {
  const text = (line: string) => `language 1\n\nteam ops {\n  ${line}\n}\n`;
  const [title, now] = fixed(text(wrong));
  assert.equal(now, text(right));
  assert.match(title ?? "", /^Replace with /);
}

test("a name that is nearly one becomes it", () => {
  mends("allow models @evryday", "allow models @everyday");
  mends("allow tools @claude-code.raed", "allow tools @claude-code.read");
  mends("guard no-secret", "guard no-secrets");
  mends("only providers antropic", "only providers anthropic");
});

test("a word that is nearly one becomes it", () => {
  mends("buget $50/day", "budget $50/day");
  mends("limit reqests 5/min", "limit requests 5/min");
});

test("a value takes the form that it should have", () => {
  mends("budget $50", "budget $50/day");
  mends("limit requests 5,000/min", "limit requests 5_000/min");
  mends("allow tools look", "allow tools @look");
});

test("a first line and a pack that are missing are added", () => {
  const [title, text] = fixed("team ops {\n}\n");
  assert.equal(title, "Begin the file with language 1");
  assert.equal(text, "language 1\n\nteam ops {\n}\n");
  const policy = openPolicy({ "a.policy": "language 1\n\norg x {\n  allow models @anthropic.opus\n}\n" });
  const [fix] = fixesIn(policy, "a.policy", { start: 0, end: 60 });
  assert.equal(fix?.title, "Add use anthropic from builtin");
  assert.deepEqual(fix?.edit, { start: 10, end: 10, text: "\n\nuse anthropic from builtin" });
});

test("a warning can be allowed, and asks for the reason", () => {
  const text = "language 1\n\ntools unused {\n  Bash\n}\n";
  const judged = (here: string) => {
    const policy = openPolicy({ ...FILES, "here.policy": here });
    const put = policy.trees.map(({ source }) => source);
    policy.judge(new Judge(BUILTINS).judge({ policy: "p", anew: true, put, drop: [] }, 0), policy.texts);
    return policy;
  };
  const policy = judged(text);
  const [fix] = fixesIn(policy, "here.policy", { start: 0, end: text.length });
  assert.deepEqual([fix?.title, fix?.preferred], ["Allow GW3026 here, and say why", false]);
  const { start, end, text: comment } = fix!.edit;
  const after = judged(text.slice(0, start) + comment + text.slice(end)).findings("here.policy");
  assert.deepEqual(
    after.map(({ code }) => code),
    ["GW6001"],
  );
});

test("only faults that are touched are mended, and none where nothing is meant", () => {
  const text = "language 1\n\nteam ops {\n  allow models @evryday\n}\n";
  const policy = openPolicy({ ...FILES, "here.policy": text });
  assert.deepEqual(fixesIn(policy, "here.policy", { start: 0, end: 5 }), []);
  assert.deepEqual(fixed("language 1\n\nteam ops {\n  allow models @qqqqqqqqqq\n}\n")[0], undefined);
});
