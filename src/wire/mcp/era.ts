/**
 * The two eras of the protocol. Up to 2025-11-25 a client begins with `initialize` and has a session; since 2026-07-28
 * every request stands alone and says in `_meta` which version it speaks. One address serves both.
 */
import { type Fields, fieldsIn, type Message, textIn } from "./message.ts";

/** `sessions` up to 2025-11-25, `stateless` since 2026-07-28. */
export type Era = "sessions" | "stateless";

/** The version of each era that is spoken; `sessions` takes the older ones that are alike. */
export const STATELESS_VERSION = "2026-07-28";
export const SESSION_VERSION = "2025-11-25";
/** Versions with sessions whose clients and servers are taken. */
export const SESSION_VERSIONS: ReadonlySet<string> = new Set(["2025-03-26", "2025-06-18", SESSION_VERSION]);

const PREFIX = "io.modelcontextprotocol/";
/** What a stateless request says of itself in `_meta`. */
export const META = {
  version: `${PREFIX}protocolVersion`,
  client: `${PREFIX}clientInfo`,
  capabilities: `${PREFIX}clientCapabilities`,
  logLevel: `${PREFIX}logLevel`,
  server: `${PREFIX}serverInfo`,
  subscription: `${PREFIX}subscriptionId`,
} as const;

/** The era that a message belongs to, by what it says itself, else by the version in its header. */
export function eraOf(message: Message, version: string | null): Era {
  if (message.kind !== "answer" && META.version in metaOf(message.params)) return "stateless";
  if (message.kind === "request" && message.method === "server/discover") return "stateless";
  if (version === null || SESSION_VERSIONS.has(version)) return "sessions";
  return message.kind === "request" && message.method === "initialize" ? "sessions" : "stateless";
}

/** The version that a message itself says it is in; null when it says none, as in the era of sessions. */
export function versionOf(message: Message): string | null {
  return message.kind === "answer" ? null : textIn(metaOf(message.params), META.version);
}

/** `_meta` of parameters or of a result. */
export function metaOf(fields: Fields): Fields {
  return fieldsIn(fields, "_meta");
}
