/** Where a request goes: one answer per kind of provider. anthropic.ts speaks to the network, simulated.ts answers itself. */
import type { TableProvider } from "../decision/table.ts";

/** A request as it leaves: the caller's headers in their order; the provider drops what may not travel and adds its credential. */
export interface Outgoing {
  readonly method: "POST";
  /** Path below the provider's base URL, with its query: `/v1/messages?beta=true`. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  /** Aborted when the caller goes away or the gateway gives up. */
  readonly signal: AbortSignal;
}

/** An answer as it came: end-to-end headers only, the provider's credential and cookies removed. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** Decoded if it was compressed (then without `content-encoding` and `content-length`). Back-pressure by pulling. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Why there is no answer. `credential`: there is none to show; `issuer`: who gives tokens gave none; `denied`: it is not taken. */
export type UpstreamTrouble = "connect" | "timeout" | "broken" | "credential" | "issuer" | "denied";

/** Thrown by `send` when there is no answer, and by the body when it breaks off. */
export class UpstreamError extends Error {
  readonly code: UpstreamTrouble;
  constructor(code: UpstreamTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UpstreamError";
    this.code = code;
  }
}

export interface Provider {
  readonly name: string;
  /** Throws UpstreamError `credential` when its credential is not there at this moment. */
  check(): void;
  /** Sends once; no retry. Throws UpstreamError. */
  send(request: Outgoing): Promise<Answer>;
}

/** Makes the clients of a table's providers and keeps them across reloads as long as name and settings stay equal. */
export interface Providers {
  /** Throws UpstreamError `credential` when a reference cannot be resolved; the message names the reference, never the value. */
  open(provider: TableProvider): Provider;
  /** Closes, once they are idle, the clients of providers that are not among `current`. */
  retain(current: readonly TableProvider[]): void;
  close(): Promise<void>;
}
