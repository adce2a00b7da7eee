import assert from "node:assert/strict";
import { test } from "node:test";
import { over } from "../../../src/analysis/lint/over.ts";
import { createRealm } from "../../../src/analysis/realm.ts";
import { sideOf } from "../sides.ts";

const TEXT = `language 1

org acme {
  timezone "America/New_York"
  guard one, two until 2026-03-01
}

team eng {
  deny tools Bash until 2026-03-02T00:00Z
  budget $5/day until 2026-03-05
  active mon-fri 08:00-18:00
}

key a in eng {
  hash sha256:${"ab".repeat(32)}
  expires 2026-03-01
}

guardrail one {
  on request
  match /first-secret/
  action redact
}

guardrail two {
  on request
  match /second-secret/
  action redact
}
`;
const { model, table } = sideOf([{ path: "acme.policy", text: TEXT }]);

const told = (at: string) =>
  over(createRealm(model, table, Date.parse(at))).map(
    ({ code, severity, span, message }) => `${code} ${severity} ${span.line}: ${message}`,
  );

test("what is over by the given moment is a warning, once for each statement, with its day in the org's zone", () => {
  assert.deepEqual(told("2026-03-04T12:00Z"), [
    "GW3029 warning 5: this statement ended on 2026-03-01",
    "GW3029 warning 9: this statement ended on 2026-03-01",
    "GW4011 warning 14: key `a` expired on 2026-03-01",
  ]);
});

test("a date lasts to the end of its day in the org's zone", () => {
  const soon = "GW6032 warning 14: key `a` expires on 2026-03-01, within a day";
  assert.deepEqual(told("2026-03-02T04:59Z"), ["GW3029 warning 9: this statement ended on 2026-03-01", soon]);
  assert.deepEqual(told("2026-03-01T12:00Z"), [soon]);
});

test("a key that has two weeks left is remarked, and one that has more is not", () => {
  assert.deepEqual(told("2026-02-16T05:00Z"), ["GW6032 warning 14: key `a` expires on 2026-03-01, within 14 days"]);
  assert.deepEqual(told("2026-02-16T04:59Z"), []);
});
