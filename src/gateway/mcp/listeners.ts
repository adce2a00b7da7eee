/**
 * Streams that clients hold open to hear of changes. A policy that comes in force changes what their keys may see: those
 * whose grants it touches are told that the lists changed, on the stream as it is. A key that is gone hears nothing more.
 */
import { chainOf } from "../../decision/access.ts";
import type { Table, TableNode } from "../../decision/table.ts";
import { type CHANGES, changeOf } from "../../wire/mcp/judge.ts";
import type { Fields, Id } from "../../wire/mcp/message.ts";

/** One open stream. */
export interface Listener {
  /** Name of the key that it belongs to. */
  readonly key: string;
  /** The server that it listens to; null for all of them. */
  readonly server: string | null;
  /** What a stateless client asked for; a client with a session hears of everything. */
  readonly wants: readonly (keyof typeof CHANGES)[];
  readonly subscription: Id | null;
  push(message: Fields): void;
  end(): void;
}

/** All open streams. */
export class Listeners {
  readonly #open = new Set<Listener>();

  get size(): number {
    return this.#open.size;
  }

  add(listener: Listener): () => void {
    this.#open.add(listener);
    return () => void this.#open.delete(listener);
  }

  /** Ends all streams: nothing will be told on them any more. */
  end(): void {
    for (const listener of [...this.#open]) listener.end();
  }

  /** Tells whoever listens to a server that one of its lists changed. */
  announce(server: string, name: keyof typeof CHANGES): void {
    for (const listener of this.#open) {
      if (listener.server !== null && listener.server !== server) continue;
      if (listener.wants.includes(name)) listener.push(changeOf(name, listener.subscription));
    }
  }

  /** Tells the streams what a change of policy means for them. */
  refresh(before: Table, now: Table): void {
    const grants = { before: grantsOf(before), now: grantsOf(now) };
    for (const listener of [...this.#open]) {
      const after = grants.now(listener.key);
      if (after === null) listener.end();
      else if (after !== grants.before(listener.key)) {
        for (const name of listener.wants) listener.push(changeOf(name, listener.subscription));
      }
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
