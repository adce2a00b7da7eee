/**
 * From a parser's error to a sentence. The message provider hands over what was expected as data; here it is turned
 * into words that name what may stand there, with the nearest known word as a suggestion.
 */
import type { IParserErrorMessageProvider, IRecognitionException, IToken, TokenType } from "chevrotain";
import type { Diagnostic } from "./diagnostic.ts";
import { either } from "./grammar-parts.ts";
import type { Lines } from "./lines.ts";
import { didYouMean } from "./suggest.ts";
import * as tokens from "./tokens.ts";

/** What the parser wanted, carried through the exception's message. */
interface Wanted {
  readonly rule: string;
  /** Labels of the token types that may stand here. */
  readonly labels: readonly string[];
}

function carry(rule: string, types: readonly TokenType[]): string {
  const labels = [...new Set(types.map((type) => type.LABEL ?? type.name))];
  return JSON.stringify({ rule, labels } satisfies Wanted);
}

/** Gives chevrotain's exceptions a message that `describe` can read back. */
export const carryExpectation: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => carry(ruleName, [expected]),
  buildNotAllInputParsedMessage: ({ ruleName }) => carry(ruleName, []),
  buildNoViableAltMessage: ({ expectedPathsPerAlt, ruleName }) =>
    carry(
      ruleName,
      expectedPathsPerAlt.flatMap((paths) => paths.flatMap((path) => path.slice(0, 1))),
    ),
  buildEarlyExitMessage: ({ expectedIterationPaths, ruleName }) =>
    carry(
      ruleName,
      expectedIterationPaths.flatMap((path) => path.slice(0, 1)),
    ),
};

/** Rules that are a body, with the words that may begin a part of it and what the whole is called. */
const BODIES: Readonly<Record<string, { readonly whole: string; readonly words: readonly string[] }>> = {
  file: { whole: "a policy", words: Object.keys(tokens.Head) },
  node: {
    whole: "an org, team or key",
    words: [
      ..."allow deny only guard limit budget active on".split(" "),
      ..."timezone hash owner expires label".split(" "),
    ],
  },
  provider: { whole: "a provider", words: ["kind", "url", "credential"] },
  models: { whole: "a model group", words: ["via", "price"] },
  tools: { whole: "a tool group", words: [] },
  pattern: { whole: "a pattern", words: ["match", "hit", "miss"] },
  guardrail: { whole: "a guardrail", words: ["on", "in", "match", "action"] },
  audit: { whole: "the audit", words: ["content", "keep"] },
  test: { whole: "a test", words: ["can", "cannot", "otherwise", "at", "given", "send"] },
};

/** The texts around an error. */
export interface Around {
  readonly text: string;
  readonly lines: Lines;
  /** All tokens of the file, to find the brace that was never closed. */
  readonly input: readonly IToken[];
}

/** chevrotain's exceptions; all but one kind know the token before the fault. */
export type ParserError = IRecognitionException & { readonly previousToken?: IToken };

/** One error of the parser as a diagnostic. */
export function describe(error: ParserError, around: Around): Diagnostic {
  const wanted = JSON.parse(error.message) as Wanted;
  const actual = error.token;
  const previous = error.previousToken ?? error.token;
  const body = BODIES[wanted.rule];
  const inBody =
    body !== undefined &&
    (wanted.labels.length === 0 || wanted.labels.every((label) => label === "`}`" || label === "EOF"));
  if (isEnd(actual)) return unclosed(wanted, around, lastSign(around.text), "the file ends");
  if (actual.tokenType === tokens.Misfit) return misfit(actual, around);
  if (inBody) return inBodyFault(actual, previous, wanted.rule, around);
  return expected(actual, previous, wanted, around);
}

function isEnd(token: IToken): boolean {
  return token.startOffset < 0 || Number.isNaN(token.startOffset);
}

function lastSign(text: string): { start: number; end: number } {
  const end = text.trimEnd().length;
  return { start: Math.max(0, end - 1), end };
}

function diagnostic(
  code: Diagnostic["code"],
  span: Diagnostic["span"],
  message: string,
  help: string | null,
  notes: Diagnostic["notes"] = [],
): Diagnostic {
  return { code, severity: "error", span, message, help, notes };
}

function spanOf(token: IToken, lines: Lines): Diagnostic["span"] {
  return lines.span(token.startOffset, tokens.endOf(token));
}

function unclosed(wanted: Wanted, around: Around, at: { start: number; end: number }, why: string): Diagnostic {
  const span = around.lines.span(at.start, at.end);
  const open = lastOpen(around.input, at.start);
  if (!wanted.labels.includes("`}`") || open === null) {
    return diagnostic("GW1006", span, `expected ${either(wanted.labels)}, but ${why}`, null);
  }
  const note = { message: "the block begins here", span: spanOf(open, around.lines) };
  return diagnostic(
    "GW1006",
    span,
    `a block is not closed before ${why === "the file ends" ? "the end of the file" : why}`,
    "add `}`",
    [note],
  );
}

/** The innermost brace that is still open at an offset. */
function lastOpen(input: readonly IToken[], offset: number): IToken | null {
  const open: IToken[] = [];
  for (const token of input) {
    if (token.startOffset > offset) break;
    if (token.tokenType === tokens.Open) open.push(token);
    else if (token.tokenType === tokens.Close) open.pop();
  }
  return open.at(-1) ?? null;
}

function misfit(actual: IToken, around: Around): Diagnostic {
  const message = `\`${actual.image}\` is not a number with a unit that the language knows`;
  const help = "as in `10/min`, `200k/hour`, `$50/day`, `80%`, `2027-03-31`, `07:00-20:00`";
  return diagnostic("GW1011", spanOf(actual, around.lines), message, help);
}

/** A block was being read and what comes next begins no part of it. */
function inBodyFault(actual: IToken, previous: IToken, rule: string, around: Around): Diagnostic {
  const { whole, words } = BODIES[rule]!;
  const span = spanOf(actual, around.lines);
  const image = actual.image;
  if (rule !== "file" && isHead(actual))
    return unclosed(
      { rule, labels: ["`}`"] },
      around,
      { start: actual.startOffset, end: tokens.endOf(actual) },
      `\`${image}\``,
    );
  if (actual.tokenType === tokens.Close) return diagnostic("GW1006", span, "this `}` closes nothing", "remove it");
  if (image.startsWith("//")) return diagnostic("GW1006", span, "unexpected `//`", "comments begin with `#`");
  if (isItem(previous) && isItem(actual) && sameLine(previous, actual, around.text)) {
    return diagnostic("GW1006", span, `a comma is missing before \`${image}\``, null);
  }
  const kind = rule === "file" ? "declaration" : "statement";
  if (isWord(actual)) {
    const near = didYouMean(image, words);
    const reserved = tokens.RESERVED.has(image) && rule !== "file";
    const help = near === null ? parts(whole, words) : `did you mean \`${near}\`?`;
    if (reserved) return diagnostic("GW3004", span, `\`${image}\` does not belong into ${whole}`, parts(whole, words));
    return diagnostic("GW1009", span, `unknown ${kind} \`${image}\``, help);
  }
  return diagnostic("GW1006", span, `expected a ${kind}, found \`${brief(image)}\``, parts(whole, words));
}

function parts(whole: string, words: readonly string[]): string {
  return words.length === 0 ? `${whole} holds a list of names` : `${whole} may hold ${either(words)}`;
}

function expected(actual: IToken, previous: IToken, wanted: Wanted, around: Around): Diagnostic {
  const span = spanOf(actual, around.lines);
  const list = either(wanted.labels);
  const wantsName = wanted.labels.includes("a name");
  if (wantsName && tokens.RESERVED.has(actual.image) && sameLine(previous, actual, around.text)) {
    const message = `\`${actual.image}\` is a reserved word and cannot be a name`;
    return diagnostic("GW1007", span, message, `expected ${list}`);
  }
  const words = wanted.labels.flatMap((label) => Array.from(label.matchAll(/`([a-z-]+)`/g), (found) => found[1]!));
  const near = isWord(actual) ? didYouMean(actual.image, words) : null;
  const help = near === null ? null : `did you mean \`${near}\`?`;
  const found =
    isHead(actual) || !sameLine(previous, actual, around.text)
      ? `before \`${brief(actual.image)}\``
      : `, found \`${brief(actual.image)}\``;
  return diagnostic("GW1006", span, `expected ${list}${found.startsWith(",") ? "" : " "}${found}`, help);
}

function brief(image: string): string {
  return image.length > 40 ? `${image.slice(0, 39)}…` : image;
}

const HEADS: ReadonlySet<TokenType> = new Set(Object.values(tokens.Head));

function isHead(token: IToken): boolean {
  return HEADS.has(token.tokenType);
}

function isWord(token: IToken): boolean {
  return /^[A-Za-z_][\w-]*$/.test(token.image);
}

function isItem(token: IToken): boolean {
  const type = token.tokenType;
  return (
    type === tokens.Glob ||
    type === tokens.Reference ||
    type === tokens.Name ||
    (type.CATEGORIES?.includes(tokens.Name) ?? false)
  );
}

function sameLine(previous: IToken, actual: IToken, text: string): boolean {
  return isEnd(previous) || !text.slice(tokens.endOf(previous), actual.startOffset).includes("\n");
}
