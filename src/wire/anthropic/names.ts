/**
 * Canonical names of tools, as policy writes them, out of the names that the Messages API uses. Whatever is not known
 * becomes `unknown:…`, which no policy can grant. read.ts names what a request offers, answer.ts what an answer calls.
 */

/** What of an offered tool decides its name; null where the entry has no such member. */
export interface ToolEntry {
  readonly type: string | null;
  readonly name: string | null;
  /** `mcp_server_name` of a toolset. */
  readonly server: string | null;
}

/** Families that the client executes: granted by the name that the client gives. */
const CLIENT_FAMILIES: ReadonlySet<string> = new Set(["bash", "text_editor", "memory", "computer"]);
/** Families that the provider executes. */
const SERVER_FAMILIES: ReadonlySet<string> = new Set([
  "web_search",
  "web_fetch",
  "code_execution",
  "advisor",
  "tool_search_tool_regex",
  "tool_search_tool_bm25",
]);

/** Letters that a tool's name may have; anything else could be taken for another name space. */
const PLAIN = /^[A-Za-z0-9_.-]{1,256}$/;
const MCP = /^mcp__(.+?)__(.+)$/;
/** An address whose host every reader finds in the same place: names, `@` and backslashes before it are read differently. */
const PLAIN_URL = /^https?:\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::\d{1,5})?(?:[/?#]|$)/i;

/** Canonical name of a tool that an answer calls, or that a request mentions by name. */
export function nameOfTool(name: string): string {
  if (!PLAIN.test(name)) return unknown(name);
  if (!name.startsWith("mcp__")) return name;
  const parts = MCP.exec(name);
  return parts === null ? unknown(name) : `client-mcp:${parts[1]}/${parts[2]}`;
}

/** Canonical name of an entry of `tools`; `hosts` gives the connector of every server in `mcp_servers`. */
export function nameOfEntry(entry: ToolEntry, hosts: ReadonlyMap<string, string>): string {
  if (entry.type === null || entry.type === "custom")
    return entry.name === null ? unknown("tool") : nameOfTool(entry.name);
  if (entry.type === "mcp_toolset") return hosts.get(entry.server ?? "") ?? unknown(entry.type);
  const family = entry.type.replace(/_\d{8}$/, "");
  if (SERVER_FAMILIES.has(family)) return `server:${family}`;
  if (CLIENT_FAMILIES.has(family) && entry.name !== null) return nameOfTool(entry.name);
  return unknown(entry.type);
}

/** Canonical name of a tool that the provider itself carries out, by the name that its call has. */
export function nameOfServed(name: string): string {
  const family = name.replace(/^(?:bash|text_editor)_(?=code_execution$)/, "");
  return SERVER_FAMILIES.has(family) ? `server:${family}` : unknown(name);
}

/** Canonical name of an entry of `mcp_servers`, by the host of its address. */
export function nameOfServer(url: string | null): string {
  const host = PLAIN_URL.exec(url ?? "")?.[1]?.toLowerCase();
  return host !== undefined && URL.parse(url ?? "")?.hostname === host ? `connector:${host}` : unknown("mcp_servers");
}

/** True for a tool that the provider carries out by itself: there is no call at which it could be withheld. */
export function isBeyondReach(tool: string): boolean {
  return /^(?:server|connector|unknown):/.test(tool);
}

/** Shown in messages and records, so it keeps only harmless letters and a sane length. */
function unknown(word: string): string {
  return `unknown:${word.slice(0, 64).replace(/[^A-Za-z0-9_.:/-]/g, "?")}`;
}
