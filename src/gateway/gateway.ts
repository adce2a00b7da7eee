/**
 * The gateway as a whole: which path is which story, what is under way, and how it ends. exchange.ts tells the story of a
 * model request, models.ts lists models, server.ts carries it all over HTTP.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Table } from "../decision/table.ts";
import { withoutKeys } from "../identity/mint.ts";
import type { FaultNotice } from "../wire/fault.ts";
import { Alterations } from "./altered.ts";
import { Arrival } from "./arrival.ts";
import { createBuffers } from "./buffers.ts";
import { Company } from "./company.ts";
import { exchange } from "./exchange.ts";
import { lasting, passing } from "./faults.ts";
import { hasty } from "./hasty.ts";
import { joinPlanes } from "./join.ts";
import { createHall, type Hall } from "./mcp/hall.ts";
import { isOfTools } from "./mcp/place.ts";
import { serveMcp } from "./mcp/serve.ts";
import { messagesPlane } from "./messages.ts";
import { listModels } from "./models.ts";
import { createOffers } from "./offers.ts";
import type { Plane } from "./plane.ts";
import type { Ports, Work } from "./ports.ts";
import { recorded } from "./record.ts";
import { Roster } from "./roster.ts";
import { createServer } from "./server.ts";
import { Trails } from "./trails.ts";

export interface Gateway {
  /** Resolves to the address, with the port that was given. */
  listen(host: string, port: number): Promise<string>;
  /** Tells whoever listens for changes of the policy that came in force. */
  refresh(): void;
  /** True from the moment it was told to end. */
  readonly draining: boolean;
  /** Takes nothing new, lets answers under way finish up to the deadline, then ends them with an error. */
  close(): Promise<void>;
}

const PREFIX = "/anthropic";
/** For the errors that end answers at the deadline to reach their callers. */
const LAST_WORDS_MS = 2_000;
const MESSAGES = messagesPlane("generate", "/v1/messages");
const COUNT = messagesPlane("count", "/v1/messages/count_tokens");
const LIST: Plane = { ...MESSAGES, purpose: "models" };
const SERVED = `the gateway serves ${PREFIX}/v1/messages and ${PREFIX}/v1/models`;
/** A caller of a path that does not exist learns so after it was known, in the words of the Messages plane. */
const ELSEWHERE: Plane = {
  ...MESSAGES,
  read: async ({ method, path }) => lasting("endpoint", `${SERVED}, not ${method} ${path.slice(0, 100)}`),
};

/** Makes the gateway; it does not listen yet. */
export function createGateway(ports: Ports): Gateway {
  const underWay = new Roster<Arrival>();
  const buffers = createBuffers(ports.timings.maxHeldBytes);
  const newest = new WeakMap<Socket, Arrival>();
  let draining = false;
  let table: Table | null = null;

  const policy = (): Table => {
    const current = ports.policy();
    if (current === table) return current;
    ports.providers.retain(current.providers);
    ports.services.retain(current.services);
    ports.servers.retain(current.servers);
    if (table !== null) hall.listeners.refresh(table, current);
    table = current;
    return current;
  };
  const company = new Company(ports.tick, () => hall.listeners.size);
  const work: Work = {
    ...ports,
    policy,
    log: hasty(ports.log, company),
    alterations: new Alterations(),
    offers: createOffers(ports.now),
    trails: new Trails(ports.now),
  };
  const hall = createHall(work);
  joinPlanes(ports.log);

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method === "HEAD") return void response.writeHead(200).end();
    const { stallMs } = ports.timings;
    const stamp = { id: ports.newId(), at: ports.now(), started: ports.tick(), stallMs, share: buffers.share() };
    company.enter();
    response.once("close", () => company.leave());
    const arrival = new Arrival(request, response, stamp);
    if (draining) return void refuseAtDoor(arrival, passing("draining", "the gateway is shutting down"), work);
    const leave = underWay.enter(arrival);
    newest.set(request.socket, arrival);
    route(arrival, work, hall)
      .catch((error: unknown) => fail(arrival, error, work))
      .finally(() => {
        arrival.share.release();
        leave();
      });
  };
  const server = createServer({
    serve,
    unreadable(status, socket) {
      const arrival = newest.get(socket);
      if (arrival === undefined || !underWay.members().includes(arrival)) return unreadable(status, work);
      // The stage that waits for the rest records the fault; here it only gets its answer.
      return arrival.breakOff(status) ? inWords(status, arrival.id) : null;
    },
    headersMs: ports.timings.headersMs,
    requestMs: ports.timings.requestMs,
  });
  return {
    get draining() {
      return draining;
    },
    refresh: () => void policy(),
    listen: (host, port) => server.listen(host, port),
    async close() {
      draining = true;
      // They wait for nothing but news, and there will be none.
      hall.listeners.end();
      hall.upstreams.end(null);
      const deadline = setTimeout(() => {
        for (const arrival of underWay.members()) arrival.leave("draining");
      }, ports.timings.drainMs);
      await server.close(ports.timings.drainMs + LAST_WORDS_MS);
      clearTimeout(deadline);
    },
  };
}

function route(arrival: Arrival, ports: Work, hall: Hall): Promise<void> {
  const { method } = arrival;
  if (isOfTools(arrival.path)) return serveMcp(arrival, hall);
  const path = arrival.path.startsWith(`${PREFIX}/`) ? arrival.path.slice(PREFIX.length) : "";
  if (method === "POST" && path === "/v1/messages") return exchange(arrival, MESSAGES, ports);
  if (method === "POST" && path === "/v1/messages/count_tokens") return exchange(arrival, COUNT, ports);
  if (method === "GET" && path === "/v1/models") return listModels(arrival, null, LIST, ports);
  const wanted = /^\/v1\/models\/([^/]+)$/.exec(path)?.[1];
  if (method === "GET" && wanted !== undefined) return listModels(arrival, decoded(wanted), LIST, ports);
  return exchange(arrival, ELSEWHERE, ports);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const NOBODY = { key: null, team: null, fingerprint: null };

async function refuseAtDoor(arrival: Arrival, notice: FaultNotice, ports: Ports): Promise<void> {
  const reply = MESSAGES.refuse(notice, arrival.id);
  const headers = [...reply.headers, ["connection", "close"] as const];
  const { id: ticket } = arrival;
  const path = withoutKeys(arrival.path).slice(0, 200);
  const body = { kind: "fault", ticket, actor: NOBODY, fault: notice.fault, status: reply.status, path } as const;
  await recorded(body, ports);
  arrival.reply({ ...reply, headers });
}

/** An error that no stage foresaw: the caller gets an answer that says so, or a cut connection, never a false end. */
async function fail(arrival: Arrival, error: unknown, ports: Ports): Promise<void> {
  ports.onInternalError(error);
  if (arrival.sink.opened) return arrival.sink.cut();
  await refuseAtDoor(arrival, passing("internal", "the gateway failed; this is its own fault"), ports);
}

const REASONS = { 400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large" } as const;
const SENTENCES = {
  400: "the request is not valid HTTP",
  408: "the request did not arrive in time",
  431: "the request's headers are too large",
} as const;

/** Records and answers a request that never became one. */
function unreadable(status: keyof typeof REASONS, ports: Ports): string {
  const id = ports.newId();
  void recorded({ kind: "fault", ticket: id, actor: NOBODY, fault: "malformed", status, path: "" }, ports);
  return inWords(status, id);
}

/** The answer to a request that cannot be read, as bytes of HTTP. */
function inWords(status: keyof typeof REASONS, id: string): string {
  const { headers, body } = MESSAGES.refuse(lasting("malformed", SENTENCES[status]), id);
  const lines = [...headers, ["content-length", String(body.length)], ["connection", "close"]].map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `HTTP/1.1 ${status} ${REASONS[status]}\r\n${lines.join("\r\n")}\r\n\r\n${Buffer.from(body).toString()}`;
}
