/** A stateless client's subscription as a listener: its stream, and the changes it asked for. */
import { eventOf } from "../../wire/mcp/events.ts";
import { CHANGES, wantedChanges } from "../../wire/mcp/judge.ts";
import type { Request } from "../../wire/mcp/message.ts";
import type { Caller } from "../ticket.ts";
import type { Listener } from "./listeners.ts";

const ALL = Object.keys(CHANGES) as (keyof typeof CHANGES)[];

/** Whom a stream listens to, and whether it hears the server by itself. */
export type ListensTo = Pick<Listener, "server" | "hearsServer">;

/** The listener of a `subscriptions/listen`. */
export function subscriptionOf(request: Request, caller: Caller, to: ListensTo): Listener {
  const wanted = wantedChanges(request);
  return listenerOn(caller, to, { wants: ALL.filter((name) => wanted[name] === true), subscription: request.id });
}

/** A listener on the caller's open stream; without a subscription it hears of everything. */
export function listenerOn(
  { arrival, principal }: Caller,
  { server, hearsServer }: ListensTo,
  { wants = ALL, subscription = null }: Partial<Pick<Listener, "wants" | "subscription">> = {},
): Listener {
  return {
    key: principal.key.name,
    server,
    hearsServer,
    wants,
    subscription,
    push: (message) => void arrival.sink.write([eventOf(message)]),
    end: () => arrival.leave("draining"),
  };
}
