/**
 * One name for a tool of a server that the gateway holds, wherever it appears: a client knows it under the label of its
 * own configuration, `client-mcp:github/get_issue` or, through the address of all servers, `client-mcp:gw/github__get_issue`;
 * policy speaks of `mcp:github/get_issue`. A label proves nothing about who answers, so this decides what is granted, not
 * where a call goes.
 */
import { AGGREGATE } from "../model/aggregate.ts";
import type { TableServer } from "./table.ts";

const CLIENT = "client-mcp:";

/** What policy calls a tool that a client names. */
export function createNaming(servers: readonly Pick<TableServer, "name">[]): (tool: string) => string {
  if (servers.length === 0) return (tool) => tool;
  const names = new Set(servers.map(({ name }) => name));
  return (tool) => {
    if (!tool.startsWith(CLIENT)) return tool;
    const slash = tool.indexOf("/");
    const label = tool.slice(CLIENT.length, slash);
    const rest = tool.slice(slash + 1);
    if (names.has(label)) return `mcp:${label}/${rest}`;
    const joint = label === AGGREGATE ? rest.indexOf("__") : -1;
    const server = joint < 0 ? null : rest.slice(0, joint);
    return server !== null && names.has(server) ? `mcp:${server}/${rest.slice(joint + 2)}` : tool;
  };
}
