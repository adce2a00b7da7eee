/** The fixture behind an address on loopback: both eras on one path, sessions for the older one. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from "@modelcontextprotocol/node";
import {
  createMcpHandler,
  type EventStore,
  InMemoryServerEventBus,
  isLegacyRequest,
} from "@modelcontextprotocol/server";
import { type Bell, fixtureServer } from "./fixture-tools.ts";

export interface Fixture {
  readonly url: string;
  /** How many have listened to it so far, in the stateless era. */
  readonly listeners: () => number;
  /** Headers of all requests that came, newest last. */
  readonly seen: IncomingMessage["headers"][];
  close(): Promise<void>;
}

/** Which eras it speaks, and what a request needs to be served. */
export interface FixtureParts {
  readonly eras?: "both" | "sessions" | "stateless";
  readonly token?: string;
  /** Where it listens; any free port when not given. */
  readonly port?: number;
}

/** Starts the fixture. */
export async function startFixture({ eras = "both", token, port = 0 }: FixtureParts = {}): Promise<Fixture> {
  const seen: Fixture["seen"] = [];
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  const bus = new CountingBus();
  const stateless = createMcpHandler(() => fixtureServer(bell), { legacy: "reject", onerror: () => {}, bus });
  const bell: Bell = {
    toolsChanged: () => stateless.notify.toolsChanged(),
    promptsChanged: () => stateless.notify.promptsChanged(),
  };
  const answerStateless = toNodeHandler(stateless);
  const inSession = async (request: IncomingMessage, response: ServerResponse, body: unknown) => {
    const known = sessions.get(String(request.headers["mcp-session-id"]));
    if (known !== undefined) return known.handleRequest(request, response, body);
    if (request.headers["mcp-session-id"] !== undefined) return refuse(response, 404);
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
      eventStore: memory(),
      retryInterval: 100,
    });
    await fixtureServer(bell).connect(transport);
    return transport.handleRequest(request, response, body);
  };
  const server = createServer((request, response) => {
    seen.push(request.headers);
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) return refuse(response, 401);
    if (isElsewhere(request)) return refuse(response, 403);
    const body = request.method === "POST" ? await read(request) : undefined;
    const isLegacy = await isLegacyRequest(await toWebRequest(request as NodeIncomingMessageLike, body), body);
    if (eras !== "stateless" && isLegacy) return inSession(request, response, body);
    if (eras !== "sessions" || isLegacy) return answerStateless(request as NodeIncomingMessageLike, response, body);
    return refuse(response, 400);
  };
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    listeners: () => bus.listeners,
    seen,
    async close() {
      await stateless.close();
      for (const transport of sessions.values()) await transport.close();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

class CountingBus extends InMemoryServerEventBus {
  listeners = 0;

  override subscribe(...args: Parameters<InMemoryServerEventBus["subscribe"]>) {
    this.listeners += 1;
    return super.subscribe(...args);
  }
}

/** What a page of a browser would be. */
function isElsewhere({ headers }: IncomingMessage): boolean {
  const names = [
    headers.host ?? "",
    headers.origin === undefined ? "localhost" : (URL.parse(headers.origin)?.host ?? ""),
  ];
  return names.some((name) => !/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(name));
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32_000, message: "refused" } }));
}

async function read(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

/** Events that a client can ask for again, in memory. */
function memory(): EventStore {
  const events: { id: string; stream: string; message: Parameters<EventStore["storeEvent"]>[1] }[] = [];
  return {
    async storeEvent(stream, message) {
      const id = `${events.length}`;
      events.push({ id, stream, message });
      return id;
    },
    async replayEventsAfter(last, { send }) {
      const stream = events[Number(last)]?.stream ?? "";
      for (const event of events.slice(Number(last) + 1)) {
        if (event.stream === stream && Object.keys(event.message).length > 0) await send(event.id, event.message);
      }
      return stream;
    },
  };
}
