/**
 * All servers behind one address, as one peer: its lists are theirs joined, and what one of them cannot say now is missing
 * until it can: one that hangs, or takes long to start, keeps nobody from the others. Calls never come here: they go to the
 * one server that their name tells.
 */

import type { TableServer } from "../../decision/table.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { jointList } from "../../wire/mcp/joint.ts";
import { LISTINGS } from "../../wire/mcp/lists.ts";
import { errorTo, type Fields, textIn, type Value } from "../../wire/mcp/message.ts";
import { GATEWAY } from "./http-exchange.ts";
import { inTime } from "./in-time.ts";
import type { Change } from "./listeners.ts";
import type { Peer, PeerCall } from "./peer.ts";

/** A server, and the peer to talk to it. */
export interface Member {
  readonly server: TableServer;
  /** Throws UpstreamError. */
  readonly peer: () => Promise<Peer>;
  /** Told, with every whole list of tools, the server's names for those that clients could not say here. */
  readonly onLeftOut: (tools: readonly string[]) => void;
  /** Told when a list is there that was not waited for any more. */
  readonly onLate: (change: Change) => void;
}

const CHANGE_OF: Readonly<Record<string, Change>> = {
  "tools/list": "toolsListChanged",
  "prompts/list": "promptsListChanged",
  "resources/list": "resourcesListChanged",
  "resources/templates/list": "resourcesListChanged",
};

/** More pages of one list than this are not asked for. */
const MOST_PAGES = 64;

const CAPABILITIES: Fields = { tools: {}, prompts: {}, resources: {}, completions: {} };

/** The peer that joins the members. */
export function joined(members: readonly Member[]): Peer {
  return {
    asksInCalls: false,
    async hello() {
      const texts = await Promise.all(members.map((member) => inTime(instructionsOf(member), () => {})));
      const instructions = texts.filter((text) => text !== null).join("\n\n");
      return {
        capabilities: CAPABILITIES,
        serverInfo: GATEWAY,
        instructions: instructions === "" ? null : instructions,
      };
    },
    async call(call) {
      const listing = LISTINGS[call.method];
      if (listing === undefined) return { result: null, error: errorTo(null, -32_601, "").error as Fields };
      const change = CHANGE_OF[call.method]!;
      const lists = await Promise.all(
        members.map((member) => inTime(listOf(member, call), () => member.onLate(change))),
      );
      if (members.length > 0 && lists.every((list) => list === null)) {
        throw new UpstreamError("connect", "none of the servers can be reached");
      }
      return { result: { [listing.member]: lists.flatMap((list) => list ?? []) }, error: null };
    },
  };
}

async function instructionsOf({ server, peer }: Member): Promise<string | null> {
  try {
    const { instructions } = await (await peer()).hello();
    return instructions === null ? null : `${server.name}: ${instructions}`;
  } catch (error) {
    if (error instanceof UpstreamError) return null;
    throw error;
  }
}

/** All pages of a server's list; null when it cannot be reached. */
async function listOf({ server, peer, onLeftOut }: Member, call: PeerCall): Promise<Value[] | null> {
  const entries: Value[] = [];
  const leftOut: string[] = [];
  let cursor: string | null = null;
  try {
    const it = await peer();
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { cursor: _, ...params } = call.params;
      const { result } = await it.call({
        ...call,
        params: cursor === null ? params : { ...params, cursor },
        ask: null,
      });
      if (result === null) return entries;
      const list = jointList(server.name, call.method, result);
      entries.push(...list.entries);
      leftOut.push(...list.leftOut);
      cursor = textIn(result, "nextCursor");
      if (cursor === null) break;
    }
    if (call.method === "tools/list") onLeftOut(leftOut);
    return entries;
  } catch (error) {
    if (error instanceof UpstreamError) return null;
    throw error;
  }
}
