/**
 * Tools of servers with pins, of which a request tells its model something else than what was pinned: a client was given
 * them by somebody else under the gateway's label, or has altered them. What a server itself offers is looked at on the way
 * of MCP (mcp/pin-book.ts); this is the other half, so that a review holds for what models are told.
 */
import { hash } from "node:crypto";
import type { Actor, AlteredBody } from "../audit/entry.ts";
import { createNaming } from "../decision/naming.ts";
import type { Table, TablePins, TableServer } from "../decision/table.ts";
import { withoutKeys } from "../identity/mint.ts";
import { toldText } from "../model/told.ts";
import { readInput } from "../wire/input.ts";
import type { Asked } from "./plane.ts";

/** A server with pins. */
export type Pinned = TableServer & { readonly pins: TablePins };

/** The tools of one server that are not told as they were pinned, as the request names them. */
export interface Altered {
  readonly server: Pinned;
  readonly tools: readonly string[];
}

/** What a request tells of tools of servers with pins. */
export interface Tellings {
  /** All of which it tells something. */
  readonly tools: readonly string[];
  /** Those of them that pins hold back, and by name what else of their servers the request speaks of; each with its server. */
  readonly withheld: ReadonlyMap<string, Pinned>;
  readonly altered: readonly Altered[];
}

/** A request that tells of no such tool. */
export const NOTHING_TOLD: Tellings = { tools: [], withheld: new Map(), altered: [] };

/** Which request it was. */
export interface Told {
  readonly ticket: string;
  readonly actor: Actor;
  readonly table: Table;
  readonly conversation: string;
}

type Offering = Pick<Asked, "facts" | "offers" | "body">;

/** Requests of a session repeat what they offer. */
const MOST_DIGESTS = 4_096;
/** Conversations of which it is kept what was recorded. */
const MOST_TOLD = 10_000;

/** Looks at the requests of all conversations. */
export class Alterations {
  /** What an offer tells, by its bytes: a digest, or nothing for what is told in the client's own words or in two ways. */
  #digests = new Map<string, string>();
  readonly #recorded = new Set<string>();

  /** What a request tells of servers with pins. */
  in({ facts, offers, body }: Offering, table: Table): Tellings {
    const { byName, nameOf } = pinnedIn(table);
    if (byName.size === 0) return NOTHING_TOLD;
    const tools: string[] = [];
    const found = new Map<Pinned, string[]>();
    for (const { name, start, end } of offers) {
      const pinned = byName.get(nameOf(name));
      if (pinned === undefined) continue;
      tools.push(name);
      if (pinned.told.has(null) || pinned.told.has(this.#digestOf(body.subarray(start, end)))) continue;
      found.set(pinned.server, [...(found.get(pinned.server) ?? []), name]);
    }
    const altered = Array.from(found, ([server, tools]) => ({ server, tools }));
    const isOf = (server: Pinned) => (tool: string) => nameOf(tool).startsWith(`mcp:${server.name}/`);
    const withheld = altered.flatMap(({ server, tools }) => {
      const { onDrift } = server.pins;
      const held = onDrift === "warn" ? [] : onDrift === "block" ? tools : facts.tools.filter(isOf(server));
      return held.map((tool) => [tool, server] as const);
    });
    return { tools, withheld: new Map(withheld), altered };
  }

  /** What of it the record has not been told in this conversation: a session repeats its tools in every request. */
  news({ altered }: Tellings, of: Told): AlteredBody[] {
    return altered.flatMap((one) => {
      const body = alteredBody(one, of);
      const { server, action, tools } = body;
      const name = JSON.stringify([of.actor.key, of.conversation, server, action, tools]);
      if (this.#recorded.has(name)) return [];
      if (this.#recorded.size >= MOST_TOLD) this.#recorded.clear();
      this.#recorded.add(name);
      return [body];
    });
  }

  #digestOf(offer: Uint8Array): string {
    const text = Buffer.from(offer.buffer, offer.byteOffset, offer.byteLength).toString("latin1");
    const known = this.#digests.get(text);
    if (known !== undefined) return known;
    const value = readInput(offer) as { readonly description?: unknown; readonly input_schema?: unknown } | undefined;
    const told = value === undefined ? null : toldText(value.description, value.input_schema);
    const digest = told === null ? "" : hash("sha256", told, "hex");
    if (this.#digests.size >= MOST_DIGESTS) this.#digests = new Map();
    this.#digests.set(text, digest);
    return digest;
  }
}

/** The server of a tool that its pins do not know, so that no glob grants it; null for every other tool. */
export function unpinnedServer(tool: string, table: Table): Pinned | null {
  const { byName, nameOf } = pinnedIn(table);
  const name = nameOf(tool);
  if (byName.has(name)) return null;
  return table.servers.filter(isPinned).find((server) => name.startsWith(`mcp:${server.name}/`)) ?? null;
}

/** A client decides how many tools it offers; the record must not grow with that. */
const MOST_NAMED = 100;

function alteredBody({ server, tools }: Altered, { ticket, actor, table }: Told): AlteredBody {
  const { nameOf } = pinnedIn(table);
  const own = tools.slice(0, MOST_NAMED).map((tool) => withoutKeys(nameOf(tool).slice(`mcp:${server.name}/`.length)));
  return {
    kind: "altered",
    ticket,
    actor,
    server: server.name,
    action: server.pins.onDrift,
    origin: server.pins.origin.place,
    count: tools.length,
    tools: own,
  };
}

interface PinnedTools {
  readonly nameOf: (tool: string) => string;
  /** By the name that policy has for what a client writes; two tools may be written alike. */
  readonly byName: ReadonlyMap<string, { readonly server: Pinned; readonly told: ReadonlySet<string | null> }>;
}

const tables = new WeakMap<Table, PinnedTools>();

function pinnedIn(table: Table): PinnedTools {
  const known = tables.get(table);
  if (known !== undefined) return known;
  const byName = new Map<string, { readonly server: Pinned; readonly told: Set<string | null> }>();
  const nameOf = createNaming(table.servers);
  for (const server of table.servers.filter(isPinned)) {
    for (const [tool, told] of server.pins.told) {
      const name = nameOf(`client-mcp:${server.name}/${tool}`);
      const one = byName.get(name) ?? { server, told: new Set<string | null>() };
      byName.set(name, one);
      one.told.add(told);
    }
  }
  const pinned = { nameOf, byName };
  tables.set(table, pinned);
  return pinned;
}

function isPinned(server: TableServer): server is Pinned {
  return server.pins !== null;
}
