import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { meantWords } from "../../.ci/grammar/productions.ts";
import { parse } from "../../src/language/parse.ts";
import { print } from "../../src/language/print.ts";
import { Contextual, LATER_WORDS, RESERVED } from "../../src/language/tokens.ts";

const README = readFileSync(new URL("../../grammar/README.md", import.meta.url), "utf8");

function blocks(language: string): string[] {
  return Array.from(README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms")), (found) => found[1]!);
}

test("every example of the reference parses and is in canonical form", () => {
  assert.ok(blocks("policy").length >= 6);
  for (const text of blocks("policy")) {
    assert.deepEqual(parse({ path: "example.policy", text }).diagnostics, []);
    assert.deepEqual(print({ path: "example.policy", text }), { text });
  }
});

/** What stands in backticks outside of the examples. */
function described(): string {
  const prose = README.replace(/^```.*?^```$/gms, "");
  return Array.from(prose.matchAll(/`([^`]+)`/g), (found) => found[1]!).join("\n");
}

test("the reference tells of every word, now and later, outside of its examples too", () => {
  const said = described();
  for (const word of [...RESERVED, ...Object.keys(Contextual), ...meantWords()]) {
    assert.match(said, new RegExp(`(?<![\\w./-])${word}(?![\\w./-])`), word);
  }
  const [, later = ""] = /not understood yet; each is an error, never skipped: (.*?)\./s.exec(README) ?? [];
  assert.deepEqual(Array.from(later.matchAll(/`([^`]+)`/g), (found) => found[1]!).sort(), [...LATER_WORDS].sort());
});
