/**
 * What stands behind `where`. `and` binds closer than `or`; the fields inside of `every FIELD ( … )` are those of an entry.
 * Reserved words may be fields, since no statement can begin where one is wanted: lex.ts has marked them.
 */
import type { IToken, TokenType } from "chevrotain";
import { GrammarObjects } from "./grammar-objects.ts";
import { PART } from "./grammar-parts.ts";
import * as tokens from "./tokens.ts";
import type { Condition, ConditionTest, Field, Operand, Word } from "./tree.ts";
import { readField, readPointer } from "./values.ts";

const { Reserved, Contextual } = tokens;

/** A field with what is asked of it: its value, or its size. */
interface Compared {
  readonly field: Field | undefined;
  readonly of: "value" | "size";
}

const SIGNS: ReadonlySet<TokenType> = new Set([
  tokens.Equals,
  tokens.Differs,
  tokens.Less,
  tokens.AtMost,
  tokens.Greater,
  tokens.AtLeast,
]);

/** Words that compare, and what their operand begins with. */
const OPERANDS: ReadonlyMap<TokenType, TokenType> = new Map([
  [Reserved.in, tokens.OpenList],
  [Contextual.like, tokens.Text],
  [Contextual.matches, tokens.Expression],
  [Contextual.under, tokens.Text],
  [Contextual.within, tokens.OpenList],
]);

/** Conditions on the input of calls. */
export class GrammarConditions extends GrammarObjects {
  protected readonly where = this.RULE(
    "where",
    (): Condition | undefined => {
      this.CONSUME(Reserved.where);
      return this.SUBRULE(this.condition);
    },
    PART,
  );

  private readonly condition = this.RULE(
    "condition",
    (): Condition | undefined => {
      const first = this.LA(1);
      const parts: (Condition | undefined)[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: Contextual.or, DEF: () => parts.push(this.SUBRULE(this.conjunction)) });
      return this.ACTION(() => this.joined("or", parts, first));
    },
    PART,
  );

  private readonly conjunction = this.RULE(
    "conjunction",
    (): Condition | undefined => {
      const first = this.LA(1);
      const parts: (Condition | undefined)[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: Contextual.and, DEF: () => parts.push(this.SUBRULE(this.claim)) });
      return this.ACTION(() => this.joined("and", parts, first));
    },
    PART,
  );

  /** One condition alone is itself; one that could not be read takes the whole along. */
  private joined(kind: "and" | "or", read: readonly (Condition | undefined)[], first: IToken): Condition | undefined {
    const parts = this.present(read);
    if (parts.length < read.length) return undefined;
    return parts.length === 1 ? parts[0] : { kind, parts, span: this.since(first) };
  }

  private readonly claim = this.RULE(
    "claim",
    (): Condition | undefined => {
      const first = this.LA(1);
      const isNot = this.OPTION(() => this.CONSUME(Contextual.not)) !== undefined;
      const part = this.OR({ DEF: this.claims, MAX_LOOKAHEAD: 1, IGNORE_AMBIGUITIES: true });
      return this.ACTION(() => (isNot && part !== undefined ? { kind: "not", part, span: this.since(first) } : part));
    },
    PART,
  );

  private readonly group = this.RULE(
    "group",
    (): Condition | undefined => {
      this.CONSUME(tokens.OpenGroup);
      const condition = this.SUBRULE(this.condition);
      this.CONSUME(tokens.CloseGroup);
      return condition;
    },
    PART,
  );

  private readonly presence = this.RULE(
    "presence",
    (): Condition | undefined => {
      const first = this.CONSUME(Contextual.has);
      const field = this.SUBRULE(this.field);
      return field && { kind: "has", field, span: this.since(first) };
    },
    PART,
  );

  private readonly entries = this.RULE(
    "entries",
    (): Condition | undefined => {
      const first = this.OR([
        { ALT: () => this.CONSUME(Contextual.every) },
        { ALT: () => this.CONSUME(Contextual.any) },
      ]);
      const field = this.SUBRULE(this.field);
      const part = this.OR1([
        { ALT: (): Condition | undefined => this.SUBRULE(this.group) },
        { ALT: (): Condition | undefined => this.SUBRULE(this.ofEntry) },
      ]);
      const kind = first.image as "every" | "any";
      return field && part && { kind, field, part, span: this.since(first) };
    },
    PART,
  );

  /** A test alone is about the entry itself. */
  private readonly ofEntry = this.RULE(
    "ofEntry",
    (): Condition | undefined => {
      const test = this.SUBRULE(this.comparison);
      return test && { kind: "test", field: { path: [], span: test.span }, of: "value", test, span: test.span };
    },
    PART,
  );

  private readonly tested = this.RULE(
    "tested",
    (): Condition | undefined => {
      const first = this.LA(1);
      const { field, of } = this.SUBRULE(this.compared) ?? { field: undefined, of: "value" };
      const test = this.SUBRULE(this.comparison);
      return this.ACTION(() => field && test && { kind: "test", field, of, test, span: this.since(first) });
    },
    PART,
  );

  private readonly compared = this.RULE(
    "compared",
    (): Compared =>
      this.OR({
        DEF: [
          {
            ALT: (): Compared => {
              this.CONSUME(Contextual.size);
              this.CONSUME(tokens.OpenGroup);
              const field = this.SUBRULE(this.field);
              this.CONSUME(tokens.CloseGroup);
              return { field, of: "size" };
            },
          },
          { ALT: (): Compared => ({ field: this.SUBRULE1(this.field), of: "value" }) },
        ],
        IGNORE_AMBIGUITIES: true,
      }),
    PART,
  );

  private readonly field = this.RULE(
    "field",
    (): Field | undefined => {
      const token = this.OR([
        { ALT: () => this.CONSUME(tokens.Name) },
        { ALT: () => this.CONSUME(tokens.Field) },
        { ALT: () => this.CONSUME(tokens.Text) },
      ]);
      return this.ACTION(() => this.asField(token));
    },
    PART,
  );

  private asField(token: IToken): Field | undefined {
    const path = this.value(token, token.tokenType === tokens.Text ? readPointer : readField);
    return path && { path, span: this.at(token) };
  }

  private readonly comparison = this.RULE(
    "comparison",
    (): ConditionTest | undefined => this.OR(this.comparisons),
    PART,
  );

  private readonly equality = this.RULE(
    "equality",
    (): ConditionTest | undefined => {
      const sign = this.OR([{ ALT: () => this.CONSUME(tokens.Equals) }, { ALT: () => this.CONSUME(tokens.Differs) }]);
      const value = this.SUBRULE(this.operand);
      const kind = sign.image === "=" ? "equals" : "differs";
      return value && { kind, value, span: this.since(sign) };
    },
    PART,
  );

  private readonly membership = this.RULE(
    "membership",
    (): ConditionTest | undefined => {
      const first = this.CONSUME(Reserved.in);
      const values: (Operand | undefined)[] = [];
      this.CONSUME(tokens.OpenList);
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => values.push(this.SUBRULE(this.operand)) });
      this.CONSUME(tokens.CloseList);
      return { kind: "in", values: this.present(values), span: this.since(first) };
    },
    PART,
  );

  private readonly ordering = this.RULE(
    "ordering",
    (): ConditionTest | undefined => {
      const sign = this.OR([
        { ALT: () => this.CONSUME(tokens.Less) },
        { ALT: () => this.CONSUME(tokens.AtMost) },
        { ALT: () => this.CONSUME(tokens.Greater) },
        { ALT: () => this.CONSUME(tokens.AtLeast) },
      ]);
      const first = this.LA(1);
      const number = this.SUBRULE(this.number);
      return this.ACTION(() => {
        if (number === undefined) return undefined;
        const order = sign.image as "<" | "<=" | ">" | ">=";
        return { kind: "order", order, than: { value: number, span: this.at(first) }, span: this.since(sign) };
      });
    },
    PART,
  );

  private readonly matching = this.RULE(
    "matching",
    (): ConditionTest | undefined => {
      const first = this.CONSUME(Contextual.matches);
      const regex = this.SUBRULE(this.expression);
      return regex && { kind: "matches", regex, span: this.since(first) };
    },
    PART,
  );

  private readonly likeness = this.RULE(
    "likeness",
    (): ConditionTest | undefined => {
      const first = this.CONSUME(Contextual.like);
      const glob = this.SUBRULE(this.text);
      return glob && { kind: "like", glob, span: this.since(first) };
    },
    PART,
  );

  private readonly folder = this.RULE(
    "folder",
    (): ConditionTest | undefined => {
      const first = this.CONSUME(Contextual.under);
      const folder = this.SUBRULE(this.text);
      return folder && { kind: "under", folder, span: this.since(first) };
    },
    PART,
  );

  private readonly inclusion = this.RULE(
    "inclusion",
    (): ConditionTest | undefined => {
      const first = this.CONSUME(Contextual.within);
      const globs: (Word | undefined)[] = [];
      this.CONSUME(tokens.OpenList);
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => globs.push(this.SUBRULE(this.text)) });
      this.CONSUME(tokens.CloseList);
      return { kind: "within", globs: this.present(globs), span: this.since(first) };
    },
    PART,
  );

  private readonly operand = this.RULE(
    "operand",
    (): Operand | undefined => {
      const first = this.LA(1);
      const value = this.OR([
        { ALT: (): Operand["value"] | undefined => this.SUBRULE(this.text)?.text },
        { ALT: (): Operand["value"] | undefined => this.SUBRULE(this.number) },
        { ALT: (): Operand["value"] | undefined => this.SUBRULE(this.truth) },
      ]);
      return this.ACTION(() => (value === undefined ? undefined : { value, span: this.at(first) }));
    },
    PART,
  );

  /** Whether a token ahead compares, so that the word before it is a field, whatever it means elsewhere. */
  private isSign(ahead: number): boolean {
    return SIGNS.has(this.LA(ahead).tokenType);
  }

  /** The same of words that compare: what they compare with stands behind them. */
  private isComparison(ahead: number): boolean {
    const operand = OPERANDS.get(this.LA(ahead).tokenType);
    return this.isSign(ahead) || (operand !== undefined && this.LA(ahead + 1).tokenType === operand);
  }

  private readonly claims = [
    { ALT: (): Condition | undefined => this.SUBRULE(this.group) },
    { GATE: () => !this.isSign(2), ALT: (): Condition | undefined => this.SUBRULE(this.presence) },
    { GATE: () => !this.isComparison(2), ALT: (): Condition | undefined => this.SUBRULE(this.entries) },
    { ALT: (): Condition | undefined => this.SUBRULE(this.tested) },
  ];

  private readonly comparisons = [
    { ALT: (): ConditionTest | undefined => this.SUBRULE(this.equality) },
    { ALT: (): ConditionTest | undefined => this.SUBRULE(this.membership) },
    { ALT: (): ConditionTest | undefined => this.SUBRULE(this.ordering) },
    { ALT: (): ConditionTest | undefined => this.SUBRULE(this.likeness) },
    { ALT: (): ConditionTest | undefined => this.SUBRULE(this.matching) },
    { ALT: (): ConditionTest | undefined => this.SUBRULE(this.folder) },
    { ALT: (): ConditionTest | undefined => this.SUBRULE(this.inclusion) },
  ];
}
