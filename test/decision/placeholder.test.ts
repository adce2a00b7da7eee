import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { placeholder } from "../../src/decision/placeholder.ts";

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
