/**
 * The gateway as a server of its own, in the client's era, for whatever it does not simply hand on: greetings are its own,
 * and requests go to a peer, which may speak the other era or none but its own ids.
 */
import { serverGranted } from "../../decision/server-granted.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { capabilitiesFor } from "../../wire/mcp/asking.ts";
import { META, metaOf, SESSION_VERSION, SESSION_VERSIONS, STATELESS_VERSION } from "../../wire/mcp/era.ts";
import { judge, withChanges } from "../../wire/mcp/judge.ts";
import {
  answerTo,
  errorTo,
  type Fields,
  fieldsIn,
  isFields,
  type Request,
  resultTo,
  textIn,
} from "../../wire/mcp/message.ts";
import { inEra } from "../../wire/mcp/translate.ts";
import { asker, handAnswer } from "./ask.ts";
import { clientCapabilities } from "./client-capabilities.ts";
import { failed, failureMessage, noticeOf } from "./failure.ts";
import type { Hall } from "./hall.ts";
import { LineOut } from "./line-out.ts";
import { patienceOf } from "./patience.ts";
import type { Hello, Peer, PeerCall } from "./peer.ts";
import { isAll } from "./place.ts";
import { rulesOf } from "./rules.ts";
import { Sieves } from "./sieves.ts";
import { subscribe } from "./subscribe.ts";
import { Telling } from "./telling.ts";
import type { Carried, Visit } from "./visit.ts";

/** Answers one message with the help of a peer; throws UpstreamError before anything was answered. */
export async function front(visit: Visit, peer: Peer, hall: Hall): Promise<Carried> {
  const { message } = visit;
  if (message.kind === "answer") {
    handAnswer(visit, message, hall);
    return accepted(visit);
  }
  if (message.kind === "notification") {
    if (message.method === "notifications/cancelled") hall.calls.cancel(visit, message.params.requestId);
    return accepted(visit);
  }
  const wrong = visit.era === "stateless" ? wrongMeta(message) : null;
  if (wrong !== null) return whole(visit, wrong.error, { status: 400 });
  switch (message.method) {
    case "initialize":
      return initialize(visit, message, told(visit, await peer.hello()), hall);
    case "server/discover":
      return whole(visit, resultTo(message.id, discovery(told(visit, await peer.hello()))));
    case "ping":
      return whole(visit, resultTo(message.id, {}));
    case "subscriptions/listen":
      return subscribe(visit, message, hall);
    case "logging/setLevel":
      return whole(visit, errorTo(message.id, -32_601, "Method not found: this server's log is not handed on"));
    default:
      return converse(visit, message, peer, hall);
  }
}

/** What a stateless request must say of itself. */
function wrongMeta({ id, params }: Request): { error: Fields } | null {
  const meta = metaOf(params);
  if (textIn(meta, META.version) !== null && isFields(meta[META.capabilities])) return null;
  return { error: errorTo(id, -32_602, `Invalid params: _meta needs ${META.version} and ${META.capabilities}`) };
}

function accepted(visit: Visit): Carried {
  const { arrival } = visit.caller;
  const reply = { status: 202, headers: [], body: new Uint8Array(0) };
  return {
    end: "complete",
    fault: null,
    status: 202,
    firstByteMs: null,
    said: null,
    oversize: null,
    search: null,
    close: () => arrival.reply(reply),
  };
}

interface Form {
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
}

function whole(visit: Visit, message: Fields, { status = 200, headers = [] }: Form = {}): Carried {
  const line = new LineOut(visit.caller.arrival, 0);
  const said = isFields(message.result) ? "ok" : "error";
  return {
    end: "complete",
    fault: null,
    status,
    firstByteMs: null,
    said,
    oversize: null,
    search: null,
    close: () => line.end(message, status, headers),
  };
}

/** What a server says of itself, as this caller is told it. */
function told({ server, caller }: Visit, hello: Hello): Hello {
  const { table, principal, arrival } = caller;
  const isFor = isAll(server) || serverGranted(table, principal, server.name, arrival.at);
  return isFor ? hello : { ...hello, instructions: null };
}

function initialize(visit: Visit, { id, params }: Request, hello: Hello, hall: Hall): Carried {
  const { caller, server } = visit;
  const asked = textIn(params, "protocolVersion");
  const result = {
    protocolVersion: asked !== null && SESSION_VERSIONS.has(asked) ? asked : SESSION_VERSION,
    capabilities: fieldsIn(withChanges({ capabilities: hello.capabilities }), "capabilities"),
    serverInfo: hello.serverInfo ?? { name: server.name, version: "1" },
    ...(hello.instructions === null ? {} : { instructions: hello.instructions }),
  };
  const session = hall.ports.newId();
  hall.sessions.open({
    id: session,
    key: caller.principal.key.name,
    server: server.name,
    upstream: null,
    client: params,
  });
  return whole(visit, resultTo(id, result), { headers: [["mcp-session-id", session]] });
}

function discovery(hello: Hello): Fields {
  return {
    supportedVersions: [STATELESS_VERSION],
    capabilities: fieldsIn(withChanges({ capabilities: hello.capabilities }), "capabilities"),
    ...(hello.instructions === null ? {} : { instructions: hello.instructions }),
    ...(hello.serverInfo === null ? {} : { _meta: { [META.server]: hello.serverInfo } }),
    resultType: "complete",
    ttlMs: 0,
    cacheScope: "private",
  };
}

/** Carries a request to the peer, and what comes back to the client. */
async function converse(visit: Visit, request: Request, peer: Peer, hall: Hall): Promise<Carried> {
  const { caller, era } = visit;
  const { arrival } = caller;
  const line = new LineOut(arrival, hall.ports.timings.pingMs);
  const patience = patienceOf(visit);
  const tracked = hall.calls.track(visit, request.id, patience.signal);
  const { progressToken, ...meta } = withoutHop(metaOf(request.params));
  const sieves = new Sieves(visit, request, hall.ports);
  const telling = new Telling(line, sieves, hall.ports.onInternalError);
  const onProgress = (progress: Fields) => telling.push(progressNotice(progressToken, progress));
  try {
    const call: PeerCall = {
      method: request.method,
      params: withMeta(request.params, meta),
      capabilities: capabilitiesFor(clientCapabilities(visit), visit.server.may),
      signal: tracked.signal,
      idleMs: visit.server.patience.idle,
      onProgress: progressToken === undefined ? null : onProgress,
      ask: asker(visit, telling, hall),
    };
    const isHeld = era === "stateless" && peer.asksInCalls && visit.server.may.length > 0;
    const answer = isHeld ? await hall.held.call(visit, request, peer, call) : await peer.call(call);
    const message = answerTo(request.id, answer);
    const { forward, said, oversize } = judge(message, rulesOf(visit, hall.pins));
    await telling.told;
    const whole = forward ?? message.whole;
    // What stands in the place of a result that is too large is the gateway's own.
    const seen = sieves.looks && oversize === null ? await sieves.message({ ...message, whole }) : whole;
    const shown = inEra(seen ?? whole, request.method, era);
    const status = arrival.sink.opened ? 200 : statusOf(shown, era);
    const close = () => line.end(shown, status, []);
    return {
      end: "complete",
      fault: null,
      status,
      firstByteMs: hall.ports.tick() - arrival.started,
      said: sieves.withheld ? "tool-error" : said,
      oversize,
      search: sieves.search,
      close,
    };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return broken(visit, { error, over: patience.over, line, cancelled: tracked.cancelled });
  } finally {
    patience.stop();
    tracked.stop();
  }
}

interface Breakage {
  readonly error: UpstreamError;
  readonly over: boolean;
  readonly cancelled: boolean;
  readonly line: LineOut;
}

function broken(visit: Visit, { error, over, cancelled, line }: Breakage): Carried {
  const { arrival } = visit.caller;
  // Whoever takes a call back expects no answer to it.
  if (cancelled) {
    const close = () =>
      arrival.sink.opened
        ? arrival.sink.end(null)
        : arrival.reply({ status: 202, headers: [], body: new Uint8Array(0) });
    return { end: "client-gone", fault: null, status: 202, ...NOTHING_SAID, close };
  }
  const notice = noticeOf(visit, error, over);
  if (!arrival.sink.opened) return failed(visit, notice);
  const last = failureMessage(visit, notice);
  const gone = arrival.left === "client-gone";
  const close = () => (last === null || gone ? line.cut() : line.end(last, 200, []));
  const end = gone ? "client-gone" : "upstream-failed";
  return { end, fault: gone ? null : notice.fault, status: 200, ...NOTHING_SAID, close };
}

const NOTHING_SAID = { firstByteMs: null, said: null, oversize: null, search: null } as const;

/** In the stateless era some errors have a status of their own. */
function statusOf({ error }: Fields, era: Visit["era"]): number {
  if (era === "sessions" || !isFields(error)) return 200;
  if (error.code === -32_601) return 404;
  return typeof error.code === "number" && error.code <= -32_020 && error.code >= -32_022 ? 400 : 200;
}

const HOP = /^io\.modelcontextprotocol\/(?:protocolVersion|clientInfo|clientCapabilities|logLevel|subscriptionId)$/;

/** What `_meta` says to the next hop alone stays here. */
function withoutHop(meta: Fields): Fields {
  return Object.fromEntries(Object.entries(meta).filter(([name]) => !HOP.test(name)));
}

function withMeta(params: Fields, meta: Fields): Fields {
  const { _meta: _, ...rest } = params;
  return Object.keys(meta).length === 0 ? rest : { ...rest, _meta: meta };
}

function progressNotice(progressToken: Fields[string], progress: Fields): Fields {
  return { jsonrpc: "2.0", method: "notifications/progress", params: { ...progress, progressToken } };
}
