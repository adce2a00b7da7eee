import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import type { Place } from "../../src/editor/find.ts";
import { rename, renameable } from "../../src/editor/rename.ts";
import { placeAt } from "./marked.ts";
import { FILES, openPolicy } from "./policies.ts";

/** Renames, and shows the lines that changed. */
function renamed(at: Place, to: string): readonly string[] | string {
  const edits = rename(at, to);
  if ("refuse" in edits) return edits.refuse;
  for (const [path, list] of edits) {
    const old = at.policy.texts.get(path)!;
    const text = list
      .toSorted((a, b) => b.start - a.start)
      .reduce((now, { start, end, text: word }) => now.slice(0, start) + word + now.slice(end), old);
    at.policy.put({ path, text });
    assert.deepEqual(at.policy.faultsAtOnce(path), []);
  }
  return [...at.policy.texts].flatMap(([path, text]) => {
    const before = (FILES[path] ?? "").split("\n");
    return text
      .split("\n")
      .filter((line, index) => line !== before[index])
      .map((line) => line.trim());
  });
}

test("a name changes wherever it stands, in every file", () => {
  assert.deepEqual(renamed(placeAt("teams.policy", "@every|day"), "daily"), ["models daily {", "allow models @daily"]);
  assert.deepEqual(renamed(placeAt("org.policy", "pattern |employee-id"), "staff-number"), [
    "match @secrets, staff-number",
    "pattern staff-number {",
    'send text "id EMP-123456" expect redact no-secrets to "id EMP-[[secret:staff-number:*]]"',
  ]);
});

test("a pattern is renamed where results are looked through for it, and a pack is not", () => {
  const policy = openPolicy();
  const text =
    'language 1\n\nmcp x {\n  command "x"\n}\n\nteam more {\n  results mcp:x/* redact employee-id flag @secrets\n}\n';
  policy.put({ path: "more.policy", text });
  const at = text.indexOf("employee-id");
  const edits = rename({ policy, path: "more.policy", offset: at + 1 }, "staff-number");
  assert.ok(!("refuse" in edits));
  assert.deepEqual(edits.get("more.policy"), [{ start: at, end: at + "employee-id".length, text: "staff-number" }]);
  assert.ok("refuse" in rename({ policy, path: "more.policy", offset: text.indexOf("@secrets") + 2 }, "other"));
});

test("what tests expect and call is renamed with it", () => {
  const policy = openPolicy();
  const lines = [
    "language 1",
    'mcp files {\n  command "x"\n}',
    'test "more" for team eng {',
    '  send text "x" in answer expect mask no-secrets',
    '  send text "y" expect flag no-secrets',
    '  send tool mcp:files/read result "x" expect flag employee-id',
    '  send tool mcp:files/read result "x" expect redact employee-id to "[[secret:employee-id:*]]"',
    "  given called mcp:files/list",
    "}",
  ];
  const text = `${lines.join("\n")}\n`;
  policy.put({ path: "more.policy", text });
  const changes = (word: string) => {
    const edits = rename({ policy, path: "more.policy", offset: text.indexOf(word) + 1 }, "other");
    assert.ok(!("refuse" in edits));
    return edits.get("more.policy")?.map(({ start }) => text.slice(start, start + word.length));
  };
  assert.deepEqual(changes("no-secrets"), ["no-secrets", "no-secrets"]);
  assert.deepEqual(changes("employee-id"), ["employee-id", "employee-id", "employee-id"]);
  assert.deepEqual(changes("files"), ["files", "files", "files", "files"]);
});

test("a team takes the teams below it along", () => {
  assert.deepEqual(renamed(placeAt("tests.policy", "for team e|ng"), "makers"), [
    "team makers {",
    "team makers/payments {",
    "key dana in makers/payments {",
    'test "engineers read" for team makers {',
    "never allow models @anthropic.opus to team makers/payments",
  ]);
});

test("a sign before the new name is no part of it", () => {
  assert.deepEqual(renamed(placeAt("org.policy", "tools lo|ok"), "@see"), ["tools see {", "allow tools @see, Bash"]);
});

test("a server of tools is renamed in the names of its tools as well", () => {
  const at = placeAt("org.policy", "tools lo|ok");
  at.policy.put({
    path: "servers.policy",
    text: 'language 1\n\nmcp github {\n  url "https://mcp.example"\n}\n\nteam dev {\n  allow tools mcp:github/get_*, mcp-prompt:github/x\n}\n',
  });
  const text = at.policy.treeOf("servers.policy")!.source.text;
  const place = { policy: at.policy, path: "servers.policy", offset: text.indexOf("github/get") };
  const lines = renamed(place, "hub");
  assert.ok(Array.isArray(lines));
  assert.deepEqual(
    lines.filter((line) => line.includes("hub")),
    ["mcp hub {", "allow tools mcp:hub/get_*, mcp-prompt:hub/x"],
  );
});

test("names of packs are refused with the reason", () => {
  assert.match(
    String(renamed(placeAt("teams.policy", "@anthropic.hai|ku"), "x")),
    /in the pack `anthropic`, which ships/,
  );
  assert.match(String(renamed(placeAt("teams.policy", "@anth|ropic.haiku"), "x")), /name of a builtin pack/);
  const own = "language 1\n\ntools mine {\n  Read\n}\n";
  const use = `language 1\n\nuse own from "packs/own.policy" sha256:${hash("sha256", own, "hex")}\n\nteam ops {\n  allow tools @own.mine\n}\n`;
  const policy = openPolicy({ ...FILES, "packs/own.policy": own, "ops.policy": use });
  assert.match(String(renamed(placeAt("ops.policy", "@own.m|ine", policy), "x")), /pinned by its hash/);
  assert.match(String(renamed(placeAt("packs/own.policy", "tools m|ine", policy), "x")), /pinned by its hash/);
});

test("the name of an own pack changes with everything that it brings in", () => {
  const own = "language 1\n\ntools mine {\n  Read\n}\n";
  const use = `language 1\n\nuse own from "packs/own.policy" sha256:${hash("sha256", own, "hex")}\n\nteam ops {\n  allow tools @own.mine\n}\n`;
  const policy = openPolicy({ ...FILES, "packs/own.policy": own, "ops.policy": use });
  const edits = rename(placeAt("ops.policy", "use o|wn", policy), "ours");
  assert.ok(!("refuse" in edits));
  assert.deepEqual([...edits.keys()], ["ops.policy"]);
  assert.equal(edits.get("ops.policy")?.length, 2);
});

test("a new name that could not be declared is refused", () => {
  const at = () => placeAt("org.policy", "tools lo|ok");
  assert.match(String(renamed(at(), "has space")), /cannot be the name of a tool group/);
  assert.match(String(renamed(at(), "team")), /reserved word/);
  assert.match(String(renamed(placeAt("teams.policy", "key da|na"), "a/b")), /cannot be the name of a key/);
  assert.match(
    String(renamed(placeAt("teams.policy", "team e|ng"), "eng/payments")),
    /there is a team `eng\/payments`/,
  );
});

test("what is no name, or may not be found everywhere, is refused", () => {
  assert.deepEqual(renameable(placeAt("teams.policy", "bud|get")), {
    refuse: "there is no name here that the policy declares",
  });
  assert.match(String(renamed(placeAt("teams.policy", "Ba|sh"), "x")), /no name here/);
  const policy = openPolicy({ ...FILES, "broken.policy": "language 1\n\ntem eng {" });
  assert.match(String(renamed(placeAt("teams.policy", "team e|ng", policy), "x")), /`broken.policy` has faults/);
});
