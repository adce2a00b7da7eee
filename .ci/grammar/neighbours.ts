/** Which terminals may stand beside each other: what the highlighting knows a word's part by, where it has several. */
import { inside, type Part, type Production } from "./productions.ts";

/** A word, a sign or a terminal with many forms. */
export type End = Extract<Part, { kind: "literal" | "terminal" }>;

/** What may stand right before a word and right behind it. */
export interface Neighbours {
  before(word: string): readonly End[];
  behind(word: string): readonly End[];
}

/** Finds them out for all productions. */
export function neighbours(all: readonly Production[]): Neighbours {
  const bodies = new Map(all.map(({ rule, body }) => [rule, body]));
  const pairs = new Map<string, readonly [End, End]>();
  const ends = endsOf(bodies);
  const note = (lefts: readonly End[], rights: readonly End[]): void => {
    for (const left of lefts) for (const right of rights) pairs.set(`${nameOf(left)} ${nameOf(right)}`, [left, right]);
  };
  const visit = (part: Part): void => {
    if (part.kind === "sequence") noteRow(part.parts, ends, note);
    if (part.kind === "repeat")
      noteRow([part.body, ...(part.separator ? [part.separator] : []), part.body], ends, note);
    for (const inner of inside(part)) visit(inner);
  };
  for (const { body } of all) visit(body);
  const isWord = (end: End, word: string): boolean => end.kind === "literal" && end.text === word;
  return {
    before: (word) => [...pairs.values()].flatMap(([left, right]) => (isWord(right, word) ? [left] : [])),
    behind: (word) => [...pairs.values()].flatMap(([left, right]) => (isWord(left, word) ? [right] : [])),
  };
}

function nameOf(end: End): string {
  return end.kind === "literal" ? `'${end.text}'` : end.name;
}

/** How a part begins and ends, and whether it may be nothing. */
interface Ends {
  readonly first: readonly End[];
  readonly last: readonly End[];
  readonly empty: boolean;
}

type EndsOf = (part: Part) => Ends;

/** Each part with whatever follows it when all between them is nothing. */
function noteRow(parts: readonly Part[], ends: EndsOf, note: (l: readonly End[], r: readonly End[]) => void): void {
  for (const [index, part] of parts.entries()) {
    for (const next of parts.slice(index + 1)) {
      note(ends(part).last, ends(next).first);
      if (!ends(next).empty) break;
    }
  }
}

/** A rule that leads back to itself begins and ends as it does anyway. */
function endsOf(bodies: ReadonlyMap<string, Part>): EndsOf {
  const open = new Set<string>();
  const ends = (part: Part): Ends => {
    switch (part.kind) {
      case "literal":
      case "terminal":
        return { first: [part], last: [part], empty: false };
      case "rule": {
        if (open.has(part.name)) return { first: [], last: [], empty: false };
        open.add(part.name);
        const own = ends(bodies.get(part.name)!);
        open.delete(part.name);
        return own;
      }
      case "sequence":
        return endsOfRow(part.parts.map(ends));
      case "choice": {
        const each = part.branches.map(ends);
        const all = (side: "first" | "last") => each.flatMap((one) => one[side]);
        return { first: all("first"), last: all("last"), empty: each.some(({ empty }) => empty) };
      }
      case "optional":
        return { ...ends(part.body), empty: true };
      case "repeat":
        return { ...ends(part.body), empty: !part.atLeastOne || ends(part.body).empty };
      default:
        return part satisfies never;
    }
  };
  return ends;
}

function endsOfRow(parts: readonly Ends[]): Ends {
  const until = (row: readonly Ends[], side: "first" | "last"): End[] => {
    const stop = row.findIndex(({ empty }) => !empty);
    return row.slice(0, stop < 0 ? row.length : stop + 1).flatMap((one) => one[side]);
  };
  return {
    first: until(parts, "first"),
    last: until(parts.toReversed(), "last"),
    empty: parts.every(({ empty }) => empty),
  };
}
