/** What stands behind `expect` in a test: what becomes of a request, or of what a tool gives back. */
import type { IToken } from "chevrotain";
import { PART } from "./grammar-parts.ts";
import { GrammarServices } from "./grammar-services.ts";
import * as tokens from "./tokens.ts";
import type { Expectation, Remaining, Word } from "./tree.ts";

const { Reserved, Contextual, Inner } = tokens;

/** What is expected something of: a request, or what a tool gives back, by its text or by its size alone. */
export type About = "request" | "text" | "size";

/** Words that are only said of the one, and of the other. */
const REQUEST_DEEDS: ReadonlySet<string> = new Set(["refuse", "mask", "observe", "route", "ask"]);
const RESULT_DEEDS: ReadonlySet<string> = new Set(["withhold"]);

/** What may follow an expectation's own words. */
interface Behind {
  readonly next: Word[];
  to: Word | null;
}

/** The expectation of a `send`. */
export class GrammarExpectations extends GrammarServices {
  protected readonly expectation = this.RULE(
    "expectation",
    (about: About): Expectation | undefined => {
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
          ALT: (): Expectation | undefined => {
            const first = this.CONSUME(Reserved.ask);
            const isAsked = this.ACTION(() => this.checkAbout(first, about, REQUEST_DEEDS));
            return isAsked ? { kind: "ask", span: this.since(first) } : undefined;
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
            return this.ACTION(() =>
              about === "request"
                ? this.asExpectation(how, what, behind)
                : this.asReturned(how, what, { about, ...behind }),
            );
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

  /** What may become of a request. */
  private asExpectation(how: IToken, name: IToken | null, behind: Behind): Expectation | undefined {
    if (!this.checkAbout(how, "request", RESULT_DEEDS)) return undefined;
    const kind = this.choice(how, ["allow", "refuse", "redact", "mask", "flag", "observe", "route"]);
    const span = this.since(how);
    if (kind !== undefined) this.checkBehind(kind, behind);
    const what = name && this.guardrailName(name);
    if (what === undefined) return undefined;
    const { next, to } = behind;
    if (kind === "refuse") return { kind, reason: what, span };
    if (kind === "redact" || kind === "mask") return { kind, guardrail: what, to, span };
    if (kind === "flag" || kind === "observe") return { kind, guardrail: what, span };
    if (kind !== "route") return undefined;
    if (what !== null) return { kind, providers: [what, ...next], span };
    this.fault("GW1006", span, "`expect route` needs the name of a provider", "as in `expect route anthropic`");
    return undefined;
  }

  /** What may become of what a tool gives back. */
  private asReturned(
    how: IToken,
    name: IToken | null,
    { about, ...behind }: Behind & { readonly about: About },
  ): Expectation | undefined {
    if (!this.checkAbout(how, about, REQUEST_DEEDS)) return undefined;
    const deed = this.choice(how, ["allow", "redact", "flag", "withhold"]);
    const span = this.since(how);
    if (deed !== undefined) this.checkBehind(deed, behind);
    if (deed === "withhold") {
      if (name === null) return { kind: "withhold", span };
      this.fault("GW1006", this.at(name), "`expect withhold` ends before this", "nothing follows it");
      return undefined;
    }
    if (deed !== "redact" && deed !== "flag") return undefined;
    if (about === "size") {
      const message = `nothing can be found to ${deed} in a result of which only the size is said`;
      this.fault(
        "GW1020",
        span,
        message,
        'say its text, as in `result "id EMP-123456"`, or `expect allow` or `withhold`',
      );
      return undefined;
    }
    return { kind: "found", deed, by: name && this.asPatternName(name), to: behind.to, span };
  }

  /** Some words are about requests, and some about what tools give back. */
  private checkAbout(how: IToken, about: About, others: ReadonlySet<string>): boolean {
    if (!others.has(how.image) || (about === "request") === (others === REQUEST_DEEDS)) return true;
    const [message, help] =
      about === "request"
        ? [
            "about what a tool gives back, and this `send` does not say what that is",
            'add it: `result "…"` or `result 80k`',
          ]
        : [
            "about a request, and this `send` says what its tool gives back",
            "of that can be expected `allow`, `redact`, `flag` or `withhold`; leave `result` out to speak of the request",
          ];
    this.fault("GW1020", this.at(how), `\`expect ${how.image}\` is ${message}`, help);
    return false;
  }

  private checkBehind(kind: string, { next, to }: Behind): void {
    const stray = (kind !== "redact" && kind !== "mask" ? to : null) ?? (kind !== "route" ? next[0] : null);
    if (!stray) return;
    const help = "`to` follows `redact` or `mask`, and `then` joins the providers of a `route`";
    this.fault("GW1006", stray.span, `\`expect ${kind}\` ends before this`, help);
  }

  /** Guardrails have no packs; undefined for what names a pack of patterns. */
  private guardrailName(name: IToken): Word | undefined {
    if (name.tokenType !== tokens.Reference) return this.word(name);
    const message = `a guardrail is named here, and \`${name.image}\` names patterns`;
    this.fault("GW1006", this.at(name), message, "patterns are named where a `send` has a `result`");
    return undefined;
  }

  /** Reasons of refusals, names of guardrails and of patterns; some reasons are reserved words elsewhere. */
  private readonly reasons = [
    { ALT: () => this.CONSUME1(tokens.Name) },
    { ALT: () => this.CONSUME(Inner.key) },
    { ALT: () => this.CONSUME(Inner.provider) },
    { ALT: () => this.CONSUME(Inner.guardrail) },
    { ALT: () => this.CONSUME(Reserved.budget) },
    { ALT: () => this.CONSUME(tokens.Reference) },
  ];
}
