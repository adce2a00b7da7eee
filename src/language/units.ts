/** Tokens by what stands on a line of its own in the canonical form: layout.ts writes them, allowance.ts looks beside them. */
import type { IToken, TokenType } from "chevrotain";
import { Close, endOf, Head } from "./tokens.ts";

/** The tokens of a text, and the offsets at which declarations and statements begin. */
export interface Marked {
  readonly tokens: readonly IToken[];
  readonly starts: readonly number[];
}

/** A header, a statement, or the `}` of a block; `end` exclusive. */
export interface Unit {
  readonly kind: "head" | "statement" | "close";
  readonly parts: readonly IToken[];
  readonly start: number;
  readonly end: number;
}

/** The units of a text, in order. */
export function* unitsOf({ tokens, starts }: Marked): Generator<Unit> {
  let parts: IToken[] = [];
  let start = 0;
  for (const token of tokens) {
    while (start < starts.length && starts[start]! < token.startOffset) start++;
    const begins = starts[start] === token.startOffset || token.tokenType === Close;
    if (begins && parts.length > 0) {
      yield unitOf(parts);
      parts = [];
    }
    parts.push(token);
  }
  if (parts.length > 0) yield unitOf(parts);
}

const HEADS: ReadonlySet<TokenType> = new Set(Object.values(Head));

function unitOf(parts: readonly IToken[]): Unit {
  const first = parts[0]!;
  return { kind: kindOf(first), parts, start: first.startOffset, end: endOf(parts.at(-1)!) };
}

function kindOf({ tokenType }: IToken): Unit["kind"] {
  if (tokenType === Close) return "close";
  return HEADS.has(tokenType) ? "head" : "statement";
}
