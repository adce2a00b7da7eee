/** What all visits share: the world, and what is remembered between them. */
import type { McpServer, McpServers } from "../../providers/mcp.ts";
import type { Work } from "../ports.ts";
import { recorded } from "../record.ts";
import { Asks } from "./asks.ts";
import { Calls } from "./calls.ts";
import { Confirmations } from "./confirmations.ts";
import { Ears } from "./ears.ts";
import { EraBook } from "./eras.ts";
import { HeldCalls } from "./held.ts";
import { inspect, type Means } from "./inspect.ts";
import { LeftOut } from "./left-out.ts";
import { ListMemory } from "./list-memory.ts";
import { type Change, Listeners } from "./listeners.ts";
import { driftBody, PinBook } from "./pin-book.ts";
import type { ProgramPeers } from "./program-peers.ts";
import { Upstreams } from "./session-peer.ts";
import { Sessions } from "./sessions.ts";

export interface Hall {
  readonly ports: Work;
  readonly servers: McpServers;
  readonly sessions: Sessions;
  readonly listeners: Listeners;
  readonly calls: Calls;
  readonly asks: Asks;
  readonly held: HeldCalls;
  readonly confirmations: Confirmations;
  readonly eras: EraBook;
  readonly ears: Ears;
  readonly lists: ListMemory;
  readonly upstreams: Upstreams;
  /** The peers of programs, by the client that runs each. */
  readonly programs: ProgramPeers;
  readonly pins: PinBook;
  readonly leftOut: LeftOut;
  /** A server says that one of its lists changed. */
  readonly changed: (server: string, change: Change, client: McpServer) => void;
}

/** A hall in which nobody has been yet. */
export function createHall(ports: Work): Hall {
  const listeners = new Listeners(ports.now);
  const lists = new ListMemory();
  const changed: Hall["changed"] = (server, change, client) => {
    if (client.kind === "http") lists.forget(client);
    pins.forget(client);
    listeners.announce(server, change);
  };
  const { servers, tick } = ports;
  const eras = new EraBook(tick);
  const upstreams = new Upstreams();
  const programs: ProgramPeers = new WeakMap();
  const { maxAnswerBytes } = ports.timings;
  const means: Means = { servers, eras, upstreams, programs, maxAnswerBytes, onChange: changed };
  const pins = new PinBook({
    open: (server) => servers.open(server),
    inspect: (server) => inspect(server, means),
    tick,
    onDrift: (server, drift) => {
      void recorded(driftBody(server, drift), ports);
      const client = servers.open(server);
      if (client.kind === "http") lists.forget(client);
      listeners.announce(server.name, "toolsListChanged");
    },
  });
  return {
    ports,
    servers,
    sessions: new Sessions(),
    listeners,
    calls: new Calls(),
    asks: new Asks(),
    held: new HeldCalls(ports.newId),
    confirmations: new Confirmations(tick),
    eras,
    ears: new Ears(changed),
    lists,
    upstreams,
    programs,
    pins,
    leftOut: new LeftOut(ports.onLeftOut),
    changed,
  };
}
