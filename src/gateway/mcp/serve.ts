/**
 * One message to an address of a server of tools, told in order: whose it is, what it is about, whether that is granted;
 * what is let through is recorded first, then carried to its server, and its end is recorded too. Whatever only keeps
 * the conversation going (lists, greetings, notices) is carried without a record, unless something in it was looked for
 * and found.
 */
import { standing } from "../../decision/decide.ts";
import { decideCall, wouldDecideCall } from "../../decision/decide-call.ts";
import type { Refusal } from "../../decision/decision.ts";
import { ONE_CALL } from "../../decision/demand.ts";
import type { Table, TableServer } from "../../decision/table.ts";
import { quote } from "../../decision/words.ts";
import type { Reservation } from "../../limits/limits.ts";
import type { UpstreamError } from "../../providers/provider.ts";
import type { FaultNotice } from "../../wire/fault.ts";
import { mcpReply, type Refused } from "../../wire/mcp/refuse.ts";
import { canonicalName } from "../../wire/mcp/target.ts";
import type { Arrival } from "../arrival.ts";
import { authenticate } from "../authenticate.ts";
import { reserveCall } from "../counted-calls.ts";
import { lasting, unrecorded } from "../faults.ts";
import { recordEnd, recorded } from "../record.ts";
import type { Caller } from "../ticket.ts";
import { turnAway, type Unwelcome } from "../turn-away.ts";
import { carry } from "./carry.ts";
import { confirm, ownerOf } from "./confirm.ts";
import { failed, noticeOf, refusedOf } from "./failure.ts";
import { judgeFlow } from "./flow.ts";
import { isForeign } from "./foreign.ts";
import type { Hall } from "./hall.ts";
import { recordHeard } from "./heard.ts";
import { inTime } from "./in-time.ts";
import { endWhole } from "./line-out.ts";
import { isAll, placeOf } from "./place.ts";
import { readVisit } from "./read.ts";
import { type Called, callBody, inputOf, returnBody } from "./record.ts";
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
  return turnAway(who, null, { purpose: "tools", refuse: (why, id) => mcpReply(why, refused, id) }, ports);
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
  const looking = lookAtPinned(visit, hall);
  const unseen = looking instanceof Promise ? await looking : looking;
  if (message.kind === "request" && target !== null) {
    return serveCall(visit, { caller, server: visit.server.name, request: message, target, bytes }, unseen, hall);
  }
  const refusal = standing(caller.table, caller.principal, caller.arrival.at);
  if (refusal !== null) return refuse({ ...caller, why: refusal }, refusedOf(visit), hall);
  // An answer to the gateway's own question goes no further.
  const isOurs = message.kind === "answer" && visit.session !== null && hall.asks.answer(visit.session.id, message);
  if (isOurs) return caller.arrival.reply({ status: 202, headers: [], body: new Uint8Array(0) });
  const carried = await carry(visit, hall);
  carried.close();
  await recordHeard(visit, carried, hall.ports);
}

/** What is granted is recorded before it goes anywhere, and how it ended after its answer. */
async function serveCall(visit: Visit, called: Called, unseen: UpstreamError | null, hall: Hall): Promise<void> {
  const { arrival, table, principal } = visit.caller;
  const { ports } = hall;
  const since = ports.tick();
  const call = { tool: canonicalName(called.server, called.target), input: () => inputOf(called) };
  const allowed = decideCall(table, principal, call, arrival.at);
  const flow = allowed.kind === "allow" ? judgeFlow(visit, called, ports) : null;
  const granted = flow?.refusal ?? allowed;
  const open = unseen === null && granted.kind === "allow" ? (heldBack(visit, called, hall) ?? granted) : granted;
  const would = wouldDecideCall(table, principal, call, { now: arrival.at, decided: allowed }) ?? flow?.would ?? null;
  ports.telemetry.overhead("policy", (ports.tick() - since) / 1000);
  const asking = unseen === null && open.kind === "allow" ? confirm(visit, called, hall) : null;
  const asked = asking instanceof Promise ? await asking : asking;
  const held = asked === null || asked.kind === "go" ? open : asked.refusal;
  const confirmation = asked?.confirmation ?? null;
  const counted = held.kind === "allow" && unseen === null ? count(called, hall) : null;
  const decision = counted?.kind === "refusal" ? counted : held;
  const reservation = counted?.kind === "reservation" ? counted : null;
  const charges = reservation?.held ?? [];
  const decided = ports.tick();
  const isDurable = await recorded(callBody(called, { decision, would, charges, confirmation }, ports), ports);
  ports.telemetry.overhead("audit", (ports.tick() - decided) / 1000);
  // What is recorded is counted, whatever comes of it; what could not be recorded goes nowhere.
  if (isDurable && reservation !== null) ports.limits.settle(reservation, ONE_CALL, ports.now());
  else if (reservation !== null) ports.limits.release(reservation, ports.now());
  const why = isDurable ? decision : unrecorded();
  if (asked?.kind === "asked" && isDurable) return arrival.reply(asked.reply);
  if (why.kind !== "allow") return endWhole(arrival, mcpReply(why, refusedOf(visit), arrival.id));
  flow?.passed();
  // A server that asks in its turn may be answered before all of its own answer is through.
  if (confirmation !== null) hall.confirmations.holdOpen(ownerOf(called));
  // What cannot be looked at is not vouched for, and cannot be called either.
  const carried =
    unseen === null
      ? await carry(asked?.kind === "go" ? asked.visit : visit, hall)
      : failed(visit, noticeOf(visit, unseen, false));
  if (confirmation !== null && carried.said !== "asks") hall.confirmations.close(ownerOf(called));
  carried.close();
  await recordEnd(returnBody(called, carried, ports.tick), ports);
}

/** Sets a call of a tool aside in the counters that count it; prompts and resources are read and not called. */
function count({ caller, server, request, target }: Called, { ports }: Hall): Reservation | Refusal | null {
  const isCall = target.family === "mcp" && request.method === "tools/call";
  return isCall ? reserveCall(caller, canonicalName(server, target), ports) : null;
}

/** Looks at what the servers with pins offer that a message goes to; what keeps one from being seen, or null. */
function lookAtPinned({ server, caller, message }: Visit, { pins }: Hall): null | Promise<UpstreamError | null> {
  if (message.kind !== "request") return null;
  if (isAll(server)) return lookAtAll(caller.table, pins);
  const looking = pins.check(server);
  return server.pins?.onDrift === "warn" && looking !== null ? looking.then(() => null) : looking;
}

/** What cannot be seen in time is not vouched for, and not offered. */
async function lookAtAll({ servers }: Table, pins: Hall["pins"]): Promise<null> {
  await Promise.all(servers.map((each) => inTime(Promise.resolve(pins.check(each)), () => {})));
  return null;
}

/** The refusal of a tool that is not what was pinned; null when nothing is held back. */
function heldBack({ caller, server }: Visit, { target }: Called, { pins }: Hall): Refusal | null {
  if (server.pins === null || !pins.withholds(server, target)) return null;
  const name = canonicalName(server.name, target);
  const message = `${quote(name)} is not what was pinned`;
  const { id: revision } = caller.table.revision;
  return { kind: "refusal", revision, origins: [server.pins.origin], reason: "tool", message, retryAfterMs: null };
}
