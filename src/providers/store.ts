/**
 * Clients, one for each set of settings: a reload of the policy that leaves a declaration as it was keeps its client, with
 * the connections that it has. providers.ts keeps those of providers so, mcp-servers.ts those of servers of tools.
 */

/** How clients are told apart, made and let go. */
export interface Keeping<Row, Client> {
  /** Equal for rows that one client can serve. */
  settingsOf(row: Row): string;
  create(row: Row): Client;
  /** Nobody asks for it any more; what it has under way may end. */
  retire(client: Client): unknown;
  close(client: Client): Promise<void> | undefined;
}

export interface Store<Row, Client> {
  /** The client of a row; the same row is found without looking at its settings. */
  open(row: Row): Client;
  /** Lets go of all clients but those of these rows. */
  retain(current: readonly Row[]): void;
  close(): Promise<void>;
}

/** A store without clients. */
export function createStore<Row extends object, Client>(keeping: Keeping<Row, Client>): Store<Row, Client> {
  const clients = new Map<string, Client>();
  let known = new WeakMap<Row, Client>();
  return {
    open(row) {
      const hit = known.get(row);
      if (hit !== undefined) return hit;
      const settings = keeping.settingsOf(row);
      const client = clients.get(settings) ?? keeping.create(row);
      clients.set(settings, client);
      known.set(row, client);
      return client;
    },
    retain(current) {
      const wanted = new Set(current.map((row) => keeping.settingsOf(row)));
      known = new WeakMap();
      for (const [settings, client] of clients) {
        if (wanted.has(settings)) continue;
        clients.delete(settings);
        void keeping.retire(client);
      }
    },
    async close() {
      const open = [...clients.values()];
      clients.clear();
      await Promise.all(open.map((client) => keeping.close(client)));
    },
  };
}
