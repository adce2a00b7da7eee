/** What nobody would write: the parser must answer every text, with spans that lie in it, and in reasonable time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { frame } from "../../src/language/frame.ts";
import { parse } from "../../src/language/parse.ts";
import { print } from "../../src/language/print.ts";
import { LATER_WORDS, RESERVED } from "../../src/language/tokens.ts";
import { type Chance, chanceOf } from "../wire/chance.ts";
import { withComments, writePolicy } from "./writer.ts";

const PIECES = [
  ...RESERVED,
  ...LATER_WORDS,
  ...[
    "{",
    "}",
    ",",
    "=",
    "{",
    "}",
    "\n",
    "\n",
    "eng",
    "a/b",
    "*",
    "@x",
    '"s"',
    '"open',
    "/r/i",
    "/open",
    "10/min",
    "5",
    "80%",
  ],
  ...[
    "$5/day",
    "$1",
    "2027-03-31",
    "2026-12-24T18:00Z",
    "07:00-20:00",
    "mon-fri",
    "sha256:ab",
    "# c\n",
    "## d\n",
    "\u202e",
    "\0",
    "ü",
  ],
];

function assertAnswered(text: string): void {
  const { tree, diagnostics } = parse({ path: "x.policy", text });
  for (const diagnostic of diagnostics) {
    const { start, end, line, column } = diagnostic.span;
    assert.ok(0 <= start && start <= end && end <= text.length && line >= 1 && column >= 1, text);
    assert.match(diagnostic.message, /^[a-z`]/, text);
    assert.doesNotMatch(diagnostic.message, /\.$|undefined|\[object/, text);
    assert.ok(frame(diagnostic, text).includes(diagnostic.code));
  }
  assert.deepEqual(
    diagnostics,
    [...diagnostics].sort((a, b) => a.span.start - b.span.start),
  );
  for (const declaration of tree.declarations) assert.ok(declaration.span.start < declaration.span.end, text);
  if (diagnostics.length > 0) assert.ok("diagnostics" in print({ path: "x.policy", text }), text);
}

function soup(random: Chance): string {
  return Array.from({ length: random.below(60) }, () => random.pick(PIECES)).join(random.below(4) === 0 ? "" : " ");
}

/** One change as a slip of the hand makes it: a character lost, doubled, replaced, or a stretch lost. */
function slip(text: string, random: Chance): string {
  const at = random.below(text.length);
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text[at] + text.slice(at);
    case 2:
      return text.slice(0, at) + random.pick(["{", "}", '"', "/", " ", "x", "#", ","]) + text.slice(at + 1);
    default:
      return text.slice(0, at) + text.slice(at + random.below(30));
  }
}

test("any mixture of words and signs is answered", () => {
  for (let seed = 1; seed <= 1_500; seed++) assertAnswered(`${seed % 2 ? "language 1\n" : ""}${soup(chanceOf(seed))}`);
});

test("any slip in a policy is answered", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = chanceOf(seed);
    assertAnswered(slip(withComments(writePolicy(random), random), random));
  }
});

test("long runs of one sign are read in a time that grows with their length only", () => {
  for (const run of ['"', '" ', "/ ", "} ", '"}', "a", "a*", "a/", "@a.", "$1", "1_", "# ", "-", '"\\', "/\\"]) {
    const long = `${" ".repeat(100_000)}${run.repeat(50_000)}y`;
    for (const text of [`owner "x${long}`, `allow tools ${long}`]) {
      const source = { path: "x.policy", text: `language 1\nteam eng {\n  ${text}\n  guard x }` };
      assert.equal(parse(source).tree.version, 1);
    }
  }
});

test("a fault repeated three thousand times is answered too", () => {
  for (const line of [
    "  buget $5/day\n",
    "  allow modles x\n",
    "}\n",
    "{",
    "team eng {\n",
    '"',
    "allow ",
    "\0",
    "mcp x {",
    "##\n",
  ]) {
    const { tree } = parse({
      path: "x",
      text: `language 1\nteam eng {\n${line.repeat(3_000)}}\nteam ops { guard x }\n`,
    });
    assert.equal(tree.version, 1);
  }
});
