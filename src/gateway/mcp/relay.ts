/**
 * Carries a message to a server at an address that speaks the client's own era, and the answer back: what it is made of
 * stays as it is, event by event and at the client's pace. judge.ts says what becomes of each message on the way back.
 */
import { seenBy } from "../../decision/view.ts";
import { handOn } from "../../providers/body.ts";
import { headerOf } from "../../providers/headers.ts";
import type { McpHttp } from "../../providers/mcp.ts";
import { type Answer, UpstreamError } from "../../providers/provider.ts";
import { eventOf, messageIn, STILL_THERE, withMessage } from "../../wire/mcp/events.ts";
import {
  changeNamed,
  type Judgement,
  judge,
  type MessageRules,
  type Oversize,
  type Said,
} from "../../wire/mcp/judge.ts";
import { LISTINGS } from "../../wire/mcp/lists.ts";
import { bytesOf, errorTo, type Fields, readMessage } from "../../wire/mcp/message.ts";
import { reply } from "../../wire/mcp/refuse.ts";
import { SseError, SseFramer } from "../../wire/sse.ts";
import { beat } from "../beat.ts";
import { passing } from "../faults.ts";
import type { Reply } from "../sink.ts";
import { failed, failureMessage, noticeOf } from "./failure.ts";
import type { Hall } from "./hall.ts";
import { drop, isStream } from "./http-exchange.ts";
import { endWhole, streamHeaders } from "./line-out.ts";
import { noMessage } from "./misbehaved.ts";
import { outgoingOf, reaction } from "./outgoing.ts";
import { type Patience, patienceOf } from "./patience.ts";
import { rulesOf } from "./rules.ts";
import { Sieves } from "./sieves.ts";
import { subscribe } from "./subscribe.ts";
import { subscriptionOf } from "./subscription.ts";
import type { Carried, Visit } from "./visit.ts";

/** Carries one message; never throws for what the server does. */
export async function relay(visit: Visit, via: McpHttp, hall: Hall): Promise<Carried> {
  const rules = rulesOf(visit, hall.pins);
  const kept = keptList(visit, via, rules, hall);
  if (kept !== null) return kept;
  const patience = patienceOf(visit);
  try {
    const answer = await via.send(outgoingOf(visit, patience.signal));
    const request = visit.message.kind === "request" ? visit.message : null;
    const sieves = new Sieves(visit, request, hall.ports);
    const passage: Passage = { visit, via, hall, answer, patience, rules, sieves, firstByteMs: null };
    return await receive(passage);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return failed(visit, noticeOf(visit, error, patience.over));
  } finally {
    patience.stop();
  }
}

/** A list that the server lets be kept needs no asking. */
function keptList(visit: Visit, via: McpHttp, rules: MessageRules, { lists, ports }: Hall): Carried | null {
  if (visit.message.kind !== "request" || LISTINGS[visit.message.method] === undefined) return null;
  const { arrival, table, principal } = visit.caller;
  const body = lists.answer(via, rules, seenBy(table, principal.node, arrival.at), ports.tick());
  if (body === null) return null;
  const whole: Reply = { status: 200, headers: [["content-type", "application/json"]], body };
  const close = () => arrival.reply(whole);
  const ended = { end: "complete", fault: null, status: 200, firstByteMs: null } as const;
  return { ...ended, said: "ok", oversize: null, search: null, close };
}

interface Passage {
  readonly visit: Visit;
  readonly via: McpHttp;
  readonly hall: Hall;
  readonly answer: Answer;
  readonly patience: Patience;
  readonly rules: MessageRules;
  readonly sieves: Sieves;
  firstByteMs: number | null;
}

function receive(passage: Passage): Carried | Promise<Carried> {
  const { status, headers } = passage.answer;
  const { message, session } = passage.visit;
  const isListening = message.kind === "request" && message.method === "subscriptions/listen";
  if (isListening && !isStream(passage.answer)) return dropped(passage);
  if (status === 401 || status === 403 || (status === 404 && session !== null)) return dropped(passage);
  const type = headerOf(headers, "content-type")?.toLowerCase() ?? "";
  if (type.includes("text/event-stream") && status < 300) return stream(passage);
  return type.includes("json") ? document(passage) : dropped(passage);
}

/** What becomes of an answer that is not read. */
async function dropped(passage: Passage): Promise<Carried> {
  const { answer, visit, hall } = passage;
  const { message } = visit;
  const { status } = answer;
  await drop(answer);
  // The server has nothing to tell; the gateway has.
  if (message.kind === "request" && message.method === "subscriptions/listen") return subscribe(visit, message, hall);
  if (status === 401 || status === 403) {
    return failed(visit, noticeOf(visit, new UpstreamError("denied", "it does not take the credential"), false));
  }
  if (status === 404 && visit.session !== null) {
    hall.sessions.close(visit.session);
    return done(passage, sessionGone(visit.caller.arrival.id), { said: "error", oversize: null });
  }
  if (status >= 200 && status < 300 && visit.message.kind !== "request")
    return done(passage, accepted(status), NOTHING_SAID);
  return failed(visit, noticeOf(visit, noMessage(status, "it is neither JSON nor a stream of events"), false));
}

/** What a client is told whose session the gateway or the server does not know any more; it begins a new one. */
export function sessionGone(id: string): Reply {
  return reply(404, errorTo(null, -32_001, `Session not found (${id})`), id);
}

function accepted(status: number): Reply {
  return { status, headers: [], body: new Uint8Array(0) };
}

type Told = Pick<Judgement, "said" | "oversize">;

const NOTHING_SAID: Told = { said: null, oversize: null };

function done(passage: Passage, whole: Reply, { said, oversize }: Told): Carried {
  const { arrival } = passage.visit.caller;
  const { firstByteMs, sieves } = passage;
  return {
    end: "complete",
    fault: null,
    status: whole.status,
    firstByteMs,
    said: sieves.withheld ? "tool-error" : said,
    oversize,
    search: sieves.search,
    close: () => endWhole(arrival, whole),
  };
}

async function document(passage: Passage): Promise<Carried> {
  const { visit, hall, answer, rules } = passage;
  const { name } = visit.server;
  const body = await collect(passage, hall.ports.timings.maxAnswerBytes);
  if (body === null) return failed(visit, passing("upstream", `server \`${name}\` answered with more than is taken`));
  if (body.length === 0 && visit.message.kind !== "request")
    return done(passage, accepted(answer.status), NOTHING_SAID);
  const message = readMessage(body);
  if (message.kind === "unreadable") {
    return failed(visit, noticeOf(visit, noMessage(answer.status, message.why), false));
  }
  const { forward, said, oversize } = judge(message, rules);
  const isList = message.kind === "answer" && message.result !== null && rules.request !== null && said === "ok";
  if (isList) hall.lists.keep(passage.via, rules.request, message.result, hall.ports.tick());
  const headers: [string, string][] = [["content-type", "application/json"], ...openedSession(passage, said)];
  // Into a stream that has begun it goes on one line.
  const asItCame = forward === message.whole && !visit.caller.arrival.sink.opened;
  const changed = asItCame ? body : bytesOf(forward ?? message.whole);
  // What stands in the place of a result that is too large is the gateway's own.
  const sifted = oversize === null ? passage.sieves.document(message, changed) : changed;
  const seen = sifted instanceof Promise ? await sifted : sifted;
  if (seen === null)
    return failed(visit, passing("upstream", `server \`${name}\` answered with more than is searched`));
  return done(passage, { status: answer.status, headers, body: seen }, { said, oversize });
}

async function collect(passage: Passage, most: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  await handOn(passage.answer.body, (chunk) => {
    noteFirst(passage);
    chunks.push(chunk);
    size += chunk.length;
    return size > most ? "enough" : null;
  });
  if (size > most) return null;
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

function noteFirst(passage: Passage): void {
  passage.firstByteMs ??= passage.hall.ports.tick() - passage.visit.caller.arrival.started;
}

/** The header of a session that begins with this answer. */
function openedSession({ visit, hall, answer }: Passage, said: Said | null): [string, string][] {
  const { message, era, caller, server } = visit;
  const begins = message.kind === "request" && message.method === "initialize" && said === "ok";
  if (!begins || era !== "sessions") return [];
  const upstream = headerOf(answer.headers, "mcp-session-id");
  const id = hall.ports.newId();
  hall.sessions.open({ id, key: caller.principal.key.name, server: server.name, upstream, client: message.params });
  return [["mcp-session-id", id]];
}

async function stream(passage: Passage): Promise<Carried> {
  const { visit, hall, answer } = passage;
  const { sink } = visit.caller.arrival;
  // Whether the answer is good is not known yet; a session that is never used costs little.
  const headers = [...streamHeaders(), ...openedSession(passage, "ok")];
  if (!sink.opened) sink.open(answer.status, headers, null);
  setImmediate(() => sink.flush());
  const heart = beat(hall.ports.timings.pingMs, () => void sink.write([STILL_THERE]));
  const listening = listenToChanges(passage);
  const flow: Flow = { passage, said: null, oversize: null, resumable: false };
  const failure = await pump(flow, () => heart.refresh()).finally(() => {
    heart.stop();
    listening();
  });
  return finish(flow, failure);
}

/** A stateless client hears of changes on the stream of its subscription. */
function listenToChanges({ visit, hall }: Passage): () => void {
  const { message, caller } = visit;
  if (message.kind !== "request" || message.method !== "subscriptions/listen") return () => {};
  const to = { server: visit.server.name, hearsServer: true };
  return hall.listeners.add(subscriptionOf(message, caller, to), caller.table);
}

interface Flow {
  readonly passage: Passage;
  said: Said | null;
  oversize: Oversize | null;
  /** True when events have ids, so that a client can ask for the rest of a stream that ended early. */
  resumable: boolean;
}

/** Hands the events on until the server's stream ends; what went wrong, or null. */
async function pump(flow: Flow, onEvent: () => void): Promise<UpstreamError | SseError | null> {
  const { passage } = flow;
  const framer = new SseFramer();
  try {
    for await (const chunk of passage.answer.body) {
      noteFirst(passage);
      const events: Uint8Array[] = [];
      for (const event of framer.push(chunk)) {
        const going = handed(flow, event);
        const gone = going instanceof Promise ? await going : going;
        if (gone !== null) events.push(gone);
      }
      onEvent();
      const wait = passage.visit.caller.arrival.sink.write(events);
      if (wait !== null) await wait;
    }
    return null;
  } catch (error) {
    if (error instanceof UpstreamError || error instanceof SseError) return error;
    throw error;
  }
}

/** What becomes of an event; null when it stops here. */
function handed(flow: Flow, event: Uint8Array): Uint8Array | null | Promise<Uint8Array | null> {
  const { passage } = flow;
  const message = messageIn(event);
  if (message === null) {
    flow.resumable ||= hasId(event);
    return event;
  }
  // What cannot be read cannot be judged, and a client might read it otherwise.
  if (message.kind === "unreadable") return null;
  flow.resumable ||= hasId(event);
  const { forward, back, said, oversize } = judge(message, passage.rules);
  flow.said ??= said;
  flow.oversize ??= oversize;
  if (back !== null) answerServer(passage, back);
  if (message.kind === "notification" && changeNamed(message.method) !== null) {
    passage.hall.lists.forget(passage.via);
    passage.hall.pins.forget(passage.via);
  }
  if (forward === null) return null;
  const changed = forward === message.whole ? event : withMessage(event, forward);
  return oversize === null ? passage.sieves.event(message, changed) : changed;
}

const ID = Buffer.from("id:");

function hasId(event: Uint8Array): boolean {
  return Buffer.from(event.buffer, event.byteOffset, event.byteLength).includes(ID);
}

/** Tells the server that its question goes nowhere; whether it hears is its own affair. */
function answerServer({ visit, via, hall }: Passage, message: Fields): void {
  const { signal } = visit.caller.arrival;
  via
    .send(reaction(visit, message, signal))
    .then(drop)
    .catch((error: unknown) => {
      if (!(error instanceof UpstreamError)) hall.ports.onInternalError(error);
    });
}

function finish(flow: Flow, failure: UpstreamError | SseError | null): Carried {
  const { passage, said, oversize } = flow;
  const { visit, answer } = passage;
  const { arrival } = visit.caller;
  const { sink } = arrival;
  const { firstByteMs } = passage;
  const { search, withheld } = passage.sieves;
  const common = {
    status: answer.status,
    firstByteMs,
    said: withheld ? "tool-error" : said,
    oversize,
    search,
  } as const;
  if (arrival.left === "client-gone") return { ...common, end: "client-gone", fault: null, close: () => sink.cut() };
  const isWhole = said !== null || visit.message.kind !== "request" || (failure === null && flow.resumable);
  if (isWhole) return { ...common, end: "complete", fault: null, close: () => sink.end(null) };
  const notice = failure instanceof UpstreamError ? noticeOf(visit, failure, passage.patience.over) : brokenOff(visit);
  const last = failureMessage(visit, notice);
  const close = () => sink.end(last === null ? null : eventOf(last));
  return { ...common, end: "upstream-failed", fault: notice.fault, close };
}

function brokenOff({ server }: Visit) {
  return passing("upstream", `server \`${server.name}\` ended its answer before it was complete`);
}
