/**
 * Looks through a very long text a slice at a time, so that others have the thread in between. A slice is looked at with as
 * much around it as the longest match has, so that what lies on a border is seen whole. Patterns whose matches may be of any
 * length are looked for in the whole text, by themselves.
 */
import type { Stage } from "../language/tree.ts";
import { openRun } from "./encoded.ts";
import type { Hit, Scanner } from "./scan.ts";
import { createScanner } from "./scanner.ts";
import type { TableGuardrail } from "./table.ts";

/** Letters of a slice, and of a text that is worth slicing. */
export const SLICE = 32 * 1024;
export const LONG = 4 * SLICE;
/** Letters around a match that decide whether it counts. */
const AROUND = 1024;
/** How far a place is looked for at which a text can be cut. */
const SEARCH = 16 * 1024;
/** Letters of a line that tell whether encoded text goes on behind its end. */
const GLANCE = 4 * 1024;

/** Scanners for the two kinds of patterns; null where there are none. */
export interface Slicer {
  readonly bounded: Scanner | null;
  readonly unbounded: Scanner | null;
  /** Letters before and behind a slice that are looked at with it. */
  readonly margin: number;
  /** True when encoded text is looked into, which no cut may go through. */
  readonly decodes: boolean;
}

const made = new WeakMap<readonly TableGuardrail[], Map<string, Slicer>>();

/** The slicer of some guardrails; made once per table. */
export function createSlicer(all: readonly TableGuardrail[], guards: readonly number[], stage: Stage): Slicer {
  const known = made.get(all) ?? new Map<string, Slicer>();
  made.set(all, known);
  const name = `${stage} ${guards.join(" ")}`;
  const slicer = known.get(name) ?? build(all, guards, stage);
  known.set(name, slicer);
  return slicer;
}

function build(all: readonly TableGuardrail[], guards: readonly number[], stage: Stage): Slicer {
  let longest = 0;
  const keep = (wanted: boolean): { readonly guardrails: readonly TableGuardrail[] } => ({
    guardrails: all.map((guardrail) => ({
      ...guardrail,
      patterns: guardrail.patterns.filter(({ expressions }) => {
        const isBounded = expressions.every((expression) => expression.longest !== null);
        if (isBounded) longest = Math.max(longest, ...expressions.map((expression) => expression.longest ?? 0));
        return isBounded === wanted;
      }),
    })),
  });
  const bounded = createScanner(keep(true), guards, stage);
  const unbounded = createScanner(keep(false), guards, stage);
  const decodes = guards.some((guard) => (all[guard]?.decode.length ?? 0) > 0);
  return { bounded, unbounded, margin: longest + AROUND, decodes };
}

/** What a scanner finds in a text, found a slice at a time; `rest` is asked between two of them. */
export async function scanInSlices(
  { bounded, unbounded, margin, decodes }: Slicer,
  text: string,
  rest: () => Promise<void> | null,
): Promise<readonly Hit[]> {
  const hits: Hit[] = [];
  if (bounded !== null) {
    const behind = (place: number) => (decodes ? cleanCut(text, place) : Math.min(place, text.length));
    const before = (place: number) => (decodes ? cleanCutBefore(text, place) : Math.max(0, place));
    for (let from = 0; from < text.length; ) {
      const to = behind(from + SLICE);
      const left = before(from - margin);
      for (const hit of bounded.scan(text.slice(left, behind(to + margin)))) {
        const [start, end] = [hit.start + left, hit.end + left];
        if (end > from && start < to) hits.push({ ...hit, start, end });
      }
      from = to;
      await rest();
    }
  }
  if (unbounded !== null) hits.push(...unbounded.scan(text));
  await rest();
  return joined(hits);
}

/** Sorted; what two slices found alike is there once. */
function joined(hits: Hit[]): readonly Hit[] {
  hits.sort((a, b) => a.start - b.start || b.end - a.end);
  const nameOf = ({ start, end, guardrail, pattern }: Hit) => `${start} ${end} ${guardrail} ${pattern}`;
  return [...new Map(hits.map((hit) => [nameOf(hit), hit])).values()];
}

/** A place before this one that lies in no run of encoded text; the beginning when there is none near. */
function cleanCutBefore(text: string, place: number): number {
  const cut = place <= SEARCH ? 0 : cleanCut(text, place - SEARCH);
  return cut > place ? 0 : cut;
}

/** The first place from here on that lies in no run of encoded text; the end when there is none near. */
function cleanCut(text: string, place: number): number {
  for (let at = text.indexOf("\n", place); at >= 0 && at < place + SEARCH; at = text.indexOf("\n", at + 1)) {
    if (openRun(text.slice(Math.max(0, at + 1 - GLANCE), at + 1)) < 0) return at + 1;
  }
  return text.length;
}
