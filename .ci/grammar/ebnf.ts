/** `grammar/policy.ebnf`: the productions in the EBNF of the W3C's XML recommendation. */
import { NOTES } from "./notes.ts";
import { type Part, type Production, productions, walk } from "./productions.ts";
import { terminalLines, terminalName } from "./terminals.ts";

const HEADER = `/*
 * The policy language, version 1. Written by \`npm run grammar\` from the parser: do not edit.
 *
 * The notation is that of the W3C (section 6 of "Extensible Markup Language 1.0"): words and signs in quotes, terminals in
 * capitals, \`?\` at most once, \`*\` any number of times, \`+\` at least once, \`|\` or, \`-\` but not, #x and a number for
 * a character. A comment behind a production says what the parser asks for beyond it.
 */
`;

const TERMINALS = `/*
 * Terminals. A word, a NAME and whatever begins with a digit or \`$\` ends where none of [A-Za-z0-9_.:*?/-] follows. BLANK
 * and COMMENT may stand between any two terminals, and must where two would make one. LATER is what of RESERVED this version
 * does not understand. What a value must be beyond its form (a day that exists, 64 digits of a hash) the reference says.
 */
`;

const WIDTH = 116;

/** The whole file. */
export function ebnf(): string {
  const all = productions();
  const declarations = all.find(({ rule }) => rule === "declaration")!;
  const heads = new Set(Array.from(walk(declarations.body), (part) => (part.kind === "rule" ? part.name : "")));
  const rules = all.map((production) => `${heads.has(production.rule) ? "\n" : ""}${noted(production)}\n`);
  const terminals = terminalLines(terminalsIn(all)).map((line) => `${wrapped(line)}\n`);
  return `${HEADER}\n${rules.join("")}\n${TERMINALS}\n${terminals.join("")}`;
}

/** The names of the token types that the productions use, in the order of their first use. */
export function terminalsIn(all: readonly Production[]): readonly string[] {
  const names = all.flatMap(({ body }) =>
    Array.from(walk(body)).flatMap((part) => (part.kind === "terminal" ? [part.name] : [])),
  );
  return [...new Set(names)];
}

function noted(production: Production): string {
  const note = NOTES[production.rule];
  return wrapped(productionText(production)) + (note === undefined ? "" : `\n  /* ${note} */`);
}

/** A production on one line. */
export function productionText({ rule, body }: Production): string {
  return `${rule} ::= ${write(body)}`;
}

/** Long lines are broken before a `|` outside of parentheses if there is one, else between parts. */
function wrapped(line: string): string {
  if (line.length <= WIDTH) return line;
  const indent = " ".repeat(line.indexOf("::=") + 2);
  let out = "";
  let current = "";
  for (const word of line.split(/ (?=\|)|(?<![(|]) (?![|)])/)) {
    if (current.length + 1 + word.length > WIDTH) {
      out += `${current}\n`;
      current = indent + word;
    } else current += current === "" ? word : ` ${word}`;
  }
  return out + current;
}

/** A part; what stands beside others is put in parentheses when it must be. */
function write(part: Part): string {
  switch (part.kind) {
    case "literal":
      return `'${part.text}'`;
    case "terminal":
      return terminalName(part.name);
    case "rule":
      return part.name;
    case "sequence":
      return part.parts.map((inner) => (inner.kind === "choice" ? grouped(inner) : write(inner))).join(" ");
    case "choice":
      return part.branches.map(write).join(" | ");
    case "optional":
      return `${grouped(part.body)}?`;
    case "repeat":
      return repeated(part);
    default:
      return part satisfies never;
  }
}

function repeated({ body, atLeastOne, separator }: Extract<Part, { kind: "repeat" }>): string {
  const one = grouped(body);
  if (separator === null) return `${one}${atLeastOne ? "+" : "*"}`;
  const beside = body.kind === "sequence" ? write(body) : one;
  return `${beside} ( ${write(separator)} ${beside} )*`;
}

function grouped(part: Part): string {
  const single = part.kind === "literal" || part.kind === "terminal" || part.kind === "rule";
  return single ? write(part) : `( ${write(part)} )`;
}
