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
  bytes: number;
}

/** Bytes of a conversation in which nothing was found. */
const EMPTY = 500;

/** A memory of conversations; `hmac` makes their placeholders. */
export function createConversations(
  hmac: (text: string) => string,
  now: () => number,
  bounds: Bounds = USUAL,
): Conversations {
  // In the order of their last use: a map keeps the order in which its keys came.
  const rows = new Map<string, Row>();
  let bytes = 0;
  const forget = (name: string, row: Row): void => {
    rows.delete(name);
    bytes -= row.bytes;
  };
  /** What an answer added since the last request counts from now on. */
  const weigh = (row: Row): void => {
    bytes -= row.bytes;
    row.bytes = EMPTY + row.conversation.bytes;
    bytes += row.bytes;
  };
  const makeRoom = (): void => {
    for (const [name, row] of rows) {
      const isOver = rows.size > bounds.most || bytes > bounds.bytes;
      if (!isOver && row.usedAt > now() - bounds.idleMs) return;
      if (rows.size > 1) forget(name, row);
      else return;
    }
  };
  return {
    find(name, begin) {
      const known = rows.get(name);
      if (known === undefined && !begin) return null;
      const row = known ?? { conversation: new Conversation(hmac), usedAt: 0, bytes: EMPTY };
      if (known === undefined) bytes += row.bytes;
      weigh(row);
      row.usedAt = now();
      rows.delete(name);
      rows.set(name, row);
      makeRoom();
      return row.conversation;
    },
    get size() {
      return rows.size;
    },
    get bytes() {
      return bytes;
    },
  };
}
