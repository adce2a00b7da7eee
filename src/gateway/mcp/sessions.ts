/**
 * Sessions of clients up to 2025-11-25, under ids of the gateway's own: an id is good for the key that it was given to and
 * for nobody else, and the server's id never leaves the gateway. They live in memory; a client whose session is gone is
 * told so, and begins anew by itself.
 */
import type { Fields } from "../../wire/mcp/message.ts";

/** One client's session with one server. */
export interface Session {
  readonly id: string;
  /** Name of the key that it belongs to. */
  readonly key: string;
  readonly server: string;
  /** The server's own id for it; null when the server has none. */
  readonly upstream: string | null;
  /** What the client said in `initialize`. */
  readonly client: Fields;
}

/** More sessions of one key than this push out the one that was used longest ago. */
const MOST_PER_KEY = 256;

/** The sessions of all keys. */
export class Sessions {
  readonly #byKey = new Map<string, Map<string, Session>>();

  open(session: Session): void {
    const own = this.#byKey.get(session.key) ?? new Map<string, Session>();
    this.#byKey.set(session.key, own);
    own.set(session.id, session);
    for (const oldest of own.keys()) {
      if (own.size <= MOST_PER_KEY) break;
      own.delete(oldest);
    }
  }

  /** The session of that id, when it is this key's and with this server. */
  find(id: string, key: string, server: string): Session | null {
    const own = this.#byKey.get(key);
    const session = own?.get(id);
    if (own === undefined || session === undefined || session.server !== server) return null;
    // Back to the end, behind those that were used before.
    own.delete(id);
    own.set(id, session);
    return session;
  }

  close({ id, key }: Session): void {
    const own = this.#byKey.get(key);
    own?.delete(id);
    if (own?.size === 0) this.#byKey.delete(key);
  }
}
