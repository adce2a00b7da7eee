/**
 * The door: decide, look for guarded content, take out what is not granted, reserve against every limit, and record it
 * all durably. Only then is there a ticket, and only a ticket goes to a provider. What was reserved for a request that
 * gets no ticket is given back.
 */
import { decide } from "../decision/decide.ts";
import { wouldRefuseDefinition } from "../decision/decide-definition.ts";
import type { Allow, Refusal } from "../decision/decision.ts";
import { wouldDecide } from "../decision/observed.ts";
import type { Reservation } from "../limits/limits.ts";
import { refusalOf } from "../limits/refusal.ts";
import { overlay } from "../wire/overlay.ts";
import type { Tellings } from "./altered.ts";
import { CountedCalls } from "./counted-calls.ts";
import { unrecorded } from "./faults.ts";
import { closedOffer, followFlow } from "./flow.ts";
import { look } from "./look.ts";
import { offer } from "./offer.ts";
import type { Asked } from "./plane.ts";
import type { Ports, Work } from "./ports.ts";
import { decisionBody, recorded } from "./record.ts";
import { NOTHING_SEEN } from "./seen.ts";
import { type Caller, type Ticket, type Turned, turned } from "./ticket.ts";

/** Admits what a caller asks, or says why not. */
export async function admit(asked: Asked, caller: Caller, ports: Work): Promise<Ticket | Turned> {
  const { table, principal, arrival } = caller;
  const since = ports.tick();
  const decision = decide(table, principal, asked.facts, arrival.at);
  const would =
    wouldDecide(table, principal, asked.facts, { now: arrival.at, decided: decision }) ??
    wouldRefuseDefinition(table, principal, asked.definitions, arrival.at);
  if (decision.kind === "refusal") return turned(decision, { ...NOTHING_SEEN, would });
  const tellings = ports.alterations.in(asked, table);
  const offered = offer(asked, { decision, tellings }, caller, ports.offers);
  if (offered.kind === "refusal") return turned(offered, { ...NOTHING_SEEN, would });
  const { stood, cut } = offered;
  const flow =
    asked.facts.purpose === "generate" ? followFlow(asked, { table, principal, now: arrival.at }, ports.trails) : null;
  const closed = closedOffer(flow, flow === null ? [] : givenTools(asked, decision, stood), decision.revision);
  if (closed !== null) return turned(closed, { ...NOTHING_SEEN, would });
  const { refusal, edits, seen, guards, conversation, waited } = await look(
    asked,
    { decision, would, cut },
    caller,
    ports,
  );
  if (refusal !== null) return turned(refusal, seen);
  const reservation = reserve(asked, decision, caller, ports);
  if (reservation.kind === "refusal") return turned(reservation, seen);

  recordAltered(tellings, asked, caller, ports);
  const { held } = reservation;
  const decided = ports.tick();
  ports.telemetry.overhead("policy", (decided - since - waited) / 1000);
  const of = { ...caller, purpose: asked.facts.purpose, asked };
  const isDurable = await recorded(decisionBody(of, decision, { ...seen, held, stood }), ports);
  ports.telemetry.overhead("audit", (ports.tick() - decided) / 1000);
  if (!isDurable) {
    ports.limits.release(reservation, ports.now());
    return turned(unrecorded(), seen);
  }
  const all = overlay(cut, edits);
  const rules = { flow, calls: new CountedCalls(caller, ports), guards };
  return { kind: "ticket", caller, asked, decision, conversation, reservation, ...rules, edits: all, since };
}

function recordAltered(tellings: Tellings, { conversation }: Asked, caller: Caller, ports: Work): void {
  const { arrival, actor, table } = caller;
  const news = ports.alterations.news(tellings, { ticket: arrival.id, actor, table, conversation });
  for (const body of news) void recorded(body, ports);
}

/** The tools that go to the model and are granted. */
function givenTools({ facts }: Asked, { strip }: Allow, stood: readonly string[]): readonly string[] {
  return facts.tools.filter((tool) => !strip.includes(tool) && !stood.includes(tool));
}

function reserve({ facts }: Asked, { holds }: Allow, { table, actor }: Caller, ports: Ports): Reservation | Refusal {
  const now = ports.now();
  const demand = ports.outputs.expect({ team: actor.team, facts }, table, now);
  const reserved = ports.limits.reserve(holds, demand, table.timezone, now);
  return reserved.kind === "denial" ? refusalOf(reserved, table.revision, table.timezone, now) : reserved;
}
