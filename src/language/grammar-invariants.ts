/** The body of `invariant`: promises that are proved for every possible name. */
import type { IToken } from "chevrotain";
import { PART } from "./grammar-parts.ts";
import { GrammarTests } from "./grammar-tests.ts";
import * as tokens from "./tokens.ts";
import type { InvariantStatement, Subject, Word } from "./tree.ts";

const { Reserved, Contextual, Inner } = tokens;

type Required = Extract<InvariantStatement, { kind: "expires" | "budget" }>;

/** Invariants: what is never allowed, what is allowed to few, and what every key has. */
export class GrammarInvariants extends GrammarTests {
  protected readonly invariant = this.RULE("invariant", (): InvariantStatement[] => {
    const body: InvariantStatement[] = [];
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      const statement = this.SUBRULE(this.invariantStatement);
      if (statement !== undefined) body.push(statement);
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly invariantStatement = this.RULE("invariantStatement", (): InvariantStatement | undefined =>
    this.OR([
      { ALT: (): InvariantStatement | undefined => this.SUBRULE(this.never) },
      { ALT: (): InvariantStatement | undefined => this.SUBRULE(this.onlyTo) },
      { ALT: (): InvariantStatement | undefined => this.SUBRULE(this.require) },
    ]),
  );

  private readonly never = this.RULE("never", (): InvariantStatement | undefined => {
    const first = this.CONSUME(Reserved.never);
    this.CONSUME(Reserved.allow);
    const thing = this.SUBRULE(this.thing);
    const items = this.SUBRULE(this.items);
    const to = this.SUBRULE(this.targets);
    return thing && items && to && { kind: "never", thing, items, to, span: this.since(first) };
  });

  private readonly onlyTo = this.RULE("onlyTo", (): InvariantStatement | undefined => {
    const first = this.CONSUME(Reserved.allow);
    const thing = this.SUBRULE(this.thing);
    const items = this.SUBRULE(this.items);
    this.CONSUME(Reserved.only);
    const to = this.SUBRULE(this.targets);
    return thing && items && to && { kind: "onlyTo", thing, items, to, span: this.since(first) };
  });

  /** `to team eng, support, key ci`: a kind holds until the next one is written. */
  private readonly targets = this.RULE(
    "targets",
    (): Subject[] => {
      const subjects: Subject[] = [];
      this.CONSUME(Reserved.to);
      let kind = this.SUBRULE(this.targetKind);
      const first = this.SUBRULE(this.name);
      this.ACTION(() => subjects.push({ kind: kind.image as Subject["kind"], name: first }));
      this.MANY(() => {
        this.CONSUME(tokens.Comma);
        const next = this.OPTION(() => this.SUBRULE1(this.targetKind));
        const name = this.SUBRULE1(this.name);
        this.ACTION(() => {
          kind = next ?? kind;
          subjects.push({ kind: kind.image as Subject["kind"], name });
        });
      });
      return subjects;
    },
    PART,
  );

  private readonly targetKind = this.RULE(
    "targetKind",
    (): IToken =>
      this.OR([
        { ALT: () => this.CONSUME(Inner.team) },
        { ALT: () => this.CONSUME(Inner.key) },
        { ALT: () => this.CONSUME(Inner.org) },
      ]),
    PART,
  );

  private readonly require = this.RULE("require", (): InvariantStatement | undefined => {
    const first = this.CONSUME(Reserved.require);
    this.CONSUME(Contextual.every);
    this.CONSUME(Inner.key);
    const within = this.OPTION(() => this.SUBRULE(this.within)) ?? null;
    return this.OR([
      {
        ALT: (): Required | undefined => {
          this.CONSUME(Reserved.expires);
          this.CONSUME(Contextual.within);
          const days = this.SUBRULE(this.integer);
          const unit = this.CONSUME(tokens.Name);
          const known = this.ACTION(() => this.choice(unit, ["days"]));
          return known && days !== undefined
            ? { kind: "expires", in: within, days, span: this.since(first) }
            : undefined;
        },
      },
      {
        ALT: (): Required | undefined => {
          this.CONSUME(Reserved.budget);
          this.CONSUME(Reserved.at);
          this.CONSUME(Contextual.most);
          const rate = this.SUBRULE(this.moneyRate);
          return rate && { kind: "budget", in: within, rate, span: this.since(first) };
        },
      },
    ]);
  });

  private readonly within = this.RULE(
    "within",
    (): Word | undefined => {
      this.CONSUME(Reserved.in);
      return this.SUBRULE(this.name);
    },
    PART,
  );
}
