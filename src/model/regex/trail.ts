/**
 * What must stand beside a place of an expression, as places that a reader of the text goes from one to the next: a
 * scanner that stands at a literal sees by them, in a few characters, that nothing can match there. What a trail lets
 * pass may still fail; what it does not let pass cannot match.
 */
import { ANY, type CharSet, overlaps, within } from "./char-set.ts";
import type { Node, RepeatNode, SetNode } from "./node.ts";

/** Instead of a place: all that is known was seen. */
export const END = -1;

/** One UTF-16 unit of a text: what it may be, and the places that may come next, or END. */
export interface Place {
  readonly set: CharSet;
  readonly next: readonly number[];
}

/** Places by their index, and those that may come first. */
export interface Trail {
  readonly first: readonly number[];
  readonly places: readonly Place[];
}

/** Which way a trail leads away from its literal. */
export type Direction = "behind" | "ahead";

/** A repetition is written out so many times; what is left of a longer one, and all after it, may be anything. */
const MOST_COPIES = 20;
/** Beyond so many, a choice of how many counts as any number. */
const MOST_CHOICES = 3;
/** A trail takes in what is next to its literal, and more as long as it has fewer places than this. */
const MOST_PLACES = 80;
/** What is next to the literal says nothing when it needs more than this. */
const MOST_NEXT = 1_000;

/** The trail of the parts behind a literal, or of those ahead of it, which are read backwards. */
export function trailOf(parts: readonly Node[], direction: Direction): Trail {
  return new Layout(direction).lay(parts);
}

/** Places that may come next, as lists within lists, because a list is filled after it is first used. */
type Next = readonly (number | Next)[];

class Layout {
  readonly #places: { readonly set: CharSet; readonly next: Next }[] = [];
  readonly #direction: Direction;

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  lay(parts: readonly Node[]): Trail {
    const near = nearest(this.#inOrder(parts));
    const first = flat(this.#all(near, [END]));
    return { first, places: this.#places.map(({ set, next }) => ({ set, next: flat(next) })) };
  }

  #inOrder(parts: readonly Node[]): readonly Node[] {
    return this.#direction === "behind" ? parts : parts.toReversed();
  }

  #all(parts: readonly Node[], next: Next): Next {
    return parts.reduceRight((after, part) => this.#one(part, after), next);
  }

  #one(node: Node, next: Next): Next {
    switch (node.kind) {
      case "set":
        return this.#character(node, next);
      case "condition":
        return next;
      case "sequence":
        return this.#all(this.#inOrder(node.parts), next);
      case "choice":
        return node.branches.map((branch) => this.#one(branch, next));
      case "repeat":
        return this.#repeat(node, next);
      case "value":
        return this.#one(node.body, next);
      default:
        return node satisfies never;
    }
  }

  #character({ set, properties }: SetNode, next: Next): Next {
    const known = properties.length > 0 ? ANY : set;
    const after = overlaps(known, ASTRAL) ? [next, this.#place(SURROGATES, next)] : next;
    return [this.#place(known, after)];
  }

  #place(set: CharSet, next: Next): number {
    return this.#places.push({ set, next }) - 1;
  }

  #repeat({ body, min, max }: RepeatNode, next: Next): Next {
    let after = min > MOST_COPIES ? [END] : this.#optional(body, max === null ? null : max - min, next);
    for (let copy = 0; copy < Math.min(min, MOST_COPIES); copy++) after = this.#one(body, after);
    return after;
  }

  #optional(body: Node, most: number | null, next: Next): Next {
    if (most === null || most > MOST_CHOICES) {
      const again: Next[] = [next];
      again.push(this.#one(body, again));
      return again;
    }
    let after = next;
    for (let copy = 0; copy < most; copy++) after = [this.#one(body, after), next];
    return after;
  }
}

/** What two units of UTF-16 stand for, and the second of them. */
const ASTRAL: CharSet = [0x10000, 0x10ffff];
const SURROGATES: CharSet = [0xd800, 0xdfff];

/** The parts next to the literal that say something, as many as a trail has room for. */
function nearest(parts: readonly Node[]): readonly Node[] {
  let room = MOST_PLACES;
  const far = parts.findIndex((part, index) => {
    const places = breadth(part);
    room -= places;
    return places > MOST_NEXT || (room < 0 && index > 0) || isAnything(part);
  });
  return far < 0 ? parts : parts.slice(0, far);
}

function isAnything(node: Node): boolean {
  return node.kind === "repeat" && node.max === null && node.body.kind === "set" && within(ANY, node.body.set);
}

/** How many places a part is laid out as. */
function breadth(node: Node): number {
  switch (node.kind) {
    case "set":
      return node.properties.length > 0 || overlaps(node.set, ASTRAL) ? 2 : 1;
    case "condition":
      return 0;
    case "sequence":
      return node.parts.reduce((sum, part) => sum + breadth(part), 0);
    case "choice":
      return node.branches.reduce((sum, branch) => sum + breadth(branch), 0);
    case "repeat":
      return breadth(node.body) * copiesOf(node);
    case "value":
      return breadth(node.body);
    default:
      return node satisfies never;
  }
}

/** How often the body of a repetition is laid out. */
function copiesOf({ min, max }: RepeatNode): number {
  const more = max === null ? null : max - min;
  return Math.min(min, MOST_COPIES) + (more === null || more > MOST_CHOICES ? 1 : more);
}

function flat(next: Next): number[] {
  const places: number[] = [];
  const seen: Next[] = [];
  const collect = (list: Next): void => {
    if (seen.includes(list)) return;
    seen.push(list);
    for (const item of list) {
      if (typeof item !== "number") collect(item);
      else if (!places.includes(item)) places.push(item);
    }
  };
  collect(next);
  return places.sort((a, b) => a - b);
}
