/** Declarations of MCP servers → servers with all that is needed to reach them. Incomplete ones are reported by their check. */
import type { ServerDeclaration, ServerStatement } from "../language/tree.ts";
import { serverCredentialOf } from "./credentials.ts";
import type { Declared } from "./declared.ts";
import type { Locks } from "./lock.ts";
import type { Patience, Server } from "./model.ts";
import { pinsOf } from "./pins.ts";

/** What a server gets that does not say: tools may build and search for minutes, but not without end. */
export const USUAL_PATIENCE: Patience = { idle: 120_000, total: 1_800_000 };

/** The servers, by name, so that equal policies give equal lists. */
export function buildServers(declared: Declared, locks: Locks): Server[] {
  return [...declared.servers.values()]
    .map(({ declaration }) => serverOf(declaration, locks))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function serverOf({ name, body }: ServerDeclaration, locks: Locks): Server {
  const timeout = partOf(body, "timeout");
  const may = partOf(body, "may")?.asks.map(({ asking }) => asking) ?? [];
  return {
    name: name.text,
    reach: reachOf(body),
    patience: patienceOf(timeout),
    may: [...new Set(may)].sort(),
    pins: pinsOf(partOf(body, "pins"), locks),
    span: name.span,
  };
}

function reachOf(body: readonly ServerStatement[]): Server["reach"] {
  const command = partOf(body, "command");
  if (command !== undefined) {
    const env = partOf(body, "env")?.names.map(({ text }) => text) ?? [];
    return { kind: "stdio", command: command.words.map(({ text }) => text), env };
  }
  const credential = partOf(body, "credential")?.credential;
  const url = partOf(body, "url")?.url.text ?? "";
  return { kind: "http", url, credential: credential === undefined ? null : serverCredentialOf(credential) };
}

function patienceOf(timeout: Extract<ServerStatement, { kind: "timeout" }> | undefined): Patience {
  if (timeout === undefined) return USUAL_PATIENCE;
  const { idle, total } = timeout;
  return { idle, total: total ?? Math.max(idle, USUAL_PATIENCE.total) };
}

/** The part of a kind; the parser sees to it that there is one at most. */
export function partOf<K extends ServerStatement["kind"]>(
  body: readonly ServerStatement[],
  kind: K,
): Extract<ServerStatement, { kind: K }> | undefined {
  return body.find((part): part is Extract<ServerStatement, { kind: K }> => part.kind === kind);
}
