import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Continuation, cursorAt, wordAt } from "../../src/language/cursor.ts";
import { followers } from "../../src/language/follow.ts";
import { read } from "../../src/language/parse.ts";

const README = readFileSync(new URL("../../grammar/README.md", import.meta.url), "utf8");

function shown(next: Continuation): string {
  if (next.kind === "word") return next.word;
  return next.kind === "value" ? next.example : `<${next.kind} of ${next.rules.at(-2)}>`;
}

/** How a text may go on at its end. */
function after(text: string): readonly string[] | null {
  const whole = `language 1\n\n${text}`;
  return cursorAt(whole, whole.length)?.next.map(shown) ?? null;
}

test("at every place of every example, what stands there is among what may stand there", () => {
  const examples = Array.from(README.matchAll(/^```policy\n(.*?)^```$/gms), (found) => found[1]!);
  assert.ok(examples.length >= 6);
  for (const text of examples) {
    const { tokens } = read({ path: "example.policy", text });
    for (const [index, { tokenType, image, startOffset }] of tokens.entries()) {
      const types = followers("file", tokens.slice(0, index)).map(({ type }) => type);
      const fits = types.some((type) => type === tokenType || tokenType.CATEGORIES?.includes(type));
      assert.ok(fits, `${image} at ${startOffset} of\n${text}`);
    }
  }
});

test("what does not follow the grammar is followed by nothing", () => {
  const { tokens } = read({ path: "a.policy", text: "language 1 team { allow" });
  assert.deepEqual(followers("file", tokens), []);
});

test("the grammar says how a text may go on", () => {
  assert.deepEqual(after("team eng {\n  limit requests 5/min per "), ["key", "team"]);
  assert.deepEqual(after("team eng {\n  allow models "), ["<name of items>", "<group of items>"]);
  assert.deepEqual(after('test "x" for '), ["team", "key", "org"]);
  assert.deepEqual(after("team eng {\n  budget $5/day warn "), ["at"]);
  assert.deepEqual(after("team eng {\n  budget "), ["$50/day"]);
});

test("faults further up in the block, and in blocks before it, change nothing", () => {
  const right = after("team eng {\n  guard ");
  assert.deepEqual(after("team eng {\n  buget 5\n  allow models\n  guard "), right);
  assert.deepEqual(after("tem x {\n}\nteam y {\n  oops\n}\nteam eng {\n  guard "), right);
  assert.ok(after("team eng {\n  oops\n}\n")?.includes("team"));
});

test("in a comment nothing is said, behind one it is", () => {
  assert.equal(after("team eng {\n  # guard "), null);
  assert.deepEqual(after("team eng { # a remark\n  guard "), after("team eng {\n  guard "));
});

test("the word that is being written is no part of what stands before it", () => {
  const text = 'language 1\n\norg x {\n  timezone "Eur';
  assert.equal(cursorAt(text, text.length)?.start, text.indexOf('"'));
  const group = "language 1\n\nteam x {\n  allow models a, @every";
  assert.equal(cursorAt(group, group.length)?.start, group.indexOf("@"));
  assert.deepEqual(cursorAt(group, group.length)?.before.slice(-3), ["models", "a", ","]);
});

test("a word is found wherever one points at it", () => {
  const text = "language 1\n\nteam eng {\n  budget $50/day\n}\n";
  const budget = text.indexOf("budget");
  for (const offset of [budget, budget + 3, budget + 6]) assert.equal(wordAt(text, offset)?.word, "budget");
  assert.equal(wordAt(text, text.indexOf("$50") + 1), null);
});
