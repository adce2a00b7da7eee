/**
 * The conversations that go on: each found by its caller and its own name, the longest unused forgotten first, when there
 * are too many, when they take too much memory, or when nobody came back in half a day. What is forgotten is scanned anew
 * when it comes back, like a conversation that never was.
 */
import { Conversation } from "./conversation.ts";

/** How much is kept. */
export interface Bounds {
  readonly most: number;
  readonly bytes: number;
  readonly idleMs: number;
}

const USUAL: Bounds = { most: 20_000, bytes: 256 * 1024 * 1024, idleMs: 12 * 60 * 60 * 1000 };

export interface Conversations {
  /** The conversation of this name; null when there is none and none is to begin. */
  find(name: string, begin: boolean): Conversation | null;
  readonly size: number;
  readonly bytes: number;
}

interface Row {
  readonly conversation: Conversation;
  usedAt: number;
  /** Of its secrets and words, and of its transcripts. */
  bytes: number;
  heavy: number;
}

/** Bytes of a conversation in which nothing was found. */
const EMPTY = 1_500;

/** A memory of conversations; `hmac` makes their placeholders. */
export function createConversations(
  hmac: (text: string) => string,
  now: () => number,
  bounds: Bounds = USUAL,
): Conversations {
  return new Memory(hmac, now, bounds);
}

class Memory implements Conversations {
  bytes = 0;
  readonly #hmac: (text: string) => string;
  readonly #now: () => number;
  readonly #bounds: Bounds;
  // Both in the order of their last use: a map keeps the order in which its keys came.
  readonly #rows = new Map<string, Row>();
  readonly #heavy = new Set<Row>();

  constructor(hmac: (text: string) => string, now: () => number, bounds: Bounds) {
    this.#hmac = hmac;
    this.#now = now;
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#rows.size;
  }

  find(name: string, begin: boolean): Conversation | null {
    const known = this.#rows.get(name);
    if (known === undefined && !begin) return null;
    const row = known ?? this.#begin(name);
    row.usedAt = this.#now();
    this.#rows.delete(name);
    this.#rows.set(name, row);
    this.#weigh(row);
    this.#makeRoom();
    return row.conversation;
  }

  #begin(name: string): Row {
    const grown = () => {
      // One that was forgotten while a request of it was under way counts no more.
      if (this.#rows.get(name) !== row) return;
      this.#weigh(row);
      this.#makeRoom();
    };
    const row: Row = { conversation: new Conversation(this.#hmac, grown), usedAt: 0, bytes: 0, heavy: 0 };
    return row;
  }

  #weigh(row: Row): void {
    this.bytes -= row.bytes + row.heavy;
    row.bytes = EMPTY + row.conversation.bytes;
    row.heavy = row.conversation.transcripts.bytes;
    this.bytes += row.bytes + row.heavy;
    this.#heavy.delete(row);
    if (row.heavy > 0) this.#heavy.add(row);
  }

  /** Old transcripts go first: without them a conversation is only looked at anew. */
  #makeRoom(): void {
    for (const row of this.#heavy) {
      if (this.bytes <= this.#bounds.bytes) break;
      row.conversation.transcripts.clear();
      this.#weigh(row);
    }
    for (const [name, row] of this.#rows) {
      const isOver = this.#rows.size > this.#bounds.most || this.bytes > this.#bounds.bytes;
      const isIdle = row.usedAt <= this.#now() - this.#bounds.idleMs;
      if ((!isOver && !isIdle) || this.#rows.size === 1) return;
      this.#rows.delete(name);
      this.#heavy.delete(row);
      this.bytes -= row.bytes + row.heavy;
    }
  }
}
