/** Where a request goes: `/mcp/NAME` to one server of the policy, `/mcp` to all of them together. */
import type { Table, TableServer } from "../../decision/table.ts";

/** All servers together, where one is expected; its name is nobody's. */
const ALL: TableServer = {
  name: "",
  reach: { kind: "stdio", command: [], env: [] },
  patience: { idle: 120_000, total: 1_800_000 },
  may: [],
  pins: null,
  origin: { place: "", text: "" },
};

/** True for the paths under which servers of tools are reached, whether or not there is one. */
export function isOfTools(path: string): boolean {
  return /^\/mcp(?:\/|$)/.test(path);
}

/** The server that a path leads to; null when there is none. */
export function placeOf(path: string, table: Table): TableServer | null {
  const [, name] = /^\/mcp(?:\/([^/]+))?\/?$/.exec(path) ?? [null, null];
  if (name === undefined) return table.servers.length === 0 ? null : ALL;
  return table.servers.find((server) => server.name === name) ?? null;
}

/** Whether this stands for all servers together. */
export function isAll(server: TableServer): boolean {
  return server === ALL;
}
