/** Reads a message to a server of tools: its bytes, its era, its session, and what it is about. */
import type { TableServer } from "../../decision/table.ts";
import { quote } from "../../decision/words.ts";
import type { FaultNotice } from "../../wire/fault.ts";
import { type Era, eraOf, STATELESS_VERSION, versionOf } from "../../wire/mcp/era.ts";
import { contradiction, PARAM_PREFIX } from "../../wire/mcp/headers.ts";
import { renamed, splitName } from "../../wire/mcp/joint.ts";
import { errorTo, type Message, type Request, readMessage } from "../../wire/mcp/message.ts";
import { mismatch, type Refused, reply, versionUnknown } from "../../wire/mcp/refuse.ts";
import { aimOf, type Target } from "../../wire/mcp/target.ts";
import type { Arrival } from "../arrival.ts";
import { lasting } from "../faults.ts";
import type { Reply } from "../sink.ts";
import type { Caller } from "../ticket.ts";
import type { Hall } from "./hall.ts";
import { isAll } from "./place.ts";
import { needsSession, sessionOf } from "./session-requests.ts";
import type { Visit } from "./visit.ts";

/** A message, or what its sender gets instead. */
export type Reading =
  | { readonly kind: "visit"; readonly visit: Visit; readonly bytes: number }
  | { readonly kind: "fault"; readonly why: FaultNotice; readonly refused: Refused }
  | { readonly kind: "reply"; readonly reply: Reply };

/** Reads one message. */
export async function readVisit(caller: Caller, server: TableServer, hall: Hall): Promise<Reading> {
  const { arrival } = caller;
  if (!isJson(arrival))
    return fault(lasting("media-type", "the content type must be application/json, not compressed"));
  const body = await arrival.body(hall.ports.timings.maxRequestBytes);
  if ("kind" in body) return fault(body);
  const message = readMessage(body);
  if (message.kind === "unreadable") {
    return {
      kind: "reply",
      reply: reply(400, errorTo(null, message.code, `${message.why} (${arrival.id})`), arrival.id),
    };
  }
  const era = eraOf(message, headerOf(arrival, "mcp-protocol-version"));
  const wrong =
    era === "stateless" ? contradiction(message, (name) => headerOf(arrival, name), paramsOf(arrival)) : null;
  const id = message.kind === "request" ? message.id : null;
  if (wrong !== null) return { kind: "reply", reply: mismatch(id, wrong, arrival.id) };
  const version = versionOf(message);
  if (version !== null && version !== STATELESS_VERSION) {
    return { kind: "reply", reply: versionUnknown(id, version, arrival.id) };
  }
  const session = era === "sessions" ? sessionOf(caller, server, hall) : null;
  if (era === "sessions" && session === null && needsSession(message)) {
    return { kind: "reply", reply: noSession(arrival, id) };
  }
  return aimed({ caller, server, joint: isAll(server), era, message, target: null, session }, body.length);
}

function fault(why: FaultNotice, refused: Refused = { request: null, era: "sessions", target: null }): Reading {
  return { kind: "fault", why, refused };
}

function isJson({ headers }: Arrival): boolean {
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  return type === "application/json" && encoding === "identity";
}

function headerOf({ headers }: Arrival, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" ? value : null;
}

function paramsOf(arrival: Arrival): [string, string][] {
  return arrival.named((name) => name.startsWith(PARAM_PREFIX));
}

function noSession(arrival: Arrival, id: Request["id"] | null): Reply {
  const said = headerOf(arrival, "mcp-session-id");
  const [status, words] = said === null ? [400, "Bad Request: no Mcp-Session-Id was sent"] : [404, "Session not found"];
  return reply(status, errorTo(id, said === null ? -32_000 : -32_001, `${words} (${arrival.id})`), arrival.id);
}

/** With what a request is about. */
function aimed(visit: Visit, bytes: number): Reading {
  const { message } = visit;
  if (message.kind !== "request") return known(message) ? { kind: "visit", visit, bytes } : ignored();
  const aim = aimOf(message, visit.era);
  switch (aim.kind) {
    case "plain":
      return { kind: "visit", visit, bytes };
    case "target":
      return { kind: "visit", visit: directed(visit, message, aim.target), bytes };
    case "unknown":
      return notServed(visit, message);
    case "nameless": {
      const error = errorTo(message.id, -32_602, `${message.method} needs \`${aim.wanted}\``);
      return { kind: "reply", reply: reply(visit.era === "stateless" ? 400 : 200, error, visit.caller.arrival.id) };
    }
    default:
      return aim satisfies never;
  }
}

/** A call that came to all servers goes to the one that its name tells, by that server's own name. */
function directed(visit: Visit, request: Request, target: Target): Visit {
  const split = visit.joint ? splitName(target) : null;
  const server = split === null ? undefined : visit.caller.table.servers.find(({ name }) => name === split.server);
  if (split === null || server === undefined) return { ...visit, target };
  return { ...visit, server, target: split.target, message: renamed(request, split.target) };
}

/** A method that nobody knows might do anything. */
function notServed({ era, caller: { arrival } }: Visit, { id, method }: Request): Reading {
  const error = errorTo(id, -32_601, `Method not found: ${quote(method)} (${arrival.id})`);
  return { kind: "reply", reply: reply(statusOf(era), error, arrival.id) };
}

function statusOf(era: Era): number {
  return era === "stateless" ? 404 : 200;
}

const NOTICES: ReadonlySet<string> = new Set([
  "notifications/initialized",
  "notifications/cancelled",
  "notifications/progress",
  "notifications/roots/list_changed",
]);

function known(message: Exclude<Message, Request>): boolean {
  return message.kind === "answer" || NOTICES.has(message.method);
}

/** A notice that nobody knows is taken and goes nowhere. */
function ignored(): Reading {
  return { kind: "reply", reply: { status: 202, headers: [], body: new Uint8Array(0) } };
}
