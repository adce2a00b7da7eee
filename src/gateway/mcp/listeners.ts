/**
 * Streams that clients hold open to hear of changes. A policy that comes in force changes what their keys may see: those
 * whose grants it touches are told that the lists changed, on the stream as it is; so are those whose server says so. What
 * comes close together is told once. A key that is gone hears nothing more.
 */
import { chainOf } from "../../decision/access.ts";
import type { Table, TableNode } from "../../decision/table.ts";
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

/** All open streams. */
export class Listeners {
  readonly #open = new Map<Listener, Set<Change>>();
  #timer: NodeJS.Timeout | null = null;

  get size(): number {
    return this.#open.size;
  }

  add(listener: Listener): () => void {
    this.#open.set(listener, new Set());
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
    const grants = { before: grantsOf(before), now: grantsOf(now) };
    for (const listener of [...this.#open.keys()]) {
      const after = grants.now(listener.key);
      if (after === null) listener.end();
      else if (after !== grants.before(listener.key)) for (const change of listener.wants) this.#tell(listener, change);
    }
  }

  #tell(listener: Listener, change: Change): void {
    if (!listener.wants.includes(change)) return;
    this.#open.get(listener)?.add(change);
    this.#timer ??= setTimeout(() => this.#flush(), TOGETHER_MS);
  }

  #flush(): void {
    this.#timer = null;
    for (const [listener, changes] of this.#open) {
      for (const change of changes) listener.push(changeOf(change, listener.subscription));
      changes.clear();
    }
  }
}

/** All that decides what a key may see of tools, as one text; null when there is no such key. Each chain is told once. */
function grantsOf(table: Table): (key: string) => string | null {
  const nodes = new Map(Array.from(table.keys.values(), ({ name, node }) => [name, node]));
  const texts = new Map<TableNode, string>();
  const servers = JSON.stringify(table.servers.map(({ origin: _, ...server }) => server));
  const textOf = (node: TableNode): string => {
    const known = texts.get(node);
    if (known !== undefined) return known;
    const own = node.grants.filter(({ thing }) => thing === "tools");
    const text = JSON.stringify(own.map(({ effect, globs, until }) => [effect, globs, until]));
    texts.set(node, text);
    return text;
  };
  return (key) => {
    const node = nodes.get(key);
    return node === undefined ? null : servers + chainOf(table.nodes, node).map(textOf).join();
  };
}
