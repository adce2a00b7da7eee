/**
 * The HTTP server towards callers: the one file that knows fastify. It routes and it guards the door (sizes, slow and
 * broken senders); request and response go on untouched to the gateway, before the framework reads or parses anything.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import fastify, { type FastifyInstance } from "fastify";

export interface ServerParts {
  readonly serve: (request: IncomingMessage, response: ServerResponse) => void;
  /** The whole answer, as bytes of HTTP, to a sender whose request cannot be read on; null when another is on its way there. */
  readonly unreadable: (status: 400 | 408 | 431, socket: Socket) => string | null;
  readonly headersMs: number;
  readonly requestMs: number;
}

export interface Server {
  /** Resolves to the address, with the port that was given. */
  listen(host: string, port: number): Promise<string>;
  /** Takes no new connections, closes those that fall idle, and after so many milliseconds all; resolves at the end. */
  close(deadlineMs: number): Promise<void>;
}

const MAX_HEADER_BYTES = 32 * 1024;
const KEEP_ALIVE_MS = 75_000;
const SWEEP_MS = 50;

/** Makes the server; it does not listen yet. */
export function createServer(parts: ServerParts): Server {
  const app = fastify({
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: parts.headersMs, connectionsCheckingInterval: 1_000 },
    requestTimeout: parts.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, request, reply) => {
      reply.hijack();
      parts.serve(request.raw, reply.raw);
    },
    clientErrorHandler: (error, socket) => refuseRaw(parts, error, socket),
  });
  // Hijacking in the first hook keeps the framework from reading bodies; the handler below it is never reached.
  app.addHook("onRequest", (request, reply) => {
    reply.hijack();
    parts.serve(request.raw, reply.raw);
  });
  app.all("/*", () => {});
  return {
    async listen(host, port) {
      await app.listen({ host, port });
      return urlOf(app);
    },
    async close(deadlineMs) {
      const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
      const deadline = setTimeout(() => app.server.closeAllConnections(), deadlineMs);
      await app.close();
      clearInterval(sweep);
      clearTimeout(deadline);
    },
  };
}

/** Where a server listens. */
export function urlOf(app: FastifyInstance): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function refuseRaw({ unreadable }: ServerParts, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  const answer = unreadable(status, socket);
  // Words in the middle of another answer would be taken for a part of it.
  if (answer === null) return void socket.destroy();
  socket.end(answer);
  socket.destroySoon();
}
