/** What may be under way at the end of a text that goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { growthOf, isBreak } from "../../src/decision/growing.ts";
import { checkExpression } from "../../src/model/expression.ts";
import { chanceOf } from "../wire/chance.ts";

function growthFor(pattern: string, engine?: "linear") {
  const span = { path: "a.policy", start: 0, end: 0, line: 1, column: 1 };
  const { expression } = checkExpression({ pattern, flags: "", span });
  assert.ok(expression !== null);
  const { span: _, ...bare } = expression;
  return growthOf([{ guardrail: 3, pattern: "p", expression: { ...bare, engine: engine ?? bare.engine } }]);
}

/** Where something is under way that a break does not end; null when nothing is. */
function behind(pattern: string, text: string): number | null {
  const starts = ([undefined, "linear"] as const).map(
    (engine) => growthFor(pattern, engine).behindBreaks(text, 0, text.length)?.start ?? null,
  );
  assert.equal(starts[0], starts[1], "both engines say the same");
  return starts[0]!;
}

test("a value with breaks in it is under way from its beginning to its end", () => {
  const card = String.raw`\b\d{4} \d{4} \d{4}\b`;
  const text = "see 1234 5678 9012 or";
  const starts = Array.from({ length: text.length }, (_, at) => behind(card, text.slice(0, at + 1)));
  assert.deepEqual(starts, [...Array(4).fill(null), ...Array(14).fill(4), 9, null, null]);
});

test("a token is never under way behind a break", () => {
  for (const pattern of [String.raw`\bTOK-[A-Z]{8}\b`, 'key ?= ?"([A-Z]{8})"', "a+b", String.raw`x(\w+);`]) {
    assert.equal(behind(pattern, 'TOK-AAAA key = "AAA aaaa xa'), null, pattern);
  }
  const growth = growthFor(String.raw`\bTOK-[A-Z]{8}\b`);
  assert.deepEqual(growth.anything("a TOK-AAAA", 0), { start: 2, guardrail: 3, pattern: "p" });
  assert.equal(growth.anything("a TOK-AAAA ", 0), null);
});

test("what stands far before its value is under way with it", () => {
  assert.equal(behind("user [a-z ]{1,300}: ([a-z]+)", "user abc def"), 0);
  assert.equal(behind("user [a-z ]{1,100}: ([a-z]+)", "user abc def"), null);
});

test("a text that is the beginning of a match is never taken for harmless", () => {
  const chance = chanceOf(4);
  const atoms = [
    "a",
    "b",
    " ",
    "[ab]",
    "[a ]{2}",
    "(?:ab| b)",
    "b?",
    "(?: a){1,2}",
    String.raw`\b`,
    "a+",
    "b*",
    ".{0,3}",
  ];
  for (let round = 0; round < 400; round += 1) {
    const pattern = `a${Array.from({ length: 1 + chance.below(5) }, () => chance.pick(atoms)).join("")}b`;
    const growth = growthFor(pattern, chance.below(8) === 0 ? "linear" : undefined);
    const text = Array.from({ length: 12 }, () => chance.pick(["a", "b", " "])).join("");
    for (const match of text.matchAll(new RegExp(pattern, "g"))) {
      for (let end = match.index + 1; end < match.index + match[0].length; end += 1) {
        const found = growth.anything(text.slice(0, end), 0);
        assert.ok(found !== null && found.start <= match.index, `/${pattern}/ in ${text.slice(0, end)}`);
      }
    }
  }
});

test("breaks are what stands between tokens", () => {
  const breaks = [...Array(0x10000).keys()].filter((unit) => isBreak(unit));
  const expected = [...Array(0x10000).keys()].filter((unit) => /[\s"'`()[\]{}<>,;|]/.test(String.fromCharCode(unit)));
  assert.deepEqual(breaks, expected);
});
