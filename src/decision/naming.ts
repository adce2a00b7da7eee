/**
 * One name for a tool of a server that the gateway holds, wherever it appears: a client knows it under the label of its
 * own configuration, `client-mcp:github/get_issue` or, through the address of all servers, `client-mcp:gw/github__get_issue`;
 * policy speaks of `mcp:github/get_issue`. Clients write `_` for a character that they cannot say, and where pins tell what
 * the server calls its tools, that name is found again. A label proves nothing about who answers, so this decides what is granted, not
 * where a call goes.
 */
import { AGGREGATE } from "../model/aggregate.ts";
import { writtenByClients } from "../model/told.ts";
import type { TableServer } from "./table.ts";

type Named = Pick<TableServer, "name" | "pins">;
type Naming = (tool: string) => string;

const CLIENT = "client-mcp:";
const namings = new WeakMap<readonly Named[], Naming>();

/** What policy calls a tool that a client names. */
export function createNaming(servers: readonly Named[]): Naming {
  const known = namings.get(servers) ?? namingOf(servers);
  namings.set(servers, known);
  return known;
}

function namingOf(servers: readonly Named[]): Naming {
  if (servers.length === 0) return (tool) => tool;
  const written = new Map(servers.map(({ name, pins }) => [name, ownNames(pins)]));
  const nameAt = (server: string, tool: string) => `mcp:${server}/${written.get(server)!.get(tool) ?? tool}`;
  return (tool) => {
    if (!tool.startsWith(CLIENT)) return tool;
    const slash = tool.indexOf("/");
    const label = tool.slice(CLIENT.length, slash);
    const rest = tool.slice(slash + 1);
    if (written.has(label)) return nameAt(label, rest);
    const joint = label === AGGREGATE ? rest.indexOf("__") : -1;
    const server = joint < 0 ? null : rest.slice(0, joint);
    return server !== null && written.has(server) ? nameAt(server, rest.slice(joint + 2)) : tool;
  };
}

/** By what clients write, the server's own name of each pinned tool that has another; of two that are written alike none. */
function ownNames(pins: TableServer["pins"]): ReadonlyMap<string, string> {
  const names = (pins?.tools ?? []).map(([name]) => name);
  const found = new Map<string, string>();
  const alike = new Set<string>(names);
  for (const name of names) {
    const written = writtenByClients(name);
    if (written === name) continue;
    if (found.has(written)) alike.add(written);
    found.set(written, name);
  }
  for (const name of alike) found.delete(name);
  return found;
}
