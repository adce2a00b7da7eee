/** Guardrails by themselves: the same for as long as they say the same, wherever they stand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce } from "../../src/decision/steps.ts";
import { guardsOf } from "../../src/gateway/guards.ts";
import { rule } from "../../src/gateway/marks.ts";
import { policyOf, tableFrom } from "./world.ts";

const RULE = "guardrail ids {\n  on request\n  match /EMP-\\d{6}/\n  action redact\n}\n";
const OTHER = "guardrail more {\n  on request\n  match /TOK-\\d{6}/\n  action redact\n}\n";
const tableOf = (rules: string) =>
  tableFrom(
    policyOf("allow models @all\n  guard ids", rules)
      .replace("$UP", "http://127.0.0.1:1")
      .replace("$HASH", `sha256:${"0".repeat(64)}`),
  );

test("a policy that is read again has the same guardrails, at their new lines and places", () => {
  const first = guardsOf(tableOf(RULE), [0]);
  const body = Buffer.from("EMP-123456");
  const whole = { start: 0, end: body.length };
  const find = () => atOnce(first.finding("user", body, whole, () => "EMP-123456"));
  const placeOf = () => rule(first.guardrails, find())[0]!.ruling.origin!.place;
  const before = placeOf();
  const moved = tableOf(`${OTHER}\n\n${RULE}`);
  assert.equal(guardsOf(moved, [1]), first);
  assert.notEqual(placeOf(), before);
  assert.equal(placeOf(), moved.guardrails[1]!.origin.place);
  assert.equal(rule(first.guardrails, find())[0]!.ruling.guardrail, "ids");
});

test("what finds or does something else is something else", () => {
  const first = guardsOf(tableOf(RULE), [0]);
  for (const changed of [
    RULE.replace("{6}", "{7}"),
    RULE.replace("redact", "redact restore tool-input"),
    RULE.replace("on request\n", "on request\n  in user\n"),
  ]) {
    assert.notEqual(guardsOf(tableOf(changed), [0]).print, first.print, changed);
  }
  const both = tableOf(`${RULE}${OTHER}`);
  assert.notEqual(guardsOf(both, [0, 1]).print, first.print);
  assert.equal(guardsOf(both, [0]), first);
});
