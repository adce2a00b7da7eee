/**
 * One regular expression of a policy → the checked form that scanners run. The dialect is RE2: its own engine says what
 * is valid, regex/ translates it, proves which engine may run it and finds what it can be searched by.
 */
import { RE2JS, RE2JSSyntaxException } from "re2js";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Regex } from "../language/tree.ts";
import { fault } from "./fault.ts";
import type { Expression } from "./model.ts";
import { longestMatch } from "./regex/extent.ts";
import { certainOf, literalsOf } from "./regex/literals.ts";
import { matchesEmpty } from "./regex/node.ts";
import { readRegex } from "./regex/read.ts";
import { isLinearWhenBacktracking } from "./regex/safe.ts";
import { flagsFor, writeRegex } from "./regex/write.ts";

/** The expression, null when it is not valid, and what is to be said about it. */
export interface CheckedExpression {
  readonly expression: Expression | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a regular expression and decides how it is run. */
export function checkExpression(regex: Regex): CheckedExpression {
  const invalid = dialectFault(regex);
  if (invalid) return { expression: null, diagnostics: [invalid] };
  const node = readRegex(regex.pattern, regex.flags);
  if (matchesEmpty(node)) {
    const message = `\`/${regex.pattern}/\` matches the empty text`;
    return {
      expression: null,
      diagnostics: [fault("GW4009", regex.span, message, "let it require at least one character")],
    };
  }
  const written = readRegex(regex.pattern, regex.flags, "first");
  const source = writeRegex(written, "v8");
  const flags = flagsFor(node);
  const literals = literalsOf(node);
  const engine = isLinearWhenBacktracking(node) && compiles(source, flags) ? "v8" : "linear";
  const re2 = writeRegex(written, "re2");
  const length = longestMatch(node);
  const longest = length === Infinity ? null : length;
  const certain = certainOf(node);
  const expression: Expression = { source, flags, engine, re2, literals, certain, longest, span: regex.span };
  return { expression, diagnostics: slowness(regex, expression) };
}

/** Names of Unicode classes differ between the engines; one that V8 does not know is left to RE2. */
function compiles(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

/** What makes an expression slow, the worse of the two things only. */
function slowness(regex: Regex, { engine, literals }: Expression): Diagnostic[] {
  const shown = `\`/${regex.pattern}/\``;
  if (engine === "linear") {
    const help = "bound what is repeated, or put fixed text or `\\b` before it";
    return [fault("GW4003", regex.span, `${shown} runs in the slower engine`, help)];
  }
  if (literals.length > 0) return [];
  const message = `${shown} has no literal text of 3 or more characters that every match contains`;
  return [fault("GW4010", regex.span, message, "it must be tried at every position; add a fixed part if there is one")];
}

function dialectFault(regex: Regex): Diagnostic | null {
  try {
    RE2JS.compile(regex.pattern);
    return null;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const part = error.getPattern() ?? "";
    const message = part ? `${error.getDescription()}: \`${part}\`` : error.getDescription();
    return fault("GW4002", spanOf(regex, part), message, helpFor(part));
  }
}

function helpFor(part: string): string {
  if (/^\(\?(?:[=!]|<[=!])/.test(part)) return "look-around is not part of the RE2 dialect, because it is not linear";
  if (/^\\[1-9k]/.test(part)) return "back-references are not part of the RE2 dialect, because they are not linear";
  if (part === "\\Z") return "write `\\z` for the end of the text";
  return "the dialect is RE2";
}

/** The faulty part inside the slashes; the whole expression when it cannot be found there. */
function spanOf(regex: Regex, part: string): Span {
  const index = part === "" || regex.pattern === part ? -1 : regex.pattern.indexOf(part);
  if (index < 0) return regex.span;
  const escapes = (text: string) => text.split("/").length - 1;
  const before = index + escapes(regex.pattern.slice(0, index));
  const start = regex.span.start + 1 + before;
  const column = regex.span.column + 1 + before;
  return { ...regex.span, start, column, end: start + part.length + escapes(part) };
}
