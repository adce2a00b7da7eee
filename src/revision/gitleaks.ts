/**
 * Rules in the format of gitleaks → a pack of patterns. Its expressions are of the RE2 dialect as ours are; its keywords,
 * entropy and allowlists become `keywords`, `check entropy` and `unless`. What cannot be said so is told, rule by rule,
 * and never dropped in silence. A conversation has no paths and no commits, so that allowances for these do not count.
 */
import { parse, TomlError } from "smol-toml";
import type { Code } from "../language/codes.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import { Lines } from "../language/lines.ts";
import type { Source, Span } from "../language/source.ts";
import type { PatternDeclaration, Regex, Unless } from "../language/tree.ts";
import { type CheckedExpression, checkExpression } from "../model/expression.ts";
import { fault } from "../model/fault.ts";
import { checkSearched } from "../model/searched-expression.ts";
import { groupsOf, onlyGroup, withEnds, withoutRunUp } from "./gitleaks-regex.ts";
import type { Parsed } from "./source-files.ts";

/** The rules of a file as a tree of patterns; `version` stays null, because it is not written in the language. */
export function readGitleaks(source: Source): Parsed {
  return new Import(source).run();
}

/** A table of TOML, whatever stands in it. */
type Table = Readonly<Record<string, unknown>>;

class Import {
  readonly #source: Source;
  readonly #lines: Lines;
  readonly #headers: readonly number[];
  readonly #names = new Set<string>();
  readonly #diagnostics: Diagnostic[] = [];
  #slow = 0;

  constructor(source: Source) {
    this.#source = source;
    this.#lines = new Lines(source);
    this.#headers = [...source.text.matchAll(/^[ \t]*\[\[[ \t]*rules[ \t]*\]\]/gm)].map(({ index }) => index);
  }

  run(): Parsed {
    const file = this.#parse();
    const rules = tablesOf(file?.rules);
    if (file !== null && rules.length === 0)
      this.#say("GW3048", this.#start(), "no `[[rules]]` stand in this file", null);
    if (file?.extend !== undefined) {
      const help = "name what it extends by a `use` line of its own";
      this.#say("GW3050", this.#lineOf(/^\s*\[extend\]/m), "`[extend]` is not followed", help);
    }
    const everywhere = [...tablesOf(file?.allowlist), ...tablesOf(file?.allowlists)];
    const declarations = rules.flatMap((rule, index) => this.#pattern(rule, index, everywhere));
    if (this.#slow > 0) {
      const message = `${this.#slow} of ${rules.length} rules run in the slower engine, or have no fixed text to be searched by`;
      this.#say("GW4003", this.#start(), message, "they are right, and slow; leave out what is not needed");
    }
    return {
      tree: { source: this.#source, version: null, declarations, allowances: [] },
      diagnostics: this.#diagnostics,
    };
  }

  #parse(): Table | null {
    try {
      return parse(this.#source.text);
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      const [reason = ""] = error.message.split("\n");
      this.#say(
        "GW3048",
        this.#line(error.line),
        `this is no TOML: ${reason.replace(/^Invalid TOML document: /, "")}`,
        null,
      );
      return null;
    }
  }

  #pattern(rule: Table, index: number, everywhere: readonly Table[]): PatternDeclaration[] {
    const id = typeof rule.id === "string" ? rule.id : "";
    const name = id.replace(/[^\w-]/g, "-");
    const span = this.#ruleSpan(index);
    const leftOut = (why: string): [] => {
      this.#say("GW3049", span, `rule \`${id || "without id"}\` is left out: ${why}`, null);
      return [];
    };
    if (id === "") return leftOut("it has no `id`");
    if (this.#names.has(name)) return leftOut("a rule above has the same name");
    if (typeof rule.regex !== "string") return leftOut("it looks at paths of files only");
    const group = typeof rule.secretGroup === "number" ? rule.secretGroup : 0;
    const whole = group > 0 ? onlyGroup(rule.regex, group) : rule.regex;
    if (whole === null) return leftOut(`its expression has no group ${group}`);
    const pattern = groupsOf(whole) > 0 ? withoutRunUp(whole) : whole;
    const { regex, most, expression, diagnostics } = searchable({ pattern, flags: "", span });
    if (expression === null) return leftOut(diagnostics.map(({ message }) => message).join("; "));
    if (diagnostics.length > 0) this.#slow++;
    this.#names.add(name);
    if (most !== null) {
      const message = `of rule \`${id}\` what may be repeated without end is repeated ${most} times at most`;
      this.#say("GW3050", span, message, "a long text could not be searched for it in time otherwise");
    }
    this.#sayLess(id, rule, whole, span);
    const own = [...tablesOf(rule.allowlist), ...tablesOf(rule.allowlists)];
    const shared = everywhere.filter(({ targetRules }) => !Array.isArray(targetRules) || targetRules.includes(id));
    return [
      {
        kind: "pattern",
        name: { text: name, span },
        matches: [regex],
        keywords: keywordsOf(rule, regex.pattern).map((text) => ({ text, span })),
        checks:
          typeof rule.entropy === "number" ? [{ name: { text: "entropy", span }, above: rule.entropy, span }] : [],
        unless: [...own, ...shared].flatMap((list) => this.#exemptions(id, list, span)),
        severity: null,
        confidence: null,
        hits: [],
        misses: [],
        doc: typeof rule.description === "string" ? rule.description : null,
        span,
      },
    ];
  }

  /** What the rule says and a conversation cannot keep. */
  #sayLess(id: string, rule: Table, pattern: string, span: Span): void {
    if (typeof rule.path === "string") {
      this.#say("GW3050", span, `rule \`${id}\` is for some paths only, and looks at all texts here`, null);
    }
    if (groupsOf(pattern) > 1) {
      const message = `of rule \`${id}\` the first group is the value, and the whole match where it is empty`;
      this.#say("GW3050", span, message, null);
    }
    const unknown = ["filter", "prefilter", "validate", "required"].filter((key) => rule[key] !== undefined);
    if (unknown.length > 0) {
      this.#say(
        "GW3050",
        span,
        `of rule \`${id}\` ${unknown.map((key) => `\`${key}\``).join(", ")} is not understood`,
        null,
      );
    }
  }

  #exemptions(id: string, list: Table, span: Span): Unless[] {
    const regexes = stringsOf(list.regexes);
    const words = stringsOf(list.stopwords);
    const places = stringsOf(list.paths).length + stringsOf(list.commits).length;
    if (String(list.condition).toUpperCase() === "AND" && places > 0) return [];
    if (String(list.condition).toUpperCase() === "AND" && regexes.length > 0 && words.length > 0) {
      this.#say(
        "GW3050",
        span,
        `of rule \`${id}\` an allowlist that asks for several things at once is left out`,
        null,
      );
      return [];
    }
    const on = list.regexTarget === "match" || list.regexTarget === "line" ? "line" : "value";
    const written = [
      ...regexes.map((pattern) => ({ on, regex: { pattern, flags: "", span } }) as const),
      ...(words.length === 0 ? [] : [{ on: "value", regex: anyOf(words, span) } as const]),
    ];
    return written.flatMap(({ on, regex }): Unless[] => {
      const { expression, diagnostics } = checkExpression(regex);
      if (expression !== null) return [{ kind: "regex", on, regex, span }];
      const why = diagnostics.map(({ message }) => message).join("; ");
      this.#say("GW3050", span, `of rule \`${id}\` an allowance is left out: ${why}`, null);
      return [];
    });
  }

  #say(code: Code, span: Span, message: string, help: string | null): void {
    this.#diagnostics.push(fault(code, span, message, help));
  }

  #start(): Span {
    return this.#line(1);
  }

  #line(line: number): Span {
    const lines = this.#source.text.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    return this.#lines.span(start, start + (lines[line - 1]?.trimEnd().length ?? 0));
  }

  /** The line on which the rule of this index is named, or begins. */
  #ruleSpan(index: number): Span {
    const from = this.#headers[index] ?? 0;
    const until = this.#headers[index + 1] ?? this.#source.text.length;
    const part = this.#source.text.slice(from, until);
    return this.#lineOf(/^[ \t]*id[ \t]*=/m.test(part) ? /^[ \t]*id[ \t]*=.*/m : /^.*/, from, until);
  }

  #lineOf(form: RegExp, from = 0, until = this.#source.text.length): Span {
    const found = form.exec(this.#source.text.slice(from, until));
    if (found === null) return this.#start();
    const start = from + found.index + found[0].search(/\S/);
    return this.#lines.span(start, from + found.index + found[0].trimEnd().length);
  }
}

/** How often at most, the greatest first: 1,000 is all that RE2 knows, and counts in each other are counted together. */
const ENDS = [1_000, 500, 250, 150, 100, 30];

/** An expression that texts of any length can be searched for: as it is, or with an end to what it repeats. */
function searchable(regex: Regex): CheckedExpression & { readonly regex: Regex; readonly most: number | null } {
  const checked = checkSearched(regex);
  if (checked.diagnostics.every(({ code }) => code !== "GW4012")) return { ...checked, regex, most: null };
  for (const most of ENDS) {
    const ending = { ...regex, pattern: withEnds(regex.pattern, most) };
    const again = checkSearched(ending);
    if (again.expression !== null) return { ...again, regex: ending, most };
  }
  return { ...checked, regex, most: null };
}

/** One table, or several. */
function tablesOf(value: unknown): Table[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((table): table is Table => typeof table === "object" && table !== null);
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Keywords tell gitleaks which files to look at; one that stands in the expression itself asks for nothing more. */
function keywordsOf(rule: Table, pattern: string): string[] {
  const words = stringsOf(rule.keywords);
  const written = pattern.replaceAll("\\", "").toLowerCase();
  return words.some((word) => written.includes(word.toLowerCase())) ? [] : words;
}

/** An expression that finds any of the words, in either case. */
function anyOf(words: readonly string[], span: Span): Regex {
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return { pattern: escaped.join("|"), flags: "i", span };
}
