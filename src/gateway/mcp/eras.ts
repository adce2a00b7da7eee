/**
 * Which eras a server at an address speaks: found out by asking, and asked again after a while, since a verdict that never
 * ages would outlive an upgrade of the server. Whoever comes while the asking goes on waits for the same answer.
 */
import type { TableServer } from "../../decision/table.ts";
import { headerOf } from "../../providers/headers.ts";
import type { McpHttp } from "../../providers/mcp.ts";
import { type Era, META, SESSION_VERSION, STATELESS_VERSION } from "../../wire/mcp/era.ts";
import { messageIn } from "../../wire/mcp/events.ts";
import { type Answer, bytesOf, type Fields, readMessage } from "../../wire/mcp/message.ts";
import { SseFramer } from "../../wire/sse.ts";
import { GATEWAY } from "./http-exchange.ts";

/** The eras of one server. */
export type Eras = ReadonlySet<Era>;

const GOOD_MS = 10 * 60_000;

/** What is known of all servers. */
export class EraBook {
  readonly #known = new WeakMap<McpHttp, { readonly at: number; eras: Eras | Promise<Eras> }>();
  readonly #tick: () => number;

  constructor(tick: () => number) {
    this.#tick = tick;
  }

  /** To be waited for when the server has to be asked first; throws UpstreamError when it cannot be. */
  of(server: TableServer, client: McpHttp): Eras | Promise<Eras> {
    const known = this.#known.get(client);
    if (known !== undefined && this.#tick() - known.at < GOOD_MS) return known.eras;
    const asked = ask(server, client);
    const verdict: { readonly at: number; eras: Eras | Promise<Eras> } = { at: this.#tick(), eras: asked };
    this.#known.set(client, verdict);
    asked.then(
      (eras) => {
        verdict.eras = eras;
      },
      () => this.#known.delete(client),
    );
    return asked;
  }
}

async function ask(server: TableServer, client: McpHttp): Promise<Eras> {
  const own = { [META.version]: STATELESS_VERSION, [META.client]: GATEWAY, [META.capabilities]: {} };
  const discover = { jsonrpc: "2.0", id: 1, method: "server/discover", params: { _meta: own } };
  const found = await probe(server, client, discover, [
    ["mcp-protocol-version", STATELESS_VERSION],
    ["mcp-method", "server/discover"],
  ]);
  // One that speaks nothing newer is taken to have sessions, and shows by itself when it has not.
  if (found.answer?.result == null) return new Set(["sessions"]);
  const params = { protocolVersion: SESSION_VERSION, capabilities: {}, clientInfo: GATEWAY };
  const begun = await probe(server, client, { jsonrpc: "2.0", id: 1, method: "initialize", params }, []);
  if (begun.answer?.result == null) return new Set(["stateless"]);
  if (begun.session !== null) await leave(server, client, begun.session);
  return new Set(["stateless", "sessions"]);
}

interface Probed {
  readonly answer: Answer | null;
  readonly session: string | null;
}

async function probe(
  { patience }: TableServer,
  client: McpHttp,
  message: Fields,
  headers: readonly (readonly [string, string])[],
): Promise<Probed> {
  const { signal } = new AbortController();
  const common = [
    ["accept", "application/json, text/event-stream"],
    ["content-type", "application/json"],
  ] as const;
  const sent = {
    method: "POST",
    headers: [...common, ...headers],
    body: bytesOf(message),
    signal,
    idleMs: patience.idle,
  } as const;
  const answer = await client.send(sent);
  const session = headerOf(answer.headers, "mcp-session-id");
  const isStream = (headerOf(answer.headers, "content-type") ?? "").includes("event-stream");
  return { answer: await firstAnswer(answer.body, isStream), session };
}

const LONGEST = 1024 * 1024;

async function firstAnswer(body: AsyncIterable<Uint8Array>, isStream: boolean): Promise<Answer | null> {
  const framer = new SseFramer();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LONGEST) return null;
    if (!isStream) chunks.push(chunk);
    else
      for (const event of framer.push(chunk)) {
        const message = messageIn(event);
        if (message !== null && message.kind === "answer") return message;
      }
  }
  const message = readMessage(Buffer.concat(chunks, isStream ? 0 : size));
  return message.kind === "answer" ? message : null;
}

async function leave({ patience }: TableServer, client: McpHttp, session: string): Promise<void> {
  const { signal } = new AbortController();
  const headers = [["mcp-session-id", session] as const];
  const { body } = await client.send({ method: "DELETE", headers, body: null, signal, idleMs: patience.idle });
  await body[Symbol.asyncIterator]().return?.();
}
