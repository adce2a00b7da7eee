/**
 * The last bodies of a conversation with all that was said of their texts. A request repeats the one before it and adds to
 * it; what it repeats is found by comparing bytes, and what was said of it stands, whatever the policy says by now: a text
 * that was sent one way must not be sent another way later. Main thread, subagents and side calls each have their own.
 */

import type { Mark } from "../decision/mark.ts";
import type { TextSpan } from "../wire/anthropic/messages.ts";
import type { Texts } from "./plane.ts";

/** A body whose texts have been looked at. */
export interface Transcript {
  /** A name for how its messages begin. */
  readonly thread: string;
  readonly texts: Texts;
  readonly marks: readonly (readonly Mark[])[];
  /** Tells the guardrails under which its last turn was new. */
  readonly print: string;
}

/** A transcript with a copy of its body, in memory that is handed on to the body that goes on from it. */
interface Kept extends Omit<Transcript, "texts"> {
  readonly texts: Pick<Texts, "body" | "spans" | "lead">;
  readonly memory: Uint8Array;
}

/** What a body repeats of one that was looked at before. */
export interface Repeated {
  readonly of: Kept | null;
  /** How many texts of the messages. */
  readonly said: number;
  /** The marks of each text that is repeated, by its index. */
  readonly marks: (readonly Mark[] | undefined)[];
}

const NOTHING: Repeated = { of: null, said: 0, marks: [] };

/** Bodies that are kept of one conversation. */
const MOST = 8;
/** Bytes that a text's place and marks take, roughly. */
const ENTRY = 150;
/** Bytes that are compared at one go. */
const STRIDE = 64 * 1024;

/** So much room is left in memory that is handed on, for what a body will have grown by. */
const ROOM = 1.25;

/** The last bodies of one conversation, the latest first. */
export class Transcripts {
  #kept: Kept[] = [];

  /** Bytes of memory that they take, roughly. */
  get bytes(): number {
    return this.#kept.reduce((sum, { memory, texts }) => sum + memory.length + texts.spans.length * ENTRY, 0);
  }

  /** What the body that has most in common with this one says of its texts, for guardrails with this print. */
  repeatedIn(texts: Texts, print: string): Repeated {
    let best: Kept | null = null;
    let longest = 0;
    for (const each of this.#kept) {
      const length = commonPrefix(each.texts.body, texts.body);
      if (length <= longest) continue;
      longest = length;
      best = each;
    }
    return best === null ? NOTHING : repeated(best, texts, { prefix: longest, print });
  }

  /** Keeps a body, in the place of the one that it goes on from. */
  keep(transcript: Transcript, { of, said }: Repeated): void {
    const goesOn = of !== null && said * 2 >= of.texts.spans.length - of.texts.lead;
    const rest = goesOn ? this.#kept.filter((each) => each !== of) : this.#kept;
    const free = rest.length < this.#kept.length ? of!.memory : null;
    this.#kept = [withCopy(transcript, free), ...rest].slice(0, MOST);
  }

  /** Forgets them all. */
  clear(): void {
    this.#kept = [];
  }
}

/**
 * Copies the body, into memory that is free where it fits. Bodies come and go with every request; kept themselves, each
 * would outlive the collections of young memory, and only the dear collection of all memory would find it.
 */
function withCopy({ texts: { body, spans, lead }, ...rest }: Transcript, free: Uint8Array | null): Kept {
  const fits = free !== null && free.length >= body.length;
  const size = free === null ? body.length : Math.ceil(body.length * ROOM);
  const memory = fits ? free : Buffer.allocUnsafeSlow(size);
  memory.set(body);
  return { ...rest, texts: { body: memory.subarray(0, body.length), spans, lead }, memory };
}

function repeated(
  before: Kept,
  texts: Texts,
  { prefix, print }: { readonly prefix: number; readonly print: string },
): Repeated {
  const marks: Repeated["marks"] = new Array(texts.spans.length);
  // What stands before the messages is compared by itself: it may change while they do not, and the other way round.
  const lead = repeat(before, texts, { from: 0, old: 0, prefix, limit: Math.min(before.texts.lead, texts.lead) });
  for (let at = 0; at < lead; at += 1) marks[at] = before.marks[at];
  const left = Math.min(before.texts.spans.length - before.texts.lead, texts.spans.length - texts.lead);
  const same = repeat(before, texts, { from: texts.lead, old: before.texts.lead, prefix, limit: left });
  const said = before.print === print ? same : answered(texts, same);
  for (let at = 0; at < said; at += 1) marks[texts.lead + at] = before.marks[before.texts.lead + at];
  return { of: before, said, marks };
}

/** How many of the first texts the model has answered: others may never have been sent, and nothing binds what they become. */
function answered({ spans, lead, end }: Texts, same: number): number {
  const open = spans.findIndex(({ turn, author }, at) => at >= lead && turn === end.turn && author === "client");
  return open < 0 ? same : Math.min(same, open - lead);
}

interface Range {
  readonly from: number;
  readonly old: number;
  /** Bytes that both bodies begin with. */
  readonly prefix: number;
  readonly limit: number;
}

/** How many texts, beginning at `from` and at `old`, are the same. */
function repeat({ texts: before }: Kept, now: Texts, { from, old, prefix, limit }: Range): number {
  let same = 0;
  while (same < limit) {
    const a = before.spans[old + same]!;
    const b = now.spans[from + same]!;
    if (!isAlike(a, b)) break;
    const isSame = (a.start === b.start && b.end <= prefix) || equal(before.body, a, now.body, b);
    if (!isSame) break;
    same += 1;
  }
  return same;
}

function isAlike(a: TextSpan, b: TextSpan): boolean {
  return a.end - a.start === b.end - b.start && a.place === b.place && a.author === b.author && a.fixed === b.fixed;
}

function equal(a: Uint8Array, at: TextSpan, b: Uint8Array, to: TextSpan): boolean {
  return Buffer.compare(a.subarray(at.start, at.end), b.subarray(to.start, to.end)) === 0;
}

/** Bytes that two bodies begin with. */
function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length);
  let same = 0;
  for (let size = STRIDE; size > 0 && same < end; ) {
    const next = Math.min(same + size, end);
    if (Buffer.compare(a.subarray(same, next), b.subarray(same, next)) === 0) same = next;
    else size = size === 1 ? 0 : size >> 3 || 1;
  }
  return same;
}
