/** The bodies of `pattern` and `guardrail`. */
import type { IToken } from "chevrotain";
import { PART, type Seen } from "./grammar-parts.ts";
import { GrammarServers } from "./grammar-servers.ts";
import type { Span } from "./source.ts";
import * as tokens from "./tokens.ts";
import type { GuardAction, GuardrailDeclaration, PatternDeclaration, Place, Stage } from "./tree.ts";

const { Reserved } = tokens;

type Named<T> = { -readonly [K in Exclude<keyof T, "kind" | "name" | "doc" | "span">]: T[K] };
type Match = GuardrailDeclaration["match"][number];
type Growing<T> = { [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

const PLACES = ["user", "tool-result", "tool-input", "system", "document"] as const satisfies readonly Place[];
const STAGES = ["request", "response"] as const satisfies readonly Stage[];

/** Patterns with their examples, and the guardrails that use them. */
export class GrammarGuards extends GrammarServers {
  protected readonly pattern = this.RULE("pattern", (): Named<PatternDeclaration> => {
    const body: Growing<Named<PatternDeclaration>> = { matches: [], hits: [], misses: [] };
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      this.SUBRULE(this.patternStatement, { ARGS: [body] });
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly patternStatement = this.RULE(
    "patternStatement",
    (body: Growing<Named<PatternDeclaration>>): void => {
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
    },
  );

  protected readonly guardrail = this.RULE("guardrail", (): Named<GuardrailDeclaration> => {
    const body: Growing<Named<GuardrailDeclaration>> = { on: [], in: [], match: [], actions: [] };
    const seen: Seen = new Map();
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      this.SUBRULE(this.guardrailStatement, { ARGS: [body, seen] });
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly guardrailStatement = this.RULE(
    "guardrailStatement",
    (body: Growing<Named<GuardrailDeclaration>>, seen: Seen): void => {
      this.OR([
        {
          ALT: () => {
            const first = this.CONSUME(Reserved.on);
            const words = this.SUBRULE(this.plainWords);
            this.ACTION(() => this.once(seen, "on", this.since(first)) && body.on.push(...this.asStages(words)));
          },
        },
        {
          ALT: () => {
            const first = this.CONSUME(Reserved.in);
            const words = this.SUBRULE1(this.plainWords);
            this.ACTION(() => this.once(seen, "in", this.since(first)) && body.in.push(...this.asPlaces(words)));
          },
        },
        {
          ALT: () => {
            this.CONSUME(Reserved.match);
            const matches = this.SUBRULE(this.matches);
            this.ACTION(() => body.match.push(...(matches ?? [])));
          },
        },
        {
          ALT: () => {
            const first = this.CONSUME(Reserved.action);
            const action = this.SUBRULE(this.action);
            this.ACTION(() => {
              if (this.once(seen, "action", this.since(first)) && action !== undefined) body.actions.push(action);
            });
          },
        },
      ]);
    },
  );

  private readonly plainWords = this.RULE(
    "plainWords",
    (): IToken[] => {
      const words: IToken[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => words.push(this.CONSUME(tokens.Name)) });
      return words;
    },
    PART,
  );

  private asStages(words: readonly IToken[] | undefined): { stage: Stage; span: Span }[] {
    return (words ?? []).flatMap((token) => {
      const stage = this.choice(token, STAGES, "GW2014");
      return stage === undefined ? [] : [{ stage, span: this.at(token) }];
    });
  }

  private asPlaces(words: readonly IToken[] | undefined): { place: Place; span: Span }[] {
    return (words ?? []).flatMap((token) => {
      const place = this.choice(token, PLACES, "GW2013");
      return place === undefined ? [] : [{ place, span: this.at(token) }];
    });
  }

  private readonly matches = this.RULE(
    "matches",
    (): Match[] => {
      const matches: (Match | undefined)[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => matches.push(this.SUBRULE(this.match)) });
      return this.present(matches);
    },
    PART,
  );

  private readonly match = this.RULE(
    "match",
    (): Match | undefined =>
      this.OR([
        {
          ALT: (): Match | undefined => {
            const regex = this.SUBRULE(this.expression);
            return regex && { kind: "regex", regex, span: regex.span };
          },
        },
        {
          ALT: (): Match | undefined => {
            const name = this.SUBRULE(this.name);
            return name && { kind: "pattern", name, span: name.span };
          },
        },
        {
          ALT: (): Match => {
            const token = this.CONSUME(tokens.Reference);
            return { kind: "pack", name: { text: token.image.slice(1), span: this.at(token) }, span: this.at(token) };
          },
        },
      ]),
    PART,
  );

  private readonly action = this.RULE(
    "action",
    (): GuardAction | undefined => {
      const how = this.CONSUME(tokens.Name);
      const message = this.OPTION(() => this.SUBRULE(this.text));
      return this.ACTION((): GuardAction | undefined => {
        const kind = this.choice(how, ["redact", "reject"]);
        const span = this.since(how);
        if (kind === "redact" && message !== undefined) {
          this.fault(
            "GW1006",
            message.span,
            "`action redact` takes no text",
            "the placeholder names the kind of secret itself",
          );
        }
        if (kind === "redact") return { kind, span };
        if (kind === "reject" && message !== undefined) return { kind, message, span };
        if (kind === "reject") {
          this.fault("GW1014", span, "`action reject` needs a sentence for the caller", '`action reject "why"`');
        }
        return undefined;
      });
    },
    PART,
  );
}
