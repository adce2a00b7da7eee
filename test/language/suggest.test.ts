import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean } from "../../src/language/suggest.ts";

test("the nearest word is suggested, if a person may have meant it", () => {
  const words = ["budget", "limit", "guard", "allow", "deny"];
  assert.equal(didYouMean("buget", words), "budget");
  assert.equal(didYouMean("gaurd", words), "guard");
  assert.equal(didYouMean("ALLOW", words), "allow");
  assert.equal(didYouMean("permit", words), null);
  assert.equal(didYouMean("xyz", words), null);
  assert.equal(didYouMean("budget", []), null);
});

test("short words are not taken for each other, and a word is not suggested for itself", () => {
  assert.equal(didYouMean("ci", ["cd", "qa"]), null);
  assert.equal(didYouMean("CI", ["ci"]), "ci");
  assert.equal(didYouMean("eng", ["eng"]), null);
  assert.equal(didYouMean("enf", ["eng"]), "eng");
});

test("of two near words the nearer is suggested", () => {
  assert.equal(didYouMean("frontiers", ["front", "frontier", "frontend"]), "frontier");
});
