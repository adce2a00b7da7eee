/**
 * Hands an answer back to the caller while watching it, at the caller's pace. Streams leave event by event, documents
 * as a whole, errors of a provider as they came. Nothing ends well that did not end well. Settling comes after this, in
 * account.ts, and only then the answer's last bytes.
 */
import type { Fault } from "../decision/fault.ts";
import { handOn, type Take } from "../providers/body.ts";
import { headerOf } from "../providers/headers.ts";
import type { Answer } from "../providers/provider.ts";
import { UpstreamError } from "../providers/provider.ts";
import type { AnswerReport, StreamWatcher } from "../wire/anthropic/answer.ts";
import { beat } from "./beat.ts";
import { overloaded, passing } from "./faults.ts";
import type { Answered } from "./forward.ts";
import { type Inquiry, inquiryOf } from "./inquiry.ts";
import { Panel, withoutDropped } from "./panel.ts";
import type { Plane, Watcher } from "./plane.ts";
import type { Ports } from "./ports.ts";
import { rulesOf } from "./rules.ts";
import type { Ending, Ticket } from "./ticket.ts";

/**
 * Events of an answer that come closer than this are looked at and sent together: less than a screen takes to show one, and
 * a fast model costs no more than a slow one.
 */
const GATHER_MS = 10;

/** Relays an answer to its last bytes. */
export async function observe(ticket: Ticket, answered: Answered, plane: Plane, ports: Ports): Promise<Ending> {
  const { answer } = answered;
  const { arrival } = ticket.caller;
  const headers = headersBack(answer, arrival.id);
  const relay: Relay = { ticket, answered, plane, ports, headers, firstByteMs: null, inquiry: null };
  if (saysNothing(answer.status)) return unanswerable(relay);
  const inquiry = inquiryOf(ticket, ports.services);
  const rules = rulesOf(ticket);
  const watcher = answer.status < 300 ? ticket.asked.watch(inquiry?.listening(rules) ?? rules) : null;
  if (watcher === null) return passOn(relay);
  relay.inquiry = inquiry;
  return isStream(ticket, answer) ? stream(relay, watcher) : document(relay, watcher);
}

interface Relay {
  readonly ticket: Ticket;
  readonly answered: Answered;
  readonly plane: Plane;
  readonly ports: Ports;
  readonly headers: [string, string][];
  firstByteMs: number | null;
  inquiry: Inquiry | null;
}

/** Neither an answer nor an error. A redirect, followed, would lead the caller past the gateway. */
function saysNothing(status: number): boolean {
  return status === 204 || status === 205 || (status >= 300 && status < 400);
}

function headersBack({ headers }: Answer, id: string): [string, string][] {
  const back = headers.map(([name, value]): [string, string] => [name, value]);
  if (headerOf(headers, "request-id") === null) back.push(["request-id", id]);
  return back;
}

/** By the answer's type, which may be the page of a proxy in between; one without a telling type is what was asked for. */
function isStream({ asked }: Ticket, { headers }: Answer): boolean {
  const type = headerOf(headers, "content-type")?.toLowerCase() ?? "";
  return type.includes("event-stream") || (asked.facts.stream && !/json|html/.test(type));
}

async function stream(relay: Relay, { stream, ping }: Watcher): Promise<Ending> {
  const { sink } = relay.ticket.caller.arrival;
  const { watcher, panel } = judgedStream(relay, stream());
  sink.open(relay.answered.answer.status, withoutLength(relay.headers), null);
  setImmediate(() => sink.flush());
  const heart = beat(relay.ports.timings.pingMs, () => {
    if (watcher.atBoundary) void sink.write([ping]);
  });
  const { fault, last } = await pull(relay, (chunk) => {
    const pieces = watcher.push(chunk);
    panel?.ask();
    // What is held back is silence to the caller.
    if (pieces.length > 0) heart.refresh();
    const wait = sink.write(pieces);
    return watcher.over ? "enough" : wait;
  })
    .then(async (broken) => {
      const rest = watcher.end(broken === null ? null : sentenceOf(relay, broken));
      return { fault: broken, last: panel === null ? rest : await panel.settle(rest) };
    })
    .finally(() => heart.stop());
  const report = withoutDropped(watcher.report(), panel);
  const ending = endingOf(relay, report, report.stopped ? null : fault);
  return { ...ending, close: () => sink.end(last.length === 0 ? null : Buffer.concat(last)) };
}

/** Puts a gate behind a watcher where services are asked about the answer. */
function judgedStream({ ticket, answered, inquiry }: Relay, watcher: StreamWatcher) {
  if (inquiry === null) return { watcher, panel: null };
  const { sink } = ticket.caller.arrival;
  const gate = ticket.asked.judging.stream(watcher, inquiry.jury);
  const panel = new Panel({
    gate,
    inquiry,
    send: (pieces) => void sink.write(pieces),
    // Upstream may be silent at this moment, and nothing of it is wanted any more.
    onStop: () => void answered.answer.body[Symbol.asyncIterator]().return?.(),
  });
  return { watcher: gate, panel };
}

async function document(relay: Relay, watcher: Watcher): Promise<Ending> {
  const { ticket, ports, answered } = relay;
  const chunks: Uint8Array[] = [];
  let size = 0;
  let hasPlace = true;
  const fault = await pull(relay, (chunk) => {
    size += chunk.length;
    hasPlace = ticket.caller.arrival.share.take(chunk.length);
    if (!hasPlace || size > ports.timings.maxAnswerBytes) return "enough";
    chunks.push(chunk);
    return null;
  });
  if (!hasPlace) return unfinished(relay, "overloaded", size, overloaded("answer").message);
  if (fault !== null || size > ports.timings.maxAnswerBytes) return unfinished(relay, fault ?? "upstream", size);
  const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
  const { body, report } = watcher.document(whole);
  if (!report.complete && !report.stopped) return unfinished(relay, "upstream", size);
  const judged = await judgedWhole(relay, { body, report });
  const ending = endingOf(relay, judged.report, null);
  const reply = { status: answered.answer.status, headers: withoutLength(relay.headers), body: judged.body };
  return { ...ending, close: () => ticket.caller.arrival.reply(reply) };
}

type Whole = ReturnType<Watcher["document"]>;

/** An answer in one piece after what services say of it: all of its blocks are asked about at the same time. */
async function judgedWhole({ ticket, inquiry }: Relay, whole: Whole): Promise<Whole> {
  if (inquiry === null) return whole;
  const { questions, before } = ticket.asked.judging.document(whole.body, inquiry.jury);
  const verdicts = questions.map((question) => inquiry.ask(question));
  const objections = inquiry.jury.waits ? await Promise.all(verdicts) : [];
  const at = objections.findIndex((objection) => objection != null);
  if (at < 0) return whole;
  const objection = objections[at]!;
  const { body, dropped } = before(at, objection.sentence);
  const stopped = { ...whole.report, complete: false, stopped: true };
  return { body, report: withoutDropped(stopped, { dropped, objection }) };
}

/** Errors of a provider, and answers in which there is nothing to watch. */
async function passOn(relay: Relay): Promise<Ending> {
  const { sink } = relay.ticket.caller.arrival;
  sink.open(relay.answered.answer.status, relay.headers, null);
  const fault = await pull(relay, (chunk) => sink.write([chunk]));
  const ending = endingOf(relay, null, fault);
  return { ...ending, close: () => (fault === null ? sink.end(null) : sink.cut()) };
}

/** Takes the answer's body to its end, or until enough is seen; the fault when it broke off. */
async function pull(relay: Relay, take: Take): Promise<Fault | null> {
  const { arrival } = relay.ticket.caller;
  try {
    await handOn(
      relay.answered.answer.body,
      (chunk) => {
        relay.firstByteMs ??= relay.ports.tick() - arrival.started;
        return take(chunk);
      },
      GATHER_MS,
    );
    return null;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (arrival.left === "draining") return "draining";
    return error.code === "timeout" ? "timeout" : "upstream";
  }
}

function sentenceOf({ answered: { provider } }: Relay, fault: Fault): string {
  if (fault === "draining") return "the gateway is shutting down; send the request again";
  if (fault === "timeout") return `provider \`${provider}\` was silent for too long in the middle of its answer`;
  return `provider \`${provider}\` broke off in the middle of its answer`;
}

async function unanswerable(relay: Relay): Promise<Ending> {
  const { provider, answer } = relay.answered;
  await answer.body[Symbol.asyncIterator]().return?.();
  const sentence = `provider \`${provider}\` answered with status ${answer.status}, which is neither an answer nor an error`;
  return unfinished(relay, "upstream", 0, sentence);
}

/** A document that did not arrive whole: the caller gets an error in its place. */
function unfinished(relay: Relay, fault: Fault, unread: number, sentence = sentenceOf(relay, fault)): Ending {
  const { arrival } = relay.ticket.caller;
  const reply = relay.plane.refuse(passing(fault, sentence), arrival.id);
  const ending = endingOf(relay, null, fault);
  return { ...ending, unread, status: reply.status, close: () => arrival.reply(reply) };
}

function endingOf(relay: Relay, report: AnswerReport | null, fault: Fault | null): Omit<Ending, "close"> {
  const { ticket, answered } = relay;
  const { left } = ticket.caller.arrival;
  const isWhole = report === null ? fault === null : report.complete;
  const end =
    report?.stopped === true
      ? "stopped"
      : left === "client-gone"
        ? "client-gone"
        : isWhole
          ? "complete"
          : "upstream-failed";
  return {
    end,
    fault: end === "upstream-failed" ? (fault ?? "upstream") : null,
    status: answered.answer.status,
    provider: answered.provider,
    reached: true,
    upstreamRequestId: headerOf(answered.answer.headers, "request-id"),
    report,
    unread: 0,
    firstByteMs: relay.firstByteMs,
    inquired: relay.inquiry?.report ?? null,
  };
}

function withoutLength(headers: [string, string][]): [string, string][] {
  return headers.filter(([name]) => name.toLowerCase() !== "content-length");
}
