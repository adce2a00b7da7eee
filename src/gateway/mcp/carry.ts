/**
 * Which way a message goes: to a server at an address that speaks the client's own era, as it is; else, by way of the
 * gateway's own words, to a program, to a server of the other era, or to all servers together.
 */
import { serverGranted } from "../../decision/server-granted.ts";
import type { TableServer } from "../../decision/table.ts";
import type { McpHttp } from "../../providers/mcp.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { capabilitiesFor } from "../../wire/mcp/asking.ts";
import { jointResult } from "../../wire/mcp/joint.ts";
import { passing } from "../faults.ts";
import { joined } from "./all-servers.ts";
import { clientCapabilities } from "./client-capabilities.ts";
import type { Eras } from "./eras.ts";
import { failed, noticeOf } from "./failure.ts";
import { front } from "./front.ts";
import type { Hall } from "./hall.ts";
import { heldToPins } from "./held-to-pins.ts";
import type { Change } from "./listeners.ts";
import type { Peer } from "./peer.ts";
import { isAll } from "./place.ts";
import { programPeer } from "./program-peers.ts";
import { relay } from "./relay.ts";
import { createStatelessPeer } from "./stateless-peer.ts";
import type { Carried, Visit } from "./visit.ts";

/** Carries one message to its server; never throws. */
export async function carry(visit: Visit, hall: Hall): Promise<Carried> {
  try {
    const found = straight(visit, hall);
    const via = found instanceof Promise ? await found : found;
    return await (via === null ? bridged(visit, hall) : relay(visit, via, hall));
  } catch (error) {
    if (error instanceof UpstreamError) return failed(visit, noticeOf(visit, error, false));
    hall.ports.onInternalError(error);
    return failed(visit, passing("internal", "the gateway failed; this is its own fault, not the call's"));
  }
}

/** The server, where messages can go to it and come back as they are; null where they cannot. */
function straight({ server, era, joint }: Visit, hall: Hall): McpHttp | null | Promise<McpHttp | null> {
  if (isAll(server) || joint) return null;
  const client = hall.servers.open(server);
  if (client.kind !== "http") return null;
  const eras = hall.eras.of(server, client);
  const way = (spoken: Eras) => (spoken.has(era) ? client : null);
  return eras instanceof Promise ? eras.then(way) : way(eras);
}

async function bridged(visit: Visit, hall: Hall): Promise<Carried> {
  const { server, joint, caller } = visit;
  if (isAll(server)) {
    const { table, principal, arrival } = caller;
    // One of which the caller has nothing is not asked: its lists would be cut to nothing, and what it says is not for them.
    const granted = table.servers.filter(({ name }) => serverGranted(table, principal, name, arrival.at));
    const members = granted.map((each) => ({
      server: each,
      peer: () => pinnedPeer(each, visit, hall),
      onLeftOut: (tools: readonly string[]) => hall.leftOut.note(each.name, tools),
      onLate: (change: Change) => hall.listeners.announce(each.name, change),
    }));
    return front(visit, joined(members), hall);
  }
  const peer = await pinnedPeer(server, visit, hall);
  return front(visit, joint ? inJoint(server, peer) : peer, hall);
}

/** What a server names in its answers has its joint name for the client. */
function inJoint({ name }: TableServer, peer: Peer): Peer {
  return {
    asksInCalls: peer.asksInCalls,
    hello: () => peer.hello(),
    async call(call) {
      const { result, error } = await peer.call(call);
      return { result: result === null ? null : jointResult(name, result), error };
    },
  };
}

async function pinnedPeer(server: TableServer, visit: Visit, hall: Hall): Promise<Peer> {
  return heldToPins(server, await peerOf(server, visit, hall), hall.pins);
}

async function peerOf(server: TableServer, visit: Visit, hall: Hall): Promise<Peer> {
  const { caller, session, era } = visit;
  const client = hall.servers.open(server);
  const onChange = (change: Change) => hall.changed(server.name, change, client);
  if (client.kind === "program") return programPeer(client, hall.programs, onChange);
  const { maxAnswerBytes } = hall.ports.timings;
  const line = { server, client, maxAnswerBytes };
  const eras = await hall.eras.of(server, client);
  // Where the server speaks the client's own era, less has to be translated.
  if (eras.has("stateless") && (era === "stateless" || !eras.has("sessions"))) return createStatelessPeer(line);
  const capabilities = capabilitiesFor(clientCapabilities(visit), server.may);
  // Without a session, clients of one key that can answer the same share one with the server.
  const name = session?.id ?? `${caller.principal.key.name} ${JSON.stringify(capabilities)}`;
  return hall.upstreams.peer(line, { name, capabilities, onChange });
}
