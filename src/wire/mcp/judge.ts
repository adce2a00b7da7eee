/**
 * What becomes of a message that a server sends: most go on as they are; lists are cut to what is granted, what is said of
 * lists is true of the gateway's, and a question that policy does not let the server ask goes back to it.
 */
import type { Asking } from "../../language/tree.ts";
import { forbiddenAsking, mayAsk } from "./asking.ts";
import { META, metaOf, SESSION_VERSIONS, STATELESS_VERSION } from "./era.ts";
import { cutList, LISTINGS, type ListRules } from "./lists.ts";
import {
  type Answer,
  errorTo,
  type Fields,
  fieldsIn,
  isFields,
  type Message,
  type Request,
  resultTo,
  type Value,
} from "./message.ts";
import { toolError } from "./refuse.ts";

/** What messages of a server are held to while a request is answered. */
export interface MessageRules extends ListRules {
  /** null on a stream that answers nothing. */
  readonly request: Request | null;
  readonly may: readonly Asking[];
  /** How large an answer may be, to the request itself or to another one; null for any size. */
  readonly largest: (isOwn: boolean) => Largest | null;
  /** Whether models may be told what a server says of itself. */
  readonly says: (instructions: string) => boolean;
}

/** How large what a call gives back may be. */
export interface Largest {
  /** Of the result as JSON. */
  readonly bytes: number;
  /** `file:line` of the statement. */
  readonly origin: string;
  /** What is said in place of a result that is larger. */
  readonly tooLarge: (bytes: number) => string;
}

/** What was too large. */
export interface Oversize {
  readonly bytes: number;
  readonly max: number;
  /** `file:line` of the statement. */
  readonly origin: string;
}

/** What a server said in the end: a result, a result that is an error, a question of its own, or an error. */
export type Said = "ok" | "tool-error" | "asks" | "error";

/** What becomes of one message. */
export interface Judgement {
  /** The message to go on: the same object when nothing is changed; null when it stops here. */
  readonly forward: Fields | null;
  /** The answer that goes back to the server; null when none does. */
  readonly back: Fields | null;
  /** Set on the answer to the request. */
  readonly said: Said | null;
  /** Set when the answer was too large to go on. */
  readonly oversize: Oversize | null;
}

/** Judges one message of a server. */
export function judge(message: Message, rules: MessageRules): Judgement {
  switch (message.kind) {
    case "request":
      return mayAsk(message.method, rules.may)
        ? pass(message)
        : { forward: null, back: notAllowed(message), said: null, oversize: null };
    case "notification":
      return { forward: acknowledged(message.whole, rules), back: null, said: null, oversize: null };
    case "answer":
      return (
        held(message, rules) ?? (message.id === rules.request?.id ? answered(message, rules) : stray(message, rules))
      );
    default:
      return message satisfies never;
  }
}

function pass({ whole }: Message): Judgement {
  return { forward: whole, back: null, said: null, oversize: null };
}

/** What becomes of an answer that is larger than policy lets through; null when it is not. An error is told to the model too. */
function held(answer: Answer, rules: MessageRules): Judgement | null {
  const isOwn = answer.id === rules.request?.id;
  const largest = rules.largest(isOwn);
  if (largest === null || answer.id === null) return null;
  const bytes = Buffer.byteLength(JSON.stringify(answer.result ?? answer.error));
  if (bytes <= largest.bytes) return null;
  const forward = resultTo(answer.id, toolError(largest.tooLarge(bytes), rules.era));
  const { bytes: max, origin } = largest;
  return { forward, back: null, said: isOwn ? "tool-error" : null, oversize: { bytes, max, origin } };
}

function notAllowed({ id, method }: Request): Fields {
  return errorTo(id, -32_601, `policy does not let this server use ${method} through the gateway`);
}

function answered({ result, whole, id }: Answer, rules: MessageRules): Judgement {
  const request = rules.request!;
  if (result === null) return { forward: whole, back: null, said: "error", oversize: null };
  const forbidden = forbiddenAsking(result, rules.may);
  if (forbidden !== null) {
    const error = errorTo(id, -32_603, `the server asks for ${forbidden}, which policy does not let it do`);
    return { forward: error, back: null, said: "error", oversize: null };
  }
  const said = result.resultType === "input_required" ? "asks" : result.isError === true ? "tool-error" : "ok";
  const changed = rewritten(request, result, rules);
  return { forward: changed === result ? whole : { ...whole, result: changed }, back: null, said, oversize: null };
}

/**
 * An answer whose own stream broke off may come on another one. To what it is an answer is not known there, but a list is
 * known by its looks, and is cut like any other.
 */
function stray(answer: Answer, rules: MessageRules): Judgement {
  const { result, whole } = answer;
  const listing =
    result === null ? undefined : Object.values(LISTINGS).find(({ member }) => Array.isArray(result[member]));
  if (listing === undefined) return pass(answer);
  return { forward: { ...whole, result: cutList(listing, result!, rules) }, back: null, said: null, oversize: null };
}

function rewritten({ method }: Request, result: Fields, rules: MessageRules): Fields {
  const listing = LISTINGS[method];
  if (listing !== undefined) return cutList(listing, result, rules);
  if (method !== "initialize" && method !== "server/discover") return result;
  const hello = spokenHere(withChanges(result));
  const { instructions, ...rest } = hello;
  return typeof instructions === "string" && !rules.says(instructions) ? rest : hello;
}

/** A client may choose any version that it is told of, and the gateway has to understand the one that it chooses. */
function spokenHere(result: Fields): Fields {
  const { supportedVersions: versions } = result;
  return Array.isArray(versions) ? { ...result, supportedVersions: versions.filter(isSpoken) } : result;
}

function isSpoken(version: Value): boolean {
  return version === STATELESS_VERSION || (typeof version === "string" && SESSION_VERSIONS.has(version));
}

const CHANGING = ["tools", "prompts", "resources"] as const;

/** Whatever the server does: what a caller may see changes with policy, and the gateway tells. Tasks are not served. */
export function withChanges(result: Fields): Fields {
  const { tasks: _, ...capabilities }: Record<string, Value | undefined> = fieldsIn(result, "capabilities");
  for (const name of CHANGING) {
    const own = capabilities[name];
    if (isFields(own)) capabilities[name] = { ...own, listChanged: true };
  }
  return { ...result, capabilities };
}

/** The notifications that tell that a list changed, by the name under which a stateless client asks for them. */
export const CHANGES = {
  toolsListChanged: "notifications/tools/list_changed",
  promptsListChanged: "notifications/prompts/list_changed",
  resourcesListChanged: "notifications/resources/list_changed",
} as const;

/** The change that a notification tells of; null when it tells something else. */
export function changeNamed(method: string): keyof typeof CHANGES | null {
  const names = Object.keys(CHANGES) as (keyof typeof CHANGES)[];
  return names.find((name) => CHANGES[name] === method) ?? null;
}

/** What a stateless server says that it will tell: changes of lists are told by the gateway in any case. */
function acknowledged(whole: Fields, { request }: MessageRules): Fields {
  if (request === null || whole.method !== "notifications/subscriptions/acknowledged") return whole;
  const params = fieldsIn(whole, "params");
  const told = { ...fieldsIn(params, "notifications"), ...wantedChanges(request) };
  return { ...whole, params: { ...params, notifications: told } };
}

/** The changes of lists that a stateless client asks to be told of. */
export function wantedChanges({ params }: Request): Fields {
  const wanted = fieldsIn(params, "notifications");
  return Object.fromEntries(Object.keys(CHANGES).flatMap((name) => (wanted[name] === true ? [[name, true]] : [])));
}

/** That a list changed, as a message for a stream; in the stateless era it names the subscription. */
export function changeOf(name: keyof typeof CHANGES, subscription: Request["id"] | null): Fields {
  const message = { jsonrpc: "2.0", method: CHANGES[name] };
  return subscription === null ? message : { ...message, params: { _meta: { [META.subscription]: subscription } } };
}

/** True for a message that says which subscription it belongs to. */
export function isOfSubscription(message: Fields): boolean {
  return META.subscription in metaOf(fieldsIn(message, "params"));
}
