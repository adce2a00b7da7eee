/**
 * Streams that clients hold open to hear of changes. A policy that comes in force changes what their keys may see: those
 * whose grants it touches are told that the lists changed, on the stream as it is; so are those whose server says so, and
 * those for whom a grant ends or hours begin and end, at that moment. What comes close together is told once. A key that is
 * gone or over hears nothing more.
 */
import { chainOf } from "../../decision/access.ts";
import { nextTurn } from "../../decision/next-turn.ts";
import type { Table, TableKey, TableNode } from "../../decision/table.ts";
import { type CHANGES, changeOf } from "../../wire/mcp/judge.ts";
import type { Fields, Id } from "../../wire/mcp/message.ts";

/** The lists that change. */
export type Change = keyof typeof CHANGES;

/** One open stream. */
export interface Listener {
  /** Name of the key that it belongs to. */
  readonly key: string;
  /** The server that it listens to; null for all of them. */
  readonly server: string | null;
  /** True when what the server says comes on the stream by itself. */
  readonly hearsServer: boolean;
  /** What a stateless client asked for; a client with a session hears of everything. */
  readonly wants: readonly Change[];
  readonly subscription: Id | null;
  push(message: Fields): void;
  end(): void;
}

/** A server that changes ten tools says so ten times. */
const TOGETHER_MS = 20;
/** A timer cannot wait for longer; it is then set again. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** What there is to tell on a stream, and when time by itself will bring something. */
interface Row {
  readonly changes: Set<Change>;
  turn: number | null;
}

/** All open streams. */
export class Listeners {
  readonly #open = new Map<Listener, Row>();
  readonly #now: () => number;
  #table: Table | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** One timer for all streams, and when it strikes: at the first of their turns. */
  #clock: NodeJS.Timeout | null = null;
  #strikesAt = Number.POSITIVE_INFINITY;

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#open.size;
  }

  /** `table` is the policy under which the stream was opened. */
  add(listener: Listener, table: Table): () => void {
    this.#table ??= table;
    const turn = this.#turnOf(listener);
    this.#open.set(listener, { changes: new Set(), turn });
    if (turn !== null && turn < this.#strikesAt) this.#wind(turn);
    return () => void this.#open.delete(listener);
  }

  /** Ends all streams: nothing will be told on them any more. */
  end(): void {
    for (const listener of [...this.#open.keys()]) listener.end();
  }

  /** Tells whoever listens to a server that one of its lists changed. */
  announce(server: string, change: Change): void {
    for (const listener of this.#open.keys()) {
      const isMeant = listener.server === null || listener.server === server;
      if (isMeant && !listener.hearsServer) this.#tell(listener, change);
    }
  }

  /** Tells the streams what a change of policy means for them. */
  refresh(before: Table, now: Table): void {
    this.#table = now;
    const grants = { before: grantsOf(before), now: grantsOf(now) };
    for (const [listener, row] of [...this.#open]) {
      const after = grants.now(listener.key);
      row.turn = this.#turnOf(listener);
      if (after === null || this.#isOver(listener, this.#now())) listener.end();
      else if (after !== grants.before(listener.key)) this.#tellAll(listener);
    }
    this.#wind(this.#firstTurn());
  }

  #tellAll(listener: Listener): void {
    for (const change of listener.wants) this.#tell(listener, change);
  }

  #tell(listener: Listener, change: Change): void {
    if (!listener.wants.includes(change)) return;
    this.#open.get(listener)?.changes.add(change);
    this.#timer ??= setTimeout(() => this.#flush(), TOGETHER_MS);
  }

  #flush(): void {
    this.#timer = null;
    for (const [listener, { changes }] of this.#open) {
      for (const change of changes) listener.push(changeOf(change, listener.subscription));
      changes.clear();
    }
  }

  /** The moment at which a key is over counts as well. */
  #turnOf({ key }: Listener): number | null {
    const table = this.#table;
    const known = table === null ? undefined : keysOf(table).get(key);
    if (table === null || known === undefined) return null;
    const now = this.#now();
    const turn = nextTurn(table, known.node, now);
    const over = known.expires === null || known.expires < now ? null : known.expires + 1;
    return turn === null || over === null ? (turn ?? over) : Math.min(turn, over);
  }

  #firstTurn(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { turn } of this.#open.values()) if (turn !== null && turn < first) first = turn;
    return first;
  }

  #wind(at: number): void {
    if (this.#clock !== null) clearTimeout(this.#clock);
    this.#strikesAt = at;
    const wait = Math.min(Math.max(at - this.#now(), 1), LONGEST_WAIT_MS);
    this.#clock = at === Number.POSITIVE_INFINITY ? null : setTimeout(() => this.#strike(), wait).unref();
  }

  #strike(): void {
    const now = this.#now();
    for (const [listener, row] of [...this.#open]) {
      if (row.turn === null || row.turn > now) continue;
      row.turn = this.#turnOf(listener);
      if (this.#isOver(listener, now)) listener.end();
      else this.#tellAll(listener);
    }
    this.#wind(this.#firstTurn());
  }

  #isOver({ key }: Listener, now: number): boolean {
    const expires = this.#table === null ? null : (keysOf(this.#table).get(key)?.expires ?? null);
    return expires !== null && now > expires;
  }
}

const byName = new WeakMap<Table, ReadonlyMap<string, TableKey>>();

/** The keys of a table by their names. */
function keysOf(table: Table): ReadonlyMap<string, TableKey> {
  const known = byName.get(table) ?? new Map(Array.from(table.keys.values(), (key) => [key.name, key]));
  byName.set(table, known);
  return known;
}

/** All that decides what a key may see of tools, as one text; null when there is no such key. Each chain is told once. */
function grantsOf(table: Table): (key: string) => string | null {
  const keys = keysOf(table);
  const texts = new Map<TableNode, string>();
  const servers = JSON.stringify(table.servers.map(({ origin: _, ...server }) => server));
  const textOf = (node: TableNode): string => {
    const known = texts.get(node);
    if (known !== undefined) return known;
    const own = node.grants.filter(({ thing }) => thing === "tools");
    // Only what is asked about every call shows in a list.
    const marked = node.confirms.filter(({ where }) => where === null);
    const asks = marked.map(({ globs, until }) => ["ask", globs, until] as const);
    const text = JSON.stringify([...own.map(({ effect, globs, until }) => [effect, globs, until] as const), ...asks]);
    texts.set(node, text);
    return text;
  };
  return (key) => {
    const known = keys.get(key);
    if (known === undefined) return null;
    const hours = table.nodes[known.node]!.windows.map((id) => table.windows[id]!.spans);
    return servers + JSON.stringify(hours) + chainOf(table.nodes, known.node).map(textOf).join();
  };
}
