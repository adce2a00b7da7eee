/**
 * The Messages plane: `POST /v1/messages` and its count of tokens. Everything that knows the format is in wire/anthropic;
 * this file puts it behind the three answers of a `Plane`.
 */
import { createHash } from "node:crypto";
import type { Facts } from "../decision/facts.ts";
import { withoutKeys } from "../identity/mint.ts";
import { nameOfCall } from "../wire/anthropic/called.ts";
import { rewriteDocument } from "../wire/anthropic/document.ts";
import { cutTools, isListedName } from "../wire/anthropic/edit.ts";
import { gated } from "../wire/anthropic/gate.ts";
import { judgedDocument } from "../wire/anthropic/jury.ts";
import type { MessagesRequest, TextSpan } from "../wire/anthropic/messages.ts";
import { readMessages } from "../wire/anthropic/read.ts";
import { errorReply } from "../wire/anthropic/refuse.ts";
import { watchStream } from "../wire/anthropic/stream.ts";
import type { FaultNotice } from "../wire/fault.ts";
import { editingAt, rawEdits, readingAt, textAt } from "../wire/text.ts";
import type { Arrival } from "./arrival.ts";
import { lasting } from "./faults.ts";
import type { Asked, Plane, Texts } from "./plane.ts";

const PING = Buffer.from('event: ping\ndata: {"type":"ping"}\n\n');
/** Rough size of a token in a request's JSON; what was really used settles it. */
const BYTES_PER_TOKEN = 4;
const UTF8 = /^(?:charset="?utf-?8"?)?$/;

/** The plane for one purpose; `path` is where providers answer it. */
export function messagesPlane(purpose: Facts["purpose"], path: string): Plane {
  return {
    purpose,
    async read(arrival, limit) {
      const wrong = wrongMedia(arrival);
      if (wrong !== null) return wrong;
      const body = await arrival.body(limit);
      if ("kind" in body) return body;
      const request = readMessages(body, purpose);
      if (request.kind === "malformed") return lasting("malformed", request.message);
      return askedOf(request, purpose, path, arrival);
    },
    refuse: (why, id) => {
      const { status, headers, body } = errorReply(why, id);
      return { status, headers: Object.entries(headers), body };
    },
  };
}

/** A body is JSON in UTF-8 for whoever reads it next, or it is not read here. */
function wrongMedia(arrival: Arrival): FaultNotice | null {
  const { headers } = arrival;
  const [type, ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const isJson = type?.trim() === "application/json" && parameters.every((each) => UTF8.test(each.trim()));
  if (!isJson) return lasting("media-type", "the content type must be application/json, in UTF-8");
  if (arrival.repeats("content-type")) return lasting("media-type", "the request has more than one content type");
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  return encoding === "identity" ? null : lasting("media-type", "a compressed request body cannot be read");
}

function askedOf(request: MessagesRequest, purpose: Facts["purpose"], path: string, arrival: Arrival): Asked {
  const texts = textsOf(request, purpose);
  const session = nameIn(arrival.headers["x-claude-code-session-id"]);
  return {
    kind: "asked",
    facts: factsOf(request, purpose),
    body: request.body,
    path: path + arrival.query,
    session,
    agent: nameIn(arrival.headers["x-claude-code-agent-id"]),
    conversation: session ?? request.session ?? texts.opening(),
    continuity: { session: session ?? request.session, opening: texts.opening, answered: request.answered },
    called: () => new Set(request.calls.map((call) => nameOfCall(call, request.hosts))),
    nameOf: (call) => nameOfCall(call, request.hosts),
    forced: request.toolChoice,
    offers: request.tools.filter(({ kind }) => kind === "offer"),
    definitions: request.definitions,
    ran: request.ran,
    texts,
    cut(tools, tellings) {
      if (tools.length === 0 && tellings.length === 0) return { edits: [] };
      const [stripped, untold] = [new Set(tools), new Set(tellings)];
      return cutTools(request, (tool) => stripped.has(tool.name) || (untold.has(tool.name) && !isListedName(tool)));
    },
    judging: { stream: gated, document: judgedDocument },
    watch: (rules) =>
      purpose === "count"
        ? null
        : { stream: () => watchStream(rules), document: (body) => rewriteDocument(body, rules), ping: PING },
  };
}

/** The texts of a request, with the means to read and to change them. */
export function textsOf(
  { body, texts: spans, lead, opening, end, unread }: MessagesRequest,
  purpose: Facts["purpose"] = "generate",
): Texts {
  let name: string | null = null;
  return {
    body,
    spans,
    lead,
    end,
    unread,
    passing: purpose === "count",
    opening() {
      name ??= nameOfTexts(body, spans.slice(lead, opening));
      return name;
    },
    read: ({ start, end }) => textAt(body, start, end),
    reading: ({ start, end }) => readingAt(body, start, end),
    edit: ({ start, end }, changes) => rawEdits(body, start, end, changes),
    editing: (span, changes) => editingAt(body, span, changes),
  };
}

/** A name for some texts, by the bytes that they stand in. */
function nameOfTexts(body: Uint8Array, spans: readonly TextSpan[]): string {
  const name = createHash("sha256");
  // No text holds this byte, so that it tells where one ends.
  for (const { start, end } of spans) name.update(body.subarray(start, end)).update("\u0000");
  return name.digest("hex");
}

function factsOf(request: MessagesRequest, purpose: Facts["purpose"]): Facts {
  return {
    purpose,
    model: request.model,
    tools: request.tools.map((tool) => tool.name),
    doors: request.doors,
    stream: request.stream,
    maxTokens: request.maxTokens,
    estimate: Math.ceil(request.body.length / BYTES_PER_TOKEN),
  };
}

/** A name that a client gives itself, when it looks like one. */
function nameIn(header: string | string[] | undefined): string | null {
  return typeof header === "string" && /^[\w.:-]{1,128}$/.test(header) ? withoutKeys(header) : null;
}
