/** The body of `pattern`: what it looks for, what of that counts, how grave and how certain it is, and its examples. */
import type { IToken } from "chevrotain";
import { PART, type Seen } from "./grammar-parts.ts";
import { GrammarServers } from "./grammar-servers.ts";
import * as tokens from "./tokens.ts";
import { CONFIDENCES, type PatternCheck, type PatternDeclaration, SEVERITIES, type Unless, type Word } from "./tree.ts";

const { Reserved, Contextual } = tokens;

/** What a pattern holds besides its name. */
export type PatternBody = Omit<PatternDeclaration, "kind" | "name" | "doc" | "span">;
type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
type Body = Growing<PatternBody>;

/** The check that compares with a number. */
const MEASURE = "entropy";

/** A pattern that holds nothing yet. */
export function emptyPattern(): Body {
  return { matches: [], keywords: [], checks: [], unless: [], severity: null, confidence: null, hits: [], misses: [] };
}

/** Patterns. */
export class GrammarPatterns extends GrammarServers {
  protected readonly pattern = this.RULE("pattern", (): PatternBody => {
    const body = emptyPattern();
    const seen: Seen = new Map();
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      this.SUBRULE(this.patternStatement, { ARGS: [body, seen] });
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly patternStatement = this.RULE("patternStatement", (body: Body, seen: Seen): void => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Reserved.match);
          const regex = this.SUBRULE(this.expression);
          this.ACTION(() => regex && body.matches.push(regex));
        },
      },
      {
        ALT: () => {
          this.CONSUME(Reserved.keywords);
          const words = this.SUBRULE(this.texts);
          this.ACTION(() => body.keywords.push(...(words ?? [])));
        },
      },
      {
        ALT: () => {
          this.CONSUME(Reserved.check);
          const checks = this.SUBRULE(this.patternChecks);
          this.ACTION(() => body.checks.push(...(checks ?? [])));
        },
      },
      {
        ALT: () => {
          this.CONSUME(Reserved.unless);
          const fine = this.SUBRULE(this.exemptions);
          this.ACTION(() => body.unless.push(...(fine ?? [])));
        },
      },
      { ALT: () => this.SUBRULE(this.grade, { ARGS: [body, seen] }) },
      {
        ALT: () => {
          this.CONSUME(Reserved.hit);
          const hit = this.SUBRULE(this.text);
          this.ACTION(() => hit && body.hits.push(hit));
        },
      },
      {
        ALT: () => {
          this.CONSUME(Reserved.miss);
          const miss = this.SUBRULE1(this.text);
          this.ACTION(() => miss && body.misses.push(miss));
        },
      },
    ]);
  });

  private readonly texts = this.RULE(
    "texts",
    (): Word[] => {
      const texts: (Word | undefined)[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => texts.push(this.SUBRULE(this.text)) });
      return this.present(texts);
    },
    PART,
  );

  private readonly patternChecks = this.RULE(
    "patternChecks",
    (): PatternCheck[] => {
      const checks: (PatternCheck | undefined)[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => checks.push(this.SUBRULE(this.patternCheck)) });
      return this.present(checks);
    },
    PART,
  );

  /** `luhn`, or `entropy > 3.5`. */
  private readonly patternCheck = this.RULE(
    "patternCheck",
    (): PatternCheck | undefined => {
      const name = this.CONSUME(tokens.Name);
      const number = this.OPTION(() => {
        this.CONSUME(tokens.Greater);
        return this.OR([{ ALT: () => this.CONSUME(tokens.Decimal) }, { ALT: () => this.CONSUME(tokens.Integer) }]);
      });
      return this.ACTION(() => this.asCheck(name, number));
    },
    PART,
  );

  private asCheck(name: IToken, number: IToken | undefined): PatternCheck | undefined {
    const span = this.since(name);
    if (name.image !== MEASURE && number !== undefined) {
      this.fault("GW1006", this.at(number), `\`${name.image}\` is not compared with a number`, "only `entropy` is");
      return undefined;
    }
    if (name.image === MEASURE && number === undefined) {
      const help = "`check entropy > 3.5`: so many bits a character at least";
      this.fault("GW1014", span, "`entropy` needs a number to be compared with", help);
      return undefined;
    }
    return { name: this.word(name), above: number === undefined ? null : Number(number.image), span };
  }

  private readonly exemptions = this.RULE(
    "exemptions",
    (): Unless[] => {
      const fine: (Unless | undefined)[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => fine.push(this.SUBRULE(this.exemption)) });
      return this.present(fine);
    },
    PART,
  );

  /** `"EMP-000000"`, `/^0+$/`, `line /integrity/`. */
  private readonly exemption = this.RULE(
    "exemption",
    (): Unless | undefined => {
      const line = this.OPTION(() => this.CONSUME(Contextual.line));
      const on = line === undefined ? "value" : "line";
      return this.OR([
        {
          ALT: (): Unless | undefined => {
            const text = this.SUBRULE(this.text);
            return text && { kind: "text", on, text, span: text.span };
          },
        },
        {
          ALT: (): Unless | undefined => {
            const regex = this.SUBRULE(this.expression);
            return regex && { kind: "regex", on, regex, span: regex.span };
          },
        },
      ]);
    },
    PART,
  );

  /** `severity high`, `confidence low`. */
  private readonly grade = this.RULE(
    "grade",
    (body: Body, seen: Seen): void => {
      const what = this.OR([
        { ALT: () => this.CONSUME(Reserved.severity) },
        { ALT: () => this.CONSUME(Reserved.confidence) },
      ]);
      const word = this.CONSUME(tokens.Name);
      this.ACTION(() => {
        if (!this.once(seen, what.image, this.since(what))) return;
        if (what.tokenType === Reserved.severity) body.severity = this.choice(word, SEVERITIES) ?? null;
        else body.confidence = this.choice(word, CONFIDENCES) ?? null;
      });
    },
    PART,
  );
}
