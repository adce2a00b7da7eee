/**
 * Looks through what a server says for what `results … redact … flag …` names, and puts placeholders in its place: the same
 * as guardrails put into requests, by the same means, so that a value has one placeholder wherever it comes by. What cannot
 * be looked through does not go on.
 */
import type { ResultSearch } from "../../audit/entry.ts";
import { changed } from "../../decision/change.ts";
import type { HeldResult } from "../../decision/held-result.ts";
import type { Mark } from "../../decision/mark.ts";
import { changesOf, type Ruled, rule } from "../../decision/marks.ts";
import { lineOf, markingReturned, soughtBy } from "../../decision/returned.ts";
import type { Hit } from "../../decision/scan.ts";
import type { Secrets } from "../../decision/secrets.ts";
import { inTurns } from "../../decision/steps.ts";
import type { Table } from "../../decision/table.ts";
import type { Edit } from "../../wire/anthropic/messages.ts";
import { type Json, JsonError } from "../../wire/json.ts";
import { type ResultText, textsIn } from "../../wire/mcp/result-texts.ts";
import { skim } from "../../wire/skim.ts";
import { splice } from "../../wire/splice.ts";
import { editingAt, textAt } from "../../wire/text.ts";
import { type Guards, guardsOf } from "../guards.ts";
import type { SearchNotes } from "./search-notes.ts";

/** What became of a message. */
export type Sifted =
  | { readonly kind: "clean" }
  | { readonly kind: "changed"; readonly bytes: Uint8Array }
  | { readonly kind: "withheld"; readonly why: string; readonly origin: string };

/** Largest message that is looked through, in bytes. A model takes a small part of that. */
const MOST = 16_000_000;
const CLEAN: Sifted = { kind: "clean" };

/** What a sieve works with. */
export interface Means {
  /** Where it says what it finds. */
  readonly notes: SearchNotes;
  /** What is known of the call: values that were found once are known when they come again. */
  readonly secrets: Secrets;
  /** Asked now and then, to let others work while much is looked through. */
  readonly rest: () => Promise<void> | null;
}

/** Some lines that look for something. */
export class Sieve {
  readonly #table: Table;
  readonly #lines: HeldResult["searches"];
  readonly #guards: Guards;
  readonly #means: Means;

  constructor(table: Table, lines: HeldResult["searches"], means: Means) {
    this.#table = table;
    this.#lines = lines;
    this.#means = means;
    this.#guards = guardsOf(table.sought, soughtBy(lines));
  }

  /** Looks through the bytes of a message. */
  async sift(bytes: Uint8Array): Promise<Sifted> {
    if (bytes.length > MOST) return this.#withhold("size");
    let json: Json;
    try {
      json = skim(bytes);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      return this.#withhold("unreadable");
    }
    const { texts, images, files } = textsIn(json);
    this.#means.notes.images += images;
    this.#means.notes.files += files;
    const edits = await inTurns(this.#editing(json, texts), this.#means.rest);
    return edits.length === 0 ? CLEAN : { kind: "changed", bytes: splice(bytes, edits) };
  }

  #withhold(reason: "size" | "unreadable"): Sifted {
    const { place: origin } = this.#lines[0]!.origin;
    this.#means.notes.withheld = { reason, origin };
    return { kind: "withheld", why: WHY[reason], origin };
  }

  *#editing(json: Json, texts: readonly ResultText[]): Generator<void, readonly Edit[]> {
    const read = (text: ResultText) => readText(json, text);
    const looking = (text: ResultText, words: string) => this.#looking(json, text, words);
    const marked = yield* markingReturned(this.#means.secrets, { texts, read, looking });
    const edits: Edit[] = [];
    for (const [text, marks] of marked) {
      edits.push(...(yield* this.#changing(json, text, marks)));
      yield;
    }
    return edits;
  }

  *#looking(json: Json, text: ResultText, words: string): Generator<void, readonly Ruled[]> {
    const { start, end, key } = text;
    this.#means.notes.texts += 1;
    this.#means.notes.bytes += end - start;
    const plain = yield* this.#finding(json, text, words);
    const isNamed = key !== null && end - start >= SHORTEST;
    const named = isNamed
      ? yield* this.#findingNamed(json, { start: json.start(key) + 1, end }, json.text(key), words)
      : [];
    const isNew = (hit: Hit) =>
      !plain.some((it) => it.pattern === hit.pattern && it.start <= hit.start && it.end >= hit.end);
    return rule(this.#guards.guardrails, [...plain, ...named.filter(isNew)]);
  }

  /** A password is known by the word before it, which in a structured result is its key. */
  *#findingNamed(json: Json, span: Span, key: string, words: string): Generator<void, readonly Hit[]> {
    const lead = `"${key}": "`;
    const hits = yield* this.#finding(json, span, `${lead}${words}"`);
    return hits.flatMap((hit) => {
      const start = Math.max(0, hit.start - lead.length);
      const end = Math.min(words.length, hit.end - lead.length);
      return start < end ? [{ ...hit, start, end }] : [];
    });
  }

  #finding({ bytes }: Json, span: Span, words: string): Generator<void, readonly Hit[]> {
    return this.#guards.finding("tool-result", bytes, span, () => words);
  }

  *#changing(json: Json, text: ResultText, marks: readonly Mark[]): Generator<void, readonly Edit[]> {
    for (const mark of marks) this.#note(text, mark);
    const changes = changesOf(marks);
    if (changes.length === 0) return [];
    const { start, end, isQuoted } = text;
    if (isQuoted) return yield* editingAt(json.bytes, text, changes);
    return [{ start, end, bytes: Buffer.from(JSON.stringify(changed(readText(json, text), changes))) }];
  }

  #note({ place }: ResultText, { ruling, id, text }: Mark): void {
    if (ruling === null) return;
    const done = text === null ? "flag" : "redact";
    const rule = lineOf(this.#table, this.#lines, ruling).place;
    this.#means.notes.found({ rule, pattern: ruling.pattern, place, done }, id);
  }
}

/** A stretch of bytes. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Shortest value that the word before it can tell to be something. */
const SHORTEST = 4;

const WHY = {
  size: `it is larger than the ${MOST.toLocaleString("en-US")} bytes that are looked through`,
  unreadable: "it cannot be read",
} as const satisfies Record<NonNullable<ResultSearch["withheld"]>["reason"], string>;

function readText({ bytes }: Json, { start, end }: ResultText): string {
  return textAt(bytes, start, end);
}
