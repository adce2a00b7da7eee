/**
 * The provider kind `simulated`: answers by itself in the Messages format, so that a gateway can be tried without any
 * account. Same request, same answer. It says back what it was told, and calls an offered tool when a line of the newest
 * user text asks for it: `use tool NAME {json}`. script.ts decides what to say; this file puts it on the wire.
 */
import { createHash } from "node:crypto";
import type { Answer, Outgoing, Provider } from "./provider.ts";
import { type Asked, answerTo, type Block, readAsked } from "./script.ts";

/** Makes the simulated provider of that name. */
export function createSimulated(name: string): Provider {
  return {
    name,
    check() {},
    async send(request) {
      const id = createHash("sha256").update(request.body).digest("hex").slice(0, 24);
      return reply(request, id);
    },
  };
}

function reply(request: Outgoing, id: string): Answer {
  const asked = readAsked(request.body);
  if (asked === null) return failure(400, "invalid_request_error", "the body is not a Messages request", id);
  const [path] = request.path.split("?");
  if (path === "/v1/messages/count_tokens") return json(200, { input_tokens: asked.inputTokens }, id);
  if (path !== "/v1/messages") return failure(404, "not_found_error", "no such endpoint", id);
  const blocks = answerTo(asked, `toolu_sim_${id}`);
  return asked.stream ? streamed(asked, blocks, id) : json(200, message(asked, blocks, id), id);
}

function failure(status: number, type: string, message: string, id: string): Answer {
  return json(status, { type: "error", error: { type, message } }, id);
}

function json(status: number, value: unknown, id: string): Answer {
  const bytes = Buffer.from(JSON.stringify(value));
  return {
    status,
    headers: [
      ["content-type", "application/json"],
      ["content-length", String(bytes.length)],
      ["request-id", `req_sim_${id}`],
    ],
    body: sequence([bytes]),
  };
}

function message(asked: Asked, blocks: readonly Block[], id: string) {
  return {
    id: `msg_sim_${id}`,
    type: "message",
    role: "assistant",
    model: asked.model,
    content: blocks,
    stop_reason: stopReason(blocks),
    stop_sequence: null,
    usage: usage(asked, outputTokens(blocks)),
  };
}

function streamed(asked: Asked, blocks: readonly Block[], id: string): Answer {
  return {
    status: 200,
    headers: [
      ["content-type", "text/event-stream; charset=utf-8"],
      ["cache-control", "no-cache"],
      ["request-id", `req_sim_${id}`],
    ],
    body: sequence([...events(asked, blocks, id)]),
  };
}

function* events(asked: Asked, blocks: readonly Block[], id: string): Generator<Buffer> {
  const start = { ...message(asked, [], id), stop_reason: null, usage: usage(asked, 1) };
  yield event("message_start", { message: start });
  yield event("ping", {});
  for (const [index, block] of blocks.entries()) yield* blockEvents(index, block);
  const delta = { stop_reason: stopReason(blocks), stop_sequence: null };
  yield event("message_delta", { delta, usage: { output_tokens: outputTokens(blocks) } });
  yield event("message_stop", {});
}

function* blockEvents(index: number, block: Block): Generator<Buffer> {
  const opening = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
  yield event("content_block_start", { index, content_block: opening });
  for (const piece of pieces(block)) yield event("content_block_delta", { index, delta: piece });
  yield event("content_block_stop", { index });
}

function pieces(block: Block): { type: string; text?: string; partial_json?: string }[] {
  if (block.type === "text") {
    return (block.text.match(/\S*\s*/gu) ?? []).filter(Boolean).map((text) => ({ type: "text_delta", text }));
  }
  const whole = JSON.stringify(block.input);
  const half = Math.ceil(whole.length / 2);
  return [whole.slice(0, half), whole.slice(half)].map((part) => ({ type: "input_json_delta", partial_json: part }));
}

function event(type: string, fields: object): Buffer {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
}

function stopReason(blocks: readonly Block[]): string {
  return blocks.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn";
}

function outputTokens(blocks: readonly Block[]): number {
  return Math.max(1, Math.ceil(JSON.stringify(blocks).length / 4));
}

function usage(asked: Asked, output: number) {
  return {
    input_tokens: asked.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
  };
}

async function* sequence(chunks: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
