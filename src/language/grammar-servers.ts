/** The body of `mcp`: how a server of tools is reached, and what it may ask of clients. */
import { PART, type Seen } from "./grammar-parts.ts";
import { GrammarResources } from "./grammar-resources.ts";
import * as tokens from "./tokens.ts";
import type { Asking, OAuthCredential, OnDrift, ServerCredential, ServerStatement, Word } from "./tree.ts";
import { readDuration } from "./values.ts";

const { Reserved, Contextual } = tokens;

const ASKINGS = ["elicit", "sample", "roots"] as const satisfies readonly Asking[];

/** Servers of tools. */
export class GrammarServers extends GrammarResources {
  protected readonly server = this.RULE("server", (): ServerStatement[] => {
    const body: ServerStatement[] = [];
    const seen: Seen = new Map();
    this.CONSUME(tokens.Open);
    this.MANY(() => {
      this.begin();
      const part = this.SUBRULE(this.serverStatement);
      if (part !== undefined && this.once(seen, part.kind, part.span)) body.push(part);
    });
    this.CONSUME(tokens.Close);
    return body;
  });

  private readonly serverStatement = this.RULE("serverStatement", (): ServerStatement | undefined =>
    this.OR([
      { ALT: () => this.SUBRULE(this.address) },
      { ALT: () => this.SUBRULE(this.command) },
      { ALT: () => this.SUBRULE(this.env) },
      { ALT: () => this.SUBRULE(this.serverCredential) },
      { ALT: () => this.SUBRULE(this.serverTimeout) },
      { ALT: () => this.SUBRULE(this.may) },
      { ALT: () => this.SUBRULE(this.pins) },
    ]),
  );

  private readonly address = this.RULE("address", (): ServerStatement | undefined => {
    const first = this.CONSUME(Reserved.url);
    const url = this.SUBRULE(this.text);
    return url && { kind: "url", url, span: this.since(first) };
  });

  private readonly command = this.RULE("command", (): ServerStatement | undefined => {
    const words: (Word | undefined)[] = [];
    const first = this.CONSUME(Reserved.command);
    this.AT_LEAST_ONE(() => words.push(this.SUBRULE(this.text)));
    return { kind: "command", words: this.present(words), span: this.since(first) };
  });

  private readonly env = this.RULE("env", (): ServerStatement | undefined => {
    const first = this.CONSUME(Contextual.env);
    const names = this.SUBRULE(this.names);
    return names && { kind: "env", names, span: this.since(first) };
  });

  private readonly serverCredential = this.RULE("serverCredential", (): ServerStatement | undefined => {
    const first = this.CONSUME(Reserved.credential);
    const credential = this.OR({
      // `oauth` is a name everywhere else; here the first alternative that takes it is meant.
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: (): ServerCredential | undefined => this.SUBRULE(this.oauth) },
        { ALT: (): ServerCredential | undefined => this.SUBRULE(this.credential) },
      ],
    });
    return credential && { kind: "credential", credential, span: this.since(first) };
  });

  private readonly oauth = this.RULE(
    "oauth",
    (): OAuthCredential | undefined => {
      const first = this.CONSUME(Contextual.oauth);
      const url = this.SUBRULE(this.text);
      this.CONSUME(Contextual.client);
      const client = this.SUBRULE1(this.text);
      this.CONSUME(Contextual.secret);
      const secret = this.SUBRULE(this.credential);
      const scope = this.OPTION(() => {
        this.CONSUME(Contextual.scope);
        return this.SUBRULE2(this.text);
      });
      return (
        url && client && secret && { kind: "oauth", url, client, secret, scope: scope ?? null, span: this.since(first) }
      );
    },
    PART,
  );

  private readonly serverTimeout = this.RULE("serverTimeout", (): ServerStatement | undefined => {
    const first = this.CONSUME(Reserved.timeout);
    const idle = this.SUBRULE(this.duration);
    this.CONSUME(Contextual.idle);
    const total = this.OPTION(() => {
      const longest = this.SUBRULE1(this.duration);
      this.CONSUME(Contextual.total);
      return longest;
    });
    return idle === undefined ? undefined : { kind: "timeout", idle, total: total ?? null, span: this.since(first) };
  });

  private readonly may = this.RULE("may", (): ServerStatement | undefined => {
    const asks: ({ asking: Asking; span: Word["span"] } | undefined)[] = [];
    const first = this.CONSUME(Reserved.may);
    this.AT_LEAST_ONE_SEP({ SEP: tokens.Comma, DEF: () => asks.push(this.SUBRULE(this.asking)) });
    return { kind: "may", asks: this.present(asks), span: this.since(first) };
  });

  private readonly pins = this.RULE("pins", (): ServerStatement | undefined => {
    const first = this.CONSUME(Reserved.pins);
    const path = this.SUBRULE(this.text);
    const onDrift = this.OPTION(() => {
      this.CONSUME(Reserved.on);
      this.CONSUME(Contextual.drift);
      return this.SUBRULE(this.driftAction);
    });
    return path && { kind: "pins", path, onDrift: onDrift ?? null, span: this.since(first) };
  });

  private readonly driftAction = this.RULE(
    "driftAction",
    (): OnDrift => {
      const word = this.OR([
        { ALT: () => this.CONSUME(Reserved.warn) },
        { ALT: () => this.CONSUME(Contextual.block) },
        { ALT: () => this.CONSUME(Contextual.quarantine) },
      ]);
      return word.image as OnDrift;
    },
    PART,
  );

  private readonly asking = this.RULE(
    "asking",
    () => {
      // `sample` is a word of guardrails as well.
      const token = this.OR([{ ALT: () => this.CONSUME(tokens.Name) }, { ALT: () => this.CONSUME(Reserved.sample) }]);
      const asking = this.ACTION(() => this.choice(token, ASKINGS));
      return asking && { asking, span: this.at(token) };
    },
    PART,
  );

  private readonly duration = this.RULE(
    "duration",
    (): number | undefined => this.value(this.CONSUME(tokens.Duration), readDuration),
    PART,
  );
}
