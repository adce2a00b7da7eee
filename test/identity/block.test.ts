/** The block that a person pastes into a policy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyBlock } from "../../src/identity/block.ts";
import { print } from "../../src/language/print.ts";

const digest = "ab".repeat(32);

test("a full block is in canonical form", () => {
  const block = keyBlock({
    name: "dana-laptop",
    team: "eng/payments",
    digest,
    owner: "dana@acme.example",
    expires: "2027-03-31",
  });
  assert.equal(
    block,
    `key dana-laptop in eng/payments {\n  hash sha256:${digest}\n  owner "dana@acme.example"\n  expires 2027-03-31\n}\n`,
  );
});

test("parts that are not known are left out, and quotes in an owner are escaped", () => {
  assert.equal(
    keyBlock({ name: "ci", team: "eng", digest, owner: null, expires: null }),
    `key ci in eng {\n  hash sha256:${digest}\n}\n`,
  );
  const named = keyBlock({
    name: "ci",
    team: "eng",
    digest,
    owner: 'the "ops" \\ team',
    expires: null,
  });
  assert.match(named, /owner "the \\"ops\\" \\\\ team"/);
  const text = `language 1\n\n${named}`;
  assert.deepEqual(print({ path: "keys.policy", text }), { text });
});
