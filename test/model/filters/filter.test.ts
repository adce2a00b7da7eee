/** Filters: every condition must hold, each is named, and the data of one survives a clone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionsOf, createAccepts, type Filter, NEAR, NO_FILTER } from "../../../src/model/filters/filter.ts";

function accepts(filter: Partial<Filter>, before: string, value: string, after = ""): boolean {
  const judge = createAccepts({ ...NO_FILTER, ...filter });
  assert.ok(judge !== null);
  return judge(before + value + after, before.length, before.length + value.length);
}

test("a filter that asks nothing is none", () => {
  assert.equal(createAccepts(NO_FILTER), null);
  assert.deepEqual(conditionsOf(NO_FILTER), []);
});

test("a keyword stands before the value or in it, in either case, and not too far", () => {
  const filter = { keywords: ["datadog"] };
  assert.ok(accepts(filter, "DATADOG key ", "abc"));
  assert.ok(accepts(filter, "", "my-datadog-key"));
  assert.ok(!accepts(filter, "", "abc", " datadog"));
  assert.ok(!accepts(filter, `datadog${" ".repeat(NEAR)}`, "abc"));
  assert.ok(accepts(filter, `datadog${" ".repeat(NEAR - 7)}`, "abc"));
});

test("all checks must pass, and entropy must be above its number", () => {
  assert.ok(accepts({ checks: [{ name: "luhn" }, { name: "alone" }] }, "", "4111111111111111"));
  assert.ok(!accepts({ checks: [{ name: "luhn" }, { name: "alone" }] }, "x", "4111111111111111"));
  assert.ok(accepts({ checks: [{ name: "entropy", above: 1.5 }] }, "", "abcd"));
  assert.ok(!accepts({ checks: [{ name: "entropy", above: 2 }] }, "", "abcd"));
});

test("what is fine is fine by the value, by what is in it, or by its line", () => {
  const expression = { source: "^0+$", flags: "", engine: "v8", re2: "^0+$" } as const;
  assert.ok(!accepts({ unless: [{ on: "value", is: "abc" }] }, "", "abc"));
  assert.ok(accepts({ unless: [{ on: "value", is: "abc" }] }, "", "abcd"));
  assert.ok(!accepts({ unless: [{ on: "value", expression }] }, "", "000"));
  assert.ok(accepts({ unless: [{ on: "value", expression }] }, "", "001"));
  assert.ok(!accepts({ unless: [{ on: "line", has: ["sample"] }] }, "one\nkey=", "abc", " # Sample\ntwo"));
  assert.ok(accepts({ unless: [{ on: "line", has: ["sample"] }] }, "sample\nkey=", "abc", "\nsample"));
  const linear = { ...expression, engine: "linear" } as const;
  assert.ok(!accepts({ unless: [{ on: "value", expression: linear }] }, "", "000"));
  assert.ok(accepts({ unless: [{ on: "value", expression: linear }] }, "", "001"));
});

test("a line without end is looked at near the value only", () => {
  const filter: Partial<Filter> = { unless: [{ on: "line", has: ["sample"] }] };
  assert.ok(accepts(filter, `sample${"x".repeat(600)}`, "abc"));
  assert.ok(!accepts(filter, `sample${"x".repeat(400)}`, "abc"));
});

test("conditions are named as they are written, and work after a structured clone", () => {
  const filter: Filter = {
    keywords: ["card"],
    checks: [{ name: "luhn" }, { name: "entropy", above: 1 }],
    unless: [{ on: "value", is: "x" }],
  };
  const names = ["`keywords`", "`check luhn`", "`check entropy > 1`", "`unless`"];
  assert.deepEqual(
    conditionsOf(structuredClone(filter)).map(({ words }) => words),
    names,
  );
});
