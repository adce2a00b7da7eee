/**
 * The grammar of a policy file: its declarations. The parts that they are made of are in grammar-parts, -statements,
 * -resources, -servers, -patterns, -guardrails, -services, -tests and -invariants, each a step of one class only because
 * chevrotain records a grammar from the methods of one object. Rules are LL(1) and written once; actions build the tree
 * while parsing, and recovery is on, so one run serves compile, check and fmt.
 */
import type { IParserErrorMessageProvider, IRecognitionException, IToken } from "chevrotain";
import { emptyGuardrail } from "./grammar-guardrails.ts";
import { GrammarInvariants } from "./grammar-invariants.ts";
import { blankPage, PART, type Page } from "./grammar-parts.ts";
import { emptyPattern } from "./grammar-patterns.ts";
import type { Span } from "./source.ts";
import * as tokens from "./tokens.ts";
import type { Declaration, Subject, UseDeclaration, Word } from "./tree.ts";

const { Head, Inner, Reserved } = tokens;

/** The version of the language that this tool reads. */
const VERSION = 1;

/** A file as the grammar leaves it. */
export interface Parsed {
  readonly version: number | null;
  /** False when the file is written in a version that this tool cannot read; then nothing else about it is known. */
  readonly readable: boolean;
  readonly declarations: Declaration[];
  /** Faults in the order of tokens; describe.ts puts them into words. */
  readonly errors: readonly IRecognitionException[];
}

const PLAIN_NAME = /^[A-Za-z_][\w-]*$/;
const TEAM_PATH = /^[A-Za-z_][\w-]*(?:\/[\w-]+)*$/;

/** The whole grammar; one instance parses one text after the other. */
export class Grammar extends GrammarInvariants {
  #version: number | null = null;
  #readable = true;
  #declarations: Declaration[] = [];
  #docAt = 0;
  #end = 0;

  constructor(errorMessageProvider: IParserErrorMessageProvider, skipValidations: boolean) {
    super(errorMessageProvider, skipValidations);
    this.performSelfAnalysis();
  }

  /** Parses tokens; faults that are not about the order of tokens go to the page. */
  read(input: IToken[], page: Page): Parsed {
    this.page = page;
    this.#version = null;
    this.#readable = true;
    this.#declarations = [];
    this.#docAt = 0;
    this.#end = 0;
    this.input = input;
    this.file();
    const { errors } = this;
    const parsed = { version: this.#version, readable: this.#readable, declarations: this.#declarations, errors };
    this.#forget();
    return parsed;
  }

  /** Lets go of the text, which is much larger than the grammar. */
  #forget(): void {
    this.page = blankPage();
    this.#declarations = [];
    this.input = [];
  }

  private readonly file = this.RULE("file", (): void => {
    this.MANY(() => {
      this.begin();
      const first = this.LA(1);
      const declaration = this.SUBRULE(this.declaration);
      this.ACTION(() => {
        if (declaration !== undefined) this.#declarations.push({ ...declaration, doc: this.#docBefore(first) });
        this.#end = tokens.endOf(this.LA(0));
      });
    });
  });

  /** The `##` lines between the previous declaration and this one. */
  #docBefore(first: IToken): string | null {
    const lines: string[] = [];
    const { docs } = this.page;
    for (; this.#docAt < docs.length && docs[this.#docAt]!.start < first.startOffset; this.#docAt++) {
      if (docs[this.#docAt]!.start >= this.#end) lines.push(docs[this.#docAt]!.text);
    }
    return lines.length === 0 ? null : lines.join("\n");
  }

  private readonly declaration = this.RULE("declaration", (): Declaration | undefined => this.OR(this.declarations));

  private readonly language = this.RULE("language", (): undefined => {
    const first = this.CONSUME(Head.language);
    const token = this.CONSUME(tokens.Integer);
    const version = this.asInteger(token);
    this.ACTION(() => this.#noteVersion(first, token, version));
  });

  #noteVersion(first: IToken, token: IToken, version: number | undefined): void {
    if (this.#version !== null) {
      this.fault("GW1008", this.since(first), "the language is said twice", "keep the first line");
    } else if (this.#declarations.length > 0) {
      this.fault(
        "GW1001",
        this.since(first),
        "`language` stands after other declarations",
        "move it to the first line",
      );
    }
    this.#version ??= version ?? null;
    if (version === VERSION || version === undefined) return;
    this.#readable = false;
    this.fault(
      "GW1002",
      this.at(token),
      `this tool does not read language version \`${token.image}\``,
      "it reads version 1",
    );
  }

  private readonly use = this.RULE("use", (): UseDeclaration | undefined => {
    const first = this.CONSUME(Head.use);
    const name = this.declared(this.SUBRULE(this.name), "a pack", PLAIN_NAME);
    this.CONSUME(Reserved.from);
    const from = this.OR([
      {
        ALT: (): UseDeclaration["from"] | undefined => {
          const path = this.SUBRULE(this.text);
          const digest = this.OPTION(() => this.SUBRULE(this.digest)) ?? null;
          return this.ACTION(() => path && { kind: "file", path, digest: digest ?? this.#unpinned(path.span) });
        },
      },
      {
        ALT: (): UseDeclaration["from"] | undefined => {
          const where = this.CONSUME(tokens.Name);
          const path = this.OPTION1(() => this.SUBRULE1(this.text));
          const digest = this.OPTION2(() => this.SUBRULE1(this.digest)) ?? null;
          return this.ACTION(() => this.#from(where, path, digest));
        },
      },
    ]);
    return name && from && { kind: "use", name, from, doc: null, span: this.since(first) };
  });

  #from(where: IToken, path: Word | undefined, digest: string | null): UseDeclaration["from"] | undefined {
    const kind = this.choice(where, ["builtin", "gitleaks"]);
    if (kind === "gitleaks") {
      if (path !== undefined) return { kind, path, digest: digest ?? this.#unpinned(path.span) };
      this.fault(
        "GW1014",
        this.at(where),
        "`from gitleaks` needs the path of a file",
        'as in `from gitleaks "rules.toml"`',
      );
      return undefined;
    }
    if (kind === "builtin" && path !== undefined) {
      this.fault("GW1006", path.span, "`from builtin` takes no path", "the pack's name says which one it is");
    }
    return kind === undefined ? undefined : { kind };
  }

  #unpinned(span: Span): string {
    this.fault("GW3017", span, "this pack is not pinned", "write `sha256:` and the hash of the file after the path");
    return "";
  }

  /** A declared name, which must have the form of its kind. */
  private declared(name: Word | undefined, what: string, form: RegExp): Word | undefined {
    if (name === undefined || name.text === undefined) return undefined;
    if (!form.test(name.text)) {
      const help = `a name has letters, digits, \`-\` and \`_\`${form === TEAM_PATH ? "; a path joins names with `/`" : ""}`;
      this.fault("GW2018", name.span, `\`${name.text}\` cannot be the name of ${what}`, help);
    }
    return name;
  }

  private readonly org = this.RULE("org", (): Declaration | undefined => {
    const first = this.CONSUME(Head.org);
    const name = this.declared(this.SUBRULE(this.name), "an org", PLAIN_NAME);
    const body = this.SUBRULE(this.node) ?? [];
    return name && { kind: "org", name, body, doc: null, span: this.since(first) };
  });

  private readonly team = this.RULE("team", (): Declaration | undefined => {
    const first = this.CONSUME(Head.team);
    const name = this.declared(this.SUBRULE(this.name), "a team", TEAM_PATH);
    const body = this.SUBRULE(this.node) ?? [];
    return name && { kind: "team", name, body, doc: null, span: this.since(first) };
  });

  private readonly key = this.RULE("key", (): Declaration | undefined => {
    const first = this.CONSUME(Head.key);
    const name = this.declared(this.SUBRULE(this.name), "a key", PLAIN_NAME);
    this.CONSUME(Reserved.in);
    const team = this.SUBRULE1(this.name);
    const body = this.SUBRULE(this.node) ?? [];
    return name && team && { kind: "key", name, team, body, doc: null, span: this.since(first) };
  });

  private readonly providerDeclaration = this.RULE("providerDeclaration", (): Declaration | undefined => {
    const first = this.CONSUME(Head.provider);
    const name = this.declared(this.SUBRULE(this.name), "a provider", PLAIN_NAME);
    const body = this.SUBRULE(this.provider) ?? [];
    return name && { kind: "provider", name, body, doc: null, span: this.since(first) };
  });

  private readonly modelsDeclaration = this.RULE("modelsDeclaration", (): Declaration | undefined => {
    const first = this.CONSUME(Head.models);
    const name = this.declared(this.SUBRULE(this.name), "a model group", PLAIN_NAME);
    const body = this.SUBRULE(this.models) ?? { items: [], via: [], prices: [] };
    return name && { kind: "models", name, ...body, doc: null, span: this.since(first) };
  });

  private readonly toolsDeclaration = this.RULE("toolsDeclaration", (): Declaration | undefined => {
    const first = this.CONSUME(Head.tools);
    const name = this.declared(this.SUBRULE(this.name), "a tool group", PLAIN_NAME);
    const items = this.SUBRULE(this.tools) ?? [];
    return name && { kind: "tools", name, items, doc: null, span: this.since(first) };
  });

  private readonly serverDeclaration = this.RULE("serverDeclaration", (): Declaration | undefined => {
    const first = this.CONSUME(Head.mcp);
    const name = this.declared(this.SUBRULE(this.name), "an MCP server", PLAIN_NAME);
    const body = this.SUBRULE(this.server) ?? [];
    return name && { kind: "mcp", name, body, doc: null, span: this.since(first) };
  });

  private readonly patternDeclaration = this.RULE("patternDeclaration", (): Declaration | undefined => {
    const first = this.CONSUME(Head.pattern);
    const name = this.declared(this.SUBRULE(this.name), "a pattern", PLAIN_NAME);
    const body = this.SUBRULE(this.pattern) ?? emptyPattern();
    return name && { kind: "pattern", name, ...body, doc: null, span: this.since(first) };
  });

  private readonly guardrailDeclaration = this.RULE("guardrailDeclaration", (): Declaration | undefined => {
    const first = this.CONSUME(Head.guardrail);
    const name = this.declared(this.SUBRULE(this.name), "a guardrail", PLAIN_NAME);
    const body = this.SUBRULE(this.guardrail) ?? emptyGuardrail();
    return name && { kind: "guardrail", name, ...body, doc: null, span: this.since(first) };
  });

  private readonly serviceDeclaration = this.RULE("serviceDeclaration", (): Declaration | undefined => {
    const first = this.CONSUME(Head.service);
    const name = this.declared(this.SUBRULE(this.name), "a service", PLAIN_NAME);
    const body = this.SUBRULE(this.service) ?? [];
    return name && { kind: "service", name, body, doc: null, span: this.since(first) };
  });

  private readonly auditDeclaration = this.RULE("auditDeclaration", (): Declaration => {
    const first = this.CONSUME(Head.audit);
    const body = this.SUBRULE(this.audit) ?? [];
    return { kind: "audit", body, doc: null, span: this.since(first) };
  });

  private readonly testDeclaration = this.RULE("testDeclaration", (): Declaration | undefined => {
    const first = this.CONSUME(Head.test);
    const name = this.SUBRULE(this.text);
    this.CONSUME(Reserved.for);
    const subject = this.SUBRULE(this.subject);
    const body = this.SUBRULE(this.test) ?? [];
    return name && subject && { kind: "test", name, subject, body, doc: null, span: this.since(first) };
  });

  private readonly invariantDeclaration = this.RULE("invariantDeclaration", (): Declaration | undefined => {
    const first = this.CONSUME(Head.invariant);
    const name = this.SUBRULE(this.text);
    const body = this.SUBRULE(this.invariant) ?? [];
    return name && { kind: "invariant", name, body, doc: null, span: this.since(first) };
  });

  private readonly delegate = this.RULE("delegate", (): Declaration | undefined => {
    const first = this.CONSUME(Head.delegate);
    const name = this.SUBRULE(this.text);
    this.CONSUME(Reserved.to);
    this.CONSUME(Inner.team);
    const team = this.SUBRULE(this.name);
    return name && team && { kind: "delegate", name, team, doc: null, span: this.since(first) };
  });

  private readonly subject = this.RULE(
    "subject",
    (): Subject | undefined => {
      const kind = this.OR([
        { ALT: () => this.CONSUME(Inner.team) },
        { ALT: () => this.CONSUME(Inner.key) },
        { ALT: () => this.CONSUME(Inner.org) },
      ]);
      const name = this.SUBRULE(this.name);
      return name && { kind: kind.image as Subject["kind"], name };
    },
    PART,
  );

  private readonly declarations = [
    { ALT: (): Declaration | undefined => this.SUBRULE(this.language) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.use) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.org) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.team) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.key) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.providerDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.modelsDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.toolsDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.serverDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.patternDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.guardrailDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.serviceDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.auditDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.testDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.invariantDeclaration) },
    { ALT: (): Declaration | undefined => this.SUBRULE(this.delegate) },
  ];
}
