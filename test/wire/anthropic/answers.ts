/** Answers for tests: streams as a provider sends them, their non-streaming twins, and what a client makes of either. */
import type { Growth } from "../../../src/decision/growing.ts";
import type { AnswerReport, AnswerRules, Withheld } from "../../../src/wire/anthropic/answer.ts";
import { watchStream } from "../../../src/wire/anthropic/stream.ts";

export interface Block {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** An event as a provider writes it. */
export function event(name: string, data: unknown, newline = "\n"): string {
  return `event: ${name}${newline}data: ${typeof data === "string" ? data : JSON.stringify(data)}${newline}${newline}`;
}

const USAGE = {
  input_tokens: 12,
  cache_read_input_tokens: 34,
  cache_creation_input_tokens: 7,
  cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 5 },
  output_tokens: 1,
};

export const START = event("message_start", {
  type: "message_start",
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
export const PING = event("ping", { type: "ping" });
export const STOP = event("message_stop", { type: "message_stop" });

export function blockStart(index: number, content_block: Block): string {
  return event("content_block_start", { type: "content_block_start", index, content_block });
}

export function blockDelta(index: number, delta: Block): string {
  return event("content_block_delta", { type: "content_block_delta", index, delta });
}

export function blockStop(index: number): string {
  return event("content_block_stop", { type: "content_block_stop", index });
}

export function messageDelta(stop_reason: string, output_tokens = 56): string {
  const delta = { stop_reason, stop_sequence: null };
  return event("message_delta", { type: "message_delta", delta, usage: { output_tokens } });
}

/** A text block that comes in these parts. */
export function textBlock(index: number, ...parts: readonly string[]): string {
  const deltas = parts.map((text) => blockDelta(index, { type: "text_delta", text }));
  return blockStart(index, { type: "text", text: "" }) + deltas.join("") + blockStop(index);
}

/** A call whose input comes in these parts. */
export function callBlock(index: number, name: string, ...parts: readonly string[]): string {
  const deltas = parts.map((partial_json) => blockDelta(index, { type: "input_json_delta", partial_json }));
  const start = blockStart(index, { type: "tool_use", id: `toolu_${index}`, name, input: {} });
  return start + deltas.join("") + blockStop(index);
}

/** Where the statement stands that withholds a call. */
export const LINE = "a.policy:7";

/** Rules that grant everything and look for nothing, but for what is given. */
export function rulesOf({
  granted = () => true,
  ...given
}: Partial<AnswerRules> & { readonly granted?: (tool: string) => boolean } = {}): AnswerRules {
  const withheld = (tool: string): Withheld => ({
    sentence: `[${tool} is not granted]`,
    reason: "tool",
    origin: LINE,
  });
  return {
    withheld: (tool) => (granted(tool) ? null : withheld(tool)),
    judges: () => false,
    judge: () => ({ withheld: null, observed: null }),
    count: () => null,
    passed: () => null,
    spoiled: (tool, why) => `[${tool} is withheld: ${why}]`,
    scanner: null,
    memory: null,
    verdict: ({ guardrail }, value) =>
      guardrail === 0
        ? { kind: "redact", replacement: `[[${value.length}]]`, restore: false }
        : { kind: "reject", message: "[blocked by no-orders]" },
    stays: () => false,
    growth: given.scanner != null && "growth" in given.scanner ? (given.scanner.growth as Growth) : null,
    overlong: ({ pattern }) => `[${pattern} is too long]`,
    ...given,
  };
}

export interface Watched {
  readonly sent: string;
  readonly chunks: readonly Uint8Array[];
  readonly report: AnswerReport;
}

/** Sends chunks through a watcher, until a rule has seen enough, and ends it. */
export function watch(
  chunks: readonly (string | Uint8Array)[],
  rules: AnswerRules,
  fault: string | null = null,
): Watched {
  const watcher = watchStream(rules);
  const sent: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (!watcher.over) sent.push(...watcher.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk));
  }
  sent.push(...watcher.end(fault));
  return { sent: Buffer.concat(sent).toString(), chunks: sent, report: watcher.report() };
}

export interface Visible {
  readonly content: readonly Block[];
  readonly stop: unknown;
  readonly error: unknown;
}

/** What a client has at the end of a stream; throws where it breaks the protocol. */
export function visibleIn(stream: string): Visible {
  const blocks = new Map<number, { block: Record<string, unknown>; json: string; open: boolean }>();
  let stop: unknown = null;
  let error: unknown = null;
  let ended = false;
  for (const chunk of stream.split(/\r?\n\r?\n/)) {
    // An expression would take U+2028 for the end of a line.
    const lines = chunk.split(/\r?\n/);
    const name = lines.find((line) => line.startsWith("event: "))?.slice("event: ".length);
    const text = lines.find((line) => line.startsWith("data: "))?.slice("data: ".length);
    if (name === undefined || text === undefined || name === "ping") continue;
    if (ended) throw new Error(`${name} after the end`);
    const data = JSON.parse(text);
    if (data.type !== name) throw new Error(`event ${name} holds ${data.type}`);
    const known = blocks.get(data.index);
    if (name === "content_block_start") {
      if (known !== undefined) throw new Error("a block began twice");
      blocks.set(data.index, { block: { ...data.content_block }, json: "", open: true });
    } else if (name === "content_block_delta") {
      if (!known?.open) throw new Error("a delta outside a block");
      if (data.delta.type === "text_delta") known.block.text = `${known.block.text}${data.delta.text}`;
      else if (data.delta.type === "input_json_delta") known.json += data.delta.partial_json;
      else known.block[data.delta.type] = `${known.block[data.delta.type] ?? ""}${JSON.stringify(data.delta)}`;
    } else if (name === "content_block_stop") {
      if (!known?.open) throw new Error("a block ended twice");
      known.open = false;
      if (known.json !== "") known.block.input = JSON.parse(known.json);
    } else if (name === "message_delta") stop = data.delta.stop_reason;
    else if (name === "error") error = data.error;
    ended = name === "message_stop" || name === "error";
  }
  if (error === null && [...blocks.values()].some(({ open }) => open)) throw new Error("a block stays open");
  const content = [...blocks].sort(([a], [b]) => a - b).map(([, { block }]) => block as Block);
  return { content, stop, error };
}
