/** The body of `test`. */
import type { IToken } from "chevrotain";
import { GrammarExpectations } from "./grammar-expectations.ts";
import { PART, type Seen } from "./grammar-parts.ts";
import type { Span } from "./source.ts";
import * as tokens from "./tokens.ts";
import type { Send, SendPlace, SendResult, TestStatement } from "./tree.ts";

const { Reserved, Contextual, Inner } = tokens;

type Carried = {
  -readonly [K in "model" | "tool" | "input" | "text" | "place" | "microUsd" | "tokens" | "times" | "result"]: Send[K];
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
  result: null,
} as const;

const PLACES = ["user", "tool-result", "tool-input", "system", "document", "answer"] as const satisfies SendPlace[];

/** Parts that a call of a tool does not have. */
const OF_REQUESTS = ["model", "text", "cost", "tokens"] as const;

/** Tests: what can and cannot be used, and what becomes of a request that is sent. */
export class GrammarTests extends GrammarExpectations {
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
    const before = this.errors.length;
    const seen: Seen = new Map();
    const carried: Carried = { ...NOTHING };
    this.MANY(() => this.SUBRULE(this.carry, { ARGS: [carried, seen] }));
    const expect = this.SUBRULE(this.expectation, { ARGS: [carried.result?.kind ?? "request"] });
    this.ACTION(() => {
      // A part that could not be read is not missing.
      if (this.errors.length > before) return;
      this.checkPlace(carried, seen.get("in"));
      this.checkInput(carried);
      this.checkResult(carried, seen);
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
      {
        ALT: () => {
          const part = this.CONSUME(Contextual.result);
          this.ACTION(() => {
            // One that cannot be read is still what the expectation is about.
            carried.result ??= { kind: "text", text: "", span: this.at(part) };
          });
          const result = this.SUBRULE(this.result);
          this.keep(part, seen, () => Object.assign(carried, result && { result }));
        },
      },
    ]);
  });

  /** What the tool gives back: one text, or so many bytes of which nothing else is said. */
  private readonly result = this.RULE(
    "result",
    (): SendResult | undefined =>
      this.OR([
        {
          ALT: (): SendResult | undefined => {
            const text = this.SUBRULE(this.text);
            return text && { kind: "text", ...text };
          },
        },
        {
          ALT: (): SendResult | undefined => {
            const first = this.LA(1);
            const bytes = this.SUBRULE(this.integer);
            return bytes === undefined ? undefined : { kind: "size", bytes, span: this.since(first) };
          },
        },
      ]),
    PART,
  );

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

  private checkResult({ tool, result }: Carried, seen: Seen): void {
    if (result === null) return;
    if (tool === null) {
      const help = '`send tool mcp:files/read_file result "…"`';
      this.fault("GW1006", result.span, "`result` is what a `tool` gives back, and this `send` has none", help);
    }
    for (const part of OF_REQUESTS) {
      const span = seen.get(part);
      if (span === undefined) continue;
      const message = `\`${part}\` belongs to a request to a model, and a \`send\` with \`result\` is a call of a tool`;
      this.fault("GW1006", span, message, "write a `send` for each");
    }
  }

  private readonly testStatements = [
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.can) },
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.otherwise) },
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.clock) },
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.given) },
    { ALT: (): TestStatement | undefined => this.SUBRULE(this.send) },
  ];
}
