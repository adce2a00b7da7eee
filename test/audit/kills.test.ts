/** A short run of kills.ts; `npm run test:fault` is the long one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scratch } from "./bodies.ts";
import { runKills } from "./kills.ts";

test("a writer killed at any moment loses no acknowledged record, and the chain holds", async (context) => {
  const dir = await scratch(context);
  const report = await runKills(dir, 20, (limit) => Math.floor(Math.random() * limit));
  assert.equal(report.lost, 0);
  assert.ok(report.acknowledged > 0);
  assert.deepEqual([report.verified.ok, report.verified.logs[0]?.bad], [true, null]);
});
