/**
 * Tells of a text that goes on to grow whether a finding may be under way at its end. An answer leaves while it is written,
 * and what has left cannot be hidden any more. Most values are tokens, which a break ends; where a value goes on behind a
 * break, its expression is turned into one that every beginning of a match matches, and asked.
 */
import { RE2JS } from "re2js";
import type { Stage } from "../language/tree.ts";
import { ANY, type CharSet, MAX_CODE_POINT, overlaps, union } from "../model/regex/char-set.ts";
import { choice, matchesEmpty, type Node, sequence } from "../model/regex/node.ts";
import { readRegex } from "../model/regex/read.ts";
import { trailOf } from "../model/regex/trail.ts";
import { writeRegex } from "../model/regex/write.ts";
import { deedsOf } from "./deeds.ts";
import { openRun } from "./encoded.ts";
import type { Table, TableExpression } from "./table.ts";
import { TrailWalk } from "./trail-walk.ts";

/** What may be under way, and where it begins. */
export interface Growing {
  readonly start: number;
  readonly guardrail: number;
  readonly pattern: string;
}

/** Looks at the end of a text that may go on. */
export interface Growth {
  /** The first thing under way that begins in `[from, to)` and that a break does not end. */
  behindBreaks(text: string, from: number, to: number): Growing | null;
  /** The first thing of any kind that is under way and begins at or behind `from`. */
  anything(text: string, from: number): Growing | null;
}

/** An expression and whose it is. */
export interface Grower {
  readonly guardrail: number;
  readonly pattern: string;
  readonly expression: TableExpression;
}

/** White space, quotes, brackets and separators, in ranges: what stands between tokens. */
const BREAKS: CharSet = [
  ...[
    0x09, 0x0d, 0x20, 0x20, 0x22, 0x22, 0x27, 0x29, 0x2c, 0x2c, 0x3b, 0x3c, 0x3e, 0x3e, 0x5b, 0x5b, 0x5d, 0x5d, 0x60,
    0x60,
  ],
  ...[0x7b, 0x7d, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f],
  ...[0x3000, 0x3000, 0xfeff, 0xfeff],
];
const ASCII_BREAKS = Uint8Array.from({ length: 128 }, (_, unit) => (overlaps(BREAKS, [unit, unit]) ? 1 : 0));

/** Longest stretch before a value that is surely still at hand when the value comes. */
const AT_HAND = 200;

const made = new WeakMap<Table, Map<string, Growth | null>>();

/** What of some guardrails changes an answer; null when nothing does. Made once per table. */
export function createGrowth(table: Table, guards: readonly number[], stage: Stage): Growth | null {
  const known = made.get(table) ?? new Map<string, Growth | null>();
  made.set(table, known);
  const name = `${stage} ${guards.join(" ")}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  const growers = [...new Set(guards)].flatMap((guardrail) => {
    const guard = table.guardrails[guardrail];
    if (guard === undefined || !guard.on.includes(stage)) return [];
    const changing = guard.patterns.filter((pattern) => changes(deedsOf(guard, pattern.name).done?.kind));
    return changing.flatMap(({ name: pattern, expressions }) =>
      expressions.map((expression) => ({ guardrail, pattern, expression })),
    );
  });
  const growth = growers.length === 0 ? null : withEncoded(growthOf(growers), decoderOf(table, guards, growers));
  known.set(name, growth);
  return growth;
}

/** The first of the growers whose guardrail looks into encoded text; null when none does. */
function decoderOf({ guardrails }: Table, guards: readonly number[], growers: readonly Grower[]): Grower | null {
  const decoding = new Set(guards.filter((guard) => (guardrails[guard]?.decode.length ?? 0) > 0));
  return growers.find(({ guardrail }) => decoding.has(guardrail)) ?? null;
}

/** A run of encoded text hides nothing before it is whole, and shows what it hides in any of its parts. */
function withEncoded(growth: Growth, decoder: Grower | null): Growth {
  if (decoder === null) return growth;
  const { guardrail, pattern } = decoder;
  const earlier = (found: Growing | null, start: number): Growing | null =>
    found !== null && found.start <= start ? found : { start, guardrail, pattern };
  return {
    behindBreaks(text, from, to) {
      const found = growth.behindBreaks(text, from, to);
      const start = openRun(text);
      return start < from || start >= to ? found : earlier(found, start);
    },
    anything(text, from) {
      const found = growth.anything(text, from);
      const start = openRun(text);
      return start < from ? found : earlier(found, start);
    },
  };
}

function changes(deed: string | undefined): boolean {
  return deed !== undefined && deed !== "flag";
}

/** The same for expressions by themselves. */
export function growthOf(growers: readonly Grower[]): Growth {
  const all = growers.map(prepare);
  const behind = new Search(all.filter(({ node }) => goesBehindBreaks(node)));
  const anything = new Search(all);
  return {
    behindBreaks: (text, from, to) => behind.first(text, from, to),
    anything: (text, from) => anything.first(text, from, text.length),
  };
}

/** Asks expressions where they can begin at all: most of them, at most places, cannot. */
class Search {
  readonly #growers: readonly Prepared[];
  /** Made when it is first asked, as there may be hundreds of expressions and never an answer. */
  #walk: TrailWalk | null = null;
  /** By the unit that a match begins with; the last one is for all beyond ASCII. */
  readonly #byUnit: readonly (readonly Prepared[])[];

  constructor(growers: readonly Prepared[]) {
    this.#growers = growers;
    this.#byUnit = Array.from({ length: 129 }, (_, unit) => {
      const set: CharSet = unit < 128 ? [unit, unit] : [128, MAX_CODE_POINT];
      return growers.filter(({ node }) => overlaps(opening(node), set));
    });
  }

  first(text: string, from: number, to: number): Growing | null {
    if (this.#growers.length === 0) return null;
    this.#walk ??= new TrailWalk(this.#growers.map(({ node }) => trailOf([node], "behind")));
    for (let start = from; start < to; start += 1) {
      if (!this.#walk.mayGoOn(text, start)) continue;
      for (const { guardrail, pattern, reaches } of this.#byUnit[Math.min(text.charCodeAt(start), 128)]!) {
        if (reaches(text, start)) return { start, guardrail, pattern };
      }
    }
    return null;
  }
}

/** True for what stands between tokens. */
export function isBreak(unit: number): boolean {
  return unit < ASCII_BREAKS.length ? ASCII_BREAKS[unit] === 1 : overlaps(BREAKS, [unit, unit]);
}

interface Prepared extends Omit<Growing, "start"> {
  readonly node: Node;
  /** Whether the beginning of a match stands at `start` and reaches the end of the text. */
  readonly reaches: (text: string, start: number) => boolean;
}

/** Made when it is first asked: most expressions never are. */
function prepare({ guardrail, pattern, expression }: Grower): Prepared {
  const node = readRegex(expression.re2, "", "first");
  let asked: Prepared["reaches"] | null = null;
  return {
    guardrail,
    pattern,
    node,
    reaches(text, start) {
      asked ??= compiled(sequence([beginning(node), END]), expression);
      return asked(text, start);
    },
  };
}

const END: Node = { kind: "condition", condition: "end" };

/** Matches, where the text ends, every beginning of what the expression matches: the end stands for all that is to come. */
function beginning(node: Node): Node {
  switch (node.kind) {
    case "set":
    case "condition":
      return choice([node, END]);
    case "repeat":
      return { ...node, body: beginning(node.body) };
    case "sequence":
      return sequence(node.parts.map(beginning));
    case "choice":
      return choice(node.branches.map(beginning));
    case "value":
      return beginning(node.body);
    default:
      return node satisfies never;
  }
}

function compiled(node: Node, { engine, flags }: TableExpression): Prepared["reaches"] {
  if (engine === "v8") {
    const regex = new RegExp(writeRegex(node, "v8"), `${flags.replace("g", "")}y`);
    return (text, start) => {
      regex.lastIndex = start;
      return regex.test(text);
    };
  }
  const regex = RE2JS.compile(writeRegex(node, "re2"));
  return (text, start) => {
    const matcher = regex.matcher(text);
    return matcher.find(start) && matcher.start() === start;
  };
}

/** The characters that a match can begin with. */
function opening(node: Node): CharSet {
  switch (node.kind) {
    case "set":
      return node.properties.length > 0 ? ANY : node.set;
    case "condition":
      return [];
    case "repeat":
    case "value":
      return opening(node.body);
    case "sequence": {
      const must = node.parts.findIndex((part) => !matchesEmpty(part));
      return union(...node.parts.slice(0, must < 0 ? node.parts.length : must + 1).map(opening));
    }
    case "choice":
      return union(...node.branches.map(opening));
    default:
      return node satisfies never;
  }
}

/** True when a break may have come and more of the match is still to come, or when its value may have lost its context. */
function goesBehindBreaks(node: Node): boolean {
  const parts = node.kind === "sequence" ? node.parts : [node];
  const at = parts.findIndex(({ kind }) => kind === "value");
  if (at < 0 || parts.slice(0, at).reduce((sum, part) => sum + longest(part), 0) > AT_HAND) return holdsBreak(parts);
  return holdsBreak(parts.slice(at));
}

/** True when a string of these parts may have a break anywhere but in its last place. */
function holdsBreak(parts: readonly Node[]): boolean {
  const last = parts.findLastIndex((part) => !matchesEmpty(part) || mayBreak(part));
  return parts.some((part, at) => mayBreak(part) && !(at === last && at === parts.length - 1 && part.kind === "set"));
}

function mayBreak(node: Node): boolean {
  switch (node.kind) {
    case "set":
      return node.properties.length > 0 || overlaps(node.set, BREAKS);
    case "condition":
      return false;
    case "repeat":
    case "value":
      return mayBreak(node.body);
    case "sequence":
      return node.parts.some(mayBreak);
    case "choice":
      return node.branches.some(mayBreak);
    default:
      return node satisfies never;
  }
}

/** Most characters that a match has. */
function longest(node: Node): number {
  switch (node.kind) {
    case "set":
      return 1;
    case "condition":
      return 0;
    case "repeat":
      return node.max === null ? Number.POSITIVE_INFINITY : node.max * longest(node.body);
    case "value":
      return longest(node.body);
    case "sequence":
      return node.parts.reduce((sum, part) => sum + longest(part), 0);
    case "choice":
      return Math.max(...node.branches.map(longest));
    default:
      return node satisfies never;
  }
}
