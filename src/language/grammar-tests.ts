/** The body of `test`. */
import type { IToken } from "chevrotain";
import { GrammarGuards } from "./grammar-guards.ts";
import { PART, type Seen } from "./grammar-parts.ts";
import * as tokens from "./tokens.ts";
import type { Send, TestStatement, Word } from "./tree.ts";

const { Reserved, Contextual, Inner } = tokens;

type Carried = { -readonly [K in "model" | "tool" | "text" | "microUsd" | "tokens" | "times"]: Send[K] };

/** Tests: what can and cannot be used, and what becomes of a request that is sent. */
export class GrammarTests extends GrammarGuards {
  protected readonly test = this.RULE("test", (): TestStatement[] => {
    const body: TestStatement[] = [];
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      const statement = this.SUBRULE(this.testStatement);
      if (statement !== undefined) body.push(statement);
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly testStatement = this.RULE("testStatement", (): TestStatement | undefined =>
    this.OR(this.testStatements),
  );

  private readonly can = this.RULE("can", (): TestStatement | undefined => {
    const first = this.OR([{ ALT: () => this.CONSUME(Reserved.can) }, { ALT: () => this.CONSUME(Reserved.cannot) }]);
    this.CONSUME(Inner.use);
    const thing = this.SUBRULE(this.thing);
    const items = this.SUBRULE(this.items);
    const kind = first.image as "can" | "cannot";
    return thing && items && { kind, thing, items, span: this.since(first) };
  });

  private readonly otherwise = this.RULE("otherwise", (): TestStatement => {
    const first = this.CONSUME(Reserved.otherwise);
    this.CONSUME(Reserved.cannot);
    return { kind: "otherwise", span: this.since(first) };
  });

  private readonly clock = this.RULE("clock", (): TestStatement | undefined => {
    const first = this.CONSUME(Reserved.at);
    const at = this.SUBRULE(this.instant);
    return this.ACTION((): TestStatement | undefined => {
      if (at?.dateOnly !== true) return at && { kind: "at", at, span: this.since(first) };
      this.fault("GW1012", at.span, "`at` needs a point in time", `add a time and a zone: \`${at.text}T10:00Z\``);
      return undefined;
    });
  });

  private readonly given = this.RULE("given", (): TestStatement | undefined => {
    const first = this.CONSUME(Reserved.given);
    return this.OR([
      {
        ALT: (): TestStatement | undefined => {
          this.CONSUME(Contextual.spent);
          const rate = this.SUBRULE(this.moneyRate);
          return rate && { kind: "spent", rate, span: this.since(first) };
        },
      },
      {
        ALT: (): TestStatement | undefined => {
          this.CONSUME(Contextual.used);
          const unit = this.CONSUME(tokens.Name);
          const rate = this.SUBRULE(this.rate);
          const measure = this.ACTION(() => this.choice(unit, ["requests", "tokens"]));
          return measure === undefined ? undefined : rate && { kind: "used", measure, rate, span: this.since(first) };
        },
      },
    ]);
  });

  private readonly send = this.RULE("send", (): TestStatement | undefined => {
    const first = this.CONSUME(Reserved.send);
    const seen: Seen = new Map();
    const carried: Carried = { model: null, tool: null, text: null, microUsd: null, tokens: null, times: null };
    this.MANY(() => this.SUBRULE(this.carry, { ARGS: [carried, seen] }));
    const expect = this.SUBRULE(this.expectation);
    return expect && { kind: "send", ...carried, expect, span: this.since(first) };
  });

  private readonly carry = this.RULE("carry", (carried: Carried, seen: Seen): void => {
    this.OR([
      {
        ALT: () => {
          const part = this.CONSUME(Contextual.model);
          const model = this.SUBRULE(this.name) ?? null;
          this.keep(part, seen, () => Object.assign(carried, { model }));
        },
      },
      {
        ALT: () => {
          const part = this.CONSUME(Contextual.tool);
          const tool = this.SUBRULE1(this.name) ?? null;
          this.keep(part, seen, () => Object.assign(carried, { tool }));
        },
      },
      {
        ALT: () => {
          const part = this.CONSUME(Contextual.text);
          const text = this.SUBRULE(this.text) ?? null;
          this.keep(part, seen, () => Object.assign(carried, { text }));
        },
      },
      {
        ALT: () => {
          const part = this.CONSUME(Contextual.cost);
          const microUsd = this.SUBRULE(this.money) ?? null;
          this.keep(part, seen, () => Object.assign(carried, { microUsd }));
        },
      },
      {
        ALT: () => {
          const part = this.CONSUME(Contextual.tokens);
          const amount = this.SUBRULE(this.integer) ?? null;
          this.keep(part, seen, () => Object.assign(carried, { tokens: amount }));
        },
      },
      {
        ALT: () => {
          const part = this.CONSUME(Contextual.times);
          const times = this.SUBRULE1(this.integer) ?? null;
          this.keep(part, seen, () => Object.assign(carried, { times }));
        },
      },
    ]);
  });

  private keep(part: IToken, seen: Seen, write: () => void): void {
    this.ACTION(() => {
      if (this.once(seen, part.image, this.at(part))) write();
    });
  }

  private readonly expectation = this.RULE(
    "expectation",
    (): Send["expect"] | undefined => {
      this.CONSUME(Reserved.expect);
      return this.OR([
        { ALT: (): Send["expect"] => ({ kind: "allow", span: this.at(this.CONSUME(Reserved.allow)) }) },
        {
          ALT: (): Send["expect"] | undefined => {
            const how = this.CONSUME(tokens.Name);
            const what = this.OPTION(() => this.OR1(this.reasons)) ?? null;
            return this.ACTION(() => this.asExpectation(how, what && this.word(what)));
          },
        },
      ]);
    },
    PART,
  );

  private asExpectation(how: IToken, what: Word | null): Send["expect"] | undefined {
    const kind = this.choice(how, ["allow", "refuse", "redact"]);
    const span = this.since(how);
    if (kind === "refuse") return { kind, reason: what, span };
    return kind === "redact" ? { kind, guardrail: what, span } : undefined;
  }

  /** Reasons of refusals and names of guardrails; some reasons are reserved words elsewhere. */
  private readonly reasons = [
    { ALT: () => this.CONSUME1(tokens.Name) },
    { ALT: () => this.CONSUME(Inner.key) },
    { ALT: () => this.CONSUME(Inner.provider) },
    { ALT: () => this.CONSUME(Inner.guardrail) },
    { ALT: () => this.CONSUME(Reserved.budget) },
  ];

  private readonly testStatements = [
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.can) },
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.otherwise) },
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.clock) },
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.given) },
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.send) },
  ];
}
