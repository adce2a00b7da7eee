/**
 * A server of tools at an address. What it is shown as a credential goes to this one origin, in one header, and no redirect
 * is followed; the caller's own headers travel only as far as the gateway hands them over.
 */
import { Agent } from "undici";
import { legible } from "./cleaned.ts";
import type { Credential } from "./credential.ts";
import { createMask } from "./mask.ts";
import type { McpHttp, McpOutgoing } from "./mcp.ts";
import type { Tokens } from "./oauth.ts";
import type { Answer } from "./provider.ts";
import { dispatch } from "./reception.ts";

/** A client that holds connections. */
export interface McpHttpClient extends McpHttp {
  /** Takes no more requests, and closes when the last one has ended. */
  retire(): Promise<void>;
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 30_000;
const CONNECT_MS = 10_000;
/** How long calls may go on with a server that the policy does not name any more. */
const LONGEST_CALL_MS = 600_000;

/** What a server takes nothing of. */
export const NOTHING_TO_SHOW: Tokens = {
  check: () => {},
  get: () => "",
  refuse: () => {},
  close: async () => {},
};

/** A secret that stands by itself, as a source of one token. */
export function tokensFrom(credential: Credential): Tokens {
  return {
    check: () => void credential.read(),
    get: () => credential.read(),
    refuse: () => credential.doubt(),
    close: async () => {},
  };
}

/** Opens the client of one server. */
export function createMcpHttp(address: string, tokens: Tokens): McpHttpClient {
  const url = new URL(address);
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: CONNECT_MS },
  });
  const once = ({ method, headers, body, signal, idleMs }: McpOutgoing, token: string): Promise<Answer> => {
    const mask = token === "" ? null : createMask(token);
    const flat = headers.flat();
    flat.push("accept-encoding", "identity");
    if (token !== "") flat.push("authorization", `Bearer ${token}`);
    const times = { headersTimeout: idleMs ?? 0, bodyTimeout: idleMs ?? 0 };
    const options = { origin: url.origin, path: url.pathname, method, headers: flat, body, ...times };
    return dispatch(agent, options, { signal, mask });
  };
  return {
    kind: "http",
    check: () => tokens.check(),
    // Its headers say how the answer is to be read, and go no further.
    async send(outgoing) {
      const ready = tokens.get();
      const token = typeof ready === "string" ? ready : await ready;
      const answer = await once(outgoing, token);
      if (answer.status !== 401) return legible(answer, token);
      tokens.refuse(token);
      const fresh = await tokens.get();
      // A server that asks who it is has not looked at the request, so that it can be sent again.
      if (fresh === token) return legible(answer, token);
      await answer.body[Symbol.asyncIterator]().return?.();
      return legible(await once(outgoing, fresh), fresh);
    },
    async retire() {
      // Calls under way come to their end; a stream that is silent until something happens has none of its own.
      const late = setTimeout(() => void agent.destroy(), LONGEST_CALL_MS).unref();
      await agent.close();
      clearTimeout(late);
      await tokens.close();
    },
    async close() {
      await agent.destroy();
      await tokens.close();
    },
  };
}
