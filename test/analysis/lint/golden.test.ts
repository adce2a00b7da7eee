/**
 * Every lint by example, as of 1 June 2026. A case is one file: policy text, a line of dashes, what the lints say about
 * it, and below that what is allowed.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { lintWhole } from "../../../src/analysis/lint.ts";
import { frame } from "../../../src/language/frame.ts";
import { sideOf } from "../sides.ts";

const GOLDEN = new URL("golden/", import.meta.url);
const DASHES = `\n${"-".repeat(80)}\n`;
const NOW = Date.parse("2026-06-01T12:00:00Z");

for (const name of readdirSync(GOLDEN).sort()) {
  test(name.replace(/\.txt$/, "").replaceAll("-", " "), () => {
    const [text, expected] = readFileSync(new URL(name, GOLDEN), "utf8").split(DASHES);
    assert.ok(text !== undefined && expected !== undefined, `${name} has no line of dashes`);
    assert.equal(remarks(`${text}\n`), expected);
  });
}

function remarks(text: string): string {
  const { model, table } = sideOf([{ path: "acme.policy", text }]);
  const { told, allowed } = lintWhole(model, table, NOW);
  const drawn = told.map((diagnostic) => `${frame(diagnostic, text)}\n`);
  const silenced = allowed.map(({ diagnostic, by }) => `allowed ${diagnostic.code} at ${by.span.line}: ${by.reason}\n`);
  return [...drawn, ...silenced].join("\n");
}
