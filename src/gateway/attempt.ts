/** From a ticket to an ending: transform, forward, observe. Whatever goes wrong on the way is an ending too. */
import { passing } from "./faults.ts";
import { forward, type Unanswered } from "./forward.ts";
import { observe } from "./observe.ts";
import type { Plane } from "./plane.ts";
import type { Ports } from "./ports.ts";
import type { Ending, Ticket } from "./ticket.ts";
import { transform } from "./transform.ts";

/** Tries to serve a ticket; never throws. */
export async function attempt(ticket: Ticket, plane: Plane, ports: Ports): Promise<Ending> {
  try {
    const outgoing = transform(ticket);
    ports.telemetry.overhead("total", (ports.tick() - ticket.since) / 1000);
    const answered = await forward(ticket, outgoing, ports);
    if (answered.kind === "unanswered") return failed(ticket, plane, answered);
    return await observe(ticket, answered, plane, ports);
  } catch (error) {
    ports.onInternalError(error);
    const notice = passing("internal", "the gateway failed; this is its own fault, not the request's");
    return failed(ticket, plane, { kind: "unanswered", provider: null, reached: true, notice });
  }
}

function failed({ caller: { arrival } }: Ticket, plane: Plane, { provider, reached, notice }: Unanswered): Ending {
  const shown = arrival.left === "draining" ? passing("draining", "the gateway is shutting down") : notice;
  const reply = plane.refuse(shown, arrival.id);
  return {
    end: arrival.left === "client-gone" ? "client-gone" : "upstream-failed",
    fault: arrival.left === "client-gone" ? null : shown.fault,
    status: reply.status,
    provider,
    reached,
    upstreamRequestId: null,
    report: null,
    unread: 0,
    firstByteMs: null,
    inquired: null,
    close: () => (arrival.sink.opened ? arrival.sink.cut() : arrival.reply(reply)),
  };
}
