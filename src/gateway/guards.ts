/**
 * The guardrails that look at a caller's requests, by themselves: what a conversation began with can be kept without the
 * whole table it came from. What was found in a text is remembered here, under the guardrails that found it.
 */
import { hash } from "node:crypto";
import type { Hit, Scanner } from "../decision/scan.ts";
import { createScanner } from "../decision/scanner.ts";
import { LONG } from "../decision/slices.ts";
import type { Guarded, TableGuardrail } from "../decision/table.ts";
import type { Place } from "../language/tree.ts";

/** Shortest text whose findings are worth remembering, in bytes, and how many are. */
const WORTH_IT = 512;
const MOST_REMEMBERED = 50_000;
/** Bytes of a text by which it is told whether one like it was seen, and how many such are kept. */
const SAMPLES = 16;
const MOST_SIGHTED = 200_000;

const made = new WeakMap<Guarded, Map<string, Guards>>();
/** A policy is read again and again, and seldom says anything else about guardrails. */
const alike = new Map<string, WeakRef<Guards>>();
const MOST_ALIKE = 1_000;

/** Some guardrails of a table; the same object for those that find and do the same, of any table. */
export function guardsOf(table: Guarded, indices: readonly number[]): Guards {
  const known = made.get(table) ?? new Map<string, Guards>();
  made.set(table, known);
  const name = indices.join(" ");
  const guards = known.get(name) ?? guardsLike(table, indices);
  known.set(name, guards);
  return guards;
}

function guardsLike(table: Guarded, indices: readonly number[]): Guards {
  const guards = new Guards(table, indices);
  const before = alike.get(guards.print)?.deref();
  if (before !== undefined) {
    before.adopt(guards);
    return before;
  }
  if (alike.size >= MOST_ALIKE) alike.clear();
  alike.set(guards.print, new WeakRef(guards));
  return guards;
}

const prints = new WeakMap<TableGuardrail, string>();

/** Tells what a guardrail finds and does; one with a whole pack takes milliseconds, and binds many in their own ways. */
function printOf(guardrail: TableGuardrail): string {
  const print = prints.get(guardrail) ?? hash("sha256", JSON.stringify({ ...guardrail, origin: null }));
  prints.set(guardrail, print);
  return print;
}

/** Some guardrails at the stage of requests. */
export class Guards {
  /** Equal for guardrails that find the same and do the same about it. */
  readonly print: string;
  readonly #indices: readonly number[];
  #guardrails: readonly TableGuardrail[];
  #scanners: ReadonlyMap<Place, Scanner | null> | null = null;
  #table: Guarded | null;
  readonly #remembered = new Map<string, readonly Hit[]>();
  readonly #sighted = new Set<number>();

  constructor(table: Guarded, indices: readonly number[]) {
    this.print = hash("sha256", indices.map((index) => printOf(table.guardrails[index]!)).join(" "));
    this.#indices = indices;
    this.#guardrails = table.guardrails;
    this.#table = table;
  }

  /** By the indices that hits speak of. */
  get guardrails(): readonly TableGuardrail[] {
    return this.#guardrails;
  }

  /** Takes over where guardrails that are otherwise the same stand by now. */
  adopt(later: Guards): void {
    const moved = [...this.#guardrails];
    for (const [at, index] of this.#indices.entries()) moved[index] = later.#guardrails[later.#indices[at]!]!;
    this.#guardrails = moved;
  }

  /** The scanner of the guardrails that look at a place; null when none does. */
  at(place: Place): Scanner | null {
    this.#scanners ??= this.#makeScanners();
    return this.#scanners.get(place) ?? null;
  }

  /** Made once, so that the table can go. */
  #makeScanners(): ReadonlyMap<Place, Scanner | null> {
    const table = this.#table!;
    this.#table = null;
    return new Map(
      PLACES.map((place) => {
        const looking = this.#indices.filter((index) => table.guardrails[index]?.in.includes(place));
        return [place, createScanner(table, looking, "request")];
      }),
    );
  }

  /** What stands in `body[start, end)`, whose decoded text `read` gives; in steps where that takes long. */
  *finding(
    place: Place,
    body: Uint8Array,
    { start, end }: { readonly start: number; readonly end: number },
    read: () => string,
  ): Generator<void, readonly Hit[]> {
    const scanner = this.at(place);
    if (scanner === null) return NO_HITS;
    if (end - start >= LONG) return yield* scanner.scanning(read());
    // Decoded text is looked through several times as fast as the bytes it stands in.
    if (end - start < WORTH_IT || this.#isFirst(body, start, end)) return scanner.scan(read());
    // Whoever could make two texts with one name could have one of them pass for the other, so that it is a strong hash.
    const name = place + hash("sha256", body.subarray(start, end), "binary");
    const known = this.#remembered.get(name);
    if (known !== undefined) return known;
    const hits = scanner.scan(read());
    this.#remembered.set(name, hits);
    if (this.#remembered.size > MOST_REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value!);
    return hits;
  }

  /** Most texts come once, and a strong hash of each would be a good part of what looking at it costs. */
  #isFirst(body: Uint8Array, start: number, end: number): boolean {
    let sight = end - start;
    const step = Math.floor((end - start) / SAMPLES);
    for (let at = start; at < end; at += step) sight = Math.imul(sight ^ body[at]!, 0x01000193);
    if (this.#sighted.has(sight)) return false;
    if (this.#sighted.size >= MOST_SIGHTED) this.#sighted.clear();
    this.#sighted.add(sight);
    return true;
  }
}

const PLACES = ["user", "tool-result", "tool-input", "system", "document"] as const satisfies readonly Place[];
const NO_HITS: readonly Hit[] = [];
