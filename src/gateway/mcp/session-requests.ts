/** What clients ask of their sessions: which is theirs, to listen in it, to end it. */
import type { TableServer } from "../../decision/table.ts";
import type { McpHttp } from "../../providers/mcp.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { errorTo, type Message } from "../../wire/mcp/message.ts";
import { reply } from "../../wire/mcp/refuse.ts";
import type { Caller } from "../ticket.ts";
import type { Hall } from "./hall.ts";
import { listen } from "./listen.ts";
import { aboutSession } from "./outgoing.ts";
import { isAll } from "./place.ts";
import { sessionGone } from "./relay.ts";
import type { Session } from "./sessions.ts";

/** The session that a request names, when it is the caller's own with this server. */
export function sessionOf({ arrival, principal }: Caller, server: TableServer, { sessions }: Hall): Session | null {
  const id = arrival.headers["mcp-session-id"];
  return typeof id === "string" ? sessions.find(id, principal.key.name, server.name) : null;
}

/** Every message does but the one with which a session begins, and a ping before it. */
export function needsSession(message: Message): boolean {
  return message.kind !== "request" || message.method !== "initialize";
}

/** `GET`: the stream of a session; there is none in the stateless era. */
export async function openStream(caller: Caller, server: TableServer, hall: Hall): Promise<void> {
  const { arrival } = caller;
  const session = sessionOf(caller, server, hall);
  if (session === null) return refuseSession(caller);
  const client = clientIn(session, server, hall);
  await listen({ caller, server, session }, client, hall);
  arrival.sink.end(null);
}

/** `DELETE`: the end of a session, here and at the server. */
export async function endSession(caller: Caller, server: TableServer, hall: Hall): Promise<void> {
  const { arrival } = caller;
  const session = sessionOf(caller, server, hall);
  if (session === null) return refuseSession(caller);
  hall.sessions.close(session);
  hall.upstreams.end(session.id);
  const client = clientIn(session, server, hall);
  if (client !== null) {
    try {
      const { body } = await client.send(aboutSession({ caller, session }, "DELETE", arrival.signal));
      await body[Symbol.asyncIterator]().return?.();
    } catch (error) {
      // Here it is over, whether or not the server heard of it.
      if (!(error instanceof UpstreamError)) throw error;
    }
  }
  arrival.reply({ status: 200, headers: [], body: new Uint8Array(0) });
}

/** The server, when the session is one with it; a session with the gateway's own words leads to no stream. */
function clientIn({ upstream }: Session, server: TableServer, { servers }: Hall): McpHttp | null {
  const client = upstream === null || isAll(server) ? null : servers.open(server);
  return client?.kind === "http" ? client : null;
}

function refuseSession({ arrival }: Caller): void {
  if (arrival.headers["mcp-session-id"] !== undefined) return void arrival.reply(sessionGone(arrival.id));
  const { status, headers, body } = reply(
    405,
    errorTo(null, -32_000, `Method not allowed (${arrival.id})`),
    arrival.id,
  );
  arrival.reply({ status, headers: [...headers, ["allow", "POST"]], body });
}
