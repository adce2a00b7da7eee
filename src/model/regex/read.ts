/**
 * Text of the RE2 dialect → tree. The text has passed the RE2 engine's own parser before (expression.ts sees to it),
 * so this reader only has to understand what is valid, and says nothing about what is not.
 */
import {
  ANY,
  type CharSet,
  complement,
  DIGIT,
  EMPTY,
  foldCase,
  MAX_CODE_POINT,
  NEWLINE,
  only,
  SPACE,
  union,
  WORD,
} from "./char-set.ts";
import { type Condition, choice, type Node, type Property, type SetNode, sequence, setOf } from "./node.ts";

interface Flags {
  readonly fold: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly swapLazy: boolean;
}

/** Whether the first group stays in the tree: writing needs it, reasoning about matches is simpler without. */
export type Groups = "first" | "none";

/** Reads a valid expression; `flags` are the letters `i`, `m`, `s` after its closing slash. */
export function readRegex(text: string, flags: string, groups: Groups = "none"): Node {
  const reader = new Reader(text, groups);
  const start = {
    fold: flags.includes("i"),
    multiline: flags.includes("m"),
    dotAll: flags.includes("s"),
    swapLazy: false,
  };
  return reader.choice(start);
}

const POSIX: Readonly<Record<string, CharSet>> = {
  alnum: [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a],
  alpha: [0x41, 0x5a, 0x61, 0x7a],
  ascii: [0, 0x7f],
  blank: [0x09, 0x09, 0x20, 0x20],
  cntrl: [0, 0x1f, 0x7f, 0x7f],
  digit: DIGIT,
  graph: [0x21, 0x7e],
  lower: [0x61, 0x7a],
  print: [0x20, 0x7e],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  space: [0x09, 0x0d, 0x20, 0x20],
  upper: [0x41, 0x5a],
  word: WORD,
  xdigit: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66],
};

const PERL: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  D: complement(DIGIT),
  s: SPACE,
  S: complement(SPACE),
  w: WORD,
  W: complement(WORD),
};

const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

const CONDITIONS: Readonly<Record<string, Condition>> = { A: "start", z: "end", b: "word", B: "not-word" };

class Reader {
  readonly #chars: readonly string[];
  #at = 0;
  #keepsGroup: boolean;

  constructor(text: string, groups: Groups) {
    this.#chars = [...text];
    this.#keepsGroup = groups === "first";
  }

  /** Alternatives up to the closing parenthesis or the end. `(?i)` inside one holds to the end of its group. */
  choice(outer: Flags): Node {
    const branches: Node[] = [];
    let parts: Node[] = [];
    let flags = outer;
    while (this.#at < this.#chars.length && !this.#sees(")")) {
      if (this.#takes("|")) {
        branches.push(sequence(parts));
        parts = [];
        continue;
      }
      const change = this.#flagChange(flags);
      if (change) flags = change;
      else if (this.#takes("\\Q")) parts.push(...this.#quoted(flags));
      else parts.push(this.#repeated(this.#atom(flags), flags));
    }
    branches.push(sequence(parts));
    return choice(branches);
  }

  #sees(text: string): boolean {
    for (let index = 0; index < text.length; index++) if (this.#chars[this.#at + index] !== text[index]) return false;
    return true;
  }

  #takes(text: string): boolean {
    if (!this.#sees(text)) return false;
    this.#at += text.length;
    return true;
  }

  #next(): string {
    return this.#chars[this.#at++] ?? "";
  }

  #until(end: string): string {
    const from = this.#at;
    while (this.#at < this.#chars.length && !this.#sees(end)) this.#at++;
    const text = this.#chars.slice(from, this.#at).join("");
    this.#at += end.length;
    return text;
  }

  /** `(?i)`, `(?i-s)`: new flags for the rest of the group; null when something else stands here. */
  #flagChange(flags: Flags): Flags | null {
    const found = /^\(\?([imsU]*)(?:-([imsU]+))?\)/.exec(this.#chars.slice(this.#at, this.#at + 16).join(""));
    if (!found) return null;
    this.#at += found[0].length;
    return changed(flags, found[1] ?? "", found[2] ?? "");
  }

  /** `\Q…\E`; a repetition after it binds to its last character. */
  #quoted(flags: Flags): Node[] {
    const chars = [...this.#until("\\E")].map((char) => this.#literal(char.codePointAt(0)!, flags));
    const last = chars.pop();
    return last ? [...chars, this.#repeated(last, flags)] : chars;
  }

  #literal(codePoint: number, flags: Flags): SetNode {
    return setOf(flags.fold ? foldCase(only(codePoint)) : only(codePoint));
  }

  #atom(flags: Flags): Node {
    const char = this.#next();
    switch (char) {
      case "(":
        return this.#group(flags);
      case "[":
        return this.#bracket(flags);
      case ".":
        return setOf(flags.dotAll ? ANY : complement(NEWLINE));
      case "^":
        return { kind: "condition", condition: flags.multiline ? "line-start" : "start" };
      case "$":
        return { kind: "condition", condition: flags.multiline ? "line-end" : "end" };
      case "\\":
        return this.#escape(flags);
      default:
        return this.#literal(char.codePointAt(0)!, flags);
    }
  }

  #group(flags: Flags): Node {
    let inner = flags;
    let captures = true;
    if (this.#takes("?P<") || this.#takes("?<")) this.#until(">");
    else if (this.#takes("?")) {
      const [on = "", off = ""] = this.#until(":").split("-");
      inner = changed(flags, on, off);
      captures = false;
    }
    // Groups are counted by where they open, so an outer one comes before those inside it.
    const isValue = captures && this.#keepsGroup;
    if (isValue) this.#keepsGroup = false;
    const body = this.choice(inner);
    this.#takes(")");
    return isValue ? { kind: "value", body } : body;
  }

  #escape(flags: Flags): Node {
    const condition = CONDITIONS[this.#chars[this.#at] ?? ""];
    if (condition) {
      this.#at++;
      return { kind: "condition", condition };
    }
    const { set, property } = this.#escaped();
    if (property) return { kind: "set", set: EMPTY, properties: [property], negated: false };
    return setOf(flags.fold ? foldCase(set) : set);
  }

  /** What follows a backslash, in a bracket or outside. */
  #escaped(): { set: CharSet; property: Property | null } {
    const char = this.#next();
    const perl = PERL[char];
    if (perl) return { set: perl, property: null };
    if (char === "p" || char === "P") {
      const name = this.#takes("{") ? this.#until("}") : this.#next();
      const negated = (char === "P") !== name.startsWith("^");
      return property(name.replace("^", ""), negated);
    }
    return { set: only(this.#codePoint(char)), property: null };
  }

  #codePoint(char: string): number {
    const control = CONTROL[char];
    if (control !== undefined) return control;
    if (char === "x") {
      const digits = this.#takes("{") ? this.#until("}") : this.#next() + this.#next();
      return Number.parseInt(digits, 16);
    }
    if (!/[0-7]/.test(char)) return char.codePointAt(0)!;
    let digits = char;
    while (digits.length < 3 && /[0-7]/.test(this.#chars[this.#at] ?? "")) digits += this.#next();
    return Number.parseInt(digits, 8);
  }

  #bracket(flags: Flags): Node {
    const negated = this.#takes("^");
    const sets: CharSet[] = [];
    const properties: Property[] = [];
    for (let first = true; first || !this.#sees("]"); first = false) {
      const item = this.#bracketItem();
      if (item.property) properties.push(item.property);
      sets.push(item.set);
    }
    this.#at++;
    const set = flags.fold ? foldCase(union(...sets)) : union(...sets);
    if (properties.length === 0) return setOf(negated ? complement(set) : set);
    return { kind: "set", set, properties, negated };
  }

  #bracketItem(): { set: CharSet; property: Property | null } {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.#chars.slice(this.#at, this.#at + 12).join(""));
    if (posix) {
      this.#at += posix[0].length;
      const named = POSIX[posix[2] ?? ""] ?? EMPTY;
      return { set: posix[1] ? complement(named) : named, property: null };
    }
    const low = this.#bracketChar();
    const isRange = low.single !== null && this.#sees("-") && this.#chars[this.#at + 1] !== "]";
    if (!isRange) return low;
    this.#at++;
    return { set: [low.single!, this.#bracketChar().single ?? MAX_CODE_POINT], property: null };
  }

  #bracketChar(): { set: CharSet; property: Property | null; single: number | null } {
    const char = this.#next();
    if (char !== "\\") {
      const codePoint = char.codePointAt(0)!;
      return { set: only(codePoint), property: null, single: codePoint };
    }
    const escaped = this.#escaped();
    const single = escaped.property || escaped.set.length !== 2 || escaped.set[0] !== escaped.set[1];
    return { ...escaped, single: single ? null : escaped.set[0]! };
  }

  #repeated(body: Node, flags: Flags): Node {
    const range = this.#count();
    if (!range) return body;
    const lazy = this.#takes("?") !== flags.swapLazy;
    return { kind: "repeat", body, ...range, lazy };
  }

  #count(): { min: number; max: number | null } | null {
    if (this.#takes("*")) return { min: 0, max: null };
    if (this.#takes("+")) return { min: 1, max: null };
    if (this.#takes("?")) return { min: 0, max: 1 };
    const found = /^\{(\d+)(,?)(\d*)\}/.exec(this.#chars.slice(this.#at, this.#at + 16).join(""));
    if (!found) return null;
    this.#at += found[0].length;
    const min = Number(found[1]);
    return { min, max: found[2] === "" ? min : found[3] === "" ? null : Number(found[3]) };
  }
}

function changed(flags: Flags, on: string, off: string): Flags {
  const value = (letter: string, before: boolean) =>
    on.includes(letter) ? true : off.includes(letter) ? false : before;
  return {
    fold: value("i", flags.fold),
    multiline: value("m", flags.multiline),
    dotAll: value("s", flags.dotAll),
    swapLazy: value("U", flags.swapLazy),
  };
}

/** `\p{Any}` is a plain set; every other class keeps its name, because only the engines know its members. */
function property(name: string, negated: boolean): { set: CharSet; property: Property | null } {
  if (name === "Any") return { set: negated ? EMPTY : ANY, property: null };
  return { set: EMPTY, property: { name, negated } };
}
