/**
 * Which way a message goes: to a server at an address that speaks the client's own era, as it is; else, by way of the
 * gateway's own words, to a program, to a server of the other era, or to all servers together.
 */
import { serverGranted } from "../../decision/server-granted.ts";
import type { TableServer } from "../../decision/table.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { capabilitiesFor } from "../../wire/mcp/asking.ts";
import { jointResult } from "../../wire/mcp/joint.ts";
import { passing } from "../faults.ts";
import { joined } from "./all-servers.ts";
import { clientCapabilities } from "./client-capabilities.ts";
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
    return await carried(visit, hall);
  } catch (error) {
    if (error instanceof UpstreamError) return failed(visit, noticeOf(visit, error, false));
    hall.ports.onInternalError(error);
    return failed(visit, passing("internal", "the gateway failed; this is its own fault, not the call's"));
  }
}

async function carried(visit: Visit, hall: Hall): Promise<Carried> {
  const { server, era, joint, caller } = visit;
  if (isAll(server)) {
    const { table, principal, arrival } = caller;
    // One of which the caller has nothing is not asked: its lists would be cut to nothing, and what it says is not for them.
    const granted = table.servers.filter(({ name }) => serverGranted(table, principal, name, arrival.at));
    const members = granted.map((each) => ({
      server: each,
      peer: () => pinnedPeer(each, visit, hall),
      onLeftOut: (tools: readonly string[]) => hall.leftOut.note(each.name, tools),
    }));
    return front(visit, joined(members), hall);
  }
  if (joint) return front(visit, inJoint(server, await pinnedPeer(server, visit, hall)), hall);
  const client = hall.servers.open(server);
  if (client.kind === "http" && (await hall.eras.of(server, client)).has(era)) return relay(visit, client, hall);
  return front(visit, await pinnedPeer(server, visit, hall), hall);
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
