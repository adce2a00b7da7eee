/**
 * A scripted provider on loopback. A test gives a script, a function from the turn to the step that answers it; the
 * provider speaks it in the form that was asked for (stream or document) and remembers every request byte for byte.
 * Requests that offer no tools are the client's side calls and get a fixed answer, unless the script wants them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  documentOf,
  errorDocument,
  frame,
  type Reply,
  type ReplyBlock,
  type ReplyUsage,
  streamFrames,
} from "./reply.ts";

/** A request as it came in. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The parts of a Messages body that scripts and assertions look at. */
export interface MessagesBody {
  readonly model: string;
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly system?: unknown;
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | readonly ContentBlock[];
  }[];
  readonly tools?: readonly { readonly name: string }[];
}

interface ContentBlock {
  readonly type: string;
  readonly text?: string;
  readonly content?: string | readonly ContentBlock[];
}

/** One model call, as a script sees it. */
export interface Turn {
  readonly body: MessagesBody;
  readonly received: Received;
  /** The newest text that a person (or a parent agent) wrote. */
  readonly human: string;
  /** How many times the model has answered since. */
  readonly index: number;
  /** Text of the newest tool result; empty when there is none. */
  readonly result: string;
  /** True when a subagent asks. */
  readonly subagent: boolean;
}

/** How the provider answers one model call. */
export type Step =
  | { readonly kind: "say"; readonly text: string; readonly usage?: ReplyUsage; readonly signature?: string }
  | { readonly kind: "call"; readonly name: string; readonly input: unknown; readonly signature?: string }
  /** A stream that begins as `whole` and then is cut off, ends early or says an error; a document is `whole`. */
  | { readonly kind: "break"; readonly whole: WholeStep; readonly how: "reset" | "end" | "error" }
  | {
      readonly kind: "fail";
      readonly status: number;
      readonly type: string;
      readonly message: string;
    };

export type WholeStep = Extract<Step, { kind: "say" | "call" }>;
export type Script = (turn: Turn) => Step | Promise<Step>;

export interface MockProvider extends AsyncDisposable {
  readonly url: string;
  /** Every request, in order of arrival. */
  readonly requests: readonly Received[];
  /** Bodies of the model calls among them (not counts, not probes). */
  readonly calls: readonly MessagesBody[];
}

const SMALL: ReplyUsage = { input: 100, output: 20, cacheRead: 0, cacheWrite: 0 };

/** The step of a plain answer. */
export function say(text: string): WholeStep {
  return { kind: "say", text };
}

/** The step of one tool call. */
export function call(name: string, input: unknown): WholeStep {
  return { kind: "call", name, input };
}

/** Starts a provider on an ephemeral port of loopback. */
export async function startProvider(script: Script): Promise<MockProvider> {
  const requests: Received[] = [];
  const calls: MessagesBody[] = [];
  const server = createServer((request, response) => {
    void receive(request).then((received) => {
      requests.push(received);
      respond(received, response, { script, calls });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    calls,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = "", url = "", headers } = request;
  return { method, path: url, headers, body: Buffer.concat(chunks) };
}

function respond(
  received: Received,
  response: ServerResponse,
  { script, calls }: { script: Script; calls: MessagesBody[] },
): void {
  const path = received.path.split("?")[0] ?? "";
  if (received.method === "HEAD") return void response.writeHead(200).end();
  if (path.endsWith("/v1/messages/count_tokens")) return void json(response, 200, '{"input_tokens":4321}');
  if (!path.endsWith("/v1/messages")) return void json(response, 404, errorDocument("not_found_error", "no such path"));
  const body = JSON.parse(received.body.toString("utf8")) as MessagesBody;
  calls.push(body);
  const number = calls.length;
  void Promise.resolve(script(turnOf(body, received))).then((step) => perform(step, { body, response, number }));
}

function perform(step: Step, at: { body: MessagesBody; response: ServerResponse; number: number }): void {
  const { body, response, number } = at;
  if (step.kind === "fail") return void json(response, step.status, errorDocument(step.type, step.message));
  const reply = replyOf(step.kind === "break" ? step.whole : step, body, number);
  if (body.stream !== true) return void json(response, 200, documentOf(reply));
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "request-id": `req_mock_${number}`,
  });
  const frames = streamFrames(reply, 7);
  if (step.kind !== "break") return void response.end(frames.join(""));
  // Start, block start, ping and two deltas have gone out when it breaks.
  response.write(frames.slice(0, 5).join(""), () => {
    if (step.how === "reset") response.destroy();
    else if (step.how === "end") response.end();
    else
      response.end(
        frame("error", {
          error: { type: "api_error", message: "the mock broke off" },
        }),
      );
  });
}

function json(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(text);
}

function replyOf(step: WholeStep, body: MessagesBody, number: number): Reply {
  const block: ReplyBlock =
    step.kind === "call"
      ? {
          type: "tool_use",
          id: `toolu_mock_${number}`,
          name: step.name,
          input: step.input,
        }
      : { type: "text", text: step.text };
  // With a signature the model has thought before it answers.
  const { signature } = step;
  const thought: ReplyBlock[] = signature === undefined ? [] : [{ type: "thinking", thinking: "hm", signature }];
  const usage = (step.kind === "say" ? step.usage : undefined) ?? SMALL;
  return {
    id: `msg_mock_${number}`,
    model: body.model,
    blocks: [...thought, block],
    usage,
  };
}

/** Reads a turn out of a Messages body: the newest human text, the answers since, the newest tool result. */
function turnOf(body: MessagesBody, received: Received): Turn {
  let human = "";
  let index = 0;
  let result = "";
  for (const message of body.messages) {
    if (message.role === "assistant") index += 1;
    if (message.role !== "user") continue;
    const blocks = blocksOf(message.content);
    const written = blocks.filter((block) => block.type === "text" && !/^\s*<system-reminder>/.test(block.text ?? ""));
    const results = blocks.filter((block) => block.type === "tool_result");
    for (const block of results) result = textOf(block.content ?? "");
    if (results.length > 0 || written.length === 0) continue;
    human = written.at(-1)?.text ?? "";
    index = 0;
    result = "";
  }
  return {
    body,
    received,
    human,
    index,
    result,
    subagent: "x-claude-code-agent-id" in received.headers,
  };
}

function blocksOf(content: string | readonly ContentBlock[]): readonly ContentBlock[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function textOf(content: string | readonly ContentBlock[]): string {
  return blocksOf(content)
    .map((block) => block.text ?? "")
    .join("\n");
}
