/** Calls of tools as blocks have them, on either way: by their names, with who carries them out. */
import { nameOfServed, nameOfTool } from "./names.ts";

/** A block that calls a tool: `tool_use` for the client, the others for the provider itself. */
export interface CallingBlock {
  readonly type: "tool_use" | "server_tool_use" | "mcp_tool_use";
  readonly name: string;
  /** The name of the connector's server, as `mcp_servers` gives it; null but for `mcp_tool_use`. */
  readonly server: string | null;
}

/** True for the type of a block that calls a tool. */
export function isCalling(type: string): type is CallingBlock["type"] {
  return type === "tool_use" || type === "server_tool_use" || type === "mcp_tool_use";
}

/** Canonical name of what a block calls; `hosts` gives the connector of every server in `mcp_servers`. */
export function nameOfCall({ type, name, server }: CallingBlock, hosts: ReadonlyMap<string, string>): string {
  switch (type) {
    case "tool_use":
      return nameOfTool(name);
    case "server_tool_use":
      return nameOfServed(name);
    case "mcp_tool_use":
      // Where the request does not name the server any more, its label is all that is known.
      return hosts.get(server ?? "") ?? `connector:${(server ?? "").replace(/[^A-Za-z0-9.-]/g, "?")}`;
    default:
      return type satisfies never;
  }
}
