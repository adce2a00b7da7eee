/**
 * Refusals and faults in the words of MCP, chosen for the client: the model reads one clean sentence where a call is answered
 * with HTTP 200, but raw JSON where it is answered with an error status; and 401 marks the whole server as closed, so
 * that only a bad key gets it.
 */
import type { Refusal } from "../../decision/decision.ts";
import type { FaultNotice } from "../fault.ts";
import { oneLine } from "../one-line.ts";
import { waitWords } from "../wait.ts";
import { type Era, STATELESS_VERSION } from "./era.ts";
import { bytesOf, errorTo, type Fields, type Id, type Request, resultTo } from "./message.ts";
import { missing, type Target } from "./target.ts";

/** What is refused: null parts where it was not read so far. */
export interface Refused {
  readonly request: Request | null;
  readonly era: Era;
  readonly target: Target | null;
}

/** An answer, whole. */
export interface WireReply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** Codes that JSON-RPC leaves to a server; MCP's own lie elsewhere. */
const REFUSED = -32_000;
const INTERNAL = -32_603;
const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;

/** The answer to what is refused or cannot be served. `id` is the gateway's, for the record. */
export function mcpReply(why: Refusal | FaultNotice, { request, era, target }: Refused, id: string): WireReply {
  const text = sentence(why, id);
  const status = statusOf(why, request !== null);
  const about = request?.id ?? null;
  if (status !== 200 || request === null) return reply(status, errorTo(about, codeOf(why), text), id);
  if (why.kind === "refusal" && why.reason === "tool" && target !== null) {
    const { code, message, data } = missing(target, era);
    return reply(200, errorTo(request.id, code, `${oneLine(message)} ${mark(why, id)}`, data), id);
  }
  if (request.method === "tools/call") return reply(200, resultTo(request.id, toolError(text, era)), id);
  return reply(200, errorTo(request.id, codeOf(why), text), id);
}

/** A result that tells the model what went wrong with its call. */
export function toolError(text: string, era: Era): Fields {
  const result = { content: [{ type: "text", text }], isError: true };
  return era === "stateless" ? { ...result, resultType: "complete" } : result;
}

/** A message as the answer to a request. */
export function reply(status: number, message: Fields, id: string): WireReply {
  return {
    status,
    headers: [
      ["content-type", "application/json"],
      ["request-id", id],
    ],
    body: bytesOf(message),
  };
}

function statusOf(why: Refusal | FaultNotice, isRequest: boolean): number {
  if (why.kind === "refusal") return why.reason === "key" || why.reason === "expired" ? 401 : isRequest ? 200 : 403;
  switch (why.fault) {
    case "endpoint":
      return 404;
    case "origin":
      return 403;
    case "malformed":
      return 400;
    case "too-large":
      return 413;
    case "media-type":
      return 415;
    case "upstream":
    case "timeout":
    case "issuer":
    case "audit":
    case "overloaded":
    case "draining":
    case "internal":
      return isRequest ? 200 : 503;
    default:
      return why.fault satisfies never;
  }
}

function codeOf(why: Refusal | FaultNotice): number {
  if (why.kind === "refusal") return REFUSED;
  if (why.fault === "endpoint") return METHOD_NOT_FOUND;
  return ["malformed", "too-large", "media-type", "origin"].includes(why.fault) ? INVALID_REQUEST : INTERNAL;
}

/** A model that is told how long to wait can wait. */
function sentence(why: Refusal | FaultNotice, id: string): string {
  return `${oneLine(why.message)}${waitWords(why.retryAfterMs)} ${mark(why, id)}`;
}

function mark(why: Refusal | FaultNotice, id: string): string {
  const place = why.kind === "refusal" ? why.origins[0]?.place : undefined;
  return place === undefined ? `(${id})` : `(${place}, ${id})`;
}

/** The answer to a request that contradicts itself: its headers say another thing than its body. */
export function mismatch(id: Id | null, what: string, ticket: string): WireReply {
  return reply(400, errorTo(id, -32_020, `${what} (${ticket})`), ticket);
}

/** The answer to a request in a version that the gateway does not speak: what it means nobody here could judge. */
export function versionUnknown(id: Id | null, version: string, ticket: string): WireReply {
  // What `server/discover` says: clients hold one against the other. Sessions begin with `initialize`, in words of their own.
  const data = { supported: [STATELESS_VERSION], requested: version };
  const message = `Unsupported protocol version: ${oneLine(version).slice(0, 32)} (${ticket})`;
  return reply(400, errorTo(id, -32_022, message, data), ticket);
}
