import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { placeholder, placeholdersIn } from "../../src/decision/placeholder.ts";

const hmac = (value: string): string => createHmac("sha256", "a key of the test").update(value).digest("hex");

test("one value gives one placeholder, another value another", () => {
  const first = placeholder("github-pat", "one", hmac);
  assert.match(first, /^\[\[secret:github-pat:[a-z2-7]{10}\]\]$/);
  assert.equal(placeholder("github-pat", "one", hmac), first);
  assert.notEqual(placeholder("github-pat", "two", hmac), first);
});

test("the id is the base32 form of the first bits of the hash", () => {
  // "foobar" is mzxw6ytboi in lower-case RFC 4648 base32.
  assert.equal(
    placeholder("k", "", () => "666f6f62617200"),
    "[[secret:k:mzxw6ytboi]]",
  );
});

test("placeholders are found again in a text, and nothing that only looks like one", () => {
  const made = [placeholder("github-token", "one", hmac), placeholder("own.rule_2", "two", hmac)];
  const text = `a ${made[0]}${made[1]} [[secret:x:short]] [[secret::abcdefghij]] [[secret:x:ABCDEFGHIJ]] [[secret:`;
  assert.deepEqual(
    placeholdersIn(text).map(({ start, end, words }) => [text.slice(start, end) === words, words]),
    made.map((words) => [true, words]),
  );
  assert.deepEqual(placeholdersIn("none"), []);
});
