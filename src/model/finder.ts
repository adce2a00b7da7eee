/**
 * Runs one expression over a text. V8 runs what the check proved linear there, RE2 the rest. When an expression has a
 * group, its first group is the value that is found.
 */
import { RE2JS } from "re2js";
import type { Runnable } from "./filters/filter.ts";
import type { Expression } from "./model.ts";

export interface Finder {
  /** Calls back for every match that begins at a place or behind it, from the left, as long as it is told to go on. */
  each(text: string, start: number, found: (match: Match) => boolean): void;
  /** The match that begins at a place, and its value; null for none. Not every engine can be asked. */
  readonly at: ((text: string, place: number) => Match | null) | null;
}

/** A match: where it begins and ends, and where its value lies in it. */
export interface Match {
  readonly begin: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** So many letters before a literal are tried one by one. */
const NEAR = 8;

/** The most that stands before one of an expression's literals in a match; null: anything. */
export function mostBefore({ literals }: Pick<Expression, "literals">): number | null {
  if (literals.some(({ before }) => before === null)) return null;
  return Math.max(0, ...literals.map(({ before }) => before!));
}

/**
 * Whether an expression is tried at each place where a match may begin, and not searched for. Then a match that does not count
 * hides nothing; in a search none begins in another.
 */
export function isTriedByPlace({ literals, engine }: Pick<Expression, "literals" | "engine">): boolean {
  const before = mostBefore({ literals });
  return literals.length > 0 && before !== null && before <= NEAR && engine === "v8";
}

/** The finder of an expression. */
export function createFinder(expression: Runnable): Finder {
  if (expression.engine !== "v8") return linearFinder(expression);
  const quick = v8Finder(expression);
  // V8 keeps a way back for every letter of a run, and has no room for millions; what is found twice is joined later.
  const roomy = <T>(first: () => T, otherwise: (linear: Finder) => T): T => {
    try {
      return first();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return otherwise(linearFinder(expression));
    }
  };
  return {
    each: (text, start, found) => {
      roomy(
        () => quick.each(text, start, found),
        (linear) => linear.each(text, start, found),
      );
    },
    at: (text, place) =>
      roomy(
        () => quick.at!(text, place),
        (linear) => firstAt(linear, text, place),
      ),
  };
}

function firstAt(linear: Finder, text: string, place: number): Match | null {
  let found: Match | null = null;
  linear.each(text.slice(place), 0, ({ end, from, to }) => {
    found = { begin: place, end: place + end, from: place + from, to: place + to };
    return false;
  });
  return found;
}

function v8Finder({ source, flags }: Runnable): Finder {
  const kept = flags.replace("g", "");
  const search = new RegExp(source, `${kept}g`);
  const sticky = new RegExp(source, `${kept}y`);
  const locate = new RegExp(source, `${kept}dy`);
  const located = (text: string, match: RegExpExecArray): Match => {
    const { 0: whole, 1: value = "", index } = match;
    const end = index + whole.length;
    if (value === "") return { begin: index, end, from: index, to: end };
    const place = whole.indexOf(value);
    if (whole.indexOf(value, place + 1) < 0) {
      return { begin: index, end, from: index + place, to: index + place + value.length };
    }
    // Places of groups cost much on every match, so they are asked for only where the value stands there twice.
    locate.lastIndex = index;
    const [from, to] = locate.exec(text)!.indices![1]!;
    return { begin: index, end, from, to };
  };
  return {
    at(text, place) {
      sticky.lastIndex = place;
      const match = sticky.exec(text);
      return match === null || match[0] === "" ? null : located(text, match);
    },
    each(text, start, found) {
      search.lastIndex = start;
      for (let match = search.exec(text); match !== null; match = search.exec(text)) {
        if (match[0] === "") {
          search.lastIndex++;
          continue;
        }
        if (!found(located(text, match))) return;
      }
    },
  };
}

function linearFinder({ re2 }: Runnable): Finder {
  const engine = RE2JS.compile(re2);
  return {
    at: null,
    each(text, start, found) {
      const matcher = engine.matcher(text);
      const grouped = matcher.groupCount() > 0;
      for (let more = matcher.find(start); more; more = matcher.find()) {
        const [begin, end] = [matcher.start(), matcher.end()];
        const group = grouped && matcher.end(1) > matcher.start(1) ? 1 : 0;
        if (end > begin && !found({ begin, end, from: matcher.start(group), to: matcher.end(group) })) return;
      }
    },
  };
}
