/** Answers of a scripted provider in the Messages format, and readers of what comes back. */
import type { ServerResponse } from "node:http";

export const USAGE = {
  input_tokens: 100,
  cache_creation_input_tokens: 20,
  cache_read_input_tokens: 3_000,
  output_tokens: 1,
};

/** One SSE event. */
export function sse(type: string, fields: Record<string, unknown> = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** The beginning of a streamed answer. */
export const START = sse("message_start", {
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [],
    stop_reason: null,
    usage: USAGE,
  },
});

/** A text block, one delta for each piece. */
export function textBlock(index: number, ...pieces: string[]): string {
  const deltas = pieces.map((text) => sse("content_block_delta", { index, delta: { type: "text_delta", text } }));
  const start = sse("content_block_start", { index, content_block: { type: "text", text: "" } });
  return `${start}${deltas.join("")}${sse("content_block_stop", { index })}`;
}

/** A tool call. */
export function toolBlock(index: number, name: string, input: unknown): string {
  const content_block = { type: "tool_use", id: `toolu_${index}`, name, input: {} };
  const delta = { type: "input_json_delta", partial_json: JSON.stringify(input) };
  return (
    sse("content_block_start", { index, content_block }) +
    sse("content_block_delta", { index, delta }) +
    sse("content_block_stop", { index })
  );
}

/** The end of a streamed answer. */
export function finish(stop_reason: string, output_tokens = 50): string {
  const delta = { stop_reason, stop_sequence: null };
  return sse("message_delta", { delta, usage: { output_tokens } }) + sse("message_stop");
}

/** A whole answer in one document. */
export function message(content: unknown[], stop_reason = "end_turn"): string {
  return JSON.stringify({
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content,
    stop_reason,
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 50 },
  });
}

export function sendStream(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_up" });
  response.end(text);
}

export function sendDocument(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, { "content-type": "application/json", "request-id": "req_up" });
  response.end(text);
}

/** The events of a stream, parsed. */
export function eventsOf(text: string): { type: string; [field: string]: unknown }[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ""));
}

/** All text of a stream. */
export function textOf(stream: string): string {
  return eventsOf(stream)
    .map((event) => (event.delta as { text?: string } | undefined)?.text ?? "")
    .join("");
}
