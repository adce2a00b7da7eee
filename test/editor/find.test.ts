import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionAt, nameAt, type Place, referencesAt } from "../../src/editor/find.ts";
import { place, type Span } from "../../src/language/source.ts";
import { placeAt } from "./marked.ts";
import { FILES, openPolicy } from "./policies.ts";

function shown(span: Span | null): string | null {
  return span && place(span);
}

function definition(path: string, words: string): string | null {
  return shown(definitionAt(placeAt(path, words)));
}

/** Every place of a name, with the words that stand there. */
function places(at: Place, withDeclaration = true): readonly string[] {
  return referencesAt(at, withDeclaration).map((span) => {
    const text = at.policy.treeOf(span.path)!.source.text;
    return `${place(span)} ${text.slice(span.start, span.end)}`;
  });
}

test("every kind of name leads to its declaration, over files and packs", () => {
  assert.equal(definition("teams.policy", "@every|day"), "org.policy:20");
  assert.equal(definition("teams.policy", "@loo|k"), "org.policy:25");
  assert.equal(definition("teams.policy", "in |eng/payments"), "teams.policy:10");
  assert.equal(definition("org.policy", "via |anthropic"), "org.policy:13");
  assert.equal(definition("org.policy", "guard |no-secrets"), "org.policy:29");
  assert.equal(definition("org.policy", "@secrets, employee|-id"), "org.policy:36");
  assert.equal(definition("org.policy", "match @sec|rets"), "org.policy:5");
  assert.equal(definition("tests.policy", "for key |dana"), "teams.policy:15");
  assert.equal(definition("tests.policy", "for team e|ng"), "teams.policy:4");
  assert.equal(definition("tests.policy", "redact no-|secrets"), "org.policy:29");
  assert.equal(definition("tests.policy", "[[secret:employee-|id"), "org.policy:36");
  assert.match(definition("org.policy", "@anth|ropic.sonnet") ?? "", /^builtin:anthropic:\d+$/);
  assert.equal(definition("org.policy", "use |anthropic"), "builtin:anthropic:1");
});

test("inside of a pack its own names lead on", () => {
  const policy = openPolicy();
  const text = policy.treeOf("builtin:claude-code")!.source.text;
  const at = { policy, path: "builtin:claude-code", offset: text.indexOf("@base") + 2 };
  assert.match(shown(definitionAt(at)) ?? "", /^builtin:claude-code:\d+$/);
});

test("names of models and tools are declared nowhere", () => {
  assert.equal(definition("teams.policy", "Ba|sh"), null);
  assert.equal(definition("teams.policy", "bud|get"), null);
});

test("references are found in all files, with and without the declaration", () => {
  assert.deepEqual(places(placeAt("org.policy", "pattern |employee-id")), [
    "org.policy:31 employee-id",
    "org.policy:36 employee-id",
    "tests.policy:9 employee-id",
  ]);
  assert.deepEqual(places(placeAt("org.policy", "pattern |employee-id"), false), [
    "org.policy:31 employee-id",
    "tests.policy:9 employee-id",
  ]);
  assert.deepEqual(places(placeAt("teams.policy", "@anthropic.hai|ku"), false), [
    "org.policy:21 haiku",
    "teams.policy:11 haiku",
  ]);
  assert.deepEqual(places(placeAt("teams.policy", "@anthr|opic.haiku"), false).length, 4);
});

test("`@group.member` is two names, and a bare word of a list may be a provider", () => {
  assert.deepEqual(
    [nameAt(placeAt("teams.policy", "@anthr|opic.haiku")), nameAt(placeAt("teams.policy", "@anthropic.h|aiku"))].map(
      (name) => `${name?.kind} ${name?.name}`,
    ),
    ["pack anthropic", "models anthropic.haiku"],
  );
  const text = `${FILES["teams.policy"]}\nteam far {\n  only providers anthropic\n}\n`;
  const at = placeAt("teams.policy", "providers anth|ropic", openPolicy({ ...FILES, "teams.policy": text }));
  assert.equal(shown(definitionAt(at)), "org.policy:13");
});
