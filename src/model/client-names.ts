/** How clients name a tool of a server of tools in what they send to a model: under the label of their own configuration. */
import { AGGREGATE } from "./aggregate.ts";

/** Longest name of a tool that the API takes. */
export const LONGEST_TOOL_NAME = 64;

/** The name of a tool whose server a client knows under this label. */
export function nameForClients(label: string, tool: string): string {
  return `mcp__${label}__${tool}`;
}

/** The name of the same tool behind the address of all servers. */
export function nameBehindAll(server: string, tool: string): string {
  return nameForClients(AGGREGATE, `${server}__${tool}`);
}
