/** The body of `guardrail`: where it looks, for what, whom it asks, and what it does. */
import type { IToken } from "chevrotain";
import { PART, type Seen } from "./grammar-parts.ts";
import { GrammarPatterns } from "./grammar-patterns.ts";
import type { Span } from "./source.ts";
import * as tokens from "./tokens.ts";
import type {
  Encoding,
  GuardAction,
  GuardDeed,
  GuardrailDeclaration,
  OnError,
  Place,
  Severity,
  Stage,
} from "./tree.ts";
import { ENCODINGS, SEVERITIES } from "./tree.ts";
import { readDuration } from "./values.ts";

const { Reserved, Contextual } = tokens;

/** What a guardrail holds besides its name. */
export type GuardrailBody = Omit<GuardrailDeclaration, "kind" | "name" | "doc" | "span">;
type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
type Body = Growing<GuardrailBody>;
type Match = GuardrailDeclaration["match"][number];

const PLACES = ["user", "tool-result", "tool-input", "system", "document"] as const satisfies readonly Place[];
const STAGES = ["request", "response"] as const satisfies readonly Stage[];
const DEEDS = ["flag", "mask", "redact", "reject"] as const satisfies readonly GuardDeed["kind"][];

/** What may stand behind the name of an action. */
interface Tail {
  readonly message: { readonly text: string; readonly span: Span } | undefined;
  readonly keep: { readonly value: number | undefined; readonly first: IToken } | undefined;
  readonly restore: { readonly first: IToken; readonly what: IToken } | undefined;
}

/** A guardrail that holds nothing yet. */
export function emptyGuardrail(): Body {
  return { on: [], in: [], match: [], decode: [], sample: null, ask: null, timeout: null, onError: null, actions: [] };
}

/** Guardrails. */
export class GrammarGuardrails extends GrammarPatterns {
  protected readonly guardrail = this.RULE("guardrail", (): GuardrailBody => {
    const body = emptyGuardrail();
    const seen: Seen = new Map();
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      this.SUBRULE(this.guardrailStatement, { ARGS: [body, seen] });
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly guardrailStatement = this.RULE("guardrailStatement", (body: Body, seen: Seen): void => {
    this.OR([
      { ALT: () => this.SUBRULE(this.onStatement, { ARGS: [body, seen] }) },
      {
        ALT: () => {
          const first = this.CONSUME(Reserved.in);
          const words = this.SUBRULE(this.places);
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
          const first = this.CONSUME(Reserved.decode);
          const words = this.SUBRULE(this.forms);
          this.ACTION(() => this.once(seen, "decode", this.since(first)) && body.decode.push(...this.asForms(words)));
        },
      },
      { ALT: () => this.SUBRULE(this.sample, { ARGS: [body, seen] }) },
      { ALT: () => this.SUBRULE(this.ask, { ARGS: [body, seen] }) },
      { ALT: () => this.SUBRULE(this.timeout, { ARGS: [body, seen] }) },
      {
        ALT: () => {
          const action = this.SUBRULE(this.action);
          this.ACTION(() => action !== undefined && body.actions.push(action));
        },
      },
      {
        ALT: () => {
          const first = this.CONSUME(Reserved.observe);
          const action = this.SUBRULE1(this.action);
          this.ACTION(() => action && body.actions.push({ ...action, observe: true, span: this.since(first) }));
        },
      },
    ]);
  });

  /** `on request, response`, or `on error block`. */
  private readonly onStatement = this.RULE("onStatement", (body: Body, seen: Seen): void => {
    const first = this.CONSUME(Reserved.on);
    const words = this.SUBRULE(this.stages);
    const then = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(tokens.Name) }, { ALT: () => this.CONSUME(Reserved.allow) }]),
    );
    this.ACTION(() => {
      const span = this.since(first);
      if (words?.[0]?.image === "error") {
        if (this.once(seen, "on error", span)) body.onError = this.asOnError(words, then, span);
      } else if (then !== undefined) {
        this.fault("GW1006", this.at(then), `unexpected \`${then.image}\``, "stages are joined by commas");
      } else if (this.once(seen, "on", span)) body.on.push(...this.asStages(words));
    });
  });

  private asOnError(words: readonly IToken[], then: IToken | undefined, span: Span): OnError | null {
    if (words.length === 1 && then !== undefined) {
      const known = this.choice(then, ["block", "allow"]);
      return known === undefined ? null : { effect: known, span };
    }
    const message = "`on error` says what counts when the service gives no verdict";
    this.fault("GW1006", span, message, "`on error block` or `on error allow`");
    return null;
  }

  private readonly sample = this.RULE("sample", (body: Body, seen: Seen): void => {
    const first = this.CONSUME(Reserved.sample);
    const percent = Number.parseInt(this.CONSUME(tokens.Percent).image, 10);
    this.ACTION(() => {
      const span = this.since(first);
      if (this.once(seen, "sample", span)) body.sample = { percent, span };
    });
  });

  private readonly ask = this.RULE("ask", (body: Body, seen: Seen): void => {
    const first = this.CONSUME(Reserved.ask);
    const service = this.SUBRULE(this.name);
    this.ACTION(() => {
      const span = this.since(first);
      if (this.once(seen, "ask", span) && service !== undefined) body.ask = { service, span };
    });
  });

  private readonly timeout = this.RULE("timeout", (body: Body, seen: Seen): void => {
    const first = this.CONSUME(Reserved.timeout);
    const ms = this.value(this.CONSUME(tokens.Duration), readDuration);
    this.ACTION(() => {
      const span = this.since(first);
      if (this.once(seen, "timeout", span) && ms !== undefined) body.timeout = { ms, span };
    });
  });

  private readonly stages = this.RULE(
    "stages",
    (): IToken[] => {
      const words: IToken[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => words.push(this.CONSUME(tokens.Name)) });
      return words;
    },
    PART,
  );

  private readonly places = this.RULE(
    "places",
    (): IToken[] => {
      const words: IToken[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => words.push(this.CONSUME(tokens.Name)) });
      return words;
    },
    PART,
  );

  private readonly forms = this.RULE(
    "forms",
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

  private asForms(words: readonly IToken[] | undefined): { encoding: Encoding; span: Span }[] {
    return (words ?? []).flatMap((token) => {
      const encoding = this.choice(token, ENCODINGS);
      return encoding === undefined ? [] : [{ encoding, span: this.at(token) }];
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
        { ALT: (): Match | undefined => this.SUBRULE(this.patternName) },
      ]),
    PART,
  );

  private readonly action = this.RULE("action", (): GuardAction | undefined => {
    const first = this.CONSUME(Reserved.action);
    const deed = this.SUBRULE(this.deed);
    const at = this.OPTION(() => {
      this.CONSUME(Reserved.at);
      return this.SUBRULE(this.severity);
    });
    return deed && { deed, at: at ?? null, observe: false, span: this.since(first) };
  });

  protected readonly severity = this.RULE(
    "severity",
    (): Severity | undefined => {
      const word = this.CONSUME(tokens.Name);
      return this.ACTION(() => this.choice(word, SEVERITIES));
    },
    PART,
  );

  private readonly deed = this.RULE(
    "deed",
    (): GuardDeed | undefined => {
      const how = this.CONSUME(tokens.Name);
      const message = this.OPTION(() => this.SUBRULE(this.text));
      const keep = this.OPTION1(() => {
        const first = this.CONSUME(Reserved.keep);
        return { first, value: this.SUBRULE(this.integer) };
      });
      const restore = this.OPTION2(() => {
        const first = this.CONSUME(Contextual.restore);
        return { first, what: this.CONSUME1(tokens.Name) };
      });
      return this.ACTION(() => this.asDeed(how, { message, keep, restore }));
    },
    PART,
  );

  private asDeed(how: IToken, tail: Tail): GuardDeed | undefined {
    const { message, keep, restore } = tail;
    const kind = this.choice(how, DEEDS);
    if (kind === undefined) return undefined;
    this.refuseTail(kind, tail);
    switch (kind) {
      case "flag":
        return { kind };
      case "mask":
        return { kind, keep: keep?.value ?? 0 };
      case "redact": {
        const known = restore !== undefined && this.choice(restore.what, ["tool-input"]) !== undefined;
        return { kind, restore: known };
      }
      case "reject":
        if (message !== undefined) return { kind, message };
        this.fault("GW1014", this.at(how), "`action reject` needs a sentence for the caller", '`action reject "why"`');
        return undefined;
      default:
        return kind satisfies never;
    }
  }

  /** A part that another action has is said to be out of place, and left out. */
  private refuseTail(kind: GuardDeed["kind"], { message, keep, restore }: Tail): void {
    if (message !== undefined && kind !== "reject") {
      const help = kind === "redact" ? "the placeholder names the kind of secret itself" : "leave it out";
      this.fault("GW1006", message.span, `\`action ${kind}\` takes no text`, help);
    }
    if (keep !== undefined && kind !== "mask") {
      const help = "`mask keep 4` leaves the last characters";
      this.fault("GW1006", this.at(keep.first), `\`action ${kind}\` keeps nothing of a value`, help);
    }
    if (restore !== undefined && kind !== "redact") {
      const help = "only a placeholder can be turned back: `action redact restore tool-input`";
      this.fault("GW1006", this.at(restore.first), `\`action ${kind}\` restores nothing`, help);
    }
  }
}
