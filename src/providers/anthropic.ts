/**
 * The provider kind `anthropic`: anything that speaks the Messages format over HTTP. Adds the credential, drops what may
 * not travel, keeps order and spelling of everything else. One pool of kept-alive connections per provider, without
 * pipelining. providers.ts makes it; reception.ts takes the answer in, cleaned.ts cleans it.
 */
import { Agent } from "undici";
import type { TableProvider } from "../decision/table.ts";
import { cleaned } from "./cleaned.ts";
import type { Credential } from "./credential.ts";
import { towardsProvider } from "./headers.ts";
import { createMask } from "./mask.ts";
import type { Outgoing, Provider } from "./provider.ts";
import { dispatch } from "./reception.ts";

/** How long a provider may take; milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** From the request being sent to the answer's headers. */
  readonly headers: number;
  /** Between two pieces of an answer's body. */
  readonly idle: number;
}

/** A provider that holds connections. */
export interface Client extends Provider {
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 30_000;

/** Opens the client of one provider of kind `anthropic`. */
export function createAnthropic(provider: TableProvider, credential: Credential, timeouts: Timeouts): Client {
  const url = new URL(provider.url ?? "https://api.anthropic.com");
  const base = url.pathname.replace(/\/+$/, "");
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.idle,
    connect: { timeout: timeouts.connect },
  });
  return {
    name: provider.name,
    check: () => void credential.read(),
    async send(request) {
      const secret = credential.read();
      const options = { origin: url.origin, path: base + request.path, method: request.method, body: request.body };
      const mask = createMask(secret);
      const reception = { signal: request.signal, mask };
      const raw = await dispatch(agent, { ...options, headers: outgoingHeaders(request, secret) }, reception);
      if (raw.status === 401) credential.doubt();
      return cleaned(raw, secret);
    },
    close: () => agent.close(),
  };
}

function outgoingHeaders(request: Outgoing, secret: string): string[] {
  const flat: string[] = [];
  for (const [name, value] of towardsProvider(request.headers)) flat.push(name, value);
  flat.push("accept-encoding", "identity", "x-api-key", secret);
  return flat;
}
