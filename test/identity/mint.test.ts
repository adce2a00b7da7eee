/** Keys are minted from 160 random bits, and a slip in one is always noticed. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { fingerprintOf, mintKey, wellFormed } from "../../src/identity/mint.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

test("a key has a known form and its digest is the SHA-256 of its text", () => {
  const { key, digest } = mintKey(randomBytes);
  assert.match(key, /^gk_[0-9a-hjkmnp-tv-z]{38}$/);
  assert.equal(digest, createHash("sha256").update(key).digest("hex"));
  assert.equal(wellFormed(key), true);
  assert.equal(fingerprintOf(digest), digest.slice(0, 8));
});

test("every random bit reaches the key", () => {
  const keys = new Set<string>();
  for (let bit = 0; bit < 160; bit++) {
    const bytes = new Uint8Array(20);
    bytes[bit >>> 3] = 1 << (bit & 7);
    keys.add(mintKey(() => bytes).key.slice(3, 35));
  }
  assert.equal(keys.size, 160);
  assert.equal(mintKey(() => new Uint8Array(20).fill(255)).key.slice(3, 35), "z".repeat(32));
});

test("any one wrong character, and any two neighbours swapped, break the checksum", () => {
  const { key } = mintKey(randomBytes);
  for (let at = 3; at < key.length; at++) {
    for (const letter of ALPHABET) {
      if (letter === key[at]) continue;
      assert.equal(wellFormed(key.slice(0, at) + letter + key.slice(at + 1)), false);
    }
    const swapped = key.slice(0, at) + (key[at + 1] ?? "") + key[at] + key.slice(at + 2);
    if (swapped !== key) assert.equal(wellFormed(swapped), false);
  }
});

test("what is no key at all is not well formed", () => {
  const { key } = mintKey(randomBytes);
  for (const text of [
    "",
    "gk_",
    key.slice(0, -1),
    `${key}0`,
    ` ${key}`,
    key.toUpperCase(),
    key.replace("gk_", "sk_"),
  ]) {
    assert.equal(wellFormed(text), false, text);
  }
});
