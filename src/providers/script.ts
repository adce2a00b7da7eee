/** What the simulated provider says: reads as much of a request as it needs, and chooses the blocks of the answer. */

/** As much of a Messages request as the simulation looks at. */
export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly tools: readonly string[];
  /** The newest human text; empty when the newest user message brings results of tools. */
  readonly text: string;
  /** What the newest results of tools say; null when there are none. */
  readonly result: string | null;
  readonly inputTokens: number;
}

export type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: object };

const BYTES_PER_TOKEN = 4;
const ECHO_LENGTH = 200;

/** Reads a request; null when it is none. */
export function readAsked(body: Uint8Array): Asked | null {
  const root = parsed(body);
  if (root === null || typeof root.model !== "string" || !Array.isArray(root.messages)) return null;
  const newest = content(root.messages.filter(isRecord).findLast((message) => message.role === "user")?.content);
  const results = newest.filter((block) => block.type === "tool_result");
  const texts = newest.filter((block) => block.type === "text").map((block) => String(block.text));
  return {
    model: root.model,
    stream: root.stream === true,
    tools: list(root.tools).map((tool) => String(tool.name)),
    text: results.length > 0 ? "" : (texts.at(-1) ?? ""),
    result: results.length > 0 ? results.map(resultText).join("\n") : null,
    inputTokens: Math.max(1, Math.ceil(body.length / BYTES_PER_TOKEN)),
  };
}

/** The blocks that answer a request; `id` names a tool call, if there is one. */
export function answerTo(asked: Asked, id: string): Block[] {
  if (asked.result !== null) return [say(`The tool answered: ${short(asked.result)}`)];
  const call = /^\s*use tool (\S+)\s*(\{.*\})?\s*$/m.exec(asked.text);
  const name = call?.[1];
  if (name === undefined) return [say(`You said: ${short(asked.text)}`)];
  if (!asked.tools.includes(name)) return [say(`I was not offered a tool named ${name}.`)];
  const input = parsed(Buffer.from(call?.[2] ?? "{}"));
  if (input === null) return [say(`The input for ${name} is not a JSON object.`)];
  return [say(`I call ${name}.`), { type: "tool_use", id, name, input }];
}

function say(text: string): Block {
  return { type: "text", text };
}

function short(text: string): string {
  const line = text.trim();
  return line.length > ECHO_LENGTH ? `${line.slice(0, ECHO_LENGTH)}…` : line;
}

function resultText(block: Record<string, unknown>): string {
  return content(block.content)
    .map((part) => String(part.text ?? ""))
    .join("");
}

function content(value: unknown): Record<string, unknown>[] {
  return typeof value === "string" ? [{ type: "text", text: value }] : list(value);
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function parsed(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
