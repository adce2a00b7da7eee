/**
 * What was read of a record, on its way from the thread that reads to the thread that decides. Objects would be copied
 * one by one between the two; so it travels as numbers, in one piece of memory that changes hands. A name is its number,
 * and is told as a text once. A line is its kind and its members in the order in which a record has them.
 */
import type { Ended, Recorded, RecordedCall } from "../analysis/recorded.ts";
import { Names } from "./names-in-bytes.ts";
import type { Told } from "./replay-line.ts";

/** Some lines of a record, packed. */
export interface Batch {
  readonly numbers: Float64Array<ArrayBuffer>;
  /** The letters of all tickets, without anything between. */
  readonly tickets: Uint8Array<ArrayBuffer>;
  /** Names that were not known before, and the number of the first; those from that number on are no more. */
  readonly names: readonly string[];
  readonly first: number;
  /** How far this goes on in the files. */
  readonly bytes: number;
}

/** A line; or that a log begins, or that a line is no record. */
export type Line = Told | { readonly kind: "log" } | { readonly kind: "unreadable" };

const KINDS = [
  "log",
  "unreadable",
  "other",
  "decided",
  "ended",
  "called",
  "lost",
] as const satisfies readonly Line["kind"][];
const NUMBER_OF = Object.fromEntries(KINDS.map((kind, index) => [kind, index])) as Record<Line["kind"], number>;
const PURPOSES = ["generate", "count", "models", "tools"] as const satisfies readonly Recorded["purpose"][];

/** In place of the number of a name. */
export const NO_NAME = -1;
const FIRST_NUMBERS = 1 << 15;
const FIRST_LETTERS = 1 << 16;

/** Packs lines. Whoever reads a line packs its members while it does; what turns out to be another line is dropped. */
export class Packer {
  readonly names = new Names();
  #numbers = new Float64Array(FIRST_NUMBERS);
  #used = 0;
  #letters = new Uint8Array(FIRST_LETTERS);
  #lettersUsed = 0;
  #begun = 0;
  #lettersBegun = 0;

  begin(kind: Line["kind"]): void {
    this.#begun = this.#used;
    this.#lettersBegun = this.#lettersUsed;
    this.number(NUMBER_OF[kind]);
  }

  /** Takes back all since the last beginning. */
  drop(): void {
    this.#used = this.#begun;
    this.#lettersUsed = this.#lettersBegun;
  }

  number(number: number): void {
    if (this.#used === this.#numbers.length) this.#numbers = grown(this.#numbers, new Float64Array(this.#used * 2));
    this.#numbers[this.#used++] = number;
  }

  /** Leaves room for a number that is known only later. */
  later(): number {
    this.number(0);
    return this.#used - 1;
  }

  fill(place: number, number: number): void {
    this.#numbers[place] = number;
  }

  truth(truth: boolean): void {
    this.number(truth ? 1 : 0);
  }

  nameOrNull(name: string | null): void {
    this.number(name === null ? NO_NAME : this.names.inText(name));
  }

  purpose(purpose: Recorded["purpose"]): void {
    this.number(PURPOSES.indexOf(purpose));
  }

  /** A ticket of plain letters. */
  ticketInBytes(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.number(length);
    while (this.#lettersUsed + length > this.#letters.length) {
      this.#letters = grown(this.#letters, new Uint8Array(this.#letters.length * 2));
    }
    const letters = this.#letters;
    let at = this.#lettersUsed;
    for (let next = from; next < to; next++) letters[at++] = bytes[next]!;
    this.#lettersUsed = at;
  }

  /** Any other, told apart by a length below zero. */
  ticket(ticket: string): void {
    this.number(-1 - this.names.inText(ticket));
  }

  /** A line that was read otherwise. */
  add(line: Line): void {
    this.begin(line.kind);
    if (line.kind === "decided") this.#decided(line.recorded);
    else if (line.kind === "ended") this.#ended(line.ended);
    else if (line.kind === "called") this.#called(line.called);
    else if (line.kind === "lost") {
      this.number(line.at);
      this.number(line.tickets.length);
      for (const ticket of line.tickets) this.ticket(ticket);
    }
  }

  #decided(recorded: Recorded): void {
    const { ticket, at, key, team, effect, reason, purpose, model, provider, tools } = recorded;
    const { stripped, defined, held } = recorded;
    this.number(at);
    this.ticket(ticket);
    this.nameOrNull(key);
    this.nameOrNull(team);
    this.truth(effect === "allow");
    this.nameOrNull(reason);
    this.purpose(purpose);
    this.nameOrNull(model);
    this.nameOrNull(provider);
    this.number(tools);
    this.number(stripped.length);
    for (const name of stripped) this.nameOrNull(name);
    this.number(defined.length);
    for (const name of defined) this.nameOrNull(name);
    this.number(held.tokens);
    this.number(held.microUsd);
  }

  #ended({ ticket, at, charged, tokens, microUsd, ceilings, toolUses }: Ended): void {
    this.number(at);
    this.ticket(ticket);
    this.truth(charged);
    this.number(tokens);
    this.number(microUsd);
    this.number(ceilings.length);
    for (const { counter, ceiling } of ceilings) {
      this.nameOrNull(counter);
      this.number(ceiling);
    }
    this.number(toolUses.length);
    for (const { name, granted } of toolUses) {
      this.nameOrNull(name);
      this.truth(granted);
    }
  }

  #called({ ticket, at, key, team, effect, reason, name, isCall }: RecordedCall): void {
    this.number(at);
    this.ticket(ticket);
    this.nameOrNull(key);
    this.nameOrNull(team);
    this.truth(effect === "allow");
    this.nameOrNull(reason);
    this.nameOrNull(name);
    this.truth(isCall);
  }

  /** All lines since the last time. */
  take(bytes: number): Batch {
    const numbers = this.#numbers.slice(0, this.#used);
    const tickets = this.#letters.slice(0, this.#lettersUsed);
    this.#used = 0;
    this.#lettersUsed = 0;
    return { numbers, tickets, ...this.names.take(), bytes };
  }
}

function grown<T extends Float64Array | Uint8Array>(full: T, more: T): T {
  more.set(full);
  return more;
}

/** Unpacks what one packer packed, batch by batch in the same order. */
export function createUnpacker(): (batch: Batch, take: (line: Line) => void) => void {
  const names: string[] = [];
  return (batch, take) => {
    names.length = batch.first;
    for (const name of batch.names) names.push(name);
    const cursor = new Cursor(batch, names);
    while (!cursor.isDone()) take(lineAt(cursor));
  };
}

/** A place in a batch. */
class Cursor {
  readonly #numbers: Float64Array;
  readonly #names: readonly string[];
  readonly #tickets: string;
  #at = 0;
  #ticketAt = 0;

  constructor({ numbers, tickets }: Batch, names: readonly string[]) {
    this.#numbers = numbers;
    this.#names = names;
    this.#tickets = Buffer.from(tickets.buffer).toString("latin1");
  }

  isDone(): boolean {
    return this.#at === this.#numbers.length;
  }

  number(): number {
    return this.#numbers[this.#at++]!;
  }

  truth(): boolean {
    return this.number() === 1;
  }

  name(): string {
    return this.#names[this.number()]!;
  }

  nameOrNull(): string | null {
    const number = this.number();
    return number === NO_NAME ? null : this.#names[number]!;
  }

  ticket(): string {
    const length = this.number();
    if (length < 0) return this.#names[-1 - length]!;
    const start = this.#ticketAt;
    this.#ticketAt += length;
    return this.#tickets.slice(start, this.#ticketAt);
  }

  list<T>(read: (cursor: Cursor) => T): readonly T[] {
    const length = this.number();
    if (length === 0) return NOTHING;
    const items: T[] = [];
    for (let index = 0; index < length; index++) items.push(read(this));
    return items;
  }
}

const NOTHING: readonly never[] = [];

function lineAt(cursor: Cursor): Line {
  const kind = KINDS[cursor.number()]!;
  switch (kind) {
    case "log":
    case "unreadable":
    case "other":
      return { kind };
    case "decided":
      return { kind, recorded: recordedAt(cursor) };
    case "ended":
      return { kind, ended: endedAt(cursor) };
    case "called":
      return { kind, called: calledAt(cursor) };
    case "lost":
      return { kind, at: cursor.number(), tickets: cursor.list(ticketAt) };
    default:
      return kind satisfies never;
  }
}

/** The members of an object are made in the order in which they stand here. */
function recordedAt(cursor: Cursor): Recorded {
  return {
    at: cursor.number(),
    ticket: cursor.ticket(),
    key: cursor.nameOrNull(),
    team: cursor.nameOrNull(),
    effect: cursor.truth() ? "allow" : "refuse",
    reason: cursor.nameOrNull() as Recorded["reason"],
    purpose: PURPOSES[cursor.number()]!,
    model: cursor.nameOrNull(),
    provider: cursor.nameOrNull(),
    tools: cursor.number(),
    stripped: cursor.list(nameAt),
    defined: cursor.list(nameAt),
    held: { tokens: cursor.number(), microUsd: cursor.number() },
  };
}

function endedAt(cursor: Cursor): Ended {
  return {
    at: cursor.number(),
    ticket: cursor.ticket(),
    charged: cursor.truth(),
    tokens: cursor.number(),
    microUsd: cursor.number(),
    ceilings: cursor.list(ceilingAt),
    toolUses: cursor.list(toolUseAt),
  };
}

function calledAt(cursor: Cursor): RecordedCall {
  return {
    at: cursor.number(),
    ticket: cursor.ticket(),
    key: cursor.nameOrNull(),
    team: cursor.nameOrNull(),
    effect: cursor.truth() ? "allow" : "refuse",
    reason: cursor.nameOrNull() as RecordedCall["reason"],
    name: cursor.name(),
    isCall: cursor.truth(),
  };
}

function ticketAt(cursor: Cursor): string {
  return cursor.ticket();
}

function nameAt(cursor: Cursor): string {
  return cursor.name();
}

function ceilingAt(cursor: Cursor): Ended["ceilings"][number] {
  return { counter: cursor.name(), ceiling: cursor.number() };
}

function toolUseAt(cursor: Cursor): Ended["toolUses"][number] {
  return { name: cursor.name(), granted: cursor.truth() };
}
