import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "../../src/language/parse.ts";
import { print } from "../../src/language/print.ts";
import { LATER_WORDS, RESERVED } from "../../src/language/tokens.ts";

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

test("the reference names every reserved word, and its grammar no other words", () => {
  const [ebnf = ""] = blocks("ebnf");
  const inGrammar = new Set(Array.from(ebnf.matchAll(/"([a-z][a-z0-9-]*)"/g), (found) => found[1]!));
  const later = new Set<string>(LATER_WORDS);
  for (const word of RESERVED) {
    if (later.has(word)) assert.match(README, new RegExp(`\`${word}\``), word);
    else assert.ok(inGrammar.has(word), `\`${word}\` is reserved and not in the grammar`);
  }
  for (const word of inGrammar) assert.ok(!later.has(word), word);
});
