import assert from "node:assert/strict";
import { test } from "node:test";
import { snippetOf } from "../../src/editor/snippets.ts";
import { CHOICES, WORDS } from "../../src/editor/words.ts";
import { BODIES, NAME_MEANS } from "../../src/language/expectation.ts";
import { parse } from "../../src/language/parse.ts";
import { print } from "../../src/language/print.ts";
import { Contextual, LATER_WORDS, RESERVED } from "../../src/language/tokens.ts";

test("each word of the language has its line, and no other word", () => {
  const later = new Set<string>(LATER_WORDS);
  const words = [...RESERVED, ...Object.keys(Contextual)].filter((word) => !later.has(word));
  assert.deepEqual(Object.keys(WORDS).sort(), [...new Set(words)].sort());
});

test("so has each word that stands where the grammar takes any name", () => {
  const means = Object.values(NAME_MEANS)
    .flat()
    .flatMap((label) => /^`([a-z-]+)`$/.exec(label)?.[1] ?? []);
  const missing = means.filter((word) => !(word in CHOICES) && !(word in WORDS));
  assert.deepEqual(missing, []);
  assert.deepEqual(
    Object.keys(CHOICES).filter((word) => !means.includes(word)),
    [],
  );
});

test("each line is one or two sentences", () => {
  for (const [word, line] of Object.entries({ ...WORDS, ...CHOICES })) {
    assert.match(line, /^[A-Z`].*\.$/, word);
    assert.ok(line.length <= 140, word);
  }
});

test("each declaration can be written out, and what is written is right and in its form", () => {
  for (const word of BODIES.file?.words ?? []) {
    const snippet = snippetOf(word);
    assert.ok(snippet !== null, word);
    const text = word === "language" ? `${snippet.plain}\n` : `language 1\n\n${snippet.plain}\n`;
    assert.deepEqual(parse({ path: "a.policy", text }).diagnostics, [], word);
    assert.deepEqual(print({ path: "a.policy", text }), { text }, word);
  }
  assert.equal(snippetOf("allow"), null);
});

test("the places of a snippet are numbered, and its signs escaped", () => {
  assert.match(snippetOf("pattern")!.marked, /match \/\$\{2:\\\\bEMP-\(\\\\d\{6\\\}\)\\\\b\}\//);
  assert.match(snippetOf("tools")!.marked, /^tools \$\{1:look\} \{\n {2}\$\{2:Read, Grep\}\n\\\}$/);
});
