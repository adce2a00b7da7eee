/** The body of `test`. */
import type { IToken } from "chevrotain";
import { PART, type Seen } from "./grammar-parts.ts";
import { GrammarServices } from "./grammar-services.ts";
import type { Span } from "./source.ts";
import * as tokens from "./tokens.ts";
import type { Expectation, Remaining, Send, SendPlace, TestStatement, Word } from "./tree.ts";

const { Reserved, Contextual, Inner } = tokens;

type Carried = {
  -readonly [K in "model" | "tool" | "input" | "text" | "place" | "microUsd" | "tokens" | "times"]: Send[K];
};

const NOTHING = {
  model: null,
  tool: null,
  input: null,
  text: null,
  place: null,
  microUsd: null,
  tokens: null,
  times: null,
} as const;

const PLACES = ["user", "tool-result", "tool-input", "system", "document", "answer"] as const satisfies SendPlace[];

/** What may follow an expectation's own words. */
interface Behind {
  readonly next: Word[];
  to: Word | null;
}

/** Tests: what can and cannot be used, and what becomes of a request that is sent. */
export class GrammarTests extends GrammarServices {
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
          return this.SUBRULE(this.used, { ARGS: [first] });
        },
      },
      {
        ALT: (): TestStatement | undefined => {
          this.CONSUME(Contextual.called);
          const called = this.SUBRULE(this.names);
          return called && { kind: "called", tools: called, span: this.since(first) };
        },
      },
    ]);
  });

  /** Requests and tokens are used per period, and requests under way by number. */
  private readonly used = this.RULE(
    "used",
    (first: IToken): TestStatement | undefined => {
      const unit = this.CONSUME(tokens.Name);
      return this.OR([
        {
          ALT: (): TestStatement | undefined => {
            const rate = this.SUBRULE(this.rate);
            const measure = this.ACTION(() => this.choice(unit, ["requests", "tokens", "calls"]));
            return measure && rate && { kind: "used", measure, rate, span: this.since(first) };
          },
        },
        {
          ALT: (): TestStatement | undefined => {
            const amount = this.SUBRULE(this.integer);
            const isFlight = amount !== undefined && this.ACTION(() => this.checkFlight(unit, amount));
            return isFlight ? { kind: "flight", amount, span: this.since(first) } : undefined;
          },
        },
      ]);
    },
    PART,
  );

  private checkFlight(unit: IToken, amount: number): boolean {
    const measure = this.choice(unit, ["requests", "tokens", "calls", "concurrency"]);
    if (measure !== undefined && measure !== "concurrency") {
      const help = `as in \`given used ${measure} ${amount}/min\``;
      this.fault("GW1006", this.since(unit), `what was used of ${measure} needs a period`, help);
    }
    return measure === "concurrency";
  }

  private readonly send = this.RULE("send", (): TestStatement | undefined => {
    const first = this.CONSUME(Reserved.send);
    const seen: Seen = new Map();
    const carried: Carried = { ...NOTHING };
    this.MANY(() => this.SUBRULE(this.carry, { ARGS: [carried, seen] }));
    const expect = this.SUBRULE(this.expectation);
    this.ACTION(() => {
      this.checkPlace(carried, seen.get("in"));
      this.checkInput(carried);
    });
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
          const part = this.CONSUME(Contextual.input);
          const first = this.LA(1);
          const value = this.SUBRULE(this.object);
          this.keep(part, seen, () => {
            Object.assign(carried, { input: value === undefined ? null : { value, span: this.since(first) } });
          });
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
          const part = this.CONSUME(Reserved.in);
          const place = this.SUBRULE(this.place) ?? null;
          this.keep(part, seen, () => Object.assign(carried, { place }));
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

  private readonly place = this.RULE(
    "place",
    (): SendPlace | undefined => {
      const word = this.CONSUME(tokens.Name);
      return this.ACTION(() => this.choice(word, PLACES, "GW2013"));
    },
    PART,
  );

  private checkPlace({ text, place }: Carried, span: Span | undefined): void {
    if (place === null || text !== null || span === undefined) return;
    this.fault("GW1006", span, "`in` says where a `text` stands, and this `send` has none", '`send text "…" in user`');
  }

  private checkInput({ tool, input }: Carried): void {
    if (input === null || tool !== null) return;
    this.fault(
      "GW1006",
      input.span,
      "`input` is what a `tool` is called with, and this `send` has none",
      '`send tool Bash input { "command": "ls" }`',
    );
  }

  private readonly expectation = this.RULE(
    "expectation",
    (): Expectation | undefined => {
      this.CONSUME(Reserved.expect);
      return this.OR([
        {
          ALT: (): Expectation => {
            const first = this.CONSUME(Reserved.allow);
            const remaining = this.OPTION1(() => this.SUBRULE(this.remaining)) ?? null;
            return { kind: "allow", remaining, span: this.since(first) };
          },
        },
        {
          ALT: (): Expectation => {
            const first = this.CONSUME(Reserved.ask);
            return { kind: "ask", span: this.since(first) };
          },
        },
        {
          ALT: (): Expectation | undefined => {
            const how = this.OR2([
              { ALT: () => this.CONSUME(tokens.Name) },
              { ALT: () => this.CONSUME(Reserved.observe) },
            ]);
            const what = this.OPTION2(() => this.OR1(this.reasons)) ?? null;
            const behind: Behind = { next: [], to: null };
            this.SUBRULE(this.behind, { ARGS: [behind] });
            return this.ACTION(() => this.asExpectation(how, what && this.word(what), behind));
          },
        },
      ]);
    },
    PART,
  );

  private readonly remaining = this.RULE(
    "remaining",
    (): Remaining | undefined => {
      this.CONSUME(Contextual.remaining);
      return this.OR([
        {
          ALT: (): Remaining | undefined => {
            const rate = this.SUBRULE(this.moneyRate);
            return rate && { measure: "budget", amount: rate.microUsd, period: rate.period };
          },
        },
        {
          ALT: (): Remaining | undefined => {
            const unit = this.CONSUME(tokens.Name);
            const rate = this.SUBRULE(this.rate);
            const measure = this.ACTION(() => this.choice(unit, ["requests", "tokens", "calls"]));
            return measure && rate && { measure, amount: rate.amount, period: rate.period };
          },
        },
      ]);
    },
    PART,
  );

  /** `then second` behind a route, `to "…"` behind a redaction. */
  private readonly behind = this.RULE(
    "behind",
    (behind: Behind): void => {
      this.MANY(() => {
        this.CONSUME(Reserved.then);
        const next = this.SUBRULE(this.name);
        this.ACTION(() => behind.next.push(next));
      });
      this.OPTION(() => {
        this.CONSUME(Reserved.to);
        const to = this.SUBRULE(this.text);
        this.ACTION(() => {
          behind.to = to ?? null;
        });
      });
    },
    PART,
  );

  private asExpectation(how: IToken, what: Word | null, { next, to }: Behind): Expectation | undefined {
    const kind = this.choice(how, ["allow", "refuse", "redact", "mask", "flag", "observe", "route"]);
    const span = this.since(how);
    const stray = (kind !== "redact" && kind !== "mask" ? to : null) ?? (kind !== "route" ? next[0] : null);
    if (kind !== undefined && stray) {
      const help = "`to` follows `redact` or `mask`, and `then` joins the providers of a `route`";
      this.fault("GW1006", stray.span, `\`expect ${kind}\` ends before this`, help);
    }
    if (kind === "refuse") return { kind, reason: what, span };
    if (kind === "redact" || kind === "mask") return { kind, guardrail: what, to, span };
    if (kind === "flag" || kind === "observe") return { kind, guardrail: what, span };
    if (kind !== "route") return undefined;
    if (what !== null) return { kind, providers: [what, ...next], span };
    this.fault("GW1006", span, "`expect route` needs the name of a provider", "as in `expect route anthropic`");
    return undefined;
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
