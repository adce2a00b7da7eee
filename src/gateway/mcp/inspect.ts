/** What a server offers at this moment, as the gateway sees it when it asks for itself: definitions of tools, instructions. */
import type { TableServer } from "../../decision/table.ts";
import type { McpServer, McpServers } from "../../providers/mcp.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { type Fields, isFields, textIn } from "../../wire/mcp/message.ts";
import type { EraBook } from "./eras.ts";
import { quiet } from "./http-exchange.ts";
import type { Peer } from "./peer.ts";
import type { OnChange } from "./program-peer.ts";
import { type ProgramPeers, programPeer } from "./program-peers.ts";
import type { Upstreams } from "./session-peer.ts";
import { createStatelessPeer } from "./stateless-peer.ts";

/** How servers are reached. */
export interface Means {
  readonly servers: McpServers;
  readonly eras: EraBook;
  readonly upstreams: Upstreams;
  readonly programs: ProgramPeers;
  readonly maxAnswerBytes: number;
  /** Told when the server says that one of its lists changed. */
  readonly onChange: (server: string, change: Parameters<OnChange>[0], client: McpServer) => void;
}

/** A tool as its server defines it. */
export type Definition = Fields & { readonly name: string };

/** What a server offers. */
export interface Offered {
  readonly tools: readonly Definition[];
  readonly instructions: string | null;
}

/** A list that goes on for longer than this has no end. */
const MOST_PAGES = 64;

/** Asks a server what it offers. Throws UpstreamError. */
export async function inspect(server: TableServer, means: Means): Promise<Offered> {
  const peer = await ownPeer(server, means);
  const { instructions, capabilities } = await peer.hello();
  return { tools: "tools" in capabilities ? await toolsOf(peer) : [], instructions };
}

async function toolsOf(peer: Peer): Promise<Definition[]> {
  const tools = new Map<string, Definition>();
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { result } = await peer.call(quiet("tools/list", cursor === null ? {} : { cursor }));
    if (result === null || !Array.isArray(result.tools))
      throw new UpstreamError("broken", "it does not list its tools");
    for (const tool of result.tools) if (isDefinition(tool)) tools.set(tool.name, tool);
    cursor = textIn(result, "nextCursor");
    if (cursor === null) return [...tools.values()];
  }
  throw new UpstreamError("broken", "its list of tools has no end");
}

function isDefinition(tool: Fields[string]): tool is Definition {
  return isFields(tool) && textIn(tool, "name") !== null;
}

/** The name under which the gateway has sessions of its own; no key can be called so. */
const ITSELF = "(gateway)";

async function ownPeer(server: TableServer, means: Means): Promise<Peer> {
  const client = means.servers.open(server);
  const onChange: OnChange = (change) => means.onChange(server.name, change, client);
  if (client.kind === "program") return programPeer(client, means.programs, onChange);
  const line = { server, client, maxAnswerBytes: means.maxAnswerBytes };
  const eras = await means.eras.of(server, client);
  if (eras.has("stateless")) return createStatelessPeer(line);
  return means.upstreams.peer(line, { name: ITSELF, capabilities: {}, onChange });
}
