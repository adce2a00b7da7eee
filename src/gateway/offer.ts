/** What of a request's tools goes to the model: what policy grants when a tool is first seen, and the same from then on. */
import { toolGranted } from "../decision/decide.ts";
import { refuseDefinition } from "../decision/decide-definition.ts";
import type { Allow, Refusal } from "../decision/decision.ts";
import { createNaming } from "../decision/naming.ts";
import type { Origin } from "../decision/origin.ts";
import type { Table } from "../decision/table.ts";
import { quote } from "../decision/words.ts";
import type { Edit } from "../wire/anthropic/messages.ts";
import { type Tellings, unpinnedServer } from "./altered.ts";
import type { Offers } from "./offers.ts";
import type { Asked } from "./plane.ts";
import type { Caller } from "./ticket.ts";

/** What a request offers the model. */
export interface Offered {
  readonly kind: "offered";
  /** Tools that stay in, or out, though the policy says otherwise by now. */
  readonly stood: readonly string[];
  /** The edits that take the others out. */
  readonly cut: readonly Edit[];
}

/** The decision about a request, and what of its tools pins hold back. */
export interface Settled {
  readonly decision: Allow;
  readonly tellings: Tellings;
}

/** Settles the offer, or says which tool stands in its way. */
export function offer(
  asked: Asked,
  { decision, tellings }: Settled,
  caller: Caller,
  offers: Offers,
): Offered | Refusal {
  const { facts, forced } = asked;
  const { table, principal, arrival } = caller;
  const ungranted = [...decision.strip, ...tellings.withheld.keys()];
  if (forced !== null && ungranted.includes(forced)) return stuck(forced, { decision, tellings }, caller);
  const told = [...facts.tools, ...tellings.tools.map(tellingOf)];
  const untold = [...ungranted, ...Array.from(tellings.withheld.keys(), tellingOf)];
  const offer = offers.of(principal.key.name, asked.continuity, told, untold);
  if (offer.late !== null) {
    const { origin } = toolGranted(table, principal, offer.late, arrival.at);
    const what = `tool \`${nameOf(offer.late, table)}\` is not granted to key ${principal.key.name} any more`;
    return refused(`${what}, and this conversation was begun with it; start a new one`, origin, decision);
  }
  const taken = new Set(offer.strip);
  const strip = tellings.tools.length === 0 ? offer.strip : facts.tools.filter((tool) => taken.has(tool));
  const refusal = refuseDefinition(table, principal, definedIn(asked, strip), arrival.at);
  if (refusal !== null) return refusal;
  const cut = asked.cut(
    strip,
    tellings.tools.filter((tool) => taken.has(tellingOf(tool))),
  );
  if ("refuse" in cut) return stuck(cut.refuse, { decision, tellings }, caller);
  // A count goes no further: the conversation may never be.
  if (facts.purpose === "generate") offer.keep();
  return { kind: "offered", stood: offer.stood.filter((name) => !name.startsWith(TELLING)), cut: cut.edits };
}

/**
 * What a conversation was given of a tool with pins is remembered twice: its name, which a client may list long before it
 * tells a model more of it, and that telling.
 */
function tellingOf(tool: string): string {
  return TELLING + tool;
}

/** The API takes no name with a space in it. */
const TELLING = "telling of ";

/** Of the tools that the provider carries out those that it hears of. */
function definedIn({ definitions }: Asked, strip: readonly string[]): Asked["definitions"] {
  return definitions.length === 0 ? definitions : definitions.filter(({ tool }) => !strip.includes(tool));
}

/** The refusal of a request that cannot do without a tool which is taken out of it. */
function stuck(tool: string, settled: Settled, caller: Caller): Refusal {
  const { what, way, origin } = absence(tool, settled, caller);
  const message = `tool \`${nameOf(tool, caller.table)}\` ${what}, and the request cannot do without it${way}`;
  return refused(message, origin, settled.decision);
}

/** A tool as policy calls it, which is what whoever reads a sentence about it can look for there. */
function nameOf(tool: string, { servers }: Table): string {
  return quote(createNaming(servers)(tool));
}

/** Why a tool is not there, the line that says so, and what helps. */
function absence(tool: string, { decision, tellings }: Settled, { table, principal, arrival }: Caller) {
  const who = `key ${principal.key.name}`;
  if (decision.strip.includes(tool)) {
    const server = unpinnedServer(tool, table);
    const { origin } = toolGranted(table, principal, tool, arrival.at);
    if (server === null) return { what: `is not granted to ${who}`, way: "", origin };
    const what = `is not granted to ${who}: it is not among the pinned tools of server ${server.name}`;
    return { what, way: wayToPin(server.name), origin: server.pins.origin };
  }
  const server = tellings.withheld.get(tool);
  if (server !== undefined) {
    const what = `is held back by the pins of server ${server.name}, of which the request tells something else`;
    return { what, way: wayToPin(server.name), origin: server.pins.origin };
  }
  const { origin } = table.nodes[principal.node]!;
  return { what: "was taken out when this conversation began", way: "; start a new one", origin };
}

/** What whoever runs the gateway does about pins that are in the way. */
function wayToPin(server: string): string {
  return `; \`gw mcp verify ${server}\` says what is different, \`gw mcp pin ${server}\` pins it as it is now`;
}

function refused(message: string, origin: Origin, { revision }: Allow): Refusal {
  return { kind: "refusal", revision, origins: [origin], reason: "tool", message, retryAfterMs: null };
}
