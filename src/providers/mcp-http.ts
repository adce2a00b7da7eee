/**
 * A server of tools at an address. The credential goes to this one origin, in one header, and no redirect is followed; the
 * caller's own headers travel only as far as the gateway hands them over.
 */
import { Agent } from "undici";
import { cleaned } from "./cleaned.ts";
import type { Credential } from "./credential.ts";
import { createMask } from "./mask.ts";
import type { McpHttp } from "./mcp.ts";
import { dispatch } from "./reception.ts";

/** A client that holds connections. */
export interface McpHttpClient extends McpHttp {
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 30_000;
const CONNECT_MS = 10_000;

/** Opens the client of one server; `credential` is null when it takes none. */
export function createMcpHttp(address: string, credential: Credential | null): McpHttpClient {
  const url = new URL(address);
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: CONNECT_MS },
  });
  return {
    kind: "http",
    check: () => void credential?.read(),
    async send({ method, headers, body, signal, idleMs }) {
      const secret = credential?.read() ?? null;
      const mask = secret === null ? null : createMask(secret);
      const flat = headers.flat();
      flat.push("accept-encoding", "identity");
      if (secret !== null) flat.push("authorization", `Bearer ${secret}`);
      const times = { headersTimeout: idleMs ?? 0, bodyTimeout: idleMs ?? 0 };
      const options = { origin: url.origin, path: url.pathname, method, headers: flat, body, ...times };
      const raw = await dispatch(agent, options, { signal, mask });
      if (raw.status === 401) credential?.doubt();
      return cleaned(raw, secret);
    },
    // Streams that are silent until something happens would keep it open for ever.
    close: () => agent.destroy(),
  };
}
