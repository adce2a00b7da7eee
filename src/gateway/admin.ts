/**
 * The listener for operators: metrics, and two answers for whoever starts and stops the process. Alive means that the
 * event loop turns; ready means that a request could be served. A policy change that was not taken leaves the gateway
 * ready, since the last good policy is in force, but it shows here.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AuditLog } from "../audit/log.ts";
import type { Table } from "../decision/table.ts";
import type { McpServers } from "../providers/mcp.ts";
import type { Providers } from "../providers/provider.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** A policy change that was not taken; the errors name codes and places. */
export interface Rejected {
  readonly revision: string | null;
  readonly errors: readonly string[];
}

export interface AdminParts {
  readonly policy: () => { readonly table: Table; readonly rejected: Rejected | null };
  readonly log: Pick<AuditLog, "healthy">;
  readonly providers: Pick<Providers, "open">;
  readonly servers: Pick<McpServers, "open">;
  readonly metrics: Pick<Metrics, "text" | "contentType">;
  readonly draining: () => boolean;
}

export interface Admin {
  /** Resolves to the address, with the port that was given. */
  listen(host: string, port: number): Promise<string>;
  close(): Promise<void>;
}

/** Makes the listener for operators. */
export function createAdmin(parts: AdminParts): Admin {
  const server = createServer((request, response) => {
    answer(request, parts).then(
      (reply) => send(response, reply),
      () => send(response, text(500, "the gateway failed")),
    );
  });
  return {
    async listen(host, port) {
      server.listen(port, host);
      await once(server, "listening");
      const { address, family, port: given } = server.address() as AddressInfo;
      return `http://${family === "IPv6" ? `[${address}]` : address}:${given}`;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface AdminReply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer({ method, url }: IncomingMessage, parts: AdminParts): Promise<AdminReply> {
  if (method !== "GET" && method !== "HEAD") return text(405, "only GET is served here");
  const [path] = (url ?? "").split("?");
  switch (path) {
    case "/metrics":
      return { status: 200, type: parts.metrics.contentType, body: await parts.metrics.text() };
    case "/healthz":
      return text(200, "alive");
    case "/readyz":
      return readiness(parts);
    default:
      return text(404, "see /metrics, /healthz and /readyz");
  }
}

function readiness({ policy, log, providers, servers, draining }: AdminParts): AdminReply {
  const { table, rejected } = policy();
  const problems = [...unresolved(table.providers, providers), ...unresolved(table.servers, servers)];
  if (!log.healthy) problems.push("the audit log cannot be written");
  if (draining()) problems.push("the gateway is shutting down");
  const { id: revision, commit } = table.revision;
  const body = { ready: problems.length === 0, revision, commit, problems, rejected };
  return { status: body.ready ? 200 : 503, type: "application/json", body: `${JSON.stringify(body)}\n` };
}

/** Those whose credential is not there, by its reference. */
function unresolved<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  store: { open(entry: Entry): { check(): void } },
): string[] {
  return entries.flatMap((entry) => {
    try {
      store.open(entry).check();
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : `\`${entry.name}\` cannot be opened`];
    }
  });
}

function text(status: number, body: string): AdminReply {
  return { status, type: "text/plain; charset=utf-8", body: `${body}\n` };
}

function send(response: ServerResponse, { status, type, body }: AdminReply): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body);
}
