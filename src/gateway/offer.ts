/** What of a request's tools goes to the model: what policy grants when a tool is first seen, and the same from then on. */
import { toolGranted } from "../decision/decide.ts";
import { refuseDefinition } from "../decision/decide-definition.ts";
import type { Allow, Refusal } from "../decision/decision.ts";
import type { Origin } from "../decision/origin.ts";
import { quote } from "../decision/words.ts";
import type { Edit } from "../wire/anthropic/messages.ts";
import type { Tellings } from "./altered.ts";
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
  const ungranted = [...decision.strip, ...tellings.withheld];
  if (forced !== null && ungranted.includes(forced)) return stuck(forced, decision, caller);
  const told = [...facts.tools, ...tellings.tools.map(tellingOf)];
  const untold = [...ungranted, ...tellings.withheld.map(tellingOf)];
  const offer = offers.of(principal.key.name, asked.continuity, told, untold);
  if (offer.late !== null) {
    const { origin } = toolGranted(table, principal, offer.late, arrival.at);
    const what = `tool \`${quote(offer.late)}\` is not granted to key ${principal.key.name} any more`;
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
  if ("refuse" in cut) return stuck(cut.refuse, decision, caller);
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

function stuck(tool: string, decision: Allow, { table, principal }: Caller): Refusal {
  const { origin } = table.nodes[principal.node]!;
  const what = `tool \`${quote(tool)}\` is not granted to key ${principal.key.name}`;
  return refused(`${what}, and the request cannot do without it`, origin, decision);
}

function refused(message: string, origin: Origin, { revision }: Allow): Refusal {
  return { kind: "refusal", revision, origins: [origin], reason: "tool", message, retryAfterMs: null };
}
