/** Objects as JSON has them, in the strings and numbers of the language: what a test calls a tool with. */
import { GrammarParts, PART } from "./grammar-parts.ts";
import * as tokens from "./tokens.ts";
import type { Json } from "./tree.ts";
import { readNumber, readText } from "./values.ts";

const { Contextual } = tokens;

/** Objects, lists and plain values. */
export class GrammarObjects extends GrammarParts {
  protected readonly number = this.RULE(
    "number",
    (): number | undefined => {
      const token = this.OR([
        { ALT: () => this.CONSUME(tokens.Integer) },
        { ALT: () => this.CONSUME(tokens.Decimal) },
        { ALT: () => this.CONSUME(tokens.Negative) },
      ]);
      return this.ACTION(() => this.value(token, readNumber));
    },
    PART,
  );

  protected readonly object = this.RULE(
    "object",
    (): { readonly [name: string]: Json } => {
      const members = new Map<string, Json>();
      this.CONSUME(tokens.OpenObject);
      this.MANY_SEP({
        SEP: tokens.Comma,
        DEF: () => this.SUBRULE(this.member, { ARGS: [members] }),
      });
      this.CONSUME(tokens.CloseObject);
      return Object.fromEntries(members);
    },
    PART,
  );

  private readonly member = this.RULE(
    "member",
    (members: Map<string, Json>): void => {
      const name = this.CONSUME(tokens.Text);
      this.CONSUME(tokens.Colon);
      const value = this.SUBRULE(this.json);
      this.ACTION(() => {
        const text = this.value(name, readText);
        if (text === undefined || value === undefined) return;
        if (members.has(text))
          this.fault("GW1008", this.at(name), `the member \`${name.image}\` stands twice`, "keep one");
        members.set(text, value);
      });
    },
    PART,
  );

  private readonly json = this.RULE(
    "json",
    (): Json | undefined =>
      this.OR([
        { ALT: (): Json | undefined => this.SUBRULE(this.text)?.text },
        { ALT: (): Json | undefined => this.SUBRULE(this.number) },
        { ALT: (): Json => this.SUBRULE(this.truth) },
        { ALT: (): Json => this.asNull() },
        { ALT: (): Json => this.SUBRULE(this.object) },
        { ALT: (): Json => this.SUBRULE(this.list) },
      ]),
    PART,
  );

  private asNull(): null {
    this.CONSUME(Contextual.null);
    return null;
  }

  protected readonly truth = this.RULE(
    "truth",
    (): boolean => {
      const token = this.OR([
        { ALT: () => this.CONSUME(Contextual.true) },
        { ALT: () => this.CONSUME(Contextual.false) },
      ]);
      return token.image === "true";
    },
    PART,
  );

  private readonly list = this.RULE(
    "list",
    (): readonly Json[] => {
      const entries: (Json | undefined)[] = [];
      this.CONSUME(tokens.OpenList);
      this.MANY_SEP({ SEP: tokens.Comma, DEF: () => entries.push(this.SUBRULE(this.json)) });
      this.CONSUME(tokens.CloseList);
      return this.present(entries);
    },
    PART,
  );
}
