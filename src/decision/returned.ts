/**
 * What becomes of the texts in what a tool gives back, under the lines that look for something in it. The gateway finds
 * the texts in the bytes of a message, and a test of a policy says one: what is found and what takes its place is worked
 * out here for both.
 */
import type { HeldResult } from "./held-result.ts";
import type { Mark } from "./mark.ts";
import { laying, learning, type Ruled } from "./marks.ts";
import type { Origin } from "./origin.ts";
import type { Secrets } from "./secrets.ts";
import type { Table } from "./table.ts";

/** Texts that came back together, and how they are read and searched. */
export interface Returned<Text> {
  readonly texts: readonly Text[];
  readonly read: (text: Text) => string;
  /** What the lines find in a text, whose words are given. */
  readonly looking: (text: Text, words: string) => Generator<void, readonly Ruled[]>;
}

/** Everything that comes back belongs together, and none of it was sent before. */
const MOMENT = { thread: "", turn: 0, past: false };

/** Of what lines about results look for, by index into `Table.sought`: each once. */
export function soughtBy(lines: HeldResult["searches"]): readonly number[] {
  return [...new Set(lines.flatMap(({ sought }) => sought))].sort((a, b) => a - b);
}

/** The line that looks for what was found. */
export function lineOf(table: Table, lines: HeldResult["searches"], { guardrail }: { guardrail: string }): Origin {
  const { guardrails } = table.sought;
  const line = lines.find(({ sought }) => sought.some((index) => guardrails[index]!.name === guardrail));
  return (line ?? lines[0]!).origin;
}

/**
 * The marks of every text that has any. First all that patterns find, then every value that is known by then: what is
 * named in one text is bare in another.
 */
export function* markingReturned<Text>(
  secrets: Secrets,
  { texts, read, looking }: Returned<Text>,
): Generator<void, ReadonlyMap<Text, readonly Mark[]>> {
  const found = new Map<Text, readonly Ruled[]>();
  for (const text of texts) {
    const words = read(text);
    const hits = yield* looking(text, words);
    if (hits.length > 0) {
      found.set(text, hits);
      yield* learning(secrets, words, hits);
    }
    yield;
  }
  const marked = new Map<Text, readonly Mark[]>();
  if (found.size === 0 && !secrets.known.any) return marked;
  for (const text of texts) {
    const words = read(text);
    const hits = found.get(text) ?? NONE;
    const known = yield* secrets.finding(words, MOMENT);
    if (hits.length > 0 || known.length > 0) {
      marked.set(text, yield* laying(secrets, words, { hits, known, moment: MOMENT }));
    }
    yield;
  }
  return marked;
}

const NONE: readonly Ruled[] = [];
