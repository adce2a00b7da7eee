/** The key in a request's headers, and the caller it stands for. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Table, TableKey } from "../../src/decision/table.ts";
import { identify, presentedKey } from "../../src/identity/key.ts";
import { fingerprintOf, mintKey } from "../../src/identity/mint.ts";

const known = mintKey(randomBytes);
const dana: TableKey = {
  name: "dana-laptop",
  node: 3,
  owner: null,
  expires: null,
  origin: { place: "keys.policy:1", text: "key dana-laptop in eng" },
};
const table: Table = {
  revision: { id: "a1b2c3d4e5f6", content: "0".repeat(64), commit: null },
  observed: null,
  timezone: "UTC",
  keys: new Map([[known.digest, dana]]),
  nodes: [],
  policies: [],
  atoms: undefined as never,
  slots: [],
  guardrails: [],
  sought: { guardrails: [] },
  services: [],
  windows: [],
  providers: [],
  servers: [],
  routes: [],
  prices: [],
  catalogue: [],
  dearest: null,
  audit: { content: "none", keepDays: null },
};

test("either header carries the key, and the bearer goes first", () => {
  assert.equal(presentedKey({ authorization: "Bearer one" }), "one");
  assert.equal(presentedKey({ authorization: "  bearer   one " }), "one");
  assert.equal(presentedKey({ "x-api-key": " two " }), "two");
  assert.equal(presentedKey({ "x-api-key": ["two", "three"] }), "two");
  assert.equal(presentedKey({ authorization: "Bearer one", "x-api-key": "two" }), "one");
});

test("an empty or foreign authorization does not hide the other header", () => {
  assert.equal(presentedKey({ authorization: "Bearer ", "x-api-key": "two" }), "two");
  assert.equal(presentedKey({ authorization: "Basic Zm9vOmJhcg==", "x-api-key": "two" }), "two");
  assert.equal(presentedKey({ authorization: "Bearer" }), null);
  assert.equal(presentedKey({ "x-api-key": "  " }), null);
  assert.equal(presentedKey({}), null);
});

test("a known key becomes its principal", () => {
  assert.deepEqual(identify(table, known.key, "models"), { key: dana, node: 3 });
});

test("a refusal says what is wrong with the key and never shows it", () => {
  const other = mintKey(randomBytes);
  const typo = known.key.slice(0, -1) + (known.key.endsWith("0") ? "1" : "0");
  const cases: [string | null, RegExp][] = [
    [null, /^no gateway key was sent; set ANTHROPIC_AUTH_TOKEN to your key$/],
    [other.key, /^gateway key with fingerprint [0-9a-f]{8} is not known or was revoked; ask your platform team/],
    [typo, /^gateway key with fingerprint [0-9a-f]{8} looks mistyped or cut short/],
    ["sk-ant-something-else", /is not known: a gateway key begins with `gk_`; set ANTHROPIC_AUTH_TOKEN to your key$/],
  ];
  for (const [presented, message] of cases) {
    const refusal = identify(table, presented, "models");
    assert.ok("kind" in refusal && refusal.kind === "refusal");
    assert.equal(refusal.reason, "key");
    assert.equal(refusal.revision, "a1b2c3d4e5f6");
    assert.equal(refusal.retryAfterMs, null);
    assert.match(refusal.message, message);
    assert.doesNotMatch(refusal.message, /[\n\r]|\.$/);
    if (presented !== null) assert.equal(refusal.message.includes(presented.slice(3, 12)), false);
  }
  const unknown = identify(table, other.key, "models");
  assert.ok("message" in unknown && unknown.message.includes(fingerprintOf(other.digest)));
});

test("for a server of tools a key stands in a header of that server", () => {
  for (const presented of [null, "sk-ant-something-else"]) {
    const refusal = identify(table, presented, "tools");
    assert.ok("message" in refusal);
    assert.match(refusal.message, /needs the header `Authorization: Bearer` and your key$/);
  }
});
