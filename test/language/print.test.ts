import assert from "node:assert/strict";
import { test } from "node:test";
import { type Reading, read } from "../../src/language/parse.ts";
import { print, sameMeaning } from "../../src/language/print.ts";
import { type Chance, chanceOf } from "../wire/chance.ts";
import { goldenCases, testGolden } from "./golden.ts";
import { withComments, writePolicy } from "./writer.ts";

testGolden("print", ({ input }) => formatted(input));

function reading(text: string): Reading {
  return read({ path: "x.policy", text });
}

function formatted(text: string): string {
  const result = print({ path: "x.policy", text });
  assert.ok("text" in result, JSON.stringify(result));
  return result.text;
}

function comments(text: string): string[] {
  return reading(text).comments.map((comment) => comment.image.trimEnd());
}

/** What holds for every policy: same tree, same comments, a second format changes nothing, and the form is canonical. */
function assertLaws(text: string): void {
  const once = formatted(text);
  assert.ok(sameMeaning(reading(text), reading(once)), text);
  assert.deepEqual(comments(once), comments(text), text);
  assert.equal(formatted(once), once, text);
  assert.match(once, /^\S[\s\S]*\S\n$/, text);
  assert.doesNotMatch(once, /[ \t]\n|\n\n\n|\t|\r/, text);
}

for (const { name, input } of goldenCases("print")) {
  test(`the laws of formatting hold for ${name}`, () => assertLaws(input));
}

test("the laws of formatting hold for generated policies with comments anywhere", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random: Chance = chanceOf(seed);
    assertLaws(withComments(writePolicy(random), random));
  }
});

test("layout does not depend on how the text was laid out", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const text = writePolicy(chanceOf(seed));
    const images = reading(text).tokens.map((token) => token.image);
    assert.equal(formatted(images.join(" ")), formatted(text));
    assert.equal(formatted(images.join("\n")), formatted(text));
    assert.equal(formatted(images.join("\r\n\t ")), formatted(text));
  }
});

test("a text with a fault is not formatted, and the fault is said", () => {
  const result = print({ path: "x.policy", text: "language 1\nteam eng { buget $5/day }\n" });
  assert.ok("diagnostics" in result);
  assert.deepEqual(
    result.diagnostics.map((diagnostic) => diagnostic.code),
    ["GW1009"],
  );
});

test("a changed word, a moved comment and a lost comment are not the same meaning", () => {
  const text = "language 1\nteam eng {\n  guard a # why\n  guard b\n}\n";
  const others = [
    text.replace("guard b", "guard c"),
    text.replace("guard a # why\n  guard b", "guard a\n  guard b # why"),
    text.replace(" # why", ""),
    text.replace("# why", "# because"),
    text.replace("team eng", "## Doc.\nteam eng"),
    text.replace("}", ""),
  ];
  assert.ok(sameMeaning(reading(text), reading(text.replace(/\n {2}/g, "\n\n        "))));
  for (const other of others) assert.ok(!sameMeaning(reading(text), reading(other)), other);
});
