/**
 * The rules by which a real provider refuses a conversation that it would have to take apart: what may be referred to, what
 * may be forced, and that nothing before an answer's thinking has changed since. `faultOf` says which rule a body breaks;
 * `bindingOf` is the signature of the thinking in the answer to it. Nothing is remembered: a signature tells it all.
 */
import { createHash } from "node:crypto";

export interface StrictBody {
  readonly system?: unknown;
  readonly tools?: readonly StrictTool[];
  readonly tool_choice?: { readonly type: string; readonly name?: string };
  readonly mcp_servers?: readonly { readonly name: string }[];
  readonly messages: readonly StrictMessage[];
}

export interface StrictTool {
  readonly name?: string;
  readonly description?: string;
  readonly type?: string;
  readonly mcp_server_name?: string;
  readonly defer_loading?: boolean;
  readonly cache_control?: unknown;
}

export interface StrictMessage {
  readonly role: string;
  readonly content: string | readonly StrictBlock[];
}

export interface StrictBlock {
  readonly type: string;
  readonly text?: string;
  readonly id?: string;
  readonly tool_use_id?: string;
  readonly tool_name?: string;
  readonly signature?: string;
  readonly content?: string | readonly StrictBlock[] | StrictBlock;
  /** What a search of the provider's own found. */
  readonly tool_references?: readonly StrictBlock[];
  readonly tool?: { readonly type: string; readonly name?: string };
}

/** The client's own accounting line, which changes with every prompt and belongs to no prefix. */
const BILLING = /x-anthropic-billing-header/;

/** The rule that a body breaks, in a sentence; null when it is sound. */
export function faultOf(body: StrictBody): string | null {
  return (
    faultOfTools(body) ?? faultOfContent(body) ?? faultOfReferences(body) ?? faultOfTurns(body) ?? faultOfThinking(body)
  );
}

/** The signature of thinking in the answer to a body: it binds all that came before. */
export function bindingOf({ system, tools = [], messages }: StrictBody, before = messages.length): string {
  const heads = blocksOf(system as StrictMessage["content"]).filter(({ text }) => !BILLING.test(text ?? ""));
  const prefix = {
    system: heads,
    // A definition that is loaded late lies outside of what is bound.
    tools: tools.filter(({ defer_loading }) => defer_loading !== true),
    messages: messages.slice(0, before).map(({ role, content }) => ({ role, content: blocksOf(content) })),
  };
  const text = JSON.stringify(prefix, (key, value) => (key === "cache_control" ? undefined : value));
  return `bound-${createHash("sha256").update(text).digest("hex")}`;
}

function faultOfTools({ tools = [], tool_choice, mcp_servers = [] }: StrictBody): string | null {
  const names = tools.flatMap(({ name }) => name ?? []);
  if (new Set(names).size < names.length) return "tools: names must be unique";
  if (tools.length > 0 && tools.every(({ defer_loading }) => defer_loading === true)) {
    return "tools: at least one tool must not have defer_loading";
  }
  if (tools.some((tool) => tool.defer_loading === true && tool.cache_control !== undefined)) {
    return "tools: a tool with defer_loading cannot have cache_control";
  }
  if (tool_choice !== undefined && tools.length === 0) return "tool_choice: may only be given together with tools";
  if (tool_choice?.type === "tool" && !names.includes(tool_choice.name ?? "")) {
    return `tool_choice: tool ${tool_choice.name} is not in tools`;
  }
  const servers = mcp_servers.map(({ name }) => name).toSorted();
  const sets = tools.filter(({ type }) => type === "mcp_toolset").map((tool) => tool.mcp_server_name ?? "");
  return servers.join() === sets.toSorted().join()
    ? null
    : "mcp_servers: each needs one mcp_toolset, and the other way round";
}

function faultOfContent({ messages }: StrictBody): string | null {
  if (messages[0]?.role !== "user") return "messages: the first must be the user's";
  for (const [index, { content }] of messages.entries()) {
    const blocks = blocksOf(content);
    const inner = blocks.flatMap((block) => (block.type === "tool_result" ? blocksOf(block.content ?? "none") : []));
    const isEmpty =
      blocks.length === 0 || [...blocks, ...inner].some(({ type, text }) => type === "text" && text === "");
    if (isEmpty) return `messages.${index}: text content must not be empty`;
  }
  return null;
}

function faultOfReferences({ tools = [], messages }: StrictBody): string | null {
  const names = new Set(tools.map(({ name }) => name));
  const all = messages
    .flatMap(({ content }) => blocksOf(content))
    .flatMap((each) => [each, ...blocksOf(each.content ?? [])])
    .flatMap((each) => [each, ...(each.tool_references ?? [])]);
  for (const block of all) {
    const name = block.type === "tool_reference" ? block.tool_name : block.tool?.name;
    if (name !== undefined && !names.has(name)) return `messages: tool reference ${name} is not in tools`;
  }
  const hasCalls = all.some(({ type }) => type === "tool_use");
  return hasCalls && tools.length === 0 ? "tools: must be given when messages hold tool_use" : null;
}

function faultOfTurns({ messages }: StrictBody): string | null {
  // Words of the system may stand between a call and its result.
  const turns = messages.filter(({ role }) => role !== "system");
  for (const [index, { role, content }] of turns.entries()) {
    if (role !== "assistant") continue;
    const called = blocksOf(content).flatMap((each) => (each.type === "tool_use" ? [each.id] : []));
    const results = blocksOf(turns[index + 1]?.content ?? []).flatMap((each) => each.tool_use_id ?? []);
    if (called.toSorted().join() !== results.toSorted().join()) {
      return `messages: tool_use ${called} and tool_result ${results} do not belong together`;
    }
  }
  return null;
}

function faultOfThinking(body: StrictBody): string | null {
  for (const [index, { role, content }] of body.messages.entries()) {
    if (role !== "assistant") continue;
    for (const { type, signature } of blocksOf(content)) {
      if (type === "thinking" && signature !== bindingOf(body, index)) {
        return `messages.${index}: thinking is bound to another beginning of the conversation`;
      }
    }
  }
  return null;
}

function blocksOf(content: StrictBlock["content"]): readonly StrictBlock[] {
  if (content === undefined) return [];
  if (typeof content === "string") return [{ type: "text", text: content }];
  return "type" in content ? [content] : content;
}
