/** A request that gets no ticket: it is recorded, then answered in its plane's words. */
import type { Refusal } from "../decision/decision.ts";
import type { FaultNotice } from "../wire/fault.ts";
import { unrecorded } from "./faults.ts";
import type { Asked, Plane } from "./plane.ts";
import type { Ports } from "./ports.ts";
import { type Case, decisionBody, faultBody, NOTHING_BESIDE, recorded } from "./record.ts";
import type { Seen } from "./seen.ts";

/** Who is turned away, and why. */
export interface Unwelcome extends Omit<Case, "asked" | "purpose"> {
  readonly why: Refusal | FaultNotice;
  readonly seen?: Seen;
}

/** Records and answers a refusal or a fault; no answer leaves without its record. */
export async function turnAway(
  who: Unwelcome,
  asked: Asked | null,
  plane: Pick<Plane, "purpose" | "refuse">,
  ports: Ports,
): Promise<void> {
  const { arrival, why } = who;
  const of: Case = { arrival, table: who.table, actor: who.actor, purpose: plane.purpose, asked };
  const reply = plane.refuse(why, arrival.id);
  const body =
    why.kind === "refusal"
      ? decisionBody(of, why, { ...NOTHING_BESIDE, ...who.seen })
      : faultBody(of, why, arrival.answered ?? reply.status);
  const isDurable = await recorded(body, ports);
  if (isDurable) return arrival.reply(reply);
  arrival.reply(plane.refuse(unrecorded(), arrival.id));
}
