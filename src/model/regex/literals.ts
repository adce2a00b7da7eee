/**
 * Strings of which at least one stands in every match of an expression, how far from its beginning and between what, and
 * a character that does, so that a scanner can look for them first and try the expression only where they are found.
 * Only printable ASCII, without the quotes and backslashes that one text shows as another writes them.
 */
import { ANY, type CharSet, foldCase, members, only, size } from "./char-set.ts";
import { longestMatch } from "./extent.ts";
import { choice, type Node, type RepeatNode, type SequenceNode, sequence, setOf } from "./node.ts";

/** A text that can be searched; `fold`: letters count in either case, and the text is then in lower case. */
interface Word {
  readonly text: string;
  readonly fold: boolean;
}

/** A word that stands in a match. */
export interface Literal extends Word {
  /** The most that can stand before it in the match, in UTF-16 units; null: any number. */
  readonly before: number | null;
  /** What stands beside it in the match, on either side to its end. */
  readonly ahead: readonly Node[];
  readonly behind: readonly Node[];
}

const MIN_LENGTH = 3;
/** A longer one is cut to this. */
export const MAX_LENGTH = 32;
const MAX_LITERALS = 16;
const MAX_SET = 16;

/** What is known of a part: every text it can be (null: too many), and literals that any match of it contains. */
interface Known {
  readonly exact: readonly Word[] | null;
  readonly required: readonly Literal[] | null;
}

const NOTHING: Known = { exact: null, required: null };
const EMPTY_TEXT: readonly Word[] = [{ text: "", fold: false }];

/** The literals of an expression; empty when none are known. */
export function literalsOf(node: Node): readonly Literal[] {
  return requiredBy(known(node)) ?? [];
}

/** The character that is the rarest of those that stand in every match; empty when none is known. */
export function certainOf(node: Node): string {
  const ranked = [...certain(node)].sort((a, b) => rarity(b) - rarity(a));
  return ranked[0] ?? "";
}

/** Signs are rarer in texts than digits, digits than capitals, capitals than small letters. */
function rarity(char: string): number {
  return /[a-z ]/.test(char)
    ? 0
    : /[A-Z]/.test(char)
      ? 1
      : /[0-9]/.test(char)
        ? 2
        : COMMON_SIGNS.includes(char)
          ? 3
          : 4;
}

const COMMON_SIGNS = "-_.,:;=()[]{}<>/'";

function certain(node: Node): ReadonlySet<string> {
  switch (node.kind) {
    case "set": {
      const chars = node.properties.length > 0 ? null : charsOf(node.set);
      const [only] = chars ?? [];
      const isPlain = only !== undefined && chars?.length === 1 && !only.fold && longestPlain(only.text) === only.text;
      return new Set(isPlain ? [only.text] : []);
    }
    case "condition":
      return new Set();
    case "sequence":
      return new Set(node.parts.flatMap((part) => [...certain(part)]));
    case "choice":
      return node.branches.map(certain).reduce((all, branch) => all.intersection(branch));
    case "repeat":
      return node.min === 0 ? new Set() : certain(node.body);
    case "value":
      return certain(node.body);
    default:
      return node satisfies never;
  }
}

function known(node: Node): Known {
  switch (node.kind) {
    case "set":
      return { exact: node.properties.length > 0 ? null : charsOf(node.set), required: null };
    case "condition":
      return { exact: EMPTY_TEXT, required: null };
    case "sequence":
      return knownOfSequence(node);
    case "choice": {
      const branches = node.branches.map(known);
      return {
        exact: capped(
          branches.map((branch) => branch.exact),
          distinct,
        ),
        required: capped(branches.map(requiredBy), unique),
      };
    }
    case "repeat":
      return knownOfRepeat(node);
    case "value":
      return known(node.body);
    default:
      return node satisfies never;
  }
}

/** The set as single characters; pairs such as `Aa` as one that folds. */
function charsOf(set: CharSet): readonly Word[] | null {
  if (set.length === 0 || size(set) > MAX_SET) return null;
  const chars = members(set).map((codePoint) => String.fromCodePoint(codePoint));
  const bothCases = size(foldCase(set)) === size(set) && chars.some((char) => char.toLowerCase() !== char);
  if (!bothCases) return chars.map((text) => ({ text, fold: false }));
  return distinct(chars.map((char) => ({ text: char.toLowerCase(), fold: true })));
}

function knownOfSequence({ parts }: SequenceNode): Known {
  let whole = true;
  let run: readonly Word[] = EMPTY_TEXT;
  // Where the run begins, what can stand before it, and what before the part.
  let begin = 0;
  let start = 0;
  let passed = 0;
  const found: (readonly Literal[] | null)[] = [];
  const close = (end: number): unknown =>
    found.push(asLiterals(run, { before: start, ahead: parts.slice(0, begin), behind: parts.slice(end) }));
  for (const [index, part] of parts.entries()) {
    const { exact, required } = known(part);
    const around = { before: passed, ahead: parts.slice(0, index), behind: parts.slice(index + 1) };
    found.push(required === null ? null : required.map((literal) => within(literal, around)));
    const longer = exact && joined(run, exact);
    // What is longer in many ways may say less than what stands before it.
    if (longer === null || longer.length > run.length) close(index);
    if (longer === null) {
      whole = false;
      start = passed;
      begin = index;
    }
    run = longer ?? exact ?? EMPTY_TEXT;
    passed += longestMatch(part);
    if (exact === null) {
      start = passed;
      begin = index + 1;
    }
  }
  close(parts.length);
  return { exact: whole ? run : null, required: best(found) };
}

function within(literal: Literal, { before, ahead, behind }: Setting): Literal {
  return {
    ...literal,
    before: bounded((literal.before ?? Infinity) + before),
    ahead: [...ahead, ...literal.ahead],
    behind: [...literal.behind, ...behind],
  };
}

function bounded(length: number): number | null {
  return length === Infinity ? null : length;
}

function joined(heads: readonly Word[], tails: readonly Word[]): readonly Word[] | null {
  if (heads.length * tails.length > MAX_LITERALS) return null;
  return heads.flatMap((head) =>
    tails.map((tail) => {
      const fold = head.fold || tail.fold;
      const text = head.text + tail.text;
      return { text: fold ? text.toLowerCase() : text, fold };
    }),
  );
}

function knownOfRepeat(node: RepeatNode): Known {
  const body = known(node.body);
  if (node.min === 0) {
    return node.max === 1 && body.exact ? { exact: [...EMPTY_TEXT, ...body.exact], required: null } : NOTHING;
  }
  const single = node.min === node.max && body.exact?.length === 1 ? body.exact[0] : null;
  if (single && single.text.length * node.min <= MAX_LENGTH) {
    return { exact: [{ ...single, text: single.text.repeat(node.min) }], required: null };
  }
  if (node.max === 1) return body;
  // It stands in the first round, and behind that there may be more of them.
  const required = requiredBy(body)?.map((literal) => ({ ...literal, behind: [...literal.behind, ANYTHING] })) ?? null;
  return { exact: null, required };
}

const ANYTHING: Node = { kind: "repeat", body: setOf(ANY), min: 0, max: null, lazy: false };

function requiredBy({ exact, required }: Known): readonly Literal[] | null {
  return best([exact && asLiterals(exact, ALONE), required]);
}

/** Where a run of words stands in an expression. */
type Setting = Omit<Literal, keyof Word | "before"> & { readonly before: number };

const ALONE: Setting = { before: 0, ahead: [], behind: [] };

/** Texts cut down to what can be searched for; null when one of them has too little of it. */
function asLiterals(words: readonly Word[], { before, ahead, behind }: Setting): readonly Literal[] | null {
  const cut = words.map(({ text, fold }): Literal => {
    const plain = longestPlain(text);
    const at = text.indexOf(plain);
    return {
      text: plain,
      fold,
      before: bounded(before + at),
      ahead: [...ahead, ...spelled(text.slice(0, at), fold)],
      behind: [...spelled(text.slice(at + plain.length), fold), ...behind],
    };
  });
  return cut.some(({ text }) => text.length < MIN_LENGTH) ? null : unique(cut);
}

function spelled(text: string, fold: boolean): Node[] {
  return Array.from(text, (char) => {
    const set = only(char.codePointAt(0)!);
    return setOf(fold ? foldCase(set) : set);
  });
}

/** The longest stretch of printable ASCII without `"` and `\`. */
function longestPlain(text: string): string {
  const stretches = text.split(/[^ !#-[\]-~]/);
  return stretches.reduce((longest, next) => (next.length > longest.length ? next : longest), "").slice(0, MAX_LENGTH);
}

/** The list that says most: long literals first, then few of them. */
function best(lists: readonly (readonly Literal[] | null)[]): readonly Literal[] | null {
  let chosen: readonly Literal[] | null = null;
  for (const list of lists) if (list && (!chosen || worth(list) > worth(chosen))) chosen = list;
  return chosen;
}

/** Beyond 8 characters a longer literal finds nothing less. */
function worth(list: readonly Literal[]): number {
  return 4 * Math.min(8, ...list.map(({ text }) => text.length)) - list.length;
}

function capped<T>(
  lists: readonly (readonly T[] | null)[],
  joinAll: (list: readonly T[]) => readonly T[],
): readonly T[] | null {
  const all = lists.flatMap((list) => list ?? []);
  return lists.includes(null) || all.length > MAX_LITERALS ? null : joinAll(all);
}

/** Each literal once; of two settings, either. */
function unique(list: readonly Literal[]): readonly Literal[] {
  const found = new Map<string, Literal>();
  for (const literal of list) {
    const key = keyOf(literal);
    const other = found.get(key);
    found.set(key, other === undefined ? literal : eitherOf(other, literal));
  }
  return [...found.values()];
}

function eitherOf(a: Literal, b: Literal): Literal {
  const before = a.before === null || b.before === null ? null : Math.max(a.before, b.before);
  return { ...a, before, ahead: either(a.ahead, b.ahead), behind: either(a.behind, b.behind) };
}

function either(a: readonly Node[], b: readonly Node[]): readonly Node[] {
  return JSON.stringify(a) === JSON.stringify(b) ? a : [choice([sequence(a), sequence(b)])];
}

function distinct(list: readonly Word[]): readonly Word[] {
  return [...new Map(list.map((word) => [keyOf(word), word])).values()];
}

function keyOf({ text, fold }: Word): string {
  return `${fold} ${text}`;
}
