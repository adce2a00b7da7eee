/**
 * One message to an address of a server of tools, told in order: whose it is, what it is about, whether that is granted;
 * what is let through is recorded first, then carried to its server, and its end is recorded too. Whatever only keeps
 * the conversation going (lists, greetings, notices) is carried without a record of its own.
 */
import { standing } from "../../decision/decide.ts";
import { decideCall } from "../../decision/decide-call.ts";
import type { TableServer } from "../../decision/table.ts";
import { quote } from "../../decision/words.ts";
import type { FaultNotice } from "../../wire/fault.ts";
import { mcpReply, type Refused } from "../../wire/mcp/refuse.ts";
import { canonicalName } from "../../wire/mcp/target.ts";
import type { Arrival } from "../arrival.ts";
import { authenticate } from "../authenticate.ts";
import { lasting, unrecorded } from "../faults.ts";
import { recorded } from "../record.ts";
import type { Caller } from "../ticket.ts";
import { turnAway, type Unwelcome } from "../turn-away.ts";
import { carry } from "./carry.ts";
import { refusedOf } from "./failure.ts";
import { isForeign } from "./foreign.ts";
import type { Hall } from "./hall.ts";
import { placeOf } from "./place.ts";
import { readVisit } from "./read.ts";
import { type Called, callBody, returnBody } from "./record.ts";
import { endSession, openStream } from "./session-requests.ts";
import type { Visit } from "./visit.ts";

/** Serves one request to an address below `/mcp`. */
export async function serveMcp(arrival: Arrival, hall: Hall): Promise<void> {
  const caller = authenticate(arrival, hall.ports);
  if (caller.kind === "stranger") return refuse(caller, NOTHING_READ, hall);
  if (isForeign(arrival)) return refuse({ ...caller, why: FOREIGN }, NOTHING_READ, hall);
  const server = placeOf(arrival.path, caller.table);
  if (server === null) return refuse({ ...caller, why: noServer(caller) }, NOTHING_READ, hall);
  switch (arrival.method) {
    case "POST":
      return serveMessage(caller, server, hall);
    case "GET":
      return openStream(caller, server, hall);
    case "DELETE":
      return endSession(caller, server, hall);
    default:
      return arrival.reply({ status: 405, headers: [["allow", "POST, GET, DELETE"]], body: new Uint8Array(0) });
  }
}

const NOTHING_READ: Refused = { request: null, era: "sessions", target: null };
const FOREIGN = lasting("origin", "the pages of a browser are not served, unless they come from this machine");

function refuse(who: Unwelcome, refused: Refused, { ports }: Hall): Promise<void> {
  return turnAway(who, null, { refuse: (why, id) => mcpReply(why, refused, id) }, ports);
}

function noServer({ arrival, table }: Caller): FaultNotice {
  const name = arrival.path.slice("/mcp/".length);
  const which = name === "" ? "no server is named" : `the gateway holds no server \`${quote(name)}\``;
  const all = table.servers.map((server) => `/mcp/${server.name}`).join(", ");
  return lasting("endpoint", all === "" ? `${which}, and its policy declares none` : `${which}; there are ${all}`);
}

async function serveMessage(caller: Caller, server: TableServer, hall: Hall): Promise<void> {
  const read = await readVisit(caller, server, hall);
  if (read.kind === "reply") return caller.arrival.reply(read.reply);
  if (read.kind === "fault") return refuse({ ...caller, why: read.why }, read.refused, hall);
  const { visit, bytes } = read;
  const { message, target } = visit;
  if (message.kind === "request" && target !== null) {
    return serveCall(visit, { caller, server: visit.server.name, request: message, target, bytes }, hall);
  }
  const refusal = standing(caller.table, caller.principal, caller.arrival.at);
  if (refusal !== null) return refuse({ ...caller, why: refusal }, refusedOf(visit), hall);
  (await carry(visit, hall)).close();
}

/** What is granted is recorded before it goes anywhere, and how it ended after its answer. */
async function serveCall(visit: Visit, called: Called, hall: Hall): Promise<void> {
  const { arrival, table, principal } = visit.caller;
  const { ports } = hall;
  const since = ports.tick();
  const decision = decideCall(table, principal, canonicalName(called.server, called.target), arrival.at);
  const decided = ports.tick();
  ports.telemetry.overhead("policy", (decided - since) / 1000);
  const isDurable = await recorded(callBody(called, decision, ports), ports);
  ports.telemetry.overhead("audit", (ports.tick() - decided) / 1000);
  const why = isDurable ? decision : unrecorded();
  if (why.kind !== "allow") return arrival.reply(mcpReply(why, refusedOf(visit), arrival.id));
  const carried = await carry(visit, hall);
  carried.close();
  await recorded(returnBody(called, carried, ports.tick), ports);
}
