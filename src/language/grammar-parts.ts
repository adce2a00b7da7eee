/**
 * The small rules that statements and blocks are made of, and what their actions share: spans, words, values, faults.
 * Actions also run once with dummy tokens while chevrotain records the grammar, and with missing parts after a
 * recovered error, so every value may be undefined and a statement without its parts becomes undefined too.
 */
import { EmbeddedActionsParser, type IParserErrorMessageProvider, type IToken, type TokenType } from "chevrotain";
import type { Diagnostic } from "./diagnostic.ts";
import { Lines } from "./lines.ts";
import type { Span } from "./source.ts";
import { didYouMean } from "./suggest.ts";
import * as tokens from "./tokens.ts";
import { TOKENS } from "./tokens.ts";
import type { Instant, Item, MoneyRate, PatternName, Rate, Regex, Scope, Thing, Word } from "./tree.ts";
import {
  type Read,
  readDay,
  readDigest,
  readExpression,
  readInteger,
  readMoment,
  readMoney,
  readPer,
  readText,
} from "./values.ts";

/** What one parse reads from and writes to. */
export interface Page {
  readonly lines: Lines;
  readonly faults: Diagnostic[];
  /** Offsets at which statements begin, in order; the printer gives each its own line. */
  readonly starts: number[];
  /** `##` comments outside of blocks, in order. */
  readonly docs: readonly { readonly start: number; readonly text: string }[];
}

/** A page for nobody: what the parser holds while it records its own grammar, and between two texts. */
export function blankPage(): Page {
  return { lines: new Lines({ path: "", text: "" }), faults: [], starts: [], docs: [] };
}

/** Parts that may stand once, with the place of the first. */
export type Seen = Map<string, Span>;

/** Signs that may be added in thought when they are missing; a name or a value never is. */
const SIGNS = new Set([tokens.Open, tokens.Close, tokens.Equals]);

/** Words and signs that begin or end something, and are never skipped alone. */
const KEPT = new Set([...Object.values(tokens.Reserved), ...Object.values(tokens.Head), tokens.Open, tokens.Close]);

/** A rule that is a part of a statement: a fault in it is the statement's, which is given up as a whole. */
export const PART = { resyncEnabled: false };

/** Values, names, lists and times, and the helpers of all actions. */
export class GrammarParts extends EmbeddedActionsParser {
  protected page: Page = blankPage();

  constructor(errorMessageProvider: IParserErrorMessageProvider, skipValidations: boolean) {
    super(TOKENS, { recoveryEnabled: true, maxLookahead: 2, skipValidations, errorMessageProvider });
  }

  protected override canTokenTypeBeInsertedInRecovery(type: TokenType): boolean {
    return SIGNS.has(type);
  }

  /** What stands before a missing sign may be skipped, but not a word that begins something. */
  protected override canTokenTypeBeDeletedInRecovery(expected: TokenType): boolean {
    return SIGNS.has(expected) && !KEPT.has(this.LA(1).tokenType);
  }

  // ---- what actions share -------------------------------------------------------------------------------------------

  protected at(token: IToken): Span {
    return this.page.lines.span(token.startOffset, tokens.endOf(token));
  }

  /** From a token to the one consumed last. */
  protected since(first: IToken): Span {
    return this.page.lines.span(first.startOffset, tokens.endOf(this.LA(0)));
  }

  /** Marks the next token as the beginning of a statement. */
  protected begin(): void {
    this.page.starts.push(this.LA(1).startOffset);
  }

  protected fault(code: Diagnostic["code"], span: Span, message: string, help: string | null = null): void {
    this.page.faults.push({ code, severity: "error", span, message, help, notes: [] });
  }

  protected word(token: IToken): Word {
    return { text: token.image, span: this.at(token) };
  }

  /** The value of a token; a flaw is reported and gives undefined. */
  protected value<T>(token: IToken, read: (image: string) => Read<T>): T | undefined {
    const result = read(token.image);
    if ("value" in result) return result.value;
    this.fault(result.flaw.code, this.at(token), result.flaw.message, result.flaw.help);
    return undefined;
  }

  /** One of a few words at a place where the grammar takes any name. */
  protected choice<const W extends string>(
    token: IToken,
    choices: readonly W[],
    code: Diagnostic["code"] = "GW1006",
  ): W | undefined {
    const found = choices.find((choice): choice is W => choice === token.image);
    if (found !== undefined) return found;
    const near = didYouMean(token.image, choices);
    const help = near === null ? null : `did you mean \`${near}\`?`;
    this.fault(code, this.at(token), `expected ${either(choices)}, found \`${token.image}\``, help);
    return undefined;
  }

  /** Whether a part stands for the first time; if not, the second is reported. */
  protected once(seen: Seen, part: string, span: Span): boolean {
    const first = seen.get(part);
    if (first === undefined) {
      seen.set(part, span);
      return true;
    }
    this.page.faults.push({
      code: "GW1008",
      severity: "error",
      span,
      message: `\`${part}\` stands twice`,
      help: "keep one",
      notes: [{ message: "the first is here", span: first }],
    });
    return false;
  }

  /** Only parts that were read. */
  protected present<T>(parts: readonly (T | undefined)[]): T[] {
    return parts.filter((part) => part !== undefined);
  }

  // ---- rules --------------------------------------------------------------------------------------------------------

  protected readonly name = this.RULE("name", (): Word => this.word(this.CONSUME(tokens.Name)), PART);

  protected readonly names = this.RULE(
    "names",
    (): Word[] => {
      const names: (Word | undefined)[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => names.push(this.SUBRULE(this.name)) });
      return this.present(names);
    },
    PART,
  );

  protected readonly text = this.RULE(
    "text",
    (): Word | undefined => {
      const token = this.CONSUME(tokens.Text);
      const text = this.value(token, readText);
      return text === undefined ? undefined : { text, span: this.at(token) };
    },
    PART,
  );

  protected readonly item = this.RULE(
    "item",
    (): Item =>
      this.OR([
        { ALT: (): Item => this.asItem("glob", this.CONSUME(tokens.Name)) },
        { ALT: (): Item => this.asItem("glob", this.CONSUME(tokens.Glob)) },
        { ALT: (): Item => this.asItem("reference", this.CONSUME(tokens.Reference)) },
      ]),
    PART,
  );

  private asItem(kind: Item["kind"], token: IToken): Item {
    return { kind, text: kind === "glob" ? token.image : token.image.slice(1), span: this.at(token) };
  }

  protected readonly items = this.RULE(
    "items",
    (): Item[] => {
      const items: (Item | undefined)[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => items.push(this.SUBRULE(this.item)) });
      return this.present(items);
    },
    PART,
  );

  protected readonly patternName = this.RULE(
    "patternName",
    (): PatternName | undefined =>
      this.OR([
        {
          ALT: (): PatternName | undefined => {
            const name = this.SUBRULE(this.name);
            return name && { kind: "pattern", name, span: name.span };
          },
        },
        {
          ALT: (): PatternName => {
            return this.asPatternName(this.CONSUME(tokens.Reference));
          },
        },
      ]),
    PART,
  );

  protected asPatternName(token: IToken): PatternName {
    const [kind, text] =
      token.tokenType === tokens.Reference
        ? (["pack", token.image.slice(1)] as const)
        : (["pattern", token.image] as const);
    const span = this.at(token);
    return { kind, name: { text, span }, span };
  }

  protected readonly patternNames = this.RULE(
    "patternNames",
    (): PatternName[] => {
      const names: (PatternName | undefined)[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => names.push(this.SUBRULE(this.patternName)) });
      return this.present(names);
    },
    PART,
  );

  protected readonly thing = this.RULE("thing", (): Thing => this.CONSUME(tokens.Thing).image as Thing, PART);

  protected readonly instant = this.RULE(
    "instant",
    (): Instant | undefined =>
      this.OR([
        {
          ALT: (): Instant | undefined => {
            const token = this.CONSUME(tokens.DateTime);
            const ms = this.value(token, readMoment);
            return ms === undefined ? undefined : { text: token.image, dateOnly: false, ms, span: this.at(token) };
          },
        },
        {
          ALT: (): Instant | undefined => {
            const token = this.CONSUME(tokens.Day);
            const ms = this.value(token, readDay);
            return ms === undefined ? undefined : { text: token.image, dateOnly: true, ms, span: this.at(token) };
          },
        },
      ]),
    PART,
  );

  protected readonly until = this.RULE(
    "until",
    (): Instant | undefined => {
      this.CONSUME(tokens.Reserved.until);
      return this.SUBRULE(this.instant);
    },
    PART,
  );

  protected readonly per = this.RULE(
    "per",
    (): Scope => {
      this.CONSUME(tokens.Reserved.per);
      return this.OR([
        { ALT: (): Scope => this.CONSUME(tokens.Inner.key).image as Scope },
        { ALT: (): Scope => this.CONSUME(tokens.Inner.team).image as Scope },
      ]);
    },
    PART,
  );

  protected readonly moneyRate = this.RULE(
    "moneyRate",
    (): MoneyRate | undefined => {
      const token = this.CONSUME(tokens.MoneyRate);
      const read = this.value(token, (image) => readPer(image, readMoney));
      return read === undefined ? undefined : { microUsd: read.amount, period: read.period, span: this.at(token) };
    },
    PART,
  );

  protected readonly rate = this.RULE("rate", (): Rate | undefined => this.asRate(this.CONSUME(tokens.Rate)), PART);

  protected asRate(token: IToken): Rate | undefined {
    const read = this.value(token, (image) => readPer(image, readInteger));
    return read === undefined ? undefined : { ...read, span: this.at(token) };
  }

  protected readonly money = this.RULE(
    "money",
    (): number | undefined => this.value(this.CONSUME(tokens.Money), readMoney),
    PART,
  );

  protected readonly integer = this.RULE(
    "integer",
    (): number | undefined => this.asInteger(this.CONSUME(tokens.Integer)),
    PART,
  );

  protected asInteger(token: IToken): number | undefined {
    return this.value(token, readInteger);
  }

  protected readonly digest = this.RULE(
    "digest",
    (): string | undefined => this.value(this.CONSUME(tokens.Hash), readDigest),
    PART,
  );

  protected readonly expression = this.RULE(
    "expression",
    (): Regex | undefined => {
      const token = this.CONSUME(tokens.Expression);
      const read = this.value(token, readExpression);
      return read === undefined ? undefined : { ...read, span: this.at(token) };
    },
    PART,
  );
}

/** "`a`, `b` or `c`". */
export function either(words: readonly string[]): string {
  const quoted = words.map((word) => (word.startsWith("`") || word.includes(" ") ? word : `\`${word}\``));
  return quoted.length < 2 ? (quoted[0] ?? "") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
