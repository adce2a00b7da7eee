/** Keyed hashes beside Node's own. */
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { createKeyedHash } from "../../src/identity/keyed-hash.ts";

test("it is HMAC with SHA-256, for secrets and values of any length", () => {
  for (const length of [0, 1, 32, 63, 64, 65, 200]) {
    const secret = randomBytes(length);
    const keyed = createKeyedHash(secret);
    for (const value of ["", "a", "naïve ☃ 𝄞", "x".repeat(55), "x".repeat(64), "x".repeat(5_000)]) {
      assert.equal(
        keyed(value),
        createHmac("sha256", secret).update(value).digest("hex"),
        `${length}, ${value.length}`,
      );
    }
  }
});
