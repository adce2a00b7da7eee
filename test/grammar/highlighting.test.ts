/** The highlighting, run as editors run it, over every policy of the repository. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import oniguruma from "vscode-oniguruma";
import textmate, { type IGrammar } from "vscode-textmate";
import { ebnf } from "../../.ci/grammar/ebnf.ts";
import { lex } from "../../src/language/lex.ts";
import { Lines } from "../../src/language/lines.ts";
import type { Source } from "../../src/language/source.ts";
import { Head, LATER_WORDS, RESERVED } from "../../src/language/tokens.ts";
import { readNotation, type Taken } from "./notation.ts";
import { policies } from "./policies.ts";

const FILE = fileURLToPath(new URL("../../grammar/policy.tmLanguage.json", import.meta.url));
const WASM = new URL("./onig.wasm", import.meta.resolve("vscode-oniguruma"));

const notation = readNotation(ebnf());
const grammar = await load();

async function load(): Promise<IGrammar> {
  await oniguruma.loadWASM(new Uint8Array(readFileSync(WASM)).buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(FILE, "utf8"), FILE),
  });
  const found = await registry.loadGrammar("source.policy");
  assert.ok(found);
  return found;
}

/** The scopes of each character of a text, without that of the whole file. */
function scopesOf(text: string): readonly string[] {
  const scopes: string[] = [];
  let state = textmate.INITIAL;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes: all } of tokens) {
      for (let at = startIndex; at < Math.min(endIndex, line.length); at++) scopes.push(all.slice(1).join(" "));
    }
    scopes.push("");
    state = ruleStack;
  }
  return scopes;
}

/** What every character of a terminal has. */
const OF_TERMINALS: Readonly<Record<string, RegExp>> = {
  NAME: /^(?:entity\.name\.type\.policy)?$/,
  GLOB: /^string\.unquoted\.glob\.policy$/,
  REFERENCE: /^variable\.other\.group\.policy$/,
  TEXT: /^string\.quoted\.double\.policy(?: constant\.character\.escape\.policy)?$/,
  EXPRESSION: /^string\.regexp\.policy(?: \S+\.regexp)*$/,
  HASH: /^constant\.other\.hash\.policy$/,
  THING: /^keyword\.other\.policy$/,
  INTEGER: /^constant\.numeric\.policy(?: keyword\.other\.unit\.policy)?$/,
  NEGATIVE: /^constant\.numeric\.policy$/,
  FIELD: /^keyword\.(?:control|other)\.policy$/,
  DECIMAL: /^constant\.numeric\.policy$/,
  RATE: /^constant\.numeric\.policy(?: keyword\.other\.unit\.policy)?$/,
  MONEY: /^constant\.numeric\.policy(?: keyword\.other\.unit\.policy)?$/,
  MONEY_RATE: /^constant\.numeric\.policy(?: keyword\.other\.unit\.policy)?$/,
  DURATION: /^constant\.numeric\.policy(?: keyword\.other\.unit\.policy)?$/,
  PERCENT: /^constant\.numeric\.policy(?: keyword\.other\.unit\.policy)?$/,
  DAY: /^constant\.other\.time\.policy$/,
  DATE_TIME: /^constant\.other\.time\.policy$/,
  CLOCK_RANGE: /^constant\.other\.time\.policy$/,
};

const COMPARISON = /^keyword\.operator\.comparison\.policy$/;
const OF_SIGNS: Readonly<Record<string, RegExp>> = {
  "{": /^punctuation\.section\.block\.begin\.policy$/,
  "}": /^punctuation\.section\.block\.end\.policy$/,
  ",": /^punctuation\.separator\.list\.policy$/,
  "=": /^keyword\.operator\.assignment\.policy$/,
  ...Object.fromEntries(["!=", "<", "<=", ">", ">="].map((sign) => [sign, COMPARISON])),
  "[": /^punctuation\.section\.list\.policy$/,
  "]": /^punctuation\.section\.list\.policy$/,
  "(": /^punctuation\.section\.group\.policy$/,
  ")": /^punctuation\.section\.group\.policy$/,
  ":": /^punctuation\.separator\.member\.policy$/,
};

const WORD = /^(?:keyword\.(?:control|other)|support\.constant)\.policy$/;

function expected(taken: Taken, isHead: boolean): RegExp {
  if (isHead) return /^keyword\.declaration\.policy$/;
  if ("terminal" in taken) return OF_TERMINALS[taken.terminal]!;
  return OF_SIGNS[taken.word] ?? WORD;
}

/** Holds every token and comment of a text against its scopes; answers what was seen. */
function checkScopes(source: Source): Set<string> {
  const { tokens, comments } = lex(source.text, new Lines(source));
  const images = tokens.map(({ image }) => image);
  const taken = notation.run("file", images);
  assert.ok(taken, source.path);
  const scopes = scopesOf(source.text);
  const heads = new Set(Object.values(Head));
  const seen = new Set<string>();
  for (const [index, { image, startOffset, tokenType }] of tokens.entries()) {
    const what = taken[index]!;
    const wanted = expected(what, heads.has(tokenType));
    seen.add("word" in what ? what.word : what.terminal);
    for (let at = startOffset; at < startOffset + image.length; at++) {
      const line = source.text.slice(0, at).split("\n").length;
      assert.match(scopes[at]!, wanted, `${source.path}:${line} \`${image}\``);
    }
  }
  for (const { image, startOffset } of comments) {
    const first = source.text.slice(0, startOffset).split("\n").at(-1)!.trim() === "";
    const documentation = first && /^##(?!#)/.test(image);
    const wanted = documentation ? "comment.line.documentation.policy" : "comment.line.number-sign.policy";
    for (let at = startOffset; at < startOffset + image.length; at++) assert.equal(scopes[at], wanted, source.path);
    seen.add(wanted);
  }
  return seen;
}

test("every word, name, value and comment of every policy has its scope", () => {
  const seen = new Set(policies().flatMap((source) => [...checkScopes(source)]));
  const unseen = [...notation.words, ...Object.keys(OF_TERMINALS)].filter((what) => !seen.has(what));
  assert.deepEqual(unseen, [], "the policies and the examples use every word and every kind of value");
});

test("no reserved word is left plain, wherever it stands", () => {
  for (const word of RESERVED) {
    for (const text of [word, `  ${word} x`, `allow tools a, ${word}`, `team ${word} {`]) {
      const scope = scopesOf(text)[text.indexOf(word)]!;
      const later = (LATER_WORDS as readonly string[]).includes(word);
      assert.match(scope, later ? /^invalid\.illegal\.later\.policy$/ : /^keyword\./, text);
    }
  }
});

test("a word that is only a part of a name, a glob or a string is none", () => {
  for (const text of ["my-team", "teams", "key.x", "allow-*", "mcp:deny/x", '"only"', "@use", "cache-write-2h"]) {
    for (const scope of scopesOf(text).slice(0, text.length)) assert.doesNotMatch(scope, /keyword|support/, text);
  }
});

test("words that mean something in one place are names everywhere else", () => {
  for (const [line, word] of [
    ["allow tools model, Read", "model"],
    ["  text,", "text"],
    ["guard cost until 2026-12-24", "cost"],
    ["deny models output", "output"],
    ["send model claude-x tool tool expect allow", "tool expect"],
  ] as const) {
    assert.equal(scopesOf(line)[line.indexOf(word)], "", line);
  }
});

test("what is wrong looks wrong, and ends with its line", () => {
  const wrong = (text: string) => scopesOf(text).findIndex((scope) => scope.includes("invalid.illegal"));
  assert.equal(wrong('owner "a\\q"'), 8);
  assert.equal(wrong("limit requests 5/min/x"), 15);
  assert.equal(wrong("budget $60,000/month"), 7);
  const next = scopesOf('owner "open\nallow');
  assert.equal(next.at(-2), "keyword.control.policy");
  assert.equal(scopesOf("match /open\nallow").at(-2), "keyword.control.policy");
  assert.equal(scopesOf("match /[a/\nallow").at(-2), "keyword.control.policy");
});
