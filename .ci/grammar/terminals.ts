/** The terminals of the language, from the token table: their names in the EBNF, and their patterns in its notation. */
import type { TokenType } from "chevrotain";
import { Blank, Comment, Field, Glob, LATER_WORDS, Name, RESERVED, Thing, TOKENS } from "../../src/language/tokens.ts";
import { type CharSet, complement, members, size, within } from "../../src/model/regex/char-set.ts";
import type { Node } from "../../src/model/regex/node.ts";
import { readRegex } from "../../src/model/regex/read.ts";

/** What a terminal may not be followed by; it stands at the end of many patterns. */
const AHEAD = /\(\?!((?:[^()\\]|\\.)*)\)$/;

/** `DateTime` → `DATE_TIME`. */
export function terminalName(token: string): string {
  return token.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

/** A token type of the table, by its name. */
export function tokenType(name: string): TokenType {
  const found = TOKENS.find((type) => type.name === name);
  if (found === undefined) throw new Error(`there is no token type ${name}`);
  return found;
}

/** The expression of a token type, and what may not follow it. */
export function patternOf(type: TokenType): { readonly source: string; readonly ahead: string | null } {
  const { source } = type.PATTERN as RegExp;
  return { source: source.replace(AHEAD, ""), ahead: AHEAD.exec(source)?.[1] ?? null };
}

/** A word of the table as it is written, by the type of its token. */
export function wordOf(type: TokenType): string {
  return type.LABEL!.replaceAll("`", "");
}

/** A line of the EBNF for each terminal with these names, and for what they lean on. */
export function terminalLines(names: readonly string[]): string[] {
  const line = (name: string, body: string) => `${name} ::= ${body}`;
  const own = names.map((name) => line(terminalName(name), bodyOf(tokenType(name))));
  const between = [Comment, Blank].map((type) => line(terminalName(type.name), bodyOf(type)));
  const later = new Set<string>(LATER_WORDS);
  const words = [...RESERVED].filter((word) => !later.has(word)).map((word) => `'${word}'`);
  const laterWords = LATER_WORDS.map((word) => `'${word}'`);
  return [...own, line("RESERVED", [...words, "LATER"].join(" | ")), line("LATER", laterWords.join(" | ")), ...between];
}

function bodyOf(type: TokenType): string {
  if (type === Thing) {
    const kinds = TOKENS.filter(({ CATEGORIES }) => CATEGORIES?.includes(Thing));
    return kinds.map((kind) => `'${wordOf(kind)}'`).join(" | ");
  }
  // A reserved word where nothing but a field can stand.
  if (type === Field) return "RESERVED";
  const body = write(readRegex(patternOf(type).source.replace(/\\u([0-9A-F]{4})/g, "\\x{$1}"), ""));
  // What the lexer tries before these would fit them too.
  return type === Name || type === Glob ? `( ${body} ) - ( RESERVED | HASH )` : body;
}

/** An expression in the notation of the EBNF, which has no counted repetition and no condition. */
function write(node: Node): string {
  switch (node.kind) {
    case "set":
      return node.set.length === 2 && node.set[0] === node.set[1] ? text([node.set[0]!]) : bracket(node.set);
    case "sequence":
      return joined(node.parts).join(" ");
    case "choice":
      return node.branches.map(write).join(" | ");
    case "repeat":
      return repeated(node);
    case "value":
      return write(node.body);
    case "condition":
      throw new Error(`the notation has nothing for the condition ${node.condition}`);
    default:
      return node satisfies never;
  }
}

function repeated({ body, min, max }: Extract<Node, { kind: "repeat" }>): string {
  const one = body.kind === "sequence" || body.kind === "choice" ? `( ${write(body)} )` : write(body);
  const required = Array.from({ length: min }, () => one);
  if (max === null) return min === 0 ? `${one}*` : [...required.slice(1), `${one}+`].join(" ");
  return [...required, ...Array.from({ length: max - min }, () => `${one}?`)].join(" ");
}

/** Parts in a row; neighbours that are one character each make a word. */
function joined(parts: readonly Node[]): string[] {
  const out: string[] = [];
  let word: number[] = [];
  const flush = () => {
    if (word.length > 0) out.push(text(word));
    word = [];
  };
  for (const part of parts) {
    if (part.kind === "set" && size(part.set) === 1) {
      word.push(part.set[0]!);
      continue;
    }
    flush();
    out.push(part.kind === "choice" ? `( ${write(part)} )` : write(part));
  }
  flush();
  return out;
}

function text(points: readonly number[]): string {
  const plain = points.every((point) => point > 0x20 && point < 0x7f);
  if (!plain) return points.map(hex).join(" ");
  const word = String.fromCodePoint(...points);
  return word.includes("'") ? `"${word}"` : `'${word}'`;
}

/** The smaller of a set and what it leaves out. */
function bracket(set: CharSet): string {
  const negated = size(set) > 0x1000;
  return `[${negated ? "^" : ""}${ranges(negated ? complement(set) : set)}]`;
}

const LETTERS = [
  [0x41, 0x5a],
  [0x61, 0x7a],
  [0x30, 0x39],
] as const;

/** Letters and digits as ranges where all are in the set, then the signs, and last the one that makes ranges. */
function ranges(set: CharSet): string {
  const whole = LETTERS.filter(([from, to]) => within([from, to], set));
  const signs = members(set).filter((point) => !whole.some(([from, to]) => from <= point && point <= to));
  const plain = signs.filter((point) => point !== HYPHEN).map(inBracket);
  const letters = whole.map(([from, to]) => `${String.fromCodePoint(from)}-${String.fromCodePoint(to)}`);
  return [...letters, ...plain, ...(signs.includes(HYPHEN) ? ["-"] : [])].join("");
}

const HYPHEN = 0x2d;

/** Of signs the notation has uses of its own for some. */
function inBracket(point: number): string {
  const sign = String.fromCodePoint(point);
  return /[\w.:/*?"'+$,%]/.test(sign) ? sign : hex(point);
}

function hex(point: number): string {
  return `#x${point.toString(16).toUpperCase().padStart(2, "0")}`;
}
