/**
 * Hears servers of the stateless era on behalf of clients that do not hear them themselves: those of the address that joins
 * all servers, and those of the other era. One stream for each server, as long as somebody listens; opened again, after a
 * rest that grows, when it ends.
 */
import type { TableServer } from "../../decision/table.ts";
import type { McpHttp } from "../../providers/mcp.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { META, STATELESS_VERSION } from "../../wire/mcp/era.ts";
import { CHANGES, changeNamed } from "../../wire/mcp/judge.ts";
import { bytesOf } from "../../wire/mcp/message.ts";
import { drop, GATEWAY, isStream, messagesOf } from "./http-exchange.ts";
import type { Change } from "./listeners.ts";

/** Told of each change, by the server's name. */
export type OnHeard = (server: string, change: Change, client: McpHttp) => void;

interface Ear {
  listeners: number;
  readonly stop: AbortController;
}

const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;

/** The streams to servers. */
export class Ears {
  readonly #open = new Map<McpHttp, Ear>();
  readonly #onHeard: OnHeard;

  constructor(onHeard: OnHeard) {
    this.#onHeard = onHeard;
  }

  /** Hears a server until what is answered is called. */
  open(server: TableServer, client: McpHttp): () => void {
    const ear = this.#open.get(client) ?? this.#begin(server, client);
    ear.listeners += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      ear.listeners -= 1;
      if (ear.listeners > 0) return;
      ear.stop.abort();
      this.#open.delete(client);
    };
  }

  #begin(server: TableServer, client: McpHttp): Ear {
    const ear = { listeners: 0, stop: new AbortController() };
    this.#open.set(client, ear);
    void this.#keep(server, client, ear.stop.signal);
    return ear;
  }

  async #keep(server: TableServer, client: McpHttp, signal: AbortSignal): Promise<void> {
    for (let rest = FIRST_REST_MS; !signal.aborted; rest = Math.min(rest * 2, LONGEST_REST_MS)) {
      try {
        if (await this.#hear(server, client, signal)) rest = FIRST_REST_MS;
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
      }
      await pause(rest, signal);
    }
  }

  /** True when the server had a stream; false when it has none to offer. */
  async #hear({ name }: TableServer, client: McpHttp, signal: AbortSignal): Promise<boolean> {
    const own = { [META.version]: STATELESS_VERSION, [META.client]: GATEWAY, [META.capabilities]: {} };
    const notifications = Object.fromEntries(Object.keys(CHANGES).map((change) => [change, true]));
    const request = { jsonrpc: "2.0", id: 1, method: "subscriptions/listen", params: { notifications, _meta: own } };
    const headers = [
      ["accept", "application/json, text/event-stream"],
      ["content-type", "application/json"],
      ["mcp-protocol-version", STATELESS_VERSION],
      ["mcp-method", "subscriptions/listen"],
    ] as const;
    const answer = await client.send({ method: "POST", headers, body: bytesOf(request), signal, idleMs: null });
    if (!isStream(answer)) {
      await drop(answer);
      return false;
    }
    for await (const message of messagesOf(answer)) {
      if (message.kind !== "notification") continue;
      const change = changeNamed(message.method);
      if (change !== null) this.#onHeard(name, change, client);
    }
    return true;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms).unref();
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
