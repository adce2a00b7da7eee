/** The stream on which a stateless client hears of changes, when it is the gateway's own: of its policy, and of servers it hears. */
import { META } from "../../wire/mcp/era.ts";
import { wantedChanges } from "../../wire/mcp/judge.ts";
import { type Request, resultTo } from "../../wire/mcp/message.ts";
import type { Hall } from "./hall.ts";
import { hear } from "./hearing.ts";
import { LineOut } from "./line-out.ts";
import { isAll } from "./place.ts";
import { subscriptionOf } from "./subscription.ts";
import type { Carried, Visit } from "./visit.ts";

/** Holds the stream of a subscription open until its client goes. */
export async function subscribe(visit: Visit, request: Request, hall: Hall): Promise<Carried> {
  const { arrival } = visit.caller;
  const line = new LineOut(arrival, hall.ports.timings.pingMs);
  const params = { _meta: { [META.subscription]: request.id }, notifications: wantedChanges(request) };
  line.push({ jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params });
  const { server, caller } = visit;
  const to = { server: isAll(server) ? null : server.name, hearsServer: false };
  const stop = hall.listeners.add(subscriptionOf(request, caller, to), caller.table);
  const deafen = await hear(server, caller, hall);
  await new Promise<void>((resolve) => {
    if (arrival.signal.aborted) resolve();
    arrival.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  stop();
  deafen();
  const close = () => line.end(resultTo(request.id, { resultType: "complete" }), 200, []);
  const nothing = { firstByteMs: null, said: null, oversize: null, search: null };
  return { end: "client-gone", fault: null, status: 200, ...nothing, close };
}
