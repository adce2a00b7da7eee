/** The body of `pattern`. */
import { GrammarResources } from "./grammar-resources.ts";
import * as tokens from "./tokens.ts";
import type { PatternDeclaration } from "./tree.ts";

const { Reserved } = tokens;

type Named<T> = { -readonly [K in Exclude<keyof T, "kind" | "name" | "doc" | "span">]: T[K] };
type Growing<T> = { [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Patterns with their examples. */
export class GrammarGuards extends GrammarResources {
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
}
