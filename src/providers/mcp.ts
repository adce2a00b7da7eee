/** A server of tools as the gateway reaches it: at an address, or as a program that it runs. mcp-http.ts and mcp-program.ts. */
import type { TableServer } from "../decision/table.ts";
import type { Answer } from "./provider.ts";

/** A message on its way to a server at an address; `body` is null for a method that has none. */
export interface McpOutgoing {
  readonly method: "POST" | "GET" | "DELETE";
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
  readonly signal: AbortSignal;
  /** Longest silence, in milliseconds; null for streams that are silent until something happens. */
  readonly idleMs: number | null;
}

/** A server at an address. */
export interface McpHttp {
  readonly kind: "http";
  /** Throws UpstreamError `credential` when its credential is not there at this moment. */
  check(): void;
  /** Sends once; no retry. Throws UpstreamError. */
  send(outgoing: McpOutgoing): Promise<Answer>;
}

/** A running program: lines in, lines out. */
export interface McpLine {
  /** Hands a line over, without its newline. */
  write(line: string): void;
  /** What the program says from now on; one listener. */
  onLine(listener: (line: Buffer) => void): void;
  /** Resolves when the program has ended, with a sentence that says how. */
  readonly ended: Promise<string>;
}

/** A server that is a program of the gateway's own. */
export interface McpProgram {
  readonly kind: "program";
  check(): void;
  /** The running program, started when it is not; throws UpstreamError `connect` while it must rest after a failure. */
  line(): McpLine;
}

export type McpServer = McpHttp | McpProgram;

/** Makes the clients of a table's servers and keeps them across reloads as long as name and settings stay equal. */
export interface McpServers {
  open(server: TableServer): McpServer;
  /** Closes those that are not among `current`. */
  retain(current: readonly TableServer[]): void;
  close(): Promise<void>;
}
