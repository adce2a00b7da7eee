/**
 * A server as the gateway talks to it on a client's behalf, when it does not simply hand bytes on: a program, a server of
 * the other era, one of several behind one address. Neither the client's ids nor its era reach it, nor its own the client.
 */
import type { Answer, Fields } from "../../wire/mcp/message.ts";

/** What a server says of itself. */
export interface Hello {
  readonly capabilities: Fields;
  readonly serverInfo: Fields | null;
  readonly instructions: string | null;
}

/** A request on behalf of a client. */
export interface PeerCall {
  readonly method: string;
  /** Without what belongs to one hop: version, capabilities, progress token. */
  readonly params: Fields;
  /** What the client can answer, as far as the server may know. */
  readonly capabilities: Fields;
  readonly signal: AbortSignal;
  /** Longest silence, in milliseconds. */
  readonly idleMs: number;
  /** Told how far it is, when the client wants to know: parameters without the token. */
  readonly onProgress: ((progress: Fields) => void) | null;
  /** Puts a question of the server to the client; null when the client cannot be asked in the middle of a call. */
  readonly ask: ((method: string, params: Fields) => Promise<Answer>) | null;
}

/** A server to talk to. */
export interface Peer {
  /** True when the server asks in the middle of a call and waits, false when it asks by a result or not at all. */
  readonly asksInCalls: boolean;
  /** Throws UpstreamError. */
  hello(): Promise<Hello>;
  /** Resolves with a result or an error of the server; throws UpstreamError. */
  call(call: PeerCall): Promise<Pick<Answer, "result" | "error">>;
}
