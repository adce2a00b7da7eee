/** One request of the gateway's own making to a server at an address, and its answer followed to the end. */
import type { TableServer } from "../../decision/table.ts";
import { headerOf } from "../../providers/headers.ts";
import type { McpHttp } from "../../providers/mcp.ts";
import { type Answer as HttpAnswer, UpstreamError } from "../../providers/provider.ts";
import { messageIn } from "../../wire/mcp/events.ts";
import {
  type Answer,
  answerTo,
  bytesOf,
  errorTo,
  type Fields,
  fieldsIn,
  type Id,
  type Message,
  type Request,
  readMessage,
  textIn,
} from "../../wire/mcp/message.ts";
import { SseError, SseFramer } from "../../wire/sse.ts";
import { Misbehaved, noMessage } from "./misbehaved.ts";
import type { Hello, PeerCall } from "./peer.ts";

/** A server, and how much of an answer is taken. */
export interface Line {
  readonly server: TableServer;
  readonly client: McpHttp;
  readonly maxAnswerBytes: number;
}

export type Headers = readonly (readonly [string, string])[];

/** How the gateway calls itself where a name is asked for. */
export const GATEWAY: Fields = { name: "sallyport", version: "1" };

/** The server does not know the session any more, and has not looked at the request. */
export class SessionLost extends UpstreamError {
  constructor() {
    super("broken", "the server does not know the session any more");
  }
}

/** A request on its way. */
export interface Sent {
  readonly id: Id;
  readonly call: PeerCall;
  readonly headers: Headers;
  /** Sees the answer's headers. */
  readonly onAnswer?: (answer: HttpAnswer) => void;
}

const COMMON: Headers = [
  ["accept", "application/json, text/event-stream"],
  ["content-type", "application/json"],
];
const NEVER = new AbortController().signal;
/** Longest silence after a word of the gateway's own. */
const QUIET_MS = 60_000;

let last = 0;

/** An id that no other request of this process has. */
export function nextId(): number {
  last = (last % Number.MAX_SAFE_INTEGER) + 1;
  return last;
}

/** Sends one request; throws UpstreamError. */
export async function exchange(line: Line, sent: Sent): Promise<Answer> {
  const { id, call, headers, onAnswer } = sent;
  const token = call.onProgress === null ? {} : { progressToken: id };
  const _meta = { ...fieldsIn(call.params, "_meta"), ...token };
  const params = Object.keys(_meta).length === 0 ? call.params : { ...call.params, _meta };
  const body = bytesOf({ jsonrpc: "2.0", id, method: call.method, params });
  const { idleMs } = call;
  const whole = [...COMMON, ...headers];
  const answer = await line.client.send({ method: "POST", headers: whole, body, signal: call.signal, idleMs });
  onAnswer?.(answer);
  if (answer.status === 404 && headers.some(([name]) => name === "mcp-session-id")) {
    await drop(answer);
    throw new SessionLost();
  }
  return isStream(answer) ? follow(line, sent, answer) : documentOf(line, answer);
}

/** Sends what needs no answer; throws UpstreamError. */
export async function tell({ client, server }: Line, message: Fields, headers: Headers): Promise<void> {
  const idleMs = server.patience.idle;
  const body = bytesOf(message);
  await drop(await client.send({ method: "POST", headers: [...COMMON, ...headers], body, signal: NEVER, idleMs }));
}

/** A call of the gateway's own: nobody hears how far it is, and nobody is asked. */
export function quiet(method: string, params: Fields = {}): PeerCall {
  return { method, params, capabilities: {}, signal: NEVER, idleMs: QUIET_MS, onProgress: null, ask: null };
}

/** What a server says of itself. */
export function helloOf(result: Fields, serverInfo: Fields): Hello {
  return { capabilities: fieldsIn(result, "capabilities"), serverInfo, instructions: textIn(result, "instructions") };
}

/** True for an answer that comes as events. */
export function isStream({ status, headers }: HttpAnswer): boolean {
  return status < 300 && (headerOf(headers, "content-type") ?? "").includes("event-stream");
}

/** Gives up an answer that nobody reads. */
export async function drop({ body }: HttpAnswer): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

/** The messages of a stream; throws UpstreamError when it breaks off. */
export async function* messagesOf({ body }: HttpAnswer): AsyncGenerator<Message, void, undefined> {
  const framer = new SseFramer();
  try {
    for await (const chunk of body) {
      for (const event of framer.push(chunk)) {
        const message = messageIn(event);
        if (message !== null && message.kind !== "unreadable") yield message;
      }
    }
  } catch (error) {
    if (error instanceof SseError) throw new UpstreamError("broken", error.message);
    throw error;
  }
}

async function documentOf({ maxAnswerBytes }: Line, answer: HttpAnswer): Promise<Answer> {
  if (answer.status === 401 || answer.status === 403) {
    await drop(answer);
    throw new UpstreamError("denied", `the server answered with status ${answer.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxAnswerBytes) throw new Misbehaved("answered with more than is taken");
  }
  const message = readMessage(Buffer.concat(chunks, size));
  if (message.kind === "answer") return message;
  throw noMessage(answer.status, message.kind === "unreadable" ? message.why : "it is no answer");
}

async function follow(line: Line, { id, call, headers }: Sent, answer: HttpAnswer): Promise<Answer> {
  for await (const message of messagesOf(answer)) {
    if (message.kind === "answer" && message.id === id) return message;
    if (message.kind === "notification") heed(message, call);
    if (message.kind === "request") void react(line, call, message, headers);
  }
  throw new Misbehaved("ended its answer before it was complete");
}

/** How far a call is. */
export function heed({ method, params }: Exclude<Message, Answer>, { onProgress }: PeerCall): void {
  if (method !== "notifications/progress") return;
  const { progressToken: _, ...progress } = params;
  onProgress?.(progress);
}

/** Answers a question of the server in the middle of a call; whether it hears is its own affair. */
export async function react(line: Line, call: PeerCall | null, request: Request, headers: Headers): Promise<void> {
  const answer = await reactionTo(call, request);
  await tell(line, answer, headers).catch((error: unknown) => {
    if (!(error instanceof UpstreamError)) throw error;
  });
}

async function reactionTo(call: PeerCall | null, { id, method, params }: Request): Promise<Fields> {
  if (method === "ping") return answerTo(id, { result: {}, error: null }).whole;
  const ask = call?.ask ?? null;
  if (ask === null) return errorTo(id, -32_601, "the gateway's client cannot be asked in the middle of a call");
  try {
    return answerTo(id, await ask(method, params)).whole;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return errorTo(id, -32_601, error.message);
  }
}
