/**
 * Calls that a person has to confirm (`ask tools`). The gateway is where they can be stopped, so the gateway asks: on the
 * stream of the call where the client has a session, else by a result that the client answers by calling again. Clients
 * also see the mark on the tool's definition and may ask by themselves; what a client says of itself proves nothing, so that
 * does not take the place of the gateway's own question. Who cannot be asked is refused.
 */
import { confirmedBy } from "../../decision/confirmed-by.ts";
import type { Refusal } from "../../decision/decision.ts";
import type { Origin } from "../../decision/origin.ts";
import { quote } from "../../decision/words.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { canAsk, ELICIT, formOf, type Word, wordIn } from "../../wire/mcp/confirming.ts";
import { bytesOf, type Fields, fieldsIn, type Request, resultTo, textIn } from "../../wire/mcp/message.ts";
import { canonicalName } from "../../wire/mcp/target.ts";
import type { Reply } from "../sink.ts";
import { clientCapabilities } from "./client-capabilities.ts";
import type { Hall } from "./hall.ts";
import { LineOut } from "./line-out.ts";
import { type Called, type Confirmation, inputOf } from "./record.ts";
import type { Visit } from "./visit.ts";

/** The call goes on, is refused, or waits for its client to come back with an answer. */
export type Confirmed =
  | { readonly kind: "go"; readonly confirmation: Confirmation | null; readonly visit: Visit }
  | { readonly kind: "no"; readonly confirmation: Confirmation; readonly refusal: Refusal }
  | { readonly kind: "asked"; readonly confirmation: Confirmation; readonly refusal: Refusal; readonly reply: Reply };

/** The name under which the question stands in a result. */
const QUESTION = "confirmation";
const MARK = "confirm:";
/** How long a person may take. */
const WAIT_MS = 10 * 60_000;

/** Has a call confirmed, where policy asks for that; to be waited for while a person is asked. */
export function confirm(visit: Visit, called: Called, hall: Hall): Confirmed | Promise<Confirmed> {
  const { table, principal, arrival } = visit.caller;
  const name = canonicalName(called.server, called.target);
  const call = { tool: name, input: () => inputOf(called) };
  const origin = confirmedBy(table, principal, call, arrival.at);
  if (origin === null) return { kind: "go", confirmation: null, visit };
  const question: Question = { visit, request: called.request, name, origin, owner: ownerOf(called) };
  const { params } = called.request;
  const state = textIn(params, "requestState");
  if (visit.era === "stateless" && state?.startsWith(MARK)) return answered(question, state, hall);
  // The server itself asked in the middle of a call that was confirmed.
  const isAnswer = visit.era === "stateless" && (state !== null || params.inputResponses !== undefined);
  if (isAnswer && hall.confirmations.goesOn(question.owner)) return go(question, visit);
  if (!canAsk(clientCapabilities(visit))) return no(question, "unable");
  return visit.session === null ? askByResult(question, hall) : askOnStream(question, visit.session.id, hall);
}

/** A call that waits for a person. */
interface Question {
  readonly visit: Visit;
  readonly request: Request;
  readonly name: string;
  readonly origin: Origin;
  /** Whose call it is, of what and with which arguments: what a person says is good for that alone. */
  readonly owner: string;
}

/** Names a call by all that a person confirms of it. */
export function ownerOf({ caller, request, server, target }: Called): string {
  const name = canonicalName(server, target);
  return JSON.stringify([caller.principal.key.name, name, request.params.arguments ?? null]);
}

async function askOnStream(question: Question, session: string, hall: Hall): Promise<Confirmed> {
  const { arrival } = question.visit.caller;
  const id = hall.ports.newId();
  const line = new LineOut(arrival, hall.ports.timings.pingMs);
  const answer = hall.asks.wait(session, id, AbortSignal.any([arrival.signal, AbortSignal.timeout(WAIT_MS)]));
  line.push({ jsonrpc: "2.0", id, method: ELICIT, params: formOf(sentenceOf(question)) });
  try {
    const { result } = await answer;
    return spoken(question, wordIn(result), question.visit);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return no(question, "cancel");
  } finally {
    line.rest();
  }
}

function askByResult(question: Question, { confirmations, ports }: Hall): Confirmed {
  const { request, origin, visit } = question;
  const requestState = MARK + ports.newId();
  confirmations.wait(requestState, question.owner);
  const inputRequests = { [QUESTION]: { method: ELICIT, params: formOf(sentenceOf(question)) } };
  const result = resultTo(request.id, { resultType: "input_required", inputRequests, requestState });
  const headers = [["content-type", "application/json"] as const, ["request-id", visit.caller.arrival.id] as const];
  const reply = { status: 200, headers, body: bytesOf(result) };
  return { kind: "asked", confirmation: { answer: "asked", origin }, refusal: refusalOf(question, "asked"), reply };
}

function answered(question: Question, state: string, { confirmations }: Hall): Confirmed {
  if (!confirmations.take(state, question.owner)) return no(question, "expired");
  const { inputResponses, requestState: _, ...params } = question.request.params;
  const responses = fieldsIn({ inputResponses: inputResponses ?? null }, "inputResponses");
  const request: Request = withParams(question.request, params);
  return spoken(question, wordIn(fieldsIn(responses, QUESTION)), { ...question.visit, message: request });
}

/** The gateway's question is no affair of the server. */
function withParams(request: Request, params: Fields): Request {
  return { ...request, params, whole: { ...request.whole, params } };
}

function spoken(question: Question, word: Word, visit: Visit): Confirmed {
  return word === "accept" ? go(question, visit) : no(question, word);
}

function go({ origin }: Question, visit: Visit): Confirmed {
  return { kind: "go", confirmation: { answer: "accept", origin }, visit };
}

function no(question: Question, answer: Confirmation["answer"]): Confirmed {
  const { origin } = question;
  return { kind: "no", confirmation: { answer, origin }, refusal: refusalOf(question, answer) };
}

const WHY = {
  accept: "it was given",
  decline: "it was declined",
  cancel: "nobody gave it",
  asked: "it is being asked for",
  unable: "this client cannot ask for it",
  expired: "the question for it is over; call again from the beginning",
} as const satisfies Record<Confirmation["answer"], string>;

function refusalOf({ name, origin, visit }: Question, answer: Confirmation["answer"]): Refusal {
  const message = `${quote(name)} needs a person's confirmation, and ${WHY[answer]}`;
  const { id: revision } = visit.caller.table.revision;
  return { kind: "refusal", revision, origins: [origin], reason: "unconfirmed", message, retryAfterMs: null };
}

/** So much of the arguments is shown. */
const MOST_SHOWN = 1_000;

/** What the person reads: nothing in it may look like another text than it is. */
function sentenceOf({ name, request, origin }: Question): string {
  const input = JSON.stringify(request.params.arguments ?? {}).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
  const rest = input.length - MOST_SHOWN;
  const shown = rest <= 0 ? input : `${input.slice(0, MOST_SHOWN)} … and ${rest} more characters`;
  return `Call ${quote(name)} with ${shown}? Policy wants a person to confirm it (${origin.place}).`;
}
