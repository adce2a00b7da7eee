/**
 * One request, told in order. Each stage stands in its own file, and each may end the story early: whoever is not known,
 * not understood or not admitted is turned away; whoever is admitted is accounted for, however it ends. No stage asks
 * which protocol it serves: that is the plane's to know.
 */
import { account } from "./account.ts";
import { admit } from "./admit.ts";
import type { Arrival } from "./arrival.ts";
import { attempt } from "./attempt.ts";
import { authenticate } from "./authenticate.ts";
import type { Plane } from "./plane.ts";
import type { Work } from "./ports.ts";
import { turnAway } from "./turn-away.ts";

/** Serves one request to its end. */
export async function exchange(arrival: Arrival, plane: Plane, ports: Work): Promise<void> {
  const caller = authenticate(arrival, ports);
  if (caller.kind === "stranger") return turnAway(caller, null, plane, ports);

  const asked = await plane.read(arrival, ports.timings.maxRequestBytes);
  if (asked.kind === "fault") return turnAway({ ...caller, why: asked }, null, plane, ports);

  const ticket = await admit(asked, caller, ports);
  if (ticket.kind === "turned") return turnAway({ ...caller, ...ticket }, asked, plane, ports);

  const ending = await attempt(ticket, plane, ports);
  await account(ticket, ending, ports);
}
