/**
 * The door: decide, look for guarded content, take out what is not granted, reserve against every limit, and record it
 * all durably. Only then is there a ticket, and only a ticket goes to a provider. What was reserved for a request that
 * gets no ticket is given back.
 */
import { decide } from "../decision/decide.ts";
import type { Allow, Refusal } from "../decision/decision.ts";
import { wouldDecide } from "../decision/observed.ts";
import type { Reservation } from "../limits/limits.ts";
import { refusalOf } from "../limits/refusal.ts";
import type { Edit } from "../wire/anthropic/messages.ts";
import { unrecorded } from "./faults.ts";
import { look } from "./look.ts";
import type { Asked } from "./plane.ts";
import type { Ports } from "./ports.ts";
import { decisionBody, recorded } from "./record.ts";
import { NOTHING_SEEN } from "./seen.ts";
import { type Caller, type Ticket, type Turned, turned } from "./ticket.ts";

/** Admits what a caller asks, or says why not. */
export async function admit(asked: Asked, caller: Caller, ports: Ports): Promise<Ticket | Turned> {
  const { table, principal, arrival } = caller;
  const since = ports.tick();
  const decision = decide(table, principal, asked.facts, arrival.at);
  const would = wouldDecide(table, principal, asked.facts, { now: arrival.at, decided: decision });
  if (decision.kind === "refusal") return turned(decision, { ...NOTHING_SEEN, would });
  const cut = asked.cut(decision.strip);
  if ("refuse" in cut) return turned(stuck(cut.refuse, decision, caller), { ...NOTHING_SEEN, would });
  const { refusal, edits, seen, guards, conversation, waited } = await look(asked, { decision, would }, caller, ports);
  if (refusal !== null) return turned(refusal, seen);
  const reservation = reserve(asked, decision, caller, ports);
  if (reservation.kind === "refusal") return turned(reservation, seen);

  const { held } = reservation;
  const decided = ports.tick();
  ports.telemetry.overhead("policy", (decided - since - waited) / 1000);
  const isDurable = await recorded(decisionBody({ ...caller, asked }, decision, { ...seen, held }), ports);
  ports.telemetry.overhead("audit", (ports.tick() - decided) / 1000);
  if (!isDurable) {
    ports.limits.release(reservation, ports.now());
    return turned(unrecorded(), seen);
  }
  const all = [...cut.edits, ...outside(cut.edits, edits)];
  return { kind: "ticket", caller, asked, decision, conversation, reservation, edits: all, guards, since };
}

function stuck(tool: string, { revision }: Allow, { table, principal }: Caller): Refusal {
  const { origin } = table.nodes[principal.node]!;
  const message = `tool \`${tool}\` is not granted to key ${principal.key.name}, and the request cannot do without it`;
  return { kind: "refusal", revision, origins: [origin], reason: "tool", message, retryAfterMs: null };
}

function reserve({ facts }: Asked, { holds }: Allow, { table, actor }: Caller, ports: Ports): Reservation | Refusal {
  const now = ports.now();
  const demand = ports.outputs.expect({ team: actor.team, facts }, table, now);
  const reserved = ports.limits.reserve(holds, demand, table.timezone, now);
  return reserved.kind === "denial" ? refusalOf(reserved, table.revision, table.timezone, now) : reserved;
}

/** Edits that do not lie inside what is cut anyway; both lists are walked once, since a caller decides how long they are. */
function outside(cuts: readonly Edit[], edits: readonly Edit[]): readonly Edit[] {
  if (cuts.length === 0 || edits.length === 0) return edits;
  const inOrder = cuts.toSorted((a, b) => a.start - b.start);
  let at = 0;
  return edits
    .toSorted((a, b) => a.start - b.start)
    .filter((edit) => {
      while (at < inOrder.length && inOrder[at]!.end < edit.end) at += 1;
      return at === inOrder.length || edit.start < inOrder[at]!.start;
    });
}
