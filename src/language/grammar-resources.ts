/** The bodies of `provider`, `models`, `tools` and `audit`. */
import type { IToken } from "chevrotain";
import { PART, type Seen } from "./grammar-parts.ts";
import { GrammarStatements } from "./grammar-statements.ts";
import * as tokens from "./tokens.ts";
import type { AuditStatement, Credential, Item, PriceStatement, ProviderStatement, Word } from "./tree.ts";
import { readText } from "./values.ts";

const { Reserved, Contextual } = tokens;

/** What stands between the braces of a model group. */
export interface ModelsBody {
  readonly items: Item[];
  readonly via: Word[];
  readonly prices: PriceStatement[];
}

/** The token classes of a price, as written and as the tree names them; all of them are required. */
const PRICE_PARTS = [
  ["input", "input"],
  ["output", "output"],
  ["cache-read", "cacheRead"],
  ["cache-write", "cacheWrite"],
  ["cache-write-1h", "cacheWrite1h"],
] as const;
type PricePart = (typeof PRICE_PARTS)[number][1];

/** A longer word where `env` or `file` belongs is taken for the secret itself. */
const LONGEST_MISTAKE = 12;

const LATER_CREDENTIALS: ReadonlySet<string> = new Set(["exec", "aws", "google", "azure"]);

/** Providers, groups of models and tools, prices, and the audit. */
export class GrammarResources extends GrammarStatements {
  // ---- provider -----------------------------------------------------------------------------------------------------

  protected readonly provider = this.RULE("provider", (): ProviderStatement[] => {
    const body: ProviderStatement[] = [];
    const seen: Seen = new Map();
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      const part = this.SUBRULE(this.providerStatement);
      if (part !== undefined && this.once(seen, part.kind, part.span)) body.push(part);
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly providerStatement = this.RULE("providerStatement", (): ProviderStatement | undefined =>
    this.OR([
      {
        ALT: (): ProviderStatement | undefined => {
          const first = this.CONSUME(Reserved.kind);
          const name = this.SUBRULE(this.name);
          return name && { kind: "kind", name, span: this.since(first) };
        },
      },
      {
        ALT: (): ProviderStatement | undefined => {
          const first = this.CONSUME(Reserved.url);
          const url = this.SUBRULE(this.text);
          return url && { kind: "url", url, span: this.since(first) };
        },
      },
      {
        ALT: (): ProviderStatement | undefined => {
          const first = this.CONSUME(Reserved.credential);
          const credential = this.SUBRULE(this.credential);
          return credential && { kind: "credential", credential, span: this.since(first) };
        },
      },
    ]),
  );

  protected readonly credential = this.RULE(
    "credential",
    (): Credential | undefined =>
      this.OR([
        {
          ALT: (): Credential | undefined => {
            const how = this.CONSUME(tokens.Name);
            const what = this.OPTION(() =>
              this.OR1([{ ALT: () => this.CONSUME1(tokens.Name) }, { ALT: () => this.CONSUME(tokens.Text) }]),
            );
            return this.ACTION(() => this.asCredential(how, what));
          },
        },
        {
          ALT: (): undefined => {
            const token = this.CONSUME1(tokens.Text);
            this.ACTION(() => this.literalSecret(token));
          },
        },
      ]),
    PART,
  );

  private asCredential(how: IToken, what: IToken | undefined): Credential | undefined {
    if (LATER_CREDENTIALS.has(how.image)) {
      const message = `\`credential ${how.image}\` is reserved for a later version of sallyport and is not understood yet`;
      this.fault("GW1010", this.at(how), message, 'use `credential env NAME` or `credential file "path"`');
      return undefined;
    }
    if (how.image.length > LONGEST_MISTAKE) return this.literalSecret(how);
    const kind = this.choice(how, ["env", "file"]);
    if (kind === undefined) return undefined;
    const span = this.since(how);
    if (kind === "env" && what?.tokenType === tokens.Text) return this.quotedVariable(what);
    if (what === undefined || (kind === "file") !== (what.tokenType === tokens.Text)) {
      const wanted = kind === "env" ? "the name of an environment variable" : "a path in quotes";
      this.fault("GW1006", span, `\`credential ${kind}\` needs ${wanted}`);
      return undefined;
    }
    if (kind === "file") {
      const path = this.unquote(what);
      return path && { kind, path, span };
    }
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(what.image)) return { kind, name: this.word(what), span };
    return this.literalSecret(what);
  }

  /** A name in quotes is a slip; whatever has not the form of one may be the secret itself. */
  private quotedVariable(token: IToken): undefined {
    const name = /^"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"$/.exec(token.image)?.[1];
    if (name === undefined) return this.literalSecret(token);
    const message = "the name of an environment variable stands without quotes";
    this.fault("GW1006", this.at(token), message, `write \`credential env ${name}\``);
  }

  /** The value itself is never repeated in the message. */
  private literalSecret(token: IToken): undefined {
    const help = "name an environment variable or a file that holds it, and revoke it if it is real";
    this.fault("GW4001", this.at(token), "a credential must not stand in a policy", help);
  }

  // ---- models and tools ---------------------------------------------------------------------------------------------

  protected readonly models = this.RULE("models", (): ModelsBody => {
    const prices: (PriceStatement | undefined)[] = [];
    this.CONSUME(tokens.Open);
    this.begin();
    const items = this.SUBRULE(this.members) ?? [];
    const via = this.OPTION(() => this.SUBRULE(this.route)) ?? [];
    this.MANY(() => {
      this.begin();
      prices.push(this.SUBRULE(this.price));
    });
    this.CONSUME(tokens.Close);
    return { items, via, prices: this.present(prices) };
  });

  /** The list of a group: a fault in it does not cost the group its name. */
  private readonly members = this.RULE("members", (): Item[] | undefined => this.SUBRULE(this.items));

  private readonly route = this.RULE(
    "route",
    (): Word[] => {
      const via: (Word | undefined)[] = [];
      this.begin();
      this.CONSUME(Reserved.via);
      this.AT_LEAST_ONE_SEP({ SEP: Reserved.then, DEF: () => via.push(this.SUBRULE(this.name)) });
      return this.present(via);
    },
    PART,
  );

  private readonly price = this.RULE("price", (): PriceStatement | undefined => {
    const first = this.CONSUME(Reserved.price);
    const items = this.SUBRULE(this.items);
    const parts: Partial<Record<PricePart, number>> = {};
    const seen: Seen = new Map();
    this.MANY(() => {
      const part = this.OR(this.priceParts);
      const money = this.SUBRULE(this.money);
      this.ACTION(() => {
        const known = PRICE_PARTS.find(([written]) => written === part.image)!;
        if (this.once(seen, part.image, this.at(part)) && money !== undefined) parts[known[1]] = money;
      });
    });
    const above = this.OPTION(() => {
      this.CONSUME(Reserved.above);
      return this.SUBRULE(this.integer);
    });
    const from = this.OPTION1(() => {
      this.CONSUME(Reserved.from);
      return this.SUBRULE(this.instant);
    });
    return this.ACTION((): PriceStatement | undefined => {
      const missing = PRICE_PARTS.filter(([written]) => !seen.has(written));
      const { input, output, cacheRead, cacheWrite, cacheWrite1h } = parts;
      if (missing.length > 0) {
        const names = missing.map(([written]) => `\`${written}\``).join(", ");
        this.fault(
          "GW1014",
          this.since(first),
          `this price does not say ${names}`,
          "a price names all five token classes",
        );
      }
      if (items === undefined || input === undefined || output === undefined) return undefined;
      if (cacheRead === undefined || cacheWrite === undefined || cacheWrite1h === undefined) return undefined;
      const money = { input, output, cacheRead, cacheWrite, cacheWrite1h };
      return { kind: "price", items, ...money, above: above ?? null, from: from ?? null, span: this.since(first) };
    });
  });

  protected readonly tools = this.RULE("tools", (): Item[] => {
    this.CONSUME(tokens.Open);
    this.begin();
    const items = this.SUBRULE(this.members) ?? [];
    this.CONSUME(tokens.Close);
    return items;
  });

  // ---- audit --------------------------------------------------------------------------------------------------------

  protected readonly audit = this.RULE("audit", (): AuditStatement[] => {
    const body: AuditStatement[] = [];
    const seen: Seen = new Map();
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      const part = this.SUBRULE(this.auditStatement);
      if (part !== undefined && this.once(seen, part.kind, part.span)) body.push(part);
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly auditStatement = this.RULE("auditStatement", (): AuditStatement | undefined =>
    this.OR([
      {
        ALT: (): AuditStatement | undefined => {
          const first = this.CONSUME(Reserved.content);
          const level = this.SUBRULE(this.name);
          return level && { kind: "content", level, span: this.since(first) };
        },
      },
      {
        ALT: (): AuditStatement | undefined => {
          const first = this.CONSUME(Reserved.keep);
          const days = this.SUBRULE(this.integer);
          const unit = this.CONSUME(tokens.Name);
          const known = this.ACTION(() => this.choice(unit, ["days"]));
          return known && days !== undefined ? { kind: "keep", days, span: this.since(first) } : undefined;
        },
      },
    ]),
  );

  private readonly priceParts = PRICE_PARTS.map(([written]) => ({ ALT: () => this.CONSUME(Contextual[written]) }));

  private unquote(token: IToken): Word | undefined {
    const text = this.value(token, readText);
    return text === undefined ? undefined : { text, span: this.at(token) };
  }
}
