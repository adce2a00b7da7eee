/**
 * Whether a backtracking engine (V8) runs an expression in time linear in the text, whatever the text. A proof that
 * errs on the side of no: what is not proved here runs in the RE2 engine, slower and always linear.
 *
 * The expression is laid out as paths, one for each combination of alternatives. Along a path two things must hold for
 * each repetition. It is *settled*: its end is decided at once, because what follows cannot stand inside it; else each
 * length it can have multiplies the work of all that follows. It is *guarded*: something that must stand before it
 * cannot stand inside it, so that matches tried at different places do not run over the same text again and again;
 * else its greatest length is work at every place of the text. An unbounded repetition must be both.
 */
import { ANY, type CharSet, NEWLINE, overlaps, union, WORD, within } from "./char-set.ts";
import type { Condition, Node, RepeatNode, SetNode } from "./node.ts";

/** Steps per character of text that an expression may need at worst, where texts are taken apart into slices. */
const MAX_STEPS = 1000;
/** The same for an expression that is tried at each place of a whole text, because its matches may have any length. */
export const MAX_STEPS_ENDLESS = 25;
const MAX_PATHS = 200;
const MAX_UNROLLED = 64;

interface Take {
  readonly kind: "take";
  /** All characters it can consume, and those it can begin with. */
  readonly set: CharSet;
  readonly first: CharSet;
  /** Greatest number of characters of one round. */
  readonly size: number;
  readonly min: number;
  readonly max: number;
}
interface Check {
  readonly kind: "check";
  readonly condition: Condition;
}
type Item = Take | Check;
type Path = readonly Item[];

/** True when the expression is proved to run in linear time in a backtracking engine, in so many steps a character. */
export function isLinearWhenBacktracking(node: Node, most = MAX_STEPS): boolean {
  const paths = layOut(node);
  if (!paths) return false;
  let steps = 0;
  let previous: readonly Work[] = [];
  for (const path of paths) {
    const work = worksOf(path);
    // Paths that begin alike are walked together up to where they part.
    const parted = work.findIndex(({ item, ways }, at) => previous[at]?.item !== item || previous[at]?.ways !== ways);
    for (const { steps: more } of parted < 0 ? [] : work.slice(parted)) steps += more;
    if (!(steps <= most)) return false;
    previous = work;
  }
  return true;
}

/** All paths through the expression; null when there are too many, or a repetition that cannot be reasoned about. */
function layOut(node: Node): Path[] | null {
  switch (node.kind) {
    case "set":
      return [[take(consumed(node), 1, 1)]];
    case "condition":
      return [[{ kind: "check", condition: node.condition }]];
    case "sequence":
      return node.parts.reduce<Path[] | null>((paths, part) => cross(paths, layOut(part)), [[]]);
    case "choice": {
      const branches = node.branches.map(layOut);
      const all = branches.flatMap((paths) => paths ?? []);
      return branches.includes(null) || all.length > MAX_PATHS ? null : all;
    }
    case "repeat":
      return layOutRepeat(node);
    case "value":
      return layOut(node.body);
    default:
      return node satisfies never;
  }
}

function cross(heads: Path[] | null, tails: Path[] | null): Path[] | null {
  if (!heads || !tails || heads.length * tails.length > MAX_PATHS) return null;
  return heads.flatMap((head) => tails.map((tail) => [...head, ...tail]));
}

function layOutRepeat(node: RepeatNode): Path[] | null {
  const max = node.max ?? Number.POSITIVE_INFINITY;
  if (node.body.kind === "set") return [[take(consumed(node.body), node.min, max)]];
  const body = layOut(node.body);
  if (!body || max === 0) return body && [[]];
  if (node.min === 1 && max === 1) return body;
  if (node.min === 0 && max === 1) return [[], ...body];
  if (node.min === max && body.length === 1 && body[0]!.length * max <= MAX_UNROLLED) {
    return [Array.from({ length: max }, () => body[0]!).flat()];
  }
  const loop = loopOf(body, node.min, max);
  return loop && [[loop]];
}

/** Rounds of a body that can be read in one way only: fixed lengths, and alternatives told apart by their first character. */
function loopOf(body: readonly Path[], min: number, max: number): Take | null {
  let set: CharSet = [];
  let first: CharSet = [];
  let size = 0;
  for (const path of body) {
    const head = path[0];
    if (head?.kind !== "take" || overlaps(first, head.first)) return null;
    let length = 0;
    for (const item of path) {
      if (item.kind !== "take" || item.min !== item.max || item.min === 0) return null;
      set = union(set, item.set);
      length += item.size * item.max;
    }
    first = union(first, head.first);
    size = Math.max(size, length);
  }
  return { kind: "take", set, first, size, min, max };
}

function consumed(node: SetNode): CharSet {
  return node.properties.length > 0 ? ANY : node.set;
}

function take(set: CharSet, min: number, max: number): Take {
  return { kind: "take", set, first: set, size: 1, min, max };
}

/** What one item of a path costs at one place of the text, shared out over the places of the text. */
interface Work {
  readonly item: Item;
  /** Number of ways in which everything before the item can have matched. */
  readonly ways: number;
  readonly steps: number;
}

function worksOf(path: Path): Work[] {
  let ways = 1;
  return path.map((item, index) => {
    const before = ways;
    if (item.kind === "check") return { item, ways: before, steps: before };
    if (item.min !== item.max) ways *= endings(path, index, item);
    const length = isGuarded(path, index, item) ? item.size : item.size * item.max;
    return { item, ways: before, steps: Math.max(before * length, ways) };
  });
}

/** Number of lengths of a repetition at which what follows can go on: 1 when it is settled. */
function endings(path: Path, index: number, item: Take): number {
  const lengths = item.max - item.min + 1;
  let conditional = false;
  for (const next of path.slice(index + 1)) {
    if (next.kind === "check") {
      // Everything before this check can only have matched nothing, so it looks at the end of the repetition itself.
      if (failsInside(next.condition, item.set)) return item.min === 0 ? 2 : 1;
      conditional = true;
      continue;
    }
    if (overlaps(next.first, item.set)) return lengths;
    if (next.min > 0) return 1;
  }
  return conditional ? lengths : 1;
}

/** Whether the condition is false between two characters of the set. */
function failsInside(condition: Condition, set: CharSet): boolean {
  switch (condition) {
    case "start":
    case "end":
      return true;
    case "line-start":
    case "line-end":
      return !overlaps(set, NEWLINE);
    case "word":
      return within(set, WORD) || !overlaps(set, WORD);
    case "not-word":
      return false;
    default:
      return condition satisfies never;
  }
}

function isGuarded(path: Path, index: number, item: Take): boolean {
  /** What a guard must not be found in: the repetition, and the unbounded ones between it and the guard. */
  let reach = item.set;
  for (let at = index - 1; at >= 0; at--) {
    const before = path[at]!;
    if (before.kind === "check") {
      if (before.condition === "start") return true;
      if (before.condition === "line-start" && !overlaps(reach, NEWLINE)) return true;
      if (before.condition === "word" && at === index - 1 && within(item.set, WORD)) return true;
      continue;
    }
    if (before.min > 0 && !overlaps(before.set, reach)) return true;
    if (before.max === Number.POSITIVE_INFINITY) reach = union(reach, before.set);
  }
  return false;
}
