/**
 * Follows the leads of one text: notes where each expression may match, and runs it there as soon as nothing that is still
 * to come can reach that far. So a text can be looked through piece by piece with the answer that the whole has.
 */
import type { Finder } from "../model/finder.ts";

/** An expression, as far as it matters where it runs. */
export interface Pursuer {
  readonly finder: Finder;
  /** The most that stands before one of its literals in a match, null: anything. */
  readonly before: number | null;
  /** Greatest length of a match, null: any. */
  readonly longest: number | null;
  /** True when a match begins so near before its literal that each place can be tried. */
  readonly isAnchored: boolean;
}

/** Told of a match by the index of its expression, and where its value lies; says whether it counts. */
export type Found = (expression: number, start: number, end: number) => boolean;

/** Context that an expression may look at beside a match. */
export const MARGIN = 2;

/** Letters of a stretch from which on it is searched before its end is known. */
const PART = 64 * 1024;
/** Letters that are searched in one step by V8 for matches of up to `SHORT` letters, and by the linear engine. */
const STEP = 32 * 1024;
const SHORT = 100;
const LINEAR_STEP = 512;
/** Letters of matches that are tried in one step. */
const TRIED = 32 * 1024;

/** A stretch of a text. */
interface Range {
  readonly from: number;
  to: number;
}

/** What is still to be done about one expression. */
interface Task {
  /** Where it is to be tried, in order. */
  readonly places: number[];
  /** Where it is to be searched for. */
  ranges: Range[];
  /** All matches that begin before this were found; as in a search, none begins in another. */
  next: number;
}

/** The leads of one text. */
export class Pursuit {
  readonly #text: string;
  readonly #pursuers: readonly Pursuer[];
  readonly #found: Found;
  readonly #tasks = new Map<number, Task>();

  constructor(text: string, pursuers: readonly Pursuer[], found: Found) {
    this.#text = text;
    this.#pursuers = pursuers;
    this.#found = found;
  }

  /** Notes that a literal stands at a place, with so many letters of a match before it at most. */
  note(expression: number, at: number, before: number | null): void {
    const { isAnchored, longest } = this.#pursuers[expression]!;
    let task = this.#tasks.get(expression);
    if (task === undefined) {
      task = { places: [], ranges: [], next: 0 };
      this.#tasks.set(expression, task);
    }
    if (isAnchored) {
      for (let place = Math.max(0, at - before!); place <= at; place++) insert(task.places, place);
    } else {
      const from = Math.max(0, at - (before ?? Infinity) - MARGIN);
      const to = Math.min(this.#text.length, at + (longest ?? Infinity) + MARGIN);
      widen(task.ranges, { from, to });
    }
  }

  /** Runs expressions where no literal can bear on them that is still to come, at `ahead` or behind it. */
  *runUpTo(ahead: number): Generator<void> {
    for (const [expression, task] of this.#tasks) {
      const { isAnchored, before } = this.#pursuers[expression]!;
      const end = ahead - (before ?? Infinity) - MARGIN;
      if (isAnchored) yield* this.#try(expression, task, end);
      else yield* this.#search(expression, task, end);
    }
  }

  /** Runs all that is left, one expression after the other. */
  *finish(): Generator<void> {
    for (const [expression, task] of this.#tasks) {
      if (this.#pursuers[expression]!.isAnchored) yield* this.#try(expression, task, Infinity);
      else yield* this.#search(expression, task, Infinity);
      yield;
    }
  }

  /** Tries an expression at each place before an end. */
  *#try(expression: number, task: Task, end: number): Generator<void> {
    const { finder, longest } = this.#pursuers[expression]!;
    const { places } = task;
    const together = Math.ceil(TRIED / (longest ?? TRIED));
    let tried = 0;
    for (; tried < places.length && places[tried]! < end; tried++) {
      const place = places[tried]!;
      if (place < task.next) continue;
      if (tried % together === together - 1) yield;
      const match = finder.at!(this.#text, place);
      // What does not count hides nothing: behind `key = env.ACME_KEY || ` a key may follow.
      const counts = match !== null && this.#found(expression, match.from, match.to);
      task.next = counts ? match.end : place + 1;
    }
    places.splice(0, tried);
  }

  /** Searches for an expression in each stretch that ends before an end, and in a long one as far as it can be told. */
  *#search(expression: number, task: Task, end: number): Generator<void> {
    const open: Range[] = [];
    for (const range of joined(task.ranges)) {
      if (range.to < end) yield* this.#searchIn(expression, task, range, range.to);
      else open.push(yield* this.#searchPart(expression, task, range, end));
    }
    task.ranges = open;
  }

  /** What is left of a stretch that may grow: where literals stand close together, it would grow to the whole text. */
  *#searchPart(expression: number, task: Task, range: Range, end: number): Generator<void, Range> {
    const reach = (this.#pursuers[expression]!.longest ?? Infinity) + MARGIN;
    // What begins before this lies in the stretch as a whole.
    const sure = range.to - reach;
    const mayBeginEarlier = range.from > Math.max(end, task.next);
    if (mayBeginEarlier || sure - Math.max(range.from, task.next) < PART) return range;
    yield* this.#searchIn(expression, task, range, sure);
    return { from: Math.max(range.from, sure - reach), to: range.to };
  }

  /** Searches a stretch for matches that begin before an end. */
  *#searchIn(expression: number, task: Task, { from, to }: Range, end: number): Generator<void> {
    const sought = { from, to, begin: Math.max(from, task.next), end };
    task.next = yield* searchFor(this.#pursuers[expression]!, this.#text, sought, (start, stop) => {
      this.#found(expression, start, stop);
    });
  }
}

/** A stretch of a text, and from where to where in it matches may begin. */
export interface Sought extends Readonly<Range> {
  readonly begin: number;
  readonly end: number;
}

/**
 * Searches a stretch for the values of an expression, in parts of which each is searched in a short time; as in one search,
 * a part goes on behind the last match. Gives the place from which on matches may begin that were not looked for.
 */
export function* searchFor(
  { finder, longest }: Pick<Pursuer, "finder" | "longest">,
  text: string,
  { from, to, begin, end }: Sought,
  found: (start: number, end: number) => void,
): Generator<void, number> {
  const reach = (longest ?? Infinity) + MARGIN;
  const step = finder.at === null ? Math.max(LINEAR_STEP, reach) : Math.floor(STEP / Math.max(1, reach / SHORT));
  // Where matches may have any length there are no parts.
  const size = longest === null ? Infinity : step;
  let at = begin;
  while (at < end) {
    const next = Math.min(end, at + size);
    const left = Math.max(from, at - MARGIN);
    let behind = next;
    finder.each(text.slice(left, Math.min(to, next + reach)), at - left, (match) => {
      if (left + match.begin >= next) return false;
      found(left + match.from, left + match.to);
      behind = Math.max(next, left + match.end);
      return true;
    });
    at = behind;
    if (at < end) yield;
  }
  return at;
}

/** Puts a place into a list in order, where it nearly always is the last. */
function insert(places: number[], place: number): void {
  let at = places.length;
  while (at > 0 && places[at - 1]! > place) at--;
  if (at === places.length) places.push(place);
  else places.splice(at, 0, place);
}

/** Adds a range, to the last where it goes on from that. */
function widen(ranges: Range[], range: Range): void {
  const last = ranges.at(-1);
  if (last !== undefined && last.from <= range.from && range.from <= last.to) last.to = Math.max(last.to, range.to);
  else ranges.push(range);
}

/** Ranges that touch as one: a match may not be cut, nor be found twice. */
function joined(ranges: Range[]): Range[] {
  const result: Range[] = [];
  for (const range of ranges.sort((a, b) => a.from - b.from)) widen(result, range);
  return result;
}
