import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CODES } from "../../src/language/codes.ts";

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));

/** Every code that some file but the catalogue names. */
function raised(): Set<string> {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const texts = files.filter((name) => !name.endsWith("codes.ts")).map((name) => readFileSync(join(SRC, name), "utf8"));
  return new Set(texts.flatMap((text) => Array.from(text.matchAll(/"(GW\d{4})"/g), (found) => found[1]!)));
}

test("every code of the catalogue is raised somewhere, and every raised code has its page", () => {
  assert.deepEqual([...raised()].sort(), Object.keys(CODES).sort());
});

test("the catalogue stands in the order of its numbers, and each row says what and why", () => {
  const numbers = Object.keys(CODES);
  assert.deepEqual(numbers, [...numbers].sort());
  for (const [number, { severity, title, page }] of Object.entries(CODES)) {
    assert.match(number, /^GW[1-6]\d{3}$/);
    assert.ok(severity === "error" || severity === "warning", number);
    assert.match(title, /^[a-z`].*[^.]$/, number);
    assert.match(page, /^[A-Z`].*\.$/s, number);
    assert.notEqual(title, page, number);
  }
});
