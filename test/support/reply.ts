/**
 * What a provider answers, in the Messages format: one reply said as a stream of server-sent events and as its
 * non-streaming twin. The mock provider of the client tests and the provider of the bench both speak through this file.
 */

/** Tokens of one reply, as the Messages format counts them. */
export interface ReplyUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export type ReplyBlock =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "thinking";
      readonly thinking: string;
      readonly signature: string;
    }
  | {
      readonly type: "tool_use";
      readonly id: string;
      readonly name: string;
      readonly input: unknown;
    };

export interface Reply {
  readonly id: string;
  readonly model: string;
  readonly blocks: readonly ReplyBlock[];
  readonly usage: ReplyUsage;
}

/** One server-sent event, framed as Anthropic frames it. */
export function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify({ type: event, ...data })}\n\n`;
}

/** The reply as the events of a stream, in order; text and tool input are cut into deltas of `cut` characters. */
export function streamFrames(reply: Reply, cut: number): string[] {
  const frames = [
    frame("message_start", {
      message: { ...shell(reply), usage: usageOf(reply.usage, 1) },
    }),
  ];
  reply.blocks.forEach((block, index) => {
    frames.push(frame("content_block_start", { index, content_block: opening(block) }));
    if (index === 0) frames.push(frame("ping", {}));
    for (const delta of deltas(block, cut)) frames.push(frame("content_block_delta", { index, delta }));
    frames.push(frame("content_block_stop", { index }));
  });
  const delta = { stop_reason: stopReason(reply), stop_sequence: null };
  frames.push(
    frame("message_delta", {
      delta,
      usage: { output_tokens: reply.usage.output },
    }),
  );
  frames.push(frame("message_stop", {}));
  return frames;
}

/** The reply as one JSON document. */
export function documentOf(reply: Reply): string {
  return JSON.stringify({
    ...shell(reply),
    content: reply.blocks,
    stop_reason: stopReason(reply),
    usage: usageOf(reply.usage, reply.usage.output),
  });
}

/** An error in the Messages format. */
export function errorDocument(type: string, message: string): string {
  return JSON.stringify({ type: "error", error: { type, message } });
}

function shell(reply: Reply): object {
  return {
    id: reply.id,
    type: "message",
    role: "assistant",
    model: reply.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
}

function stopReason(reply: Reply): string {
  return reply.blocks.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn";
}

function usageOf(usage: ReplyUsage, output: number): object {
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWrite,
      ephemeral_1h_input_tokens: 0,
    },
    output_tokens: output,
    service_tier: "standard",
  };
}

function opening(block: ReplyBlock): object {
  switch (block.type) {
    case "text":
      return { type: "text", text: "" };
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "tool_use":
      return { type: "tool_use", id: block.id, name: block.name, input: {} };
    default:
      return block satisfies never;
  }
}

function deltas(block: ReplyBlock, cut: number): object[] {
  switch (block.type) {
    case "text":
      return pieces(block.text, cut).map((text) => ({
        type: "text_delta",
        text,
      }));
    case "thinking":
      return [
        ...pieces(block.thinking, cut).map((thinking) => ({
          type: "thinking_delta",
          thinking,
        })),
        { type: "signature_delta", signature: block.signature },
      ];
    case "tool_use":
      return pieces(JSON.stringify(block.input), cut).map((part) => ({
        type: "input_json_delta",
        partial_json: part,
      }));
    default:
      return block satisfies never;
  }
}

function pieces(text: string, cut: number): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += cut) found.push(text.slice(at, at + cut));
  return found;
}
