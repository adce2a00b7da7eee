import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { decide, modelsFor } from "../../src/decision/decide.ts";
import { parse } from "../../src/language/parse.ts";
import type { Source } from "../../src/language/source.ts";
import { resolve } from "../../src/model/resolve.ts";
import { presentedKey, workload } from "../bench/workload.ts";
import { facts, tableOf } from "./models.ts";

const sources = workload();
const { model, diagnostics } = meaningOf(sources);

function meaningOf(written: readonly Source[]) {
  return resolve(
    written.map((source) => parse(source).tree),
    new Map(),
  );
}

test("the large policy is what it says it is", () => {
  assert.deepEqual(diagnostics, []);
  const size = sources.reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(size > 1.8e6 && size < 2.2e6, `${size} characters`);
  assert.ok(sources.length > 190 && sources.length <= 200);
  assert.deepEqual(workload(), sources);
});

test("ten thousand keys make a small table: equal access is kept once, and duties are shared", () => {
  const table = tableOf(model!);
  assert.equal(table.keys.size, 10_000);
  assert.ok(table.policies.length < 1_500, `${table.policies.length} policies`);
  assert.ok(new Set(table.nodes.map(({ slots }) => slots)).size < 1_200);
});

test("equal text gives an equal table", () => {
  const build = () => tableOf(meaningOf(workload({ keys: 300, teams: 30 })).model!);
  assert.deepEqual(build(), build());
});

test("a presented key of the large policy is found, and its first model is allowed", () => {
  const table = tableOf(model!);
  const key = table.keys.get(createHash("sha256").update(presentedKey(4_711)).digest("hex"))!;
  assert.equal(key.name, "key-4711");
  const who = { key, node: key.node };
  const now = Date.parse("2026-06-01T10:00:00Z");
  const decision = decide(table, who, facts({ model: modelsFor(table, who, now)[0]! }), now);
  assert.equal(decision.kind, "allow");
});
