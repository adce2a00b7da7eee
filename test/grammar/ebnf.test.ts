/** The written grammar is the parser's: the same rules and words, and the same texts accepted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ebnf } from "../../.ci/grammar/ebnf.ts";
import { NOTES } from "../../.ci/grammar/notes.ts";
import { productions, recordedRules } from "../../.ci/grammar/productions.ts";
import { terminalName } from "../../.ci/grammar/terminals.ts";
import { carryWanted } from "../../src/language/expectation.ts";
import { Grammar } from "../../src/language/grammar.ts";
import { blankPage } from "../../src/language/grammar-parts.ts";
import { lex } from "../../src/language/lex.ts";
import { Lines } from "../../src/language/lines.ts";
import { parse } from "../../src/language/parse.ts";
import { Contextual, Inner, isName, LATER_WORDS, RESERVED, TOKENS } from "../../src/language/tokens.ts";
import { random } from "../decision/oracle.ts";
import { readNotation } from "./notation.ts";
import { policies } from "./policies.ts";

const grammar = readNotation(ebnf());

function images(text: string): string[] {
  return lex(text, new Lines({ path: "x.policy", text })).tokens.map((token) => token.image);
}

/** Letters, digits and signs by what the first of them is. */
function kindOf(word: string): string {
  return word
    .replace(/^[A-Za-z_].*/s, "a")
    .replace(/^\d.*/s, "0")
    .slice(0, 1);
}

test("it names every rule of the parser, or the terminal that the rule is, and leads to nowhere else", () => {
  const recorded = recordedRules();
  const terminals = new Set(TOKENS.map(({ name }) => terminalName(name)));
  for (const rule of recorded) {
    if (!grammar.names.includes(rule))
      assert.match(rule, /^(name|text|thing|moneyRate|rate|money|integer|duration|digest|expression)$/);
  }
  for (const name of grammar.names) {
    assert.ok(recorded.includes(name) || terminals.has(name) || /^(RESERVED|LATER)$/.test(name), name);
  }
  for (const name of grammar.used) assert.ok(grammar.names.includes(name), `${name} is told nowhere`);
  const rules = productions().map(({ rule }) => rule);
  for (const rule of Object.keys(NOTES)) assert.ok(rules.includes(rule), `there is a note about ${rule}`);
});

test("it has every word of the token table, and calls reserved what is", () => {
  const said = new Set([...grammar.words, "models", "tools", "providers"]);
  const later = new Set<string>(LATER_WORDS);
  const words = [...RESERVED].filter((word) => !later.has(word));
  for (const word of [...words, ...Object.keys(Contextual)]) assert.ok(said.has(word), word);
  for (const word of said) assert.ok(!later.has(word), word);
  const name = grammar.terminal("NAME");
  for (const word of RESERVED) assert.ok(!name.test(word) && grammar.terminal("RESERVED").test(word), word);
  for (const word of Object.keys(Contextual)) assert.match(word, name);
});

test("each terminal is the pattern of its token", () => {
  const seen = new Set<string>();
  for (const source of policies()) {
    for (const { image, tokenType } of lex(source.text, new Lines(source)).tokens) {
      const name = terminalName(isName(tokenType) ? "Name" : tokenType.name);
      if (!grammar.names.includes(name)) continue;
      assert.match(image, grammar.terminal(name), `${source.path}: ${name}`);
      seen.add(name);
    }
  }
  assert.ok(seen.size >= 14, [...seen].join(" "));
  assert.match("\uFEFF \t\r\n", grammar.terminal("BLANK"));
  assert.match("# what", grammar.terminal("COMMENT"));
  assert.doesNotMatch('"a\nb"', grammar.terminal("TEXT"));
  assert.doesNotMatch("10/min/", grammar.terminal("RATE"));
});

test("it accepts every policy of the repository", () => {
  for (const { path, text } of policies()) assert.ok(grammar.run("file", images(text)), path);
});

test("with a word lost, doubled or replaced, it accepts what the parser finds in order", () => {
  const parser = new Grammar(carryWanted, true);
  const texts = policies().filter(({ text }) => text.length < 2_500);
  const pool = texts.flatMap(({ text }) => images(text));
  // One of the first sign's kind: a name for a name, an amount for an amount.
  const kin = Map.groupBy([...Object.keys(Inner), ...pool], kindOf);
  const next = random(41);
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const counts = { both: 0, neither: 0 };
  for (let round = 0; round < 1_500; round++) {
    const words = images(oneOf(texts).text);
    const at = Math.floor(next() * words.length);
    const word = words[at]!;
    const put = oneOf([[], [word, word], [oneOf(pool)], [oneOf(kin.get(kindOf(word))!)]]);
    const text = words.toSpliced(at, 1, ...put).join("\n");
    const source = { path: "x.policy", text };
    const lexed = lex(text, new Lines(source));
    const accepted = grammar.run("file", images(text)) !== null;
    // Where the parser takes any name and then asks for certain words, the written grammar has the words.
    if (parse(source).diagnostics.length === 0) assert.ok(accepted, `the parser finds nothing wrong with\n${text}`);
    const { errors } = parser.read(lexed.tokens, { ...blankPage(), lines: new Lines(source) });
    if (accepted)
      assert.deepEqual(
        errors.map(({ message }) => message),
        [],
        text,
      );
    counts[accepted ? "both" : "neither"]++;
  }
  assert.ok(counts.both > 150 && counts.neither > 300, JSON.stringify(counts));
});
