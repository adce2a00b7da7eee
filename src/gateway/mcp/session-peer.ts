/**
 * Talks to a server with sessions on a client's behalf. Each client has a session of its own with the server, begun when
 * it is needed, begun anew when the server does not know it any more, and ended when nothing came for a while. What the
 * server says outside of its answers comes on a stream beside them: questions, and that a list changed.
 */
import { headerOf } from "../../providers/headers.ts";
import { type Answer as HttpAnswer, UpstreamError } from "../../providers/provider.ts";
import { SESSION_VERSION } from "../../wire/mcp/era.ts";
import { changeNamed } from "../../wire/mcp/judge.ts";
import { type Answer, type Fields, fieldsIn, type Message, textIn } from "../../wire/mcp/message.ts";
import {
  drop,
  exchange,
  GATEWAY,
  type Headers,
  heed,
  helloOf,
  isStream,
  type Line,
  messagesOf,
  nextId,
  quiet,
  react,
  SessionLost,
  tell,
} from "./http-exchange.ts";
import { Misbehaved } from "./misbehaved.ts";
import type { Hello, Peer, PeerCall } from "./peer.ts";
import type { OnChange } from "./program-peer.ts";

/** Whose sessions they are. */
export interface Owner {
  /** The client's session, or its key when it has none. */
  readonly name: string;
  /** What the client can answer, as far as the server may know. */
  readonly capabilities: Fields;
  readonly onChange: OnChange;
}

const IDLE_MS = 10 * 60_000;

/** The sessions with servers that were begun for clients. */
export class Upstreams {
  readonly #open = new Map<string, Upstream>();

  /** The peer of one client with one server. */
  peer(line: Line, owner: Owner): Peer {
    const name = `${line.server.name} ${owner.name}`;
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const upstream = new Upstream(line, owner, () => this.#open.delete(name));
    this.#open.set(name, upstream);
    return upstream;
  }

  /** Ends the sessions that were begun for a client, or all. */
  end(owner: string | null): void {
    for (const [name, upstream] of this.#open) if (owner === null || name.endsWith(` ${owner}`)) upstream.end();
  }
}

/** A session as it was begun. */
interface Begun {
  readonly headers: Headers;
  readonly hello: Hello;
}

class Upstream implements Peer {
  readonly asksInCalls = true;
  readonly #line: Line;
  readonly #owner: Owner;
  readonly #onEnd: () => void;
  readonly #calls = new Map<number, PeerCall>();
  readonly #idle: NodeJS.Timeout;
  #begun: Promise<Begun> | null = null;
  #listening = new AbortController();

  constructor(line: Line, owner: Owner, onEnd: () => void) {
    this.#line = line;
    this.#owner = owner;
    this.#onEnd = onEnd;
    this.#idle = setTimeout(() => this.#rest(), IDLE_MS).unref();
  }

  async hello(): Promise<Hello> {
    return (await this.#session()).hello;
  }

  async call(call: PeerCall): Promise<Answer> {
    const id = nextId();
    this.#calls.set(id, call);
    this.#idle.refresh();
    try {
      return await this.#send(id, call);
    } finally {
      this.#calls.delete(id);
    }
  }

  async #send(id: number, call: PeerCall): Promise<Answer> {
    const onAbort = () => void this.#takeBack(id);
    call.signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await exchange(this.#line, { id, call, headers: (await this.#session()).headers });
    } catch (error) {
      if (!(error instanceof SessionLost)) throw error;
      // The server did not even look at the request, so that it can be sent again.
      this.#forget();
      return await exchange(this.#line, { id, call, headers: (await this.#session()).headers });
    } finally {
      call.signal.removeEventListener("abort", onAbort);
    }
  }

  /** Going away means nothing to a server with sessions: it has to be told. */
  async #takeBack(requestId: number): Promise<void> {
    const { headers } = await this.#session();
    const message = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } };
    await tell(this.#line, message, headers).catch(ignoreUpstream);
  }

  end(): void {
    clearTimeout(this.#idle);
    const begun = this.#begun;
    this.#forget();
    this.#onEnd();
    void begun?.then(({ headers }) => this.#leave(headers)).catch(ignoreUpstream);
  }

  async #leave(headers: Headers): Promise<void> {
    const { signal } = new AbortController();
    const idleMs = this.#line.server.patience.idle;
    await drop(await this.#line.client.send({ method: "DELETE", headers, body: null, signal, idleMs }));
  }

  #rest(): void {
    if (this.#calls.size === 0) this.end();
    else this.#idle.refresh();
  }

  #forget(): void {
    this.#begun = null;
    this.#listening.abort();
    this.#listening = new AbortController();
  }

  #session(): Promise<Begun> {
    if (this.#begun !== null) return this.#begun;
    const begun = this.#begin();
    this.#begun = begun;
    begun.catch(() => {
      if (this.#begun === begun) this.#begun = null;
    });
    return begun;
  }

  async #begin(): Promise<Begun> {
    const { capabilities } = this.#owner;
    const params = { protocolVersion: SESSION_VERSION, capabilities, clientInfo: GATEWAY };
    const headers: [string, string][] = [];
    const onAnswer = (answer: HttpAnswer) => {
      const id = headerOf(answer.headers, "mcp-session-id");
      if (id !== null) headers.push(["mcp-session-id", id]);
    };
    const { result } = await exchange(this.#line, {
      id: nextId(),
      call: quiet("initialize", params),
      headers: [],
      onAnswer,
    });
    if (result === null) throw new Misbehaved("does not take the gateway's greeting");
    headers.push(["mcp-protocol-version", textIn(result, "protocolVersion") ?? SESSION_VERSION]);
    await tell(this.#line, { jsonrpc: "2.0", method: "notifications/initialized" }, headers);
    await this.#listen(headers);
    return { headers, hello: helloOf(result, fieldsIn(result, "serverInfo")) };
  }

  /** Opens the stream beside the answers, when the server has one; what comes on it is heard until the session ends. */
  async #listen(headers: Headers): Promise<void> {
    const { signal } = this.#listening;
    const accept = ["accept", "text/event-stream"] as const;
    const outgoing = { method: "GET", headers: [accept, ...headers], body: null, signal, idleMs: null } as const;
    const answer = await this.#line.client.send(outgoing);
    if (!isStream(answer)) return drop(answer);
    void this.#hear(answer, headers).catch(ignoreUpstream);
  }

  async #hear(answer: HttpAnswer, headers: Headers): Promise<void> {
    for await (const message of messagesOf(answer)) this.#take(message, headers);
  }

  #take(message: Message, headers: Headers): void {
    if (message.kind === "answer") return;
    // Nothing tells to which call a question belongs; all calls of the session are of one client, which is asked in the newest.
    const newest = [...this.#calls.values()].findLast(({ ask }) => ask !== null) ?? null;
    if (message.kind === "request") {
      void react(this.#line, newest, message, headers);
      return;
    }
    const change = changeNamed(message.method);
    if (change !== null) this.#owner.onChange(change);
    const token = message.params.progressToken;
    const call = typeof token === "number" ? this.#calls.get(token) : undefined;
    if (call !== undefined) heed(message, call);
  }
}

/** What a server does not hear is its own affair. */
function ignoreUpstream(error: unknown): void {
  if (!(error instanceof UpstreamError)) throw error;
}
