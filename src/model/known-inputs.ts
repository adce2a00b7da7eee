/**
 * What tools are called with: those of servers as their locks say, and those that no server describes: those of Claude Code up to version 2.1.330, and the settings of
 * Anthropic's server tools, which stand in the request. Clients add fields, so this is what is known and not all there may be.
 */
import { type JsonType, type Shape, shapeOf } from "./input-shape.ts";
import type { Lock } from "./lock.ts";

type Fields = Readonly<Record<string, JsonType>>;

const FIELDS: Readonly<Record<string, Fields>> = {
  Bash: {
    command: "string",
    description: "string",
    timeout: "number",
    run_in_background: "boolean",
    dangerouslyDisableSandbox: "boolean",
  },
  Read: { file_path: "string", offset: "number", limit: "number", pages: "string" },
  Write: { file_path: "string", content: "string" },
  Edit: { file_path: "string", old_string: "string", new_string: "string", replace_all: "boolean" },
  NotebookEdit: {
    notebook_path: "string",
    cell_id: "string",
    new_source: "string",
    cell_type: "string",
    edit_mode: "string",
  },
  Glob: { pattern: "string", path: "string" },
  WebFetch: { url: "string", prompt: "string" },
  WebSearch: { query: "string", allowed_domains: "array", blocked_domains: "array" },
  "server:web_search": {
    max_uses: "number",
    allowed_domains: "array",
    blocked_domains: "array",
    user_location: "object",
  },
  "server:web_fetch": {
    max_uses: "number",
    allowed_domains: "array",
    blocked_domains: "array",
    citations: "object",
    max_content_tokens: "number",
  },
};

/** The inputs of pinned tools, by the names that policies give them. */
export function pinnedInputs(locks: readonly Lock[]): ReadonlyMap<string, Shape> {
  const pinned = locks.flatMap(({ server, tools }) => tools.map((tool) => ({ server, tool })));
  return new Map(
    pinned.map(({ server, tool }) => {
      const { inputSchema } = JSON.parse(tool.definition) as { readonly inputSchema?: unknown };
      return [`mcp:${server}/${tool.name}`, shapeOf(inputSchema)];
    }),
  );
}

/** What is known of the input of a tool by its name; null for nothing. */
export function knownInput(tool: string): Shape | null {
  const fields = Object.hasOwn(FIELDS, tool) ? FIELDS[tool]! : null;
  if (fields === null) return null;
  const properties = Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, { type }]));
  return shapeOf({ type: "object", properties });
}
