import assert from "node:assert/strict";
import { test } from "node:test";
import { deedsAt, deedsOf, isSampled, maskText, strongestOf } from "../../src/decision/deeds.ts";
import type { Severity } from "../../src/language/tree.ts";
import type { Deed, GuardrailAction } from "../../src/model/model.ts";
import { REDACT, REJECT } from "./models.ts";

const FLAG: Deed = { kind: "flag" };
const MASK: Deed = { kind: "mask", keep: 4 };

function action(deed: Deed, at: Severity, observe = false): GuardrailAction {
  return { deed, at, observe };
}

test("of the actions that a severity reaches the strongest is done, in whichever order they stand", () => {
  const actions = [action(REJECT, "critical"), action(FLAG, "low"), action(REDACT, "high"), action(MASK, "medium")];
  for (const order of [actions, actions.toReversed()]) {
    const done = (["low", "medium", "high", "critical"] as const).map((at) => deedsAt(order, at).done?.kind);
    assert.deepEqual(done, ["flag", "mask", "redact", "reject"]);
    assert.equal(strongestOf({ actions: order })?.kind, "reject");
  }
});

test("a severity that reaches no action is nothing to look for", () => {
  assert.deepEqual(deedsAt([action(REDACT, "high")], "medium"), { done: null, observed: null });
});

test("what is observed is never done, and is told only when it is more than what is done", () => {
  const actions = [action(REDACT, "low"), action(REJECT, "high", true), action(FLAG, "low", true)];
  assert.deepEqual(deedsAt(actions, "medium"), { done: REDACT, observed: null });
  assert.deepEqual(deedsAt(actions, "high"), { done: REDACT, observed: REJECT });
  assert.deepEqual(deedsAt([action(REJECT, "low", true)], "low"), { done: null, observed: REJECT });
  assert.equal(strongestOf({ actions: [action(REJECT, "low", true)] }), null);
});

test("two patterns of one name count as the graver of them", () => {
  const patterns = [
    { name: "ids", severity: "critical" as const },
    { name: "ids", severity: "low" as const },
    { name: "other", severity: "low" as const },
  ];
  const actions = [action(REDACT, "high")];
  assert.deepEqual(deedsOf({ patterns, actions }, "ids").done, REDACT);
  assert.equal(deedsOf({ patterns, actions }, "other").done, null);
});

test("a mask keeps at most a third of a value, and counts characters", () => {
  assert.equal(maskText("4111111111111111", 4), "****1111");
  assert.equal(maskText("12345678", 4), "****78");
  assert.equal(maskText("ab", 4), "****");
  assert.equal(maskText("4111111111111111", 0), "****");
  assert.equal(maskText("😀😀😀😀😀😀", 2), "****😀😀");
});

test("a sample is the same for the same request, and about as large as it says", () => {
  const guardrail = { name: "secrets", sample: 10 };
  const ids = Array.from({ length: 10_000 }, (_, index) => `req_${index.toString(36)}`);
  const chosen = ids.filter((id) => isSampled(guardrail, id));
  assert.ok(chosen.length > 850 && chosen.length < 1150, String(chosen.length));
  assert.deepEqual(
    ids.filter((id) => isSampled(guardrail, id)),
    chosen,
  );
  const others = ids.filter((id) => isSampled({ name: "injection", sample: 10 }, id));
  const both = others.filter((id) => chosen.includes(id));
  assert.ok(both.length < 250, "two guardrails do not look at the same requests");
  assert.ok(ids.every((id) => isSampled({ name: "secrets", sample: 100 }, id)));
});
