/**
 * From an error of the parser to a sentence: what stands here, what may stand here, and the nearest known word. The
 * rules of thumb live here (a missing comma, a block that was never closed), the data in expectation.ts.
 */
import type { IRecognitionException, IToken, TokenType } from "chevrotain";
import type { Diagnostic } from "./diagnostic.ts";
import { BODIES, type Body, EXAMPLES, readWanted } from "./expectation.ts";
import { either } from "./grammar-parts.ts";
import type { Lines } from "./lines.ts";
import { withoutSecrets } from "./secret-forms.ts";
import type { Span } from "./source.ts";
import { didYouMean } from "./suggest.ts";
import * as tokens from "./tokens.ts";

/** The text around an error, and all its tokens. */
export interface Around {
  readonly text: string;
  readonly lines: Lines;
  readonly input: readonly IToken[];
  /** Offsets of signs that the lexer dropped and reported. */
  readonly dropped: readonly number[];
}

/** One error in its place. */
interface Site extends Around {
  /** The token at fault; null at the end of the file. */
  readonly actual: IToken | null;
  /** Its index, or the number of tokens. */
  readonly index: number;
  readonly labels: readonly string[];
  /** The rules being read, outermost first. */
  readonly rules: readonly string[];
  /** The innermost body being read. */
  readonly body: Body;
}

/**
 * The errors of one parse as diagnostics. A word in the middle of a line that was wrong there, and then was taken for the
 * beginning of the next statement, is not reported a second time; nor is what follows from a sign that was dropped.
 */
export function describe(errors: readonly IRecognitionException[], around: Around): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  let last: Site | null = null;
  for (const error of errors) {
    const site = siteOf(error, around);
    const again = last !== null && site.index === last.index + 1 && sameLine(last);
    if (!again && !afterDropped(site)) diagnostics.push(one(site));
    diagnostics.push(...alsoMisspelt(site, error.resyncedTokens));
    last = site;
  }
  return diagnostics;
}

function afterDropped({ dropped, input, index, text }: Site): boolean {
  const from = index === 0 ? 0 : tokens.endOf(input[index - 1]!);
  const to = input[index]?.startOffset ?? text.length;
  return dropped.some((offset) => from <= offset && offset < to);
}

/** Of what recovery skipped: words that begin a line and are nearly a word that begins a part of this body. */
function alsoMisspelt(site: Site, skipped: readonly IToken[]): Diagnostic[] {
  return skipped.flatMap((actual) => {
    if (actual.tokenType !== tokens.Name || didYouMean(actual.image, site.body.words) === null) return [];
    const there = { ...site, actual, index: indexOf(site.input, actual) };
    const afterComma = site.input[there.index - 1]?.tokenType === tokens.Comma;
    return there.index === site.index || afterComma || sameLine(there) ? [] : [noPart(there, actual)];
  });
}

function siteOf(error: IRecognitionException, around: Around): Site {
  const index = indexOf(around.input, error.token);
  const wanted = readWanted(error.message);
  const rules = error.context.ruleStack;
  const body = BODIES[rules.findLast((rule) => BODIES[rule] !== undefined) ?? "file"]!;
  return { ...around, actual: around.input[index] ?? null, index, labels: wanted.labels, rules, body };
}

/** Tokens stand in the order of their offsets; the end of the file has none. */
function indexOf(input: readonly IToken[], token: IToken): number {
  if (!(token.startOffset >= 0)) return input.length;
  let low = 0;
  let high = input.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (input[middle]!.startOffset < token.startOffset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function one(site: Site): Diagnostic {
  const { actual, labels } = site;
  if (actual === null) return atEnd(site);
  if (actual.tokenType === tokens.Misfit || actual.tokenType === tokens.Grouped) return misfit(site, actual);
  const inBody = !site.rules.includes("object");
  const bodyEnds = inBody && labels.every((label) => label === "`}`" || label === "EOF");
  return bodyEnds ? noPart(site, actual) : wrongPart(site, actual);
}

function say(code: Diagnostic["code"], span: Span, message: string, help: string | null): Diagnostic {
  return { code, severity: "error", span, message, help, notes: [] };
}

function spanOf(token: IToken, { lines }: Around): Span {
  return lines.span(token.startOffset, tokens.endOf(token));
}

// ---- ends -------------------------------------------------------------------------------------------------------------

function atEnd(site: Site): Diagnostic {
  const last = site.text.trimEnd().length;
  const span = site.lines.span(last - 1, last);
  if (site.labels.includes("`}`")) return { ...unclosed(site, span, "the end of the file"), help: "add `}`" };
  return say("GW1006", span, `expected ${either(site.labels)} before the end of the file`, example(site));
}

function unclosed(site: Site, span: Span, before: string): Diagnostic {
  const open = lastOpen(site);
  const notes = open === null ? [] : [{ message: "the block begins here", span: spanOf(open, site) }];
  return { ...say("GW1006", span, `a block is not closed before ${before}`, "add `}` before it"), notes };
}

/** The innermost brace that is still open at the fault. */
function lastOpen({ input, index }: Site): IToken | null {
  let depth = 0;
  for (let at = index - 1; at >= 0; at--) {
    if (input[at]!.tokenType === tokens.Close) depth++;
    else if (input[at]!.tokenType === tokens.Open && depth-- === 0) return input[at]!;
  }
  return null;
}

function misfit(site: Site, actual: IToken): Diagnostic {
  if (actual.tokenType === tokens.Grouped) {
    const help = `digits are grouped by \`_\`: \`${brief(actual).replaceAll(",", "_")}\``;
    return say("GW1011", spanOf(actual, site), `a comma stands inside of the number \`${brief(actual)}\``, help);
  }
  const message = `\`${brief(actual)}\` is not a number with a unit that the language knows`;
  const help = "as in `10/min`, `200k/hour`, `$50/day`, `80%`, `2027-03-31`, `07:00-20:00`";
  return say("GW1011", spanOf(actual, site), message, help);
}

// ---- what begins no part of a body ------------------------------------------------------------------------------------

function noPart(site: Site, actual: IToken): Diagnostic {
  const { body } = site;
  const span = spanOf(actual, site);
  const image = actual.image;
  const inFile = body === BODIES.file;
  if (!inFile && isHead(actual)) return unclosed(site, span, `\`${image}\``);
  if (actual.tokenType === tokens.Close) return say("GW1006", span, "this `}` closes nothing", "remove it");
  const near = isWord(actual) ? didYouMean(image, body.words) : null;
  if (near === null && forgotComma(site, actual)) return noComma(span, actual);
  if (tokens.RESERVED.has(image)) return reservedElsewhere(site, span, image);
  if (isWord(actual)) {
    const help = near === null ? holds(body) : `did you mean \`${near}\`?`;
    return say("GW1009", span, `unknown ${inFile ? "declaration" : "statement"} \`${image}\``, help);
  }
  const route = actual.tokenType === tokens.Comma && body === BODIES.models;
  const help = route ? "providers are joined by `then`, in order of preference" : holds(body);
  return say("GW1006", span, `unexpected \`${brief(actual)}\``, help);
}

function forgotComma(site: Site, actual: IToken): boolean {
  return isItem(actual.tokenType) && sameLine(site) && inList(site);
}

function noComma(span: Span, { image }: IToken): Diagnostic {
  const near = didYouMean(image, BEHIND_LIST);
  const help = near === null ? null : `or did you mean \`${near}\`?`;
  return say("GW1006", span, `a comma is missing before \`${image}\``, help);
}

/** Words that go on with a statement behind its list. */
const BEHIND_LIST = ["after", "until", "where"];

function reservedElsewhere(site: Site, span: Span, image: string): Diagnostic {
  const begins = Object.values(BODIES).some((body) => body.words.includes(image));
  if (!begins) return say("GW1006", span, `unexpected \`${image}\``, holds(site.body));
  return say("GW3004", span, `\`${image}\` does not belong into ${site.body.whole}`, holds(site.body));
}

function holds({ whole, words }: Body): string {
  return words.length === 0 ? `${whole} holds a list of names` : `${whole} may hold ${either(words)}`;
}

const BEFORE_LIST: ReadonlySet<TokenType> = new Set([
  tokens.Inner.models,
  tokens.Inner.tools,
  tokens.Reserved.providers,
  tokens.Reserved.guard,
  tokens.Reserved.price,
  tokens.Reserved.on,
  tokens.Reserved.in,
  tokens.Reserved.match,
]);

/** Whether the tokens before the fault are a list of names, so that a comma may have been forgotten. */
function inList({ input, index, body }: Site): boolean {
  let at = index - 1;
  while (at >= 0 && isOfList(input[at]!.tokenType)) at--;
  const type = input[at]?.tokenType;
  if (at === index - 1 || type === undefined) return false;
  return BEFORE_LIST.has(type) || (type === tokens.Open && (body === BODIES.models || body === BODIES.tools));
}

function isOfList(type: TokenType): boolean {
  return isItem(type) || type === tokens.Comma || type === tokens.Expression;
}

// ---- what does not fit into a part ------------------------------------------------------------------------------------

function wrongPart(site: Site, actual: IToken): Diagnostic {
  const { labels, body } = site;
  const span = spanOf(actual, site);
  const list = either(labels);
  const beginsPart = isHead(actual) || body.words.includes(actual.image);
  if (labels.includes(tokens.Name.LABEL ?? "") && tokens.RESERVED.has(actual.image) && !beginsPart) {
    return say("GW1007", span, `\`${actual.image}\` is a reserved word and cannot be a name`, example(site));
  }
  const endsList = labels.every((label) => label === "`to`" || label === "`only`");
  if (endsList && forgotComma(site, actual)) return noComma(span, actual);
  const missing = actual.tokenType === tokens.Close || (beginsPart && !sameLine(site));
  const found = missing ? ` before \`${brief(actual)}\`` : `, found \`${brief(actual)}\``;
  return say("GW1006", span, `expected ${list}${found}`, mending(site, actual) ?? example(site));
}

/** How to mend the token that stands here, when that can be told from it. */
function mending({ labels }: Site, actual: IToken): string | null {
  const words = labels.flatMap((label) => Array.from(label.matchAll(/`([a-z-]+)`/g), (found) => found[1]!));
  const near = isWord(actual) ? didYouMean(actual.image, words) : null;
  if (near !== null) return `did you mean \`${near}\`?`;
  const wants = (type: TokenType) => labels.includes(type.LABEL ?? "");
  const plain = wants(tokens.Name) || wants(tokens.Hash);
  if (plain && !wants(tokens.Text) && actual.tokenType === tokens.Text) return "write it without quotes";
  if (plain && !wants(tokens.Reference) && actual.tokenType === tokens.Reference) return `write it without \`@\``;
  if (wants(tokens.Hash) && isWord(actual)) return "`gw key new` mints a key and prints the line with its hash";
  if (wants(tokens.Text) && actual.tokenType === tokens.Name) return `put it in quotes: \`"${actual.image}"\``;
  if (wants(tokens.MoneyRate) && actual.tokenType === tokens.Money) return `add a period: \`${actual.image}/day\``;
  if (labels.length > 1) return null;
  if (wants(tokens.MoneyRate) && actual.tokenType === tokens.Rate)
    return `money begins with \`$\`: \`$${actual.image}\``;
  if (wants(tokens.Money) && actual.tokenType === tokens.Integer)
    return `money begins with \`$\`: \`$${actual.image}\``;
  return null;
}

function example({ rules }: Site): string | null {
  const rule = rules.findLast((name) => EXAMPLES[name] !== undefined);
  return rule === undefined ? null : `as in \`${EXAMPLES[rule]}\``;
}

// ---- tokens -----------------------------------------------------------------------------------------------------------

/** A token in a sentence: a long one is cut, and a credential is not repeated. */
function brief({ image }: IToken): string {
  const shown = withoutSecrets(image);
  return shown.length > 40 ? `${shown.slice(0, 39)}…` : shown;
}

const HEADS: ReadonlySet<TokenType> = new Set(Object.values(tokens.Head));

function isHead(token: IToken): boolean {
  return HEADS.has(token.tokenType);
}

function isWord(token: IToken): boolean {
  return /^[A-Za-z_][\w-]*$/.test(token.image);
}

function isItem(type: TokenType): boolean {
  return type === tokens.Glob || type === tokens.Reference || tokens.isName(type);
}

/** Whether the token at fault stands on the line of the one before it. */
function sameLine({ input, index, text, actual }: Site): boolean {
  const before = input[index - 1];
  if (before === undefined || actual === null) return true;
  return !text.slice(tokens.endOf(before), actual.startOffset).includes("\n");
}
