/**
 * Constructs of the language that this version does not act on. Each is reported once and taken out of the tokens, with
 * its block or the rest of its line, so that everything around it is still parsed. They are refused and not skipped
 * silently: a rule that is written and not enforced would deceive its reader.
 */
import type { IToken, TokenType } from "chevrotain";
import type { Diagnostic } from "./diagnostic.ts";
import type { Lines } from "./lines.ts";
import { Close, Comma, Contextual, Equals, endOf, Head, Inner, Later, Name, Open, Reserved, Thing } from "./tokens.ts";

/** What is left of the tokens, what was said, and the stretches of text that were taken out. */
export interface Kept {
  readonly tokens: IToken[];
  readonly faults: readonly Diagnostic[];
  readonly skipped: readonly { readonly start: number; readonly end: number }[];
}

/** After these a name must follow, so a reserved word there is a bad name and not a construct of its own. */
const BEFORE_NAME: ReadonlySet<TokenType> = new Set([
  ...Object.values(Head),
  ...Object.values(Inner),
  Reserved.providers,
  Reserved.guard,
  Reserved.via,
  Reserved.then,
  Reserved.label,
  Reserved.kind,
  Reserved.price,
  Reserved.in,
  Reserved.expect,
  Reserved.match,
  Reserved.credential,
  Contextual.model,
  Contextual.tool,
  Reserved.ask,
  Reserved.region,
  Reserved.check,
  Comma,
  Equals,
  Thing,
]);

/** Second words of `on …` that belong to later versions. */
const LATER_AFTER_ON: ReadonlySet<string> = new Set(["failure"]);
/** What `observe` understands: other statements belong to later versions. */
const OBSERVED: ReadonlySet<TokenType> = new Set([
  Reserved.allow,
  Reserved.deny,
  Reserved.only,
  Reserved.guard,
  Reserved.action,
]);

/** Takes the constructs of later versions out of the tokens, one diagnostic for each. */
export function skipLater(tokens: IToken[], text: string, lines: Lines): Kept {
  if (!tokens.some((_, index) => isLater(tokens, index))) return { tokens, faults: [], skipped: [] };
  const faults: Diagnostic[] = [];
  const skipped: { start: number; end: number }[] = [];
  const kept: IToken[] = [];
  let depth = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (isLater(tokens, index)) {
      const end = depth === 0 ? endOfDeclaration(tokens, index, text) : endOfStatement(tokens, index, text);
      faults.push(fault(tokens, index, lines));
      skipped.push({ start: token.startOffset, end: endOf(tokens[end - 1]!) });
      index = end - 1;
      continue;
    }
    if (token.tokenType === Open) depth++;
    else if (token.tokenType === Close) depth = Math.max(0, depth - 1);
    else if (isHead(token)) depth = 0;
    kept.push(token);
  }
  return { tokens: kept, faults, skipped };
}

function isLater(tokens: readonly IToken[], index: number): boolean {
  const token = tokens[index]!;
  const before = tokens[index - 1]?.tokenType;
  if (token.tokenType === Later) return before === undefined || !BEFORE_NAME.has(before);
  const next = tokens[index + 1];
  if (token.tokenType === Reserved.observe && next !== undefined && STARTERS.has(next.tokenType)) {
    return !OBSERVED.has(next.tokenType);
  }
  return token.tokenType === Reserved.on && next?.tokenType === Name && LATER_AFTER_ON.has(next.image);
}

function fault(tokens: readonly IToken[], index: number, lines: Lines): Diagnostic {
  const token = tokens[index]!;
  const last = token.tokenType === Later ? token : tokens[index + 1]!;
  const words = last === token ? token.image : `${token.image} ${last.image}`;
  return {
    code: "GW1010",
    severity: "error",
    span: lines.span(token.startOffset, endOf(last)),
    message: `\`${words}\` is reserved for a later version of sallyport and is not understood yet`,
    help: "remove it; a rule that is written and not enforced would deceive its reader",
    notes: [],
  };
}

/** Outside of blocks: past the block that follows, or up to the next declaration if there is none. */
function endOfDeclaration(tokens: readonly IToken[], index: number, text: string): number {
  let depth = 0;
  for (let at = index + 1; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.tokenType === Open) depth++;
    else if (token.tokenType === Close) {
      if (depth <= 1) return at + 1;
      depth--;
    } else if (at === index + 1 || depth > 0) continue;
    else if (isHead(token) && !followsTo(tokens, at)) return at;
    else if (token.tokenType === Later && beginsLine(tokens, at, text)) return at;
  }
  return tokens.length;
}

/** `to team eng` inside of a later declaration: the word begins nothing. */
function followsTo(tokens: readonly IToken[], at: number): boolean {
  const before = tokens[at - 1]!;
  return before.tokenType === Reserved.to;
}

/** Inside of a block: to its end, or to the next line that begins with a reserved word. */
function endOfStatement(tokens: readonly IToken[], index: number, text: string): number {
  let depth = 0;
  for (let at = index + 1; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.tokenType === Open) depth++;
    else if (token.tokenType === Close) {
      if (depth === 0) return at;
      depth--;
    } else if (depth === 0 && isHead(token)) return at;
    else if (depth === 0 && beginsLine(tokens, at, text) && isReserved(token)) return at;
  }
  return tokens.length;
}

function beginsLine(tokens: readonly IToken[], at: number, text: string): boolean {
  return text.slice(endOf(tokens[at - 1]!), tokens[at]!.startOffset).includes("\n");
}

const HEADS: ReadonlySet<TokenType> = new Set(Object.values(Head));
const STARTERS: ReadonlySet<TokenType> = new Set([...Object.values(Reserved), Later]);

function isHead(token: IToken): boolean {
  return HEADS.has(token.tokenType);
}

function isReserved(token: IToken): boolean {
  return STARTERS.has(token.tokenType);
}
