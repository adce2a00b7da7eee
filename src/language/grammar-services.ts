/** The body of `service`: who can be asked for a verdict about a text, and how it is reached. */
import { GrammarGuardrails } from "./grammar-guardrails.ts";
import type { Seen } from "./grammar-parts.ts";
import * as tokens from "./tokens.ts";
import type { ServiceStatement, Word } from "./tree.ts";

const { Reserved, Contextual } = tokens;

/** Services that guardrails ask. */
export class GrammarServices extends GrammarGuardrails {
  protected readonly service = this.RULE("service", (): ServiceStatement[] => {
    const body: ServiceStatement[] = [];
    const seen: Seen = new Map();
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      const part = this.SUBRULE(this.serviceStatement);
      if (part !== undefined && (part.kind === "check" || this.once(seen, part.kind, part.span))) body.push(part);
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly serviceStatement = this.RULE("serviceStatement", (): ServiceStatement | undefined =>
    this.OR([
      {
        ALT: (): ServiceStatement | undefined => {
          const first = this.CONSUME(Reserved.kind);
          const name = this.SUBRULE(this.name);
          return name && { kind: "kind", name, span: this.since(first) };
        },
      },
      {
        ALT: (): ServiceStatement | undefined => {
          const first = this.CONSUME(Reserved.url);
          const url = this.SUBRULE(this.text);
          return url && { kind: "url", url, span: this.since(first) };
        },
      },
      {
        ALT: (): ServiceStatement | undefined => {
          const first = this.CONSUME(Reserved.credential);
          const credential = this.SUBRULE(this.credential);
          return credential && { kind: "credential", credential, span: this.since(first) };
        },
      },
      {
        ALT: (): ServiceStatement | undefined => {
          const first = this.CONSUME(Reserved.region);
          const region = this.SUBRULE1(this.name);
          return region && { kind: "region", region, span: this.since(first) };
        },
      },
      { ALT: (): ServiceStatement | undefined => this.SUBRULE(this.resource) },
      { ALT: (): ServiceStatement | undefined => this.SUBRULE(this.serviceCheck) },
    ]),
  );

  private readonly resource = this.RULE("resource", (): ServiceStatement | undefined => {
    const first = this.CONSUME(Reserved.resource);
    const name = this.SUBRULE(this.text);
    const version = this.OPTION((): Word => {
      this.CONSUME(Contextual.version);
      const token = this.OR([{ ALT: () => this.CONSUME(tokens.Integer) }, { ALT: () => this.CONSUME(tokens.Name) }]);
      return this.ACTION(() => this.word(token));
    });
    return name && { kind: "resource", name, version: version ?? null, span: this.since(first) };
  });

  private readonly serviceCheck = this.RULE("serviceCheck", (): ServiceStatement | undefined => {
    const first = this.CONSUME(Reserved.check);
    const name = this.SUBRULE(this.name);
    const of = this.OPTION(() => this.SUBRULE(this.text)) ?? null;
    const at = this.OPTION1(() => {
      this.CONSUME(Reserved.at);
      return this.SUBRULE(this.integer);
    });
    return name && { kind: "check", name, of, at: at ?? null, span: this.since(first) };
  });
}
