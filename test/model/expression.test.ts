import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RE2JS } from "re2js";
import { TrailWalk } from "../../src/decision/trail-walk.ts";
import { checkExpression } from "../../src/model/expression.ts";
import { NO_FILTER } from "../../src/model/filters/filter.ts";
import type { Expression } from "../../src/model/model.ts";
import { lookFor } from "../../src/model/pattern-finds.ts";
import type { Literal } from "../../src/model/regex/literals.ts";
import { type Direction, trailOf } from "../../src/model/regex/trail.ts";

const SPAN = { path: "acme.policy", start: 0, end: 0, line: 1, column: 1 };

function expressionOf(pattern: string, flags = ""): Expression {
  const { expression, diagnostics } = checkExpression({ pattern, flags, span: SPAN });
  assert.ok(expression, diagnostics.map(({ message }) => message).join());
  return expression;
}

const engineOf = (pattern: string) => expressionOf(pattern).engine;
const literalsOf = (pattern: string, flags = "") =>
  expressionOf(pattern, flags).literals.map(({ text, fold }) => (fold ? `${text}/i` : text));

describe("what a backtracking engine may run", () => {
  const linear = [
    ["nested repetition", "(a+)+$"],
    ["nested repetition of alternatives", "(?:a|ab)*c"],
    ["a run that each later place runs over again", "\\s+$"],
    ["a free run before the fixed part", "[\\w.-]*@[a-z]+\\.com"],
    ["two runs over the same characters", "x[a-z]+[a-f]+y"],
    ["a run that may hold what begins it", "abc[a-z]*d"],
    ["anything up to anything", "<.*>.*<"],
    ["bounded runs that multiply", "(?:a{0,50}){2}a{0,50}b"],
    ["a bounded repetition of bounded runs", "(?:[a-z]{1,20} ?){1,20}!"],
    ["a class known by name only, repeated", "x\\p{L}+y"],
  ] as const;
  for (const [what, pattern] of linear) {
    test(`not ${what}: ${pattern}`, () => assert.equal(engineOf(pattern), "linear"));
  }

  const safe = [
    ["fixed lengths", "\\bEMP-(\\d{6})\\b"],
    ["a run that what begins it cannot be in", "\\bDROP\\s+TABLE\\b"],
    ["several of them", "select\\s+\\w+\\s+from"],
    ["a run held at a word boundary", "\\b\\w+@"],
    ["a run held at the beginning of the text", "^[a-z]+-?$"],
    ["a run held at the beginning of a line", "(?m)^[a-z ]+:$"],
    ["a bounded run before the fixed part", "[\\w.-]{1,64}@[a-z]{1,63}\\.com"],
    ["rounds told apart by their first character", "#(?:ab|cd){2,9}"],
    ["alternatives of single characters", "#(?:a|b|c)+"],
  ] as const;
  for (const [what, pattern] of safe) test(`${what}: ${pattern}`, () => assert.equal(engineOf(pattern), "v8"));
});

test("of all groups the first is kept, as the value, in both dialects", () => {
  for (const pattern of ["\\bEMP-(\\d{6})\\b", "(?:EM)P-(?P<id>\\d{6})(x)?", "(?i:emp)-((\\d{3})\\d{3})"]) {
    const { source, flags, re2 } = expressionOf(pattern);
    assert.equal(new RegExp(source, flags).exec("id EMP-123456")?.[1], "123456", pattern);
    const matcher = RE2JS.compile(re2).matcher("id EMP-123456");
    assert.ok(matcher.find());
    assert.deepEqual([matcher.groupCount(), matcher.group(1)], [1, "123456"], pattern);
  }
  assert.doesNotMatch(expressionOf("a(?:bc)+d").source, /\((?!\?)/);
});

describe("what every match contains", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["\\bAKIA[0-9A-Z]{16}\\b", "", ["AKIA"]],
    ["gh[ps]_[a-z]{36}", "", ["ghp_", "ghs_"]],
    ["\\bDROP\\s+TABLE\\b", "i", ["table/i"]],
    ["(?i)sk-live|pk_test", "", ["sk-live/i", "pk_test/i"]],
    ["one|two|a{3}", "", ["one", "two", "aaa"]],
    ["one|\\d+", "", []],
    ["(?:secret)?key=\\d", "", ["key=", "secretkey="]],
    ["(?:secret){2,}", "", ["secret"]],
    ["https:\\/\\/hooks\\.example", "", ["https://hooks.example"]],
    ["(?:redis|amqps?)://", "", ["redis://", "amqp://", "amqps://"]],
    ['a"bc"de', "", []],
    ["übergabe", "", ["bergabe"]],
    ["\\d{16}", "", []],
  ];
  for (const [pattern, flags, expected] of cases) {
    test(`/${pattern}/${flags}`, () => assert.deepEqual(literalsOf(pattern, flags), expected));
  }
});

describe("the dialect keeps its meaning in both engines", () => {
  const cases: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
    ["a\\sb", "", ["a b", "a\tb"], ["a\u00a0b", "a\u2028b"]],
    ["^b$", "", ["b"], ["a\nb"]],
    ["^b$", "m", ["a\nb\nc"], ["a\rb", "a\u2028b"]],
    ["a.c", "", ["a\rc", "a\u2028c", "a😀c"], ["a\nc"]],
    ["a.c", "s", ["a\nc"], ["ac"]],
    ["\\w\\b", "", ["a"], ["é"]],
    ["a(?i)b(?-i)c|d", "", ["aBc", "d"], ["Abc", "aBC", "D"]],
    ["(?i:é)", "", ["É"], ["e"]],
    ["[[:alpha:][:digit:]]-[[:^alpha:]]", "", ["1-é"], ["_-1", "a-b"]],
    ["\\Qa.b\\E+c", "", ["a.bbc"], ["axbc"]],
    ["\\x41\\x{1F600}\\101\\a", "", ["A😀A\u0007"], ["A😀A"]],
    ["\\p{Greek}\\pL\\P{L}", "", ["αa1"], ["aα1"]],
    ["[^\\p{L}x]y", "", ["1y"], ["ay", "xy"]],
    ["[]a]-[^]]", "", ["]-a"], ["a-]"]],
    ["(?P<name>a)(?<other>b)", "", ["ab"], ["a"]],
    ["(?U)<a+>", "", ["<aa>"], ["<>"]],
    ["x{,3}", "", ["x{,3}"], ["xx"]],
    ["a\\zb?", "", ["ca"], ["ab"]],
  ];
  for (const [pattern, flags, hits, misses] of cases) {
    test(`/${pattern}/${flags}`, () => {
      const expression = expressionOf(pattern, flags);
      const v8 = new RegExp(expression.source, expression.flags);
      const linear = RE2JS.compile(expression.re2);
      const original = RE2JS.compile((flags ? `(?${flags})` : "") + pattern);
      for (const text of [...hits, ...misses]) {
        const expected = hits.includes(text);
        assert.equal(v8.test(text), expected, `V8 on ${JSON.stringify(text)}`);
        assert.equal(linear.matcher(text).find(), expected, `RE2 on ${JSON.stringify(text)}`);
        assert.equal(original.matcher(text).find(), expected, `as written on ${JSON.stringify(text)}`);
        assert.equal(lookFor({ expressions: [expression], filter: NO_FILTER }, text).found, expected);
      }
    });
  }
});

test("the certain character is the rarest that no match can do without", () => {
  const certainOf = (pattern: string) => expressionOf(pattern, "").certain;
  assert.equal(certainOf("https?://\\w+:(\\w+)@"), "@");
  assert.equal(certainOf("(?:ab=|cd=)x?"), "=");
  assert.equal(certainOf("(?:a@|b=)[cd]e*"), "");
  assert.equal(certainOf("(?i)key"), "");
  assert.equal(certainOf('"+/'), "/");
  assert.equal(certainOf('"+\\\\'), "");
});

describe("where a literal stands, and between what", () => {
  type Case = readonly [pattern: string, before: number | null, passes: readonly string[], stops: readonly string[]];
  const cases: readonly Case[] = [
    ["\\bAKIA[A-Z]{4}\\b", 0, ["AKIA|ABCD", "AKIA|ABCDE", "aAKIA|ABCD"], ["AKIA|ABC", "AKIA|ABC1", "AKIA|"]],
    ["x{1,9}key=(\\d{2,})", 9, ["xkey=|12", "yxkey=|123"], ["key=|12", "ykey=|12", "xkey=|1", "xkey=|a12"]],
    ["x+key=\\d", null, ["xkey=|1"], ["key=|1"]],
    ["(?:é😀)?\\wkey=\\d", 4, ["akey=|1", "é😀akey=|1"], ["ékey=|1"]],
    ["key {0,2}[:=] *['x](\\d{3,})'", 0, ["key|='123'", "key| =    x123'"], ["key| '123'", "key|='12'", "key|='123x"]],
    ["key=[a-z]{2,9}[a-f]", 0, ["key=|zzf", "key=|fff"], ["key=|zzz1f", "key=|zf"]],
    ["key=(?:a|bc)+d", 0, ["key=|ad", "key=|bcabcd"], ["key=|bd", "key=|d", "key=|acd"]],
    ["(?:ab?|😀){2}-key=.", 4, ["a😀-key=|1", "abab-key=|😀"], ["-key=|1", "aa-key=|\n"]],
    ["(?:xkey=|ykey=[a-z])\\d", 0, ["xkey=|1", "ykey=|a1"], ["xkey=|a", "ykey=|1"]],
    ["key=[a-z]?", 0, ["key=|", "key=|1"], []],
    ["key=[0-9a-f]{400}x", 0, [`key=|${"a".repeat(400)}`], [`key=|${"a".repeat(19)}`]],
    ["key=(?:[a-z]{9}-){40}x", 0, [`key=|${"abcdefghi-".repeat(7)}`], ["key=|abcdefghi-123"]],
    ["key=(?:[a-z]{20} ){40}", 0, [`key=|${`${"a".repeat(20)} `.repeat(40)}`], ["key=|1"]],
    ["(?:\\w-key=\\d){2,}z", 1, ["a-key=|1", "a-key=|1b-key=2z"], ["-key=|1", "a-key=|z"]],
  ];
  for (const [pattern, before, passes, stops] of cases) {
    test(`/${pattern}/`, () => {
      const { literals } = expressionOf(pattern);
      const fits = (marked: string): boolean => {
        const at = marked.indexOf("|");
        const text = marked.slice(0, at) + marked.slice(at + 1);
        return literals.some((it) => text.endsWith(it.text, at) && stands(it, text, at - it.text.length));
      };
      assert.ok(literals.every((literal) => literal.before === before));
      for (const text of passes) assert.ok(fits(text), text);
      for (const text of stops) assert.ok(!fits(text), text);
    });
  }
});

/** Whether a text does not rule out a match around a literal at a place of it. */
function stands({ text, ahead, behind }: Literal, whole: string, at: number): boolean {
  const follows = (parts: Literal["ahead"], side: Direction, from: number): boolean =>
    new TrailWalk([trailOf(parts, side)]).follow(whole, from, side === "behind" ? 1 : -1).length > 0;
  return follows(behind, "behind", at + text.length) && follows(ahead, "ahead", at - 1);
}

test("random expressions find the same in both engines, and their literals in every match", () => {
  const random = new Dice(20_261_007);
  let compared = 0;
  let matched = 0;
  for (let round = 0; round < 1500; round++) {
    const pattern = randomPattern(random, 3);
    const flags = random.pick(["", "", "i", "s", "m"]);
    const { expression } = checkExpression({ pattern, flags, span: SPAN });
    if (!expression) continue;
    compared++;
    const v8 = new RegExp(expression.source, expression.flags);
    const original = RE2JS.compile((flags ? `(?${flags})` : "") + pattern);
    for (let sample = 0; sample < 4; sample++) {
      const text = Array.from({ length: random.below(14) }, () => random.pick(LETTERS)).join("");
      const found = v8.exec(text);
      const matcher = original.matcher(text);
      const where = matcher.find() ? `${matcher.start()}-${matcher.end()}` : "nowhere";
      const here = found ? `${found.index}-${found.index + found[0].length}` : "nowhere";
      assert.equal(here, where, `/${pattern}/${flags} on ${JSON.stringify(text)}`);
      if (!found) continue;
      matched++;
      const { literals, certain, longest } = expression;
      assert.ok(
        found[0].includes(certain),
        `the certain letter of /${pattern}/${flags} in ${JSON.stringify(found[0])}`,
      );
      const holds = literals.some((literal) => placesOf(literal, found[0]).length > 0);
      assert.ok(literals.length === 0 || holds, `a literal of /${pattern}/${flags} in ${JSON.stringify(found[0])}`);
      assert.ok(found[0].length <= (longest ?? Infinity), `the length of /${pattern}/${flags} on ${found[0]}`);
    }
  }
  assert.ok(compared > 500 && matched > 500, `${compared} expressions, ${matched} matches`);
});

/** Where a literal stands in a match, as near to its beginning as it must be and between what must be beside it. */
function placesOf(literal: Literal, match: string): number[] {
  const { text, fold, before } = literal;
  const searched = fold ? match.toLowerCase() : match;
  return [...searched]
    .keys()
    .filter((at) => searched.startsWith(text, at) && at <= (before ?? Infinity) && stands(literal, match, at))
    .toArray();
}

const LETTERS = ["a", "b", "A", "B", "-", " ", "\n", "c", "1", "é", "É", ".", "😀"];

class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (this.#state >>> 8) % limit;
  }
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}

function randomPattern(random: Dice, depth: number): string {
  const inner = () => randomPattern(random, depth - 1);
  switch (random.below(depth <= 0 ? 3 : 7)) {
    case 0:
      return random.pick(["a", "b", "-", "ab", "ba-", "abc", "\\.", "é", "\\n"]);
    case 1:
      return random.pick(["[ab]", "[^a]", "\\w", "\\s", "\\d", "\\W", "[\\w-]", ".", "[[:alpha:]]"]);
    case 2:
      return random.pick(["\\b", "\\B", "^", "$", "\\A", "\\z", "a", "b"]);
    case 3:
      return inner() + inner();
    case 4:
      return `(?:${inner()}|${inner()})`;
    case 5:
      return `(?:${inner()})${random.pick(["*", "+", "?", "{2}", "{0,3}", "*?", "+?"])}`;
    default:
      return `${random.pick(["(?i:", "(?s:", "("])}${inner()})`;
  }
}
