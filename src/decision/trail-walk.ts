/**
 * Reads along several trails at once, away from a literal, and tells which of them the text does not leave: one look-up
 * a character, whatever the number of trails. What a place of all trails together leads to is worked out when a text
 * first leads there.
 */
import type { CharSet } from "../model/regex/char-set.ts";
import { END, type Trail } from "../model/regex/trail.ts";

/** The trails that are left at some place of a text. */
interface State {
  /** Numbers of places, of all trails. */
  readonly places: readonly number[];
  /** Trails that ended here. */
  readonly ended: readonly number[];
}

/** A place of a trail, its neighbours numbered over all trails. */
interface Step {
  readonly trail: number;
  /** By class of characters: 1 for those that it may be. */
  readonly holds: Uint8Array;
  readonly next: readonly number[];
  readonly ends: boolean;
}

/** Characters that no place tells apart are of one class. */
interface Classes {
  readonly of: Uint8Array;
  readonly count: number;
  readonly holding: (set: CharSet) => Uint8Array;
}

/** ASCII by itself, everything else as one. */
const CODES = 129;
const OTHER = 128;
/** So many states are kept; a text that leads to more of them makes them anew. */
const MOST_STATES = 1_000;
/** So many characters are read; trails that are left then count as ended. */
const FARTHEST = 64;
const UNKNOWN = -1;
const DEAD = 1;
const NONE: readonly number[] = [];

/** Some trails as one automaton, laid out where texts lead. */
export class TrailWalk {
  readonly #trails: readonly Trail[];
  /** By trail, the number of its first place. */
  readonly #bases: readonly number[];
  readonly #steps = new Map<number, Step>();
  readonly #start: State;
  readonly #kinds: Classes;
  readonly #classes: Uint8Array;
  readonly #width: number;
  readonly #states: State[] = [];
  readonly #numbers = new Map<string, number>();
  /** By state and class, the next state. */
  #moves = new Int16Array(0);
  /** By state: 1 where a trail ends. */
  readonly #ends = new Uint8Array(MOST_STATES + FARTHEST + 2);

  /** Trails all lead the same way; the list is not empty. */
  constructor(trails: readonly Trail[]) {
    this.#trails = trails;
    this.#bases = basesOf(trails);
    this.#start = startOf(trails, this.#bases);
    this.#kinds = classify(trails);
    this.#classes = this.#kinds.of;
    this.#width = this.#kinds.count;
    this.#forget();
  }

  /** The trails that a text may follow from a place on, upwards (1) or downwards (-1), by their index. */
  follow(text: string, from: number, direction: 1 | -1): readonly number[] {
    if (this.#states.length > MOST_STATES) this.#forget();
    let found = this.#start.ended;
    let state = 0;
    const end = direction === 1 ? Math.min(text.length, from + FARTHEST) : Math.max(-1, from - FARTHEST);
    for (let at = from; at !== end; at += direction) {
      state = this.#step(state, text.charCodeAt(at));
      if (state === DEAD) return found;
      if (this.#ends[state] === 1) found = [...found, ...this.#states[state]!.ended];
    }
    const isOver = direction === 1 ? end === text.length : end === -1;
    return isOver ? found : [...found, ...this.#left(state)];
  }

  /** Whether some trail may end in a text from a place on, or go on where the text ends. */
  mayGoOn(text: string, from: number): boolean {
    if (this.#states.length > MOST_STATES) this.#forget();
    if (this.#start.ended.length > 0) return true;
    let state = 0;
    const end = Math.min(text.length, from + FARTHEST);
    for (let at = from; at < end; at++) {
      state = this.#step(state, text.charCodeAt(at));
      if (state === DEAD) return false;
      if (this.#ends[state] === 1) return true;
    }
    return true;
  }

  #step(state: number, code: number): number {
    const kind = this.#classes[code < OTHER ? code : OTHER]!;
    const next = this.#moves[state * this.#width + kind]!;
    return next === UNKNOWN ? this.#learn(state, kind) : next;
  }

  #left(state: number): readonly number[] {
    return [...new Set(this.#states[state]!.places.map((place) => this.#place(place).trail))];
  }

  #learn(from: number, kind: number): number {
    const reached = this.#states[from]!.places.map((place) => this.#place(place)).filter(
      ({ holds }) => holds[kind] === 1,
    );
    const ended = new Set(reached.filter(({ ends }) => ends).map(({ trail }) => trail));
    const places = new Set(reached.filter(({ trail }) => !ended.has(trail)).flatMap(({ next }) => next));
    const state = this.#number({ places: [...places].sort((a, b) => a - b), ended: [...ended] });
    this.#moves[from * this.#width + kind] = state;
    return state;
  }

  /** Made when a text first comes there. */
  #place(number: number): Step {
    const known = this.#steps.get(number);
    if (known !== undefined) return known;
    const trail = this.#bases.findLastIndex((base) => base <= number);
    const base = this.#bases[trail]!;
    const { set, next } = this.#trails[trail]!.places[number - base]!;
    const on = next.filter((place) => place !== END).map((place) => base + place);
    const step = { trail, holds: this.#kinds.holding(set), next: on, ends: next.includes(END) };
    this.#steps.set(number, step);
    return step;
  }

  #number(state: State): number {
    const key = `${state.places.join()} ${state.ended.join()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push(state) - 1;
    this.#numbers.set(key, number);
    this.#ends[number] = state.ended.length > 0 ? 1 : 0;
    const size = this.#states.length * this.#width;
    if (size > this.#moves.length) {
      const wider = new Int16Array(2 * size).fill(UNKNOWN);
      wider.set(this.#moves);
      this.#moves = wider;
    }
    return number;
  }

  #forget(): void {
    this.#states.length = 0;
    this.#numbers.clear();
    this.#moves.fill(UNKNOWN);
    this.#states.push(this.#start);
    this.#number({ places: NONE, ended: NONE });
  }
}

function basesOf(trails: readonly Trail[]): number[] {
  const bases: number[] = [];
  let base = 0;
  for (const { places } of trails) {
    bases.push(base);
    base += places.length;
  }
  return bases;
}

/** Trails that end before anything is read are followed by every text. */
function startOf(trails: readonly Trail[], bases: readonly number[]): State {
  const places: number[] = [];
  const ended: number[] = [];
  for (const [index, { first }] of trails.entries()) {
    if (first.includes(END)) ended.push(index);
    else places.push(...first.map((place) => bases[index]! + place));
  }
  return { places, ended };
}

function classify(trails: readonly Trail[]): Classes {
  const sets = [...new Set(trails.flatMap(({ places }) => places.map(({ set }) => set)))];
  const different = [...new Map(sets.map((set) => [set.join(), set])).values()];
  const of = new Uint8Array(CODES);
  const samples: number[] = [];
  const known = new Map<string, number>();
  for (let code = 0; code < CODES; code++) {
    const key = different.map((set) => (has(set, code) ? "1" : "0")).join("");
    const kind = known.get(key) ?? samples.push(code) - 1;
    known.set(key, kind);
    of[code] = kind;
  }
  const holding = (set: CharSet): Uint8Array => Uint8Array.from(samples, (code) => (has(set, code) ? 1 : 0));
  return { of, count: samples.length, holding };
}

/** Whether a set has a code; OTHER stands for all codes beyond ASCII. */
function has(set: CharSet, code: number): boolean {
  for (let index = 0; index < set.length; index += 2) {
    if (code === OTHER ? set[index + 1]! >= OTHER : code >= set[index]! && code <= set[index + 1]!) return true;
  }
  return false;
}
