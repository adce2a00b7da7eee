/** What all visits share: the world, and what is remembered between them. */
import type { McpProgram, McpServers } from "../../providers/mcp.ts";
import type { Ports } from "../ports.ts";
import { Asks } from "./asks.ts";
import { Calls } from "./calls.ts";
import { Ears } from "./ears.ts";
import { EraBook } from "./eras.ts";
import { HeldCalls } from "./held.ts";
import { ListMemory } from "./list-memory.ts";
import { Listeners } from "./listeners.ts";
import type { Peer } from "./peer.ts";
import { Upstreams } from "./session-peer.ts";
import { Sessions } from "./sessions.ts";

export interface Hall {
  readonly ports: Ports;
  readonly servers: McpServers;
  readonly sessions: Sessions;
  readonly listeners: Listeners;
  readonly calls: Calls;
  readonly asks: Asks;
  readonly held: HeldCalls;
  readonly eras: EraBook;
  readonly ears: Ears;
  readonly lists: ListMemory;
  readonly upstreams: Upstreams;
  /** The peers of programs, by the client that runs each. */
  readonly programs: WeakMap<McpProgram, Peer>;
}

/** A hall in which nobody has been yet. */
export function createHall(ports: Ports): Hall {
  const listeners = new Listeners();
  const lists = new ListMemory();
  const ears = new Ears((server, change, client) => {
    lists.forget(client);
    listeners.announce(server, change);
  });
  return {
    ports,
    servers: ports.servers,
    sessions: new Sessions(),
    listeners,
    calls: new Calls(),
    asks: new Asks(),
    held: new HeldCalls(ports.newId),
    eras: new EraBook(ports.tick),
    ears,
    lists,
    upstreams: new Upstreams(),
    programs: new WeakMap(),
  };
}
