/**
 * `grammar/policy.tmLanguage.json`: the highlighting of editors, from the token table. Editors run it line by line and know
 * no productions; so a word that is a name elsewhere counts as a word where what must stand beside it does.
 */
import type { TokenType } from "chevrotain";
import { BODIES } from "../../src/language/expectation.ts";
import * as tokens from "../../src/language/tokens.ts";
import { type End, type Neighbours, neighbours } from "./neighbours.ts";
import { meantWords, type Part, type Production, productions } from "./productions.ts";
import { patternOf, tokenType, wordOf } from "./terminals.ts";

/** A rule of a TextMate grammar, as far as it is used here. */
interface Pattern {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly include?: string;
  readonly captures?: Readonly<Record<string, Pattern>>;
  readonly beginCaptures?: Readonly<Record<string, Pattern>>;
  readonly endCaptures?: Readonly<Record<string, Pattern>>;
  readonly patterns?: readonly Pattern[];
}

/** The whole file. */
export function textmate(): string {
  const all = productions();
  const beside = neighbours(all);
  const repository = {
    comments: [
      { match: "^\\s*(##(?!#).*)$", captures: { 1: { name: "comment.line.documentation.policy" } } },
      { name: "comment.line.number-sign.policy", match: "#.*$" },
    ],
    strings: [STRING],
    expressions: [EXPRESSION],
    headers: headers(all),
    words: words(beside),
    values: values(),
    names: [
      { name: "variable.other.group.policy", match: sourceOf(tokens.Reference) },
      { match: sourceOf(tokens.Name) },
      { name: "string.unquoted.glob.policy", match: sourceOf(tokens.Glob) },
    ],
    signs: SIGNS,
  } satisfies Record<string, readonly Pattern[]>;
  const grammar = {
    information_for_contributors: ["Written by `npm run grammar` from src/language/tokens.ts: do not edit."],
    name: "Sallyport policy",
    scopeName: "source.policy",
    fileTypes: ["policy"],
    patterns: Object.keys(repository).map((name) => ({ include: `#${name}` })),
    repository: Object.fromEntries(Object.entries(repository).map(([name, patterns]) => [name, { patterns }])),
  };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}

// ---- what is quoted ---------------------------------------------------------------------------------------------------

const STRING: Pattern = {
  name: "string.quoted.double.policy",
  begin: '"',
  end: '"|$',
  patterns: [
    { name: "constant.character.escape.policy", match: '\\\\(?:["\\\\nrt]|u\\{[0-9A-Fa-f]{1,6}\\})' },
    { name: "invalid.illegal.escape.policy", match: "\\\\." },
  ],
};

const ESCAPE: Pattern = { name: "constant.character.escape.regexp", match: "\\\\." };

const EXPRESSION: Pattern = {
  name: "string.regexp.policy",
  begin: "/",
  end: "/([A-Za-z]*)|$",
  endCaptures: { 1: { name: "keyword.other.flags.regexp" } },
  patterns: [
    ESCAPE,
    { name: "constant.other.character-class.set.regexp", begin: "\\[\\^?", end: "\\]|(?=/)|$", patterns: [ESCAPE] },
    { name: "keyword.operator.quantifier.regexp", match: "[*+?]|\\{\\d+(?:,\\d*)?\\}" },
    { name: "keyword.control.anchor.regexp", match: "[\\^$]" },
    { name: "punctuation.definition.group.regexp", match: "\\((?:\\?(?:[imsU]*-?[imsU]*:|P?<\\w+>))?|[)|]" },
  ],
};

// ---- words ------------------------------------------------------------------------------------------------------------

/** A declaration's word with its name: it begins a line, and what stands behind the two is not what follows in a list. */
function headers(all: readonly Production[]): Pattern[] {
  const bodies = new Map(all.map(({ rule, body }) => [rule, body]));
  const declaration = bodies.get("declaration")!;
  const rules = declaration.kind === "choice" ? declaration.branches : [];
  return rules.map((rule) => {
    const [head, name, third] = leading(rule, bodies);
    const behind = third === undefined ? "" : `(?=\\s*${endSource(third)})`;
    const word = `^\\s*(${sourceOf(tokens.Inner[textOf(head!) as keyof typeof tokens.Inner])})`;
    const captures = { 1: { name: "keyword.declaration.policy" } };
    if (name!.kind !== "terminal" || name!.name !== tokens.Name.name) {
      return { match: `${word}(?=\\s*${endSource(name!)}${behind})`, captures };
    }
    const named = { ...captures, 2: { name: "entity.name.type.policy" } };
    return { match: `${word}\\s+(${endSource(name!)})${behind}`, captures: named };
  });
}

/** The first three terminals of a part that begins with so many. */
function leading(part: Part, bodies: ReadonlyMap<string, Part>): End[] {
  const out: End[] = [];
  const visit = (at: Part): boolean => {
    if (at.kind === "literal" || at.kind === "terminal") return out.push(at) < 3;
    if (at.kind === "rule") return visit(bodies.get(at.name)!);
    return at.kind === "sequence" && at.parts.every(visit);
  };
  visit(part);
  return out;
}

function words(beside: Neighbours): Pattern[] {
  const begins = new Set(Object.entries(BODIES).flatMap(([body, { words }]) => (body === "file" ? [] : words)));
  const reserved = [...Object.values(tokens.Inner), ...Object.values(tokens.Reserved)];
  return [
    { name: "support.constant.policy", match: `${oneOf(VALUE_WORDS)}${END}` },
    ...meant(beside),
    ...contextual(beside),
    { name: "keyword.control.policy", match: anyOf(reserved.filter((type) => begins.has(wordOf(type)))) },
    { name: "keyword.other.policy", match: anyOf(reserved.filter((type) => !begins.has(wordOf(type)))) },
    { name: "invalid.illegal.later.policy", match: sourceOf(tokens.Later) },
  ];
}

/** Words that are values: a name that reads so is none that anything has. */
const VALUE_WORDS = ["true", "false", "null"];

/** Names that mean something behind a certain word: `limit requests`. A pattern cannot look back over any blanks. */
function meant(beside: Neighbours): Pattern[] {
  // A word that is also one of the language at another place is meant where another word tells so.
  const placesOf = (word: string): readonly End[] =>
    word in tokens.Contextual ? beside.before(word).filter(isTelling) : beside.before(word);
  const known = meantWords().filter((word) => placesOf(word).length > 0);
  const places = grouped(known, (word) => placesOf(word).map(lookBehind).sort().join("|"));
  return Array.from(places, ([before, group]) => ({
    name: "support.constant.policy",
    match: `(?<=${before})${oneOf(group)}${END}`,
  }));
}

/** Words that are names elsewhere, known by what follows them; those that may end a line by what stands before them. */
function contextual(beside: Neighbours): Pattern[] {
  const name = "keyword.other.policy";
  const mayEnd = (word: string): boolean =>
    beside.behind(word).some((end) => textOf(end) === "}") && beside.before(word).every(isTelling);
  const words = Object.keys(tokens.Contextual).filter((word) => !VALUE_WORDS.includes(word));
  const [last, known] = [true, false].map((ends) => words.filter((it) => mayEnd(it) === ends));
  const before = grouped(last!, (word) => beside.before(word).map(lookBehind).sort().join("|"));
  const behind = grouped(known!, (word) => beside.behind(word).map(endSource).sort().join("|"));
  return [
    ...Array.from(before, ([places, group]) => ({ name, match: `(?<=${places})${oneOf(group)}${END}` })),
    ...Array.from(behind, ([places, group]) => ({
      name,
      match: `${oneOf(group)}${END}(?=${places === "\\(" ? "" : "\\s+"}(?:${places}))`,
    })),
  ];
}

/** Whether a word is known by what stands before it. */
function isTelling(end: End): boolean {
  return end.kind === "literal" ? /\w/.test(end.text) : end.name === tokens.Duration.name;
}

function grouped(words: readonly string[], by: (word: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const word of words) groups.set(by(word), [...(groups.get(by(word)) ?? []), word]);
  return groups;
}

const END = `(?!${patternOf(tokens.Name).ahead})`;

function anyOf(types: readonly TokenType[]): string {
  return oneOf(types.map(wordOf)) + END;
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `(?:${words.join("|")})`;
}

function textOf(end: End): string {
  return end.kind === "literal" ? end.text : end.name;
}

/** The expression of what stands beside a word; a name is none of the reserved words. */
function endSource(end: End): string {
  if (end.kind === "literal") return /\w/.test(end.text) ? `${end.text}${END}` : `\\${end.text}`;
  const type = tokenType(end.name);
  if (type === tokens.Field) return anyOf([...Object.values(tokens.Inner), ...Object.values(tokens.Reserved)]);
  if (type === tokens.Thing) return `(?:models|tools|providers)${END}`;
  return type === tokens.Name ? `(?!(?:${[...tokens.RESERVED].join("|")})${END})${sourceOf(type)}` : sourceOf(type);
}

function lookBehind(end: End): string {
  if (end.kind === "literal") return /\w/.test(end.text) ? `\\b${end.text} ` : `${end.text} `;
  if (end.name === tokens.Integer.name) return "[0-9kM] ";
  if (end.name === tokens.Duration.name)
    return ["ms", "s", "sec", "min", "hour"].map((unit) => `[0-9]${unit} `).join("|");
  throw new Error(`nothing is known that a ${end.name} ends with`);
}

// ---- values -----------------------------------------------------------------------------------------------------------

const UNIT: Pattern = { name: "keyword.other.unit.policy", match: "[A-Za-z%$]+" };

const NUMBERS = [
  tokens.MoneyRate,
  tokens.Money,
  tokens.Rate,
  tokens.Percent,
  tokens.Duration,
  tokens.Decimal,
  tokens.Negative,
  tokens.Integer,
];
const TIMES = [tokens.DateTime, tokens.Day, tokens.ClockRange];

/** In the order in which the lexer tries them, so that what it takes for a number is one here. */
function values(): Pattern[] {
  const inOrder = tokens.TOKENS.filter((type) => type === tokens.Hash || type === tokens.Grouped || isValue(type));
  return [...inOrder, tokens.Misfit].map((type) => {
    const match = sourceOf(type);
    if (type === tokens.Hash) return { name: "constant.other.hash.policy", match };
    if (TIMES.includes(type)) return { name: "constant.other.time.policy", match };
    if (!NUMBERS.includes(type)) return { name: "invalid.illegal.number.policy", match };
    return { match, captures: { 0: { name: "constant.numeric.policy", patterns: [UNIT] } } };
  });
}

function isValue(type: TokenType): boolean {
  return NUMBERS.includes(type) || TIMES.includes(type);
}

const SIGNS: readonly Pattern[] = [
  { name: "punctuation.section.block.begin.policy", match: "\\{" },
  { name: "punctuation.section.block.end.policy", match: "\\}" },
  { name: "punctuation.separator.list.policy", match: "," },
  { name: "punctuation.section.list.policy", match: "[\\[\\]]" },
  { name: "punctuation.section.group.policy", match: "[()]" },
  { name: "punctuation.separator.member.policy", match: ":" },
  { name: "keyword.operator.comparison.policy", match: "!=|<=?|>=?" },
  { name: "keyword.operator.assignment.policy", match: "=" },
];

function sourceOf(type: TokenType): string {
  return (type.PATTERN as RegExp).source;
}
