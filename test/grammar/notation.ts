/**
 * Runs an EBNF in the W3C's notation, as a reader of `grammar/policy.ebnf` would in their head: a small interpreter that
 * knows nothing of the parser. Productions in capitals are about characters and become regular expressions; the others are
 * about tokens and are followed from left to right, the first branch that fits taken.
 */

type Expression =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "set"; readonly source: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "row"; readonly parts: readonly Expression[] }
  | { readonly kind: "or"; readonly branches: readonly Expression[] }
  | { readonly kind: "times"; readonly sign: "?" | "*" | "+"; readonly body: Expression }
  | { readonly kind: "without"; readonly body: Expression; readonly not: Expression };

/** What a token was taken for: a word or sign as it is written, or a terminal, by its name. */
export type Taken = { readonly word: string } | { readonly terminal: string };

/** A grammar that can be run. */
export interface Notation {
  /** Names of the productions, in the order of the file. */
  readonly names: readonly string[];
  /** Every word and sign in quotes that stands in a production about tokens. */
  readonly words: ReadonlySet<string>;
  /** Names that a production uses. */
  readonly used: ReadonlySet<string>;
  /** A production in capitals as a regular expression that must match the whole of a token. */
  terminal(name: string): RegExp;
  /** What each token of a text is; null when the grammar does not accept them. */
  run(start: string, tokens: readonly string[]): readonly Taken[] | null;
}

const LEXEME = /\s+|\/\*[\s\S]*?\*\/|(::=|'[^']*'|"[^"]*"|\[(?:[^\]])*\]|#x[0-9A-F]+|\w+|[()?*+|-])/y;

/** Reads a grammar. */
export function readNotation(text: string): Notation {
  const productions = read(lexemes(text));
  const terminals = new Map<string, RegExp>();
  const terminal = (name: string): RegExp => {
    const known = terminals.get(name);
    if (known !== undefined) return known;
    const expression = new RegExp(`^(?:${source(productions.get(name)!, productions)})$`, "u");
    terminals.set(name, expression);
    return expression;
  };
  const all = [...productions.values()].flatMap(inside);
  const about = [...productions].filter(([name]) => !isTerminal(name)).flatMap(([, body]) => inside(body));
  return {
    names: [...productions.keys()],
    words: new Set(about.flatMap((part) => (part.kind === "text" ? [part.text] : []))),
    used: new Set(all.flatMap((part) => (part.kind === "name" ? [part.name] : []))),
    terminal,
    run: (start, tokens) => follow(start, tokens, { productions, terminal }),
  };
}

function lexemes(text: string): string[] {
  const out: string[] = [];
  LEXEME.lastIndex = 0;
  while (LEXEME.lastIndex < text.length) {
    const at = LEXEME.lastIndex;
    const found = LEXEME.exec(text);
    if (found === null) throw new Error(`not in the notation: ${text.slice(at, at + 40)}`);
    if (found[1] !== undefined) out.push(found[1]);
  }
  return out;
}

function read(words: readonly string[]): ReadonlyMap<string, Expression> {
  const productions = new Map<string, Expression>();
  let at = 0;
  const ends = () => at >= words.length || words[at] === ")" || words[at] === "|" || words[at + 1] === "::=";
  const one = (): Expression => {
    const word = words[at++]!;
    if (word === "(") {
      const body = or();
      if (words[at++] !== ")") throw new Error("a parenthesis is not closed");
      return body;
    }
    if (word.startsWith("'") || word.startsWith('"')) return { kind: "text", text: word.slice(1, -1) };
    if (word.startsWith("[")) return { kind: "set", source: setSource(word) };
    if (word.startsWith("#x")) return { kind: "text", text: String.fromCodePoint(Number.parseInt(word.slice(2), 16)) };
    if (!/^\w+$/.test(word)) throw new Error(`a part cannot begin with ${word}`);
    return { kind: "name", name: word };
  };
  const repeated = (): Expression => {
    let body = one();
    for (let sign = words[at]; sign === "?" || sign === "*" || sign === "+"; sign = words[at]) {
      body = { kind: "times", sign, body };
      at++;
    }
    if (words[at] !== "-") return body;
    at++;
    return { kind: "without", body, not: one() };
  };
  const row = (): Expression => {
    const parts: Expression[] = [];
    while (!ends()) parts.push(repeated());
    return parts.length === 1 ? parts[0]! : { kind: "row", parts };
  };
  const or = (): Expression => {
    const branches = [row()];
    while (words[at] === "|") {
      at++;
      branches.push(row());
    }
    return branches.length === 1 ? branches[0]! : { kind: "or", branches };
  };
  while (at < words.length) {
    const name = words[at]!;
    if (words[at + 1] !== "::=" || productions.has(name)) throw new Error(`no production begins with ${name}`);
    at += 2;
    productions.set(name, or());
  }
  return productions;
}

/** `[^#x0A"]` as a set of JavaScript. */
function setSource(word: string): string {
  const body = word.slice(1, -1).replace(/#x([0-9A-F]+)|[\\\]/*?+.$(){}|]/g, (sign, hex: string | undefined) => {
    return hex === undefined ? `\\${sign}` : `\\u{${hex}}`;
  });
  return `[${body}]`;
}

function source(part: Expression, productions: ReadonlyMap<string, Expression>): string {
  switch (part.kind) {
    case "text":
      return part.text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    case "set":
      return part.source;
    case "name":
      return `(?:${source(productions.get(part.name)!, productions)})`;
    case "row":
      return part.parts.map((inner) => source(inner, productions)).join("");
    case "or":
      return `(?:${part.branches.map((inner) => source(inner, productions)).join("|")})`;
    case "times":
      return `(?:${source(part.body, productions)})${part.sign}`;
    case "without":
      return `(?!(?:${source(part.not, productions)})$)(?:${source(part.body, productions)})`;
    default:
      return part satisfies never;
  }
}

interface Followed extends Pick<Notation, "terminal"> {
  readonly productions: ReadonlyMap<string, Expression>;
}

function follow(start: string, tokens: readonly string[], { productions, terminal }: Followed): Taken[] | null {
  const taken: Taken[] = [];
  /** Whether the part stands at the place that `taken` has come to; if so, `taken` goes on. */
  const stands = (part: Expression): boolean => {
    const token = tokens[taken.length];
    switch (part.kind) {
      case "text":
        return token === part.text && taken.push({ word: part.text }) > 0;
      case "name":
        if (!isTerminal(part.name)) return stands(productions.get(part.name)!);
        return token !== undefined && terminal(part.name).test(token) && taken.push({ terminal: part.name }) > 0;
      case "row":
        return part.parts.every(stands);
      case "or":
        return part.branches.some(orBack);
      case "times": {
        const first = orBack(part.body);
        while (first && part.sign !== "?" && orBack(part.body));
        return first || part.sign !== "+";
      }
      case "set":
      case "without":
        throw new Error("a production about tokens names characters");
      default:
        return part satisfies never;
    }
  };
  const orBack = (part: Expression): boolean => {
    const before = taken.length;
    if (stands(part)) return true;
    taken.length = before;
    return false;
  };
  return stands(productions.get(start)!) && taken.length === tokens.length ? taken : null;
}

function isTerminal(name: string): boolean {
  return name === name.toUpperCase();
}

function inside(part: Expression): Expression[] {
  switch (part.kind) {
    case "text":
    case "set":
    case "name":
      return [part];
    case "row":
      return part.parts.flatMap(inside);
    case "or":
      return part.branches.flatMap(inside);
    case "times":
      return inside(part.body);
    case "without":
      return [...inside(part.body), ...inside(part.not)];
    default:
      return part satisfies never;
  }
}
