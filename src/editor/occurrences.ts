/**
 * Every place of a file at which a name stands that is declared somewhere: what going to a definition, finding references,
 * renaming and hovering have in common. Names of models and tools themselves are nobody's, and so are not among them.
 */
import type { Span } from "../language/source.ts";
import type {
  Declaration,
  Expectation,
  GuardrailDeclaration,
  Item,
  PatternName,
  Statement,
  Subject,
  TestStatement,
  Thing,
  Tree,
  UseDeclaration,
  Word,
} from "../language/tree.ts";
import { type Declared, qualified } from "../model/declared.ts";
import { listsIn } from "../model/lists.ts";

/** What a name can be the name of. */
export type NameKind =
  | "org"
  | "team"
  | "key"
  | "provider"
  | "models"
  | "tools"
  | "mcp"
  | "pattern"
  | "guardrail"
  | "service"
  | "pack";

/** A name of the policy; that of a pack's member carries the pack: `anthropic.opus`. */
export interface Name {
  readonly kind: NameKind;
  readonly name: string;
}

/** One place at which a name stands. */
export interface Occurrence extends Name {
  /** The name by itself: without its sign, and without its pack. */
  readonly span: Span;
  /** All that stands for it: `@anthropic.opus`. */
  readonly whole: Span;
  readonly declares: boolean;
}

/** The names in a file, in the order of the text; `pack` is the pack that the file is, if it is one. */
export function occurrencesIn(tree: Tree, pack: string | null, declared: Declared): readonly Occurrence[] {
  const collector = new Collector(tree, pack, declared);
  for (const declaration of tree.declarations) collector.enter(declaration);
  return collector.found.sort((a, b) => a.span.start - b.span.start);
}

/** A placeholder in the text that a test expects, and the pattern that it names. */
const PLACEHOLDER = /\[\[secret:([\w.-]+):/g;

class Collector {
  readonly found: Occurrence[] = [];
  readonly #tree: Tree;
  readonly #pack: string | null;
  readonly #declared: Declared;

  constructor(tree: Tree, pack: string | null, declared: Declared) {
    this.#tree = tree;
    this.#pack = pack;
    this.#declared = declared;
  }

  enter(declaration: Declaration): void {
    this.#declaredName(declaration);
    for (const { thing, items } of listsIn(declaration)) for (const item of items) this.#item(thing, item);
    switch (declaration.kind) {
      case "org":
      case "team":
        this.#statements(declaration.body);
        break;
      case "key":
        this.#word("team", declaration.team);
        this.#statements(declaration.body);
        break;
      case "models":
        for (const name of declaration.via) this.#word("provider", name);
        break;
      case "guardrail":
        this.#matches(declaration);
        if (declaration.ask !== null) this.#word("service", declaration.ask.service);
        break;
      case "test":
        this.#subject(declaration.subject);
        for (const step of declaration.body) this.#step(step);
        break;
      case "invariant":
        for (const promise of declaration.body) {
          if ("to" in promise) for (const subject of promise.to) this.#subject(subject);
          else if (promise.in !== null) this.#word("team", promise.in);
        }
        break;
      case "delegate":
        this.#word("team", declaration.team);
        break;
      case "use":
      case "provider":
      case "tools":
      case "mcp":
      case "pattern":
      case "service":
      case "audit":
        break;
      default:
        declaration satisfies never;
    }
  }

  #declaredName(declaration: Declaration): void {
    switch (declaration.kind) {
      case "org":
      case "team":
      case "key":
      case "provider":
      case "mcp":
      case "guardrail":
      case "service":
        this.#add(declaration.kind, declaration.name.text, declaration.name.span, true);
        break;
      case "models":
      case "tools":
      case "pattern":
        this.#add(declaration.kind, qualified(declaration.name.text, this.#pack), declaration.name.span, true);
        break;
      case "use":
        this.#use(declaration);
        break;
      case "audit":
      case "test":
      case "invariant":
      case "delegate":
        break;
      default:
        declaration satisfies never;
    }
  }

  #use({ name }: UseDeclaration): void {
    this.#add("pack", name.text, name.span, true);
  }

  #add(kind: NameKind, name: string, span: Span, declares = false, whole = span): void {
    this.found.push({ kind, name, span, whole, declares });
  }

  #word(kind: NameKind, { text, span }: Word): void {
    this.#add(kind, text, span);
  }

  #subject({ kind, name }: Subject): void {
    this.#word(kind, name);
  }

  #statements(body: readonly Statement[]): void {
    for (const it of body) {
      if (it.kind === "guard") for (const name of it.names) this.#word("guardrail", name);
      if (it.kind === "results") for (const name of [...it.redact, ...it.flag]) this.#pattern(name);
    }
  }

  #item(thing: Thing, { kind, text, span }: Item): void {
    if (kind === "reference") {
      if (thing !== "providers") this.#reference(thing, text, span);
    } else if (thing === "providers" && this.#declared.providers.has(text)) this.#add("provider", text, span);
    else if (thing === "tools") this.#server(text, span);
  }

  /** `mcp:github/get_*` names a server, and so do its prompts and resources. */
  #server(text: string, whole: Span): void {
    const [head = "", name = ""] = /^mcp(?:-prompt|-resource)?:([\w-]+)(?=\/)/.exec(text) ?? [];
    if (this.#declared.servers.has(name))
      this.#add("mcp", name, part(whole, head.length - name.length, head.length), false, whole);
  }

  /** `@group`, or `@pack.group`, which names two things. */
  #reference(kind: "models" | "tools" | "pattern", text: string, whole: Span): void {
    const dot = text.indexOf(".");
    if (this.#pack === null && dot > 0) this.#add("pack", text.slice(0, dot), part(whole, 1, 1 + dot));
    this.#add(kind, qualified(text, this.#pack), part(whole, dot + 2, text.length + 1), false, whole);
  }

  #matches({ match }: GuardrailDeclaration): void {
    for (const it of match) if (it.kind !== "regex") this.#pattern(it);
  }

  #pattern({ kind, name }: PatternName): void {
    const { text, span } = name;
    const isPattern = text.includes(".") || this.#declared.patterns.has(text);
    if (kind === "pattern") this.#word("pattern", name);
    else if (isPattern) this.#reference("pattern", text, span);
    else this.#add("pack", text, part(span, 1, text.length + 1), false, span);
  }

  #step(step: TestStatement): void {
    if (step.kind === "called") for (const { text, span } of step.tools) this.#server(text, span);
    if (step.kind !== "send") return;
    if (step.tool !== null) this.#server(step.tool.text, step.tool.span);
    this.#expectation(step.expect);
  }

  #expectation(expect: Expectation): void {
    if (expect.kind === "route") for (const name of expect.providers) this.#word("provider", name);
    if ("guardrail" in expect && expect.guardrail !== null) this.#word("guardrail", expect.guardrail);
    if (expect.kind === "found" && expect.by !== null) this.#pattern(expect.by);
    if ("to" in expect && expect.to !== null) this.#placeholders(expect.to.span);
  }

  #placeholders(span: Span): void {
    const { patterns, guardrails } = this.#declared;
    const text = this.#tree.source.text.slice(span.start, span.end);
    for (const found of text.matchAll(PLACEHOLDER)) {
      const name = found[1]!;
      const from = found.index + found[0].length - name.length - 1;
      // An expression that stands in a guardrail itself is called by the guardrail's name.
      const kind = patterns.has(name) ? "pattern" : guardrails.has(name) ? "guardrail" : null;
      if (kind !== null) this.#add(kind, name, part(span, from, from + name.length));
    }
  }
}

/** A stretch of a span that lies on one line. */
function part(span: Span, from: number, to: number): Span {
  return { ...span, start: span.start + from, end: span.start + to, column: span.column + from };
}
