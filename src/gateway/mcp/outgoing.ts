/** A client's message as it leaves for a server at an address: written anew, with the headers of the protocol and no others. */
import type { McpOutgoing } from "../../providers/mcp.ts";
import { withCapabilities } from "../../wire/mcp/asking.ts";
import { PARAM_PREFIX } from "../../wire/mcp/headers.ts";
import { bytesOf, type Fields, type Message } from "../../wire/mcp/message.ts";
import type { Visit } from "./visit.ts";

const ACCEPT = "application/json, text/event-stream";
/** What a client may say to a server about its message. The session's id is the gateway's own, and is put in its place. */
const TRAVELS: ReadonlySet<string> = new Set(["mcp-protocol-version", "mcp-method", "mcp-name", "last-event-id"]);

/** The message of a visit on its way. */
export function outgoingOf(visit: Visit, signal: AbortSignal): McpOutgoing {
  const { message, server } = visit;
  const isStream = message.kind === "request" && message.method === "subscriptions/listen";
  return {
    method: "POST",
    headers: headersOf(visit, true),
    body: bytesOf(bodyOf(message, visit)),
    signal,
    idleMs: isStream ? null : server.patience.idle,
  };
}

/** What a client asks of its session: to listen, or to end it. */
export function aboutSession(
  visit: Pick<Visit, "caller" | "session">,
  method: "GET" | "DELETE",
  signal: AbortSignal,
): McpOutgoing {
  return { method, headers: headersOf(visit, false), body: null, signal, idleMs: null };
}

/** A message of the gateway's own within a session. */
export function reaction(
  visit: Pick<Visit, "caller" | "session" | "server">,
  message: Fields,
  signal: AbortSignal,
): McpOutgoing {
  const { idle } = visit.server.patience;
  return { method: "POST", headers: headersOf(visit, true), body: bytesOf(message), signal, idleMs: idle };
}

function bodyOf(message: Message, { server }: Visit): Fields {
  if (message.kind === "answer") return message.whole;
  const params = withCapabilities(message.params, server.may);
  return params === message.params ? message.whole : { ...message.whole, params };
}

function headersOf({ caller, session }: Pick<Visit, "caller" | "session">, hasBody: boolean): [string, string][] {
  const headers: [string, string][] = [["accept", ACCEPT]];
  if (hasBody) headers.push(["content-type", "application/json"]);
  if (session?.upstream != null) headers.push(["mcp-session-id", session.upstream]);
  headers.push(...caller.arrival.named((name) => TRAVELS.has(name) || name.startsWith(PARAM_PREFIX)));
  return headers;
}
