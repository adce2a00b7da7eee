import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/language/parse.ts";
import { globMatches } from "../../src/model/glob.ts";
import type { Model } from "../../src/model/model.ts";
import { lookFor } from "../../src/model/pattern-finds.ts";
import { modelOf, shippedPack, shippedPacks } from "./policies.ts";

const USING = `language 1
use claude-code from builtin
use anthropic from builtin
use secrets from builtin
org acme { guard secrets }
guardrail secrets { on request match @secrets action redact }
`;

const model: Model = modelOf([{ path: "acme.policy", text: USING }], shippedPacks());

function group(list: "models" | "tools", name: string): readonly string[] {
  const found = model[list].find((candidate) => candidate.name === name);
  assert.ok(found, name);
  return found.globs;
}

test("every pack is well written", () => {
  for (const name of ["claude-code", "anthropic", "secrets", "pii"]) {
    assert.deepEqual(parse(shippedPack(name)).diagnostics, [], name);
  }
});

test("every group of tools is part of `all`", () => {
  const all = new Set(group("tools", "claude-code.all"));
  for (const { name, globs } of model.tools) {
    for (const glob of globs) assert.ok(all.has(glob), `${glob} of ${name}`);
  }
});

test("whoever may read has the housekeeping tools", () => {
  const read = group("tools", "claude-code.read");
  for (const tool of ["ToolSearch", "DeferredToolPlaceholder", "StructuredOutput", "Read", "Grep", "Glob"]) {
    assert.ok(read.includes(tool), tool);
  }
});

test("reading does not write, run, or reach out", () => {
  const read = group("tools", "claude-code.read");
  for (const tool of ["Bash", "Edit", "Write", "WebFetch", "Agent", "CronCreate", "server:web_search"]) {
    assert.ok(!read.includes(tool), tool);
  }
});

test("no name belongs to two families of models, with or without a date", () => {
  const families = ["fable", "opus", "sonnet", "haiku"].map((name) => group("models", `anthropic.${name}`));
  const names = families.flat().map((glob) => glob.replaceAll("??????", "250514"));
  for (const name of names) {
    const hits = families.flat().filter((glob) => globMatches(glob, name));
    assert.equal(hits.length, 1, `${name}: ${hits.join(" ")}`);
  }
});

test("every model has a price now, and the price of its day before", () => {
  const rowsOf = (name: string, at: number, above: number | null) =>
    model.prices
      .filter((price) => price.globs.some((glob) => globMatches(glob, name)) && price.above === above)
      .filter(({ from }) => from === null || from <= at)
      .sort((a, b) => (b.from ?? 0) - (a.from ?? 0));
  const now = Date.UTC(2026, 10, 23);
  for (const { globs } of model.models) {
    for (const glob of globs) {
      const name = glob.replaceAll("??????", "250514");
      assert.ok(rowsOf(name, now, null).length > 0, name);
    }
  }
  assert.equal(rowsOf("claude-sonnet-5-5", Date.UTC(2026, 9, 6), null)[0]?.cacheRead, 200_000);
  assert.equal(rowsOf("claude-sonnet-5-5", Date.UTC(2026, 9, 7), null)[0]?.cacheRead, 100_000);
  assert.equal(rowsOf("claude-haiku-5-5", now, null)[0]?.output, 500_000);
  assert.equal(rowsOf("claude-haiku-5-5", now, 100_000)[0]?.output, 2_500_000);
  assert.equal(rowsOf("claude-haiku-4-5-20251001", now, null)[0]?.cacheWrite1h, 2_000_000);
  assert.equal(rowsOf("claude-opus-4-8", now, null)[0]?.input, 5_000_000);
});

test("prices keep their proportions: reading a cache is cheapest, output dearest, the longer cache costs more", () => {
  for (const { globs, input, output, cacheRead, cacheWrite, cacheWrite1h } of model.prices) {
    const name = globs[0];
    assert.ok(cacheRead > 0 && cacheRead <= input / 10, `${name}: cache-read`);
    assert.equal(cacheWrite, input * 1.25, `${name}: cache-write`);
    assert.equal(cacheWrite1h, input * 2, `${name}: cache-write-1h`);
    assert.equal(output, input * 5, `${name}: output`);
  }
});

test("every pattern of secrets has hits and misses, a literal to search for, and runs in V8", () => {
  const patterns = model.patterns.filter(({ name }) => name.startsWith("secrets."));
  assert.ok(patterns.length >= 25);
  for (const { name, expressions, hits, misses } of patterns) {
    assert.ok(hits.length > 0 && misses.length > 0, name);
    for (const { engine, literals } of expressions) {
      assert.equal(engine, "v8", name);
      assert.ok(literals.length > 0, name);
    }
  }
});

test("no pattern of secrets finds anything in harmless text", () => {
  const harmless = [
    "<task-notification>task-4f1c-token-limit</task-notification>",
    "risk-averse desk-ant-colony ask-proj-manager",
    "import { a } from 'https://example.com:443/npm_config/hf_hub?x=@scope/pkg'",
    "sha256:76c2363e2ccb1e44bd720c1dbba143480c9d9dc41ef2e79b0c9641f2eceb461c",
    "toolu_01A09q90qw90lq917835lq9 msg_013Zva2CMHLNnjNjNKqJ2EF",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "git@github.com:acme/pay.git ssh://git@host:22/x",
  ];
  for (const pattern of model.patterns) {
    for (const text of harmless) assert.ok(!lookFor(pattern, text).found, `${pattern.name} in ${text}`);
  }
});
