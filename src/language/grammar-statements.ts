/** The statements of `org`, `team` and `key`. Which of them fits which is for the model to say: here all are read. */
import type { IToken } from "chevrotain";
import { GrammarConditions } from "./grammar-conditions.ts";
import { PART, type Seen } from "./grammar-parts.ts";
import * as tokens from "./tokens.ts";
import type {
  AccessStatement,
  ActiveStatement,
  AskStatement,
  BudgetStatement,
  CallsStatement,
  ConcurrencyStatement,
  FlowStatement,
  GuardStatement,
  Instant,
  Item,
  LimitStatement,
  PatternName,
  Rate,
  ResultsStatement,
  Scope,
  Statement,
} from "./tree.ts";
import { readClock, readDays } from "./values.ts";

const { Reserved, Contextual } = tokens;

type Ceiling = LimitStatement | CallsStatement | ConcurrencyStatement;

/** What a limit counts, and how much of it there may be. */
type Counted =
  | { readonly items: readonly Item[]; readonly rate: Rate }
  | { readonly measure: IToken; readonly figure: IToken };

/** What is said of results, with the word that begins it; a value or names are undefined where they could not be read. */
type ResultPart =
  | { readonly part: "max"; readonly word: IToken; readonly value: number | undefined }
  | { readonly part: "redact" | "flag"; readonly word: IToken; readonly names: readonly PatternName[] | undefined };

const RESULT_PARTS: readonly ResultPart["part"][] = ["max", "redact", "flag"];

/** Statements that a block may hold once, and the word that names each. */
const ONCE: Partial<Record<Statement["kind"], string>> = {
  timezone: "timezone",
  ungranted: "on ungranted tool",
  hash: "hash",
  owner: "owner",
  expires: "expires",
};

/** Statements that `observe` may stand before. */
type Observable = AccessStatement | FlowStatement | GuardStatement;

const EFFECTS = [Reserved.allow, Reserved.deny, Reserved.only] as const;

/** The block of an org, team or key, and each of its statements. */
export class GrammarStatements extends GrammarConditions {
  protected readonly node = this.RULE("node", (): Statement[] => {
    const body: Statement[] = [];
    const seen: Seen = new Map();
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      const statement = this.SUBRULE(this.statement);
      const part = statement === undefined ? undefined : ONCE[statement.kind];
      if (statement !== undefined && (part === undefined || this.once(seen, part, statement.span)))
        body.push(statement);
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  protected readonly statement = this.RULE("statement", (): Statement | undefined => this.OR(this.statements));

  private readonly access = this.RULE("access", (): AccessStatement | FlowStatement | undefined => {
    const first = this.OR(this.effects);
    const thing = this.SUBRULE(this.thing);
    const items = this.SUBRULE(this.items);
    const after = this.OPTION(() => this.SUBRULE(this.after)) ?? null;
    const condition = this.OPTION1(() => ({ read: this.SUBRULE(this.where) }));
    const until = this.OPTION2(() => this.SUBRULE(this.until)) ?? null;
    // A statement without its condition would say something else.
    const isWhole = condition === undefined || condition.read !== undefined;
    if (thing === undefined || items === undefined || !isWhole) return undefined;
    const effect = first.image as AccessStatement["effect"];
    const where = condition?.read ?? null;
    const span = this.since(first);
    if (after === null) return { kind: "access", observe: false, effect, thing, items, where, until, span };
    return this.ACTION((): FlowStatement | undefined => {
      if (where !== null) {
        const help = "what was called before closes tools whatever they are called with";
        this.fault("GW3080", where.span, "`where` has no meaning behind `after`", help);
        return undefined;
      }
      if (effect === "deny" && thing === "tools") return { kind: "flow", observe: false, items, after, until, span };
      const message = `\`after\` follows \`deny tools\` alone, not \`${effect} ${thing}\``;
      this.fault("GW3060", span, message, "as in `deny tools Bash after tools WebFetch`");
      return undefined;
    });
  });

  /** Which calls close the tools before it. */
  private readonly after = this.RULE(
    "after",
    (): Item[] | undefined => {
      this.CONSUME(tokens.Contextual.after);
      this.CONSUME(tokens.Inner.tools);
      return this.SUBRULE(this.items);
    },
    PART,
  );

  private readonly askTools = this.RULE("askTools", (): AskStatement | undefined => {
    const first = this.CONSUME(Reserved.ask);
    this.CONSUME(tokens.Inner.tools);
    const items = this.SUBRULE(this.items);
    const condition = this.OPTION(() => ({ read: this.SUBRULE(this.where) }));
    const until = this.OPTION1(() => this.SUBRULE(this.until)) ?? null;
    const isWhole = condition === undefined || condition.read !== undefined;
    if (items === undefined || !isWhole) return undefined;
    return { kind: "ask", items, where: condition?.read ?? null, until, span: this.since(first) };
  });

  private readonly results = this.RULE("results", (): ResultsStatement | undefined => {
    const first = this.CONSUME(Reserved.results);
    const items = this.SUBRULE(this.items);
    const parts: ResultPart[] = [];
    this.AT_LEAST_ONE(() => parts.push(this.OR(this.resultParts)));
    const until = this.OPTION(() => this.SUBRULE(this.until)) ?? null;
    return this.ACTION(() => {
      const said = items === undefined ? undefined : this.asResultParts(parts);
      return said && { kind: "results", items: items!, ...said, until, span: this.since(first) };
    });
  });

  private readonly largest = this.RULE(
    "largest",
    (): ResultPart => {
      const word = this.CONSUME(Contextual.max);
      return { part: "max", word, value: this.SUBRULE(this.integer) };
    },
    PART,
  );

  private readonly redacted = this.RULE(
    "redacted",
    (): ResultPart => {
      const word = this.CONSUME(Contextual.redact);
      return { part: "redact", word, names: this.SUBRULE(this.patternNames) };
    },
    PART,
  );

  private readonly flagged = this.RULE(
    "flagged",
    (): ResultPart => {
      const word = this.CONSUME(Contextual.flag);
      return { part: "flag", word, names: this.SUBRULE(this.patternNames) };
    },
    PART,
  );

  private readonly resultParts = [
    { ALT: (): ResultPart => this.SUBRULE(this.largest) },
    { ALT: (): ResultPart => this.SUBRULE(this.redacted) },
    { ALT: (): ResultPart => this.SUBRULE(this.flagged) },
  ];

  /** Each part once, and in the one order in which everybody writes them; undefined when one could not be read. */
  private asResultParts(parts: readonly ResultPart[]): Pick<ResultsStatement, "max" | "redact" | "flag"> | undefined {
    const seen: Seen = new Map();
    const said = { max: null as number | null, redact: [] as PatternName[], flag: [] as PatternName[] };
    let isWhole = true;
    let last = 0;
    for (const each of parts) {
      const place = RESULT_PARTS.indexOf(each.part);
      if (!this.once(seen, each.part, this.at(each.word))) isWhole = false;
      else if (place < last) {
        const before = RESULT_PARTS[last]!;
        const help = "the order is `max SIZE`, `redact NAMES`, `flag NAMES`";
        this.fault("GW1006", this.at(each.word), `\`${each.part}\` stands before \`${before}\``, help);
        isWhole = false;
      }
      last = Math.max(last, place);
      if (each.part !== "max") said[each.part] = [...(each.names ?? [])];
      else if (each.value === undefined) isWhole = false;
      else said.max = each.value;
    }
    return isWhole ? said : undefined;
  }

  private readonly guard = this.RULE("guard", (): GuardStatement | undefined => {
    const first = this.CONSUME(Reserved.guard);
    const names = this.SUBRULE(this.names);
    const until = this.OPTION(() => this.SUBRULE(this.until)) ?? null;
    return names === undefined ? undefined : { kind: "guard", observe: false, names, until, span: this.since(first) };
  });

  /** Of other statements that are only observed later.ts says that they are not understood yet. */
  private readonly observed = this.RULE("observed", (): Observable | undefined => {
    const first = this.CONSUME(Reserved.observe);
    const statement = this.OR([
      { ALT: (): Observable | undefined => this.SUBRULE(this.access) },
      { ALT: (): GuardStatement | undefined => this.SUBRULE(this.guard) },
    ]);
    return statement && { ...statement, observe: true, span: this.since(first) };
  });

  private readonly limit = this.RULE("limit", (): Ceiling | undefined => {
    const first = this.CONSUME(Reserved.limit);
    const what = this.OR({
      // `calls` is a name everywhere else; here the first alternative that takes it is meant, whatever follows.
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
      DEF: [
        { ALT: (): Counted | undefined => this.SUBRULE(this.calls) },
        { ALT: (): Counted => this.SUBRULE(this.measured) },
      ],
    });
    const per = this.OPTION(() => this.SUBRULE(this.per)) ?? "block";
    const until = this.OPTION1(() => this.SUBRULE(this.until)) ?? null;
    return this.ACTION(() => what && this.asLimit(first, what, { per, until }));
  });

  private readonly calls = this.RULE(
    "calls",
    (): Counted | undefined => {
      this.CONSUME(Contextual.calls);
      const items = this.SUBRULE(this.items);
      const rate = this.SUBRULE(this.rate);
      return items && rate && { items, rate };
    },
    PART,
  );

  private readonly measured = this.RULE(
    "measured",
    (): Counted => {
      const measure = this.CONSUME(tokens.Name);
      const figure = this.OR([{ ALT: () => this.CONSUME(tokens.Rate) }, { ALT: () => this.CONSUME(tokens.Integer) }]);
      return { measure, figure };
    },
    PART,
  );

  private asLimit(first: IToken, what: Counted, tail: { per: Scope; until: Instant | null }): Ceiling | undefined {
    if ("items" in what) return { kind: "calls", ...what, ...tail, span: this.since(first) };
    const { measure, figure } = what;
    const known = this.choice(measure, ["requests", "tokens", "concurrency", "calls"]);
    // `calls` itself never gets here, but what was meant for it does.
    if (known === undefined || known === "calls") return undefined;
    if (known !== "concurrency") {
      const rate = figure.tokenType === tokens.Rate ? this.asRate(figure) : this.wrongFigure(known, figure, "a rate");
      return rate && { kind: "limit", measure: known, rate, ...tail, span: this.since(first) };
    }
    if (figure.tokenType !== tokens.Integer) return this.wrongFigure(known, figure, "a number of requests");
    const amount = this.asInteger(figure);
    return amount === undefined ? undefined : { kind: "concurrency", amount, ...tail, span: this.since(first) };
  }

  private wrongFigure(measure: string, figure: IToken, wanted: string): undefined {
    const help = measure === "concurrency" ? "write it without a period" : `add a period: \`${figure.image}/min\``;
    this.fault("GW1011", this.at(figure), `\`limit ${measure}\` takes ${wanted}, found \`${figure.image}\``, help);
  }

  private readonly budget = this.RULE("budget", (): BudgetStatement | undefined => {
    const first = this.CONSUME(Reserved.budget);
    const rate = this.SUBRULE(this.moneyRate);
    const per = this.OPTION(() => this.SUBRULE(this.per)) ?? "block";
    const warnAt = this.OPTION1(() => this.SUBRULE(this.warning)) ?? null;
    const until = this.OPTION2(() => this.SUBRULE(this.until)) ?? null;
    return rate && { kind: "budget", rate, per, warnAt, until, span: this.since(first) };
  });

  private readonly warning = this.RULE(
    "warning",
    (): number => {
      this.CONSUME(Reserved.warn);
      this.CONSUME(Reserved.at);
      return Number.parseInt(this.CONSUME(tokens.Percent).image, 10);
    },
    PART,
  );

  private readonly active = this.RULE("active", (): ActiveStatement | undefined => {
    const first = this.CONSUME(Reserved.active);
    const days = this.value(this.CONSUME(tokens.Name), readDays);
    const clock = this.value(this.CONSUME(tokens.ClockRange), readClock);
    const until = this.OPTION(() => this.SUBRULE(this.until)) ?? null;
    if (days === undefined || clock === undefined) return undefined;
    const range = { fromDay: days.from, toDay: days.to, fromMinute: clock.from, toMinute: clock.to };
    return { kind: "active", ...range, until, span: this.since(first) };
  });

  private readonly ungranted = this.RULE("ungranted", (): Statement | undefined => {
    const first = this.CONSUME(Reserved.on);
    this.CONSUME(tokens.Contextual.ungranted);
    this.CONSUME(tokens.Contextual.tool);
    const how = this.CONSUME(tokens.Name);
    return this.ACTION((): Statement | undefined => {
      const action = this.choice(how, ["strip", "refuse"]);
      return action && { kind: "ungranted", action, span: this.since(first) };
    });
  });

  private readonly timezone = this.RULE("timezone", (): Statement | undefined => {
    const first = this.CONSUME(Reserved.timezone);
    const zone = this.SUBRULE(this.text);
    return zone && { kind: "timezone", zone, span: this.since(first) };
  });

  private readonly hash = this.RULE("hash", (): Statement | undefined => {
    const first = this.CONSUME(Reserved.hash);
    const digest = this.SUBRULE(this.digest);
    return digest === undefined ? undefined : { kind: "hash", digest, span: this.since(first) };
  });

  private readonly owner = this.RULE("owner", (): Statement | undefined => {
    const first = this.CONSUME(Reserved.owner);
    const owner = this.SUBRULE(this.text);
    return owner && { kind: "owner", owner, span: this.since(first) };
  });

  private readonly expires = this.RULE("expires", (): Statement | undefined => {
    const first = this.CONSUME(Reserved.expires);
    const at = this.SUBRULE(this.instant);
    return at && { kind: "expires", at, span: this.since(first) };
  });

  private readonly label = this.RULE("label", (): Statement | undefined => {
    const first = this.CONSUME(Reserved.label);
    const name = this.SUBRULE(this.name);
    this.CONSUME(tokens.Equals);
    const value = this.SUBRULE(this.text);
    return name && value && { kind: "label", name, value, span: this.since(first) };
  });

  private readonly effects = EFFECTS.map((effect) => ({ ALT: () => this.CONSUME(effect) }));

  private readonly statements = [
    { ALT: (): Statement | undefined => this.SUBRULE(this.access) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.askTools) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.results) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.guard) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.observed) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.limit) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.budget) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.active) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.ungranted) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.timezone) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.hash) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.owner) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.expires) },
    { ALT: (): Statement | undefined => this.SUBRULE(this.label) },
  ];
}
