/** What the messages of a server are held to: the grants of the policy that the visit began with. */
import { alwaysConfirmedBy } from "../../decision/confirmed-by.ts";
import { toolGranted } from "../../decision/decide.ts";
import { type HeldResult, heldResult, heldUnnamed } from "../../decision/held-result.ts";
import { serverGranted } from "../../decision/server-granted.ts";
import { quote } from "../../decision/words.ts";
import { splitName } from "../../wire/mcp/joint.ts";
import type { Largest, MessageRules } from "../../wire/mcp/judge.ts";
import { canonicalName } from "../../wire/mcp/target.ts";
import type { PinBook } from "./pin-book.ts";
import type { Visit } from "./visit.ts";

/** The rules for what comes back to a visit. */
export function rulesOf(visit: Visit, pins: PinBook): MessageRules {
  const { caller, server, era, message, joint } = visit;
  const { table, principal, arrival } = caller;
  return {
    request: message.kind === "request" ? message : null,
    era,
    may: server.may,
    largest: (isOwn) => largestOf(visit, isOwn),
    granted: (target, entry) => {
      const split = joint ? splitName(target) : { server: server.name, target };
      if (split === null) return false;
      const { granted } = toolGranted(table, principal, canonicalName(split.server, split.target), arrival.at);
      // Behind the joint address entries have other names by now, and are held to pins before that.
      return granted && (joint || pins.admits(server, target, entry));
    },
    asks: (target) => {
      const split = joint ? splitName(target) : { server: server.name, target };
      if (split === null) return false;
      // By the mark a client asks about every call, so it does not stand where only some calls are asked about.
      return alwaysConfirmedBy(table, principal, canonicalName(split.server, split.target), arrival.at) !== null;
    },
    says: (instructions) =>
      joint || (serverGranted(table, principal, server.name, arrival.at) && pins.says(server, instructions)),
  };
}

/** What is known of where something comes back to. */
export interface Going extends Pick<Visit, "caller" | "server" | "target" | "era"> {
  /** null where nothing was asked for. */
  readonly message: Visit["message"] | null;
}

/** The lines that hold for what comes back: as the answer to the visit's own request, or to another one. */
export function heldOf({ caller, server, message, target }: Going, isOwn: boolean): HeldResult | null {
  const { table, principal, arrival } = caller;
  // An answer whose own stream broke off may come on another one, and to which call it belongs is not known any more.
  if (!isOwn) return heldUnnamed(table, principal, server.name, arrival.at);
  const isCall = message?.kind === "request" && message.method === "tools/call" && target?.family === "mcp";
  return isCall ? heldResult(table, principal, canonicalName(server.name, target), arrival.at) : null;
}

function largestOf(visit: Visit, isOwn: boolean): Largest | null {
  const bound = heldOf(visit, isOwn)?.largest ?? null;
  if (bound === null) return null;
  const { server, target, caller } = visit;
  const { max, origin } = bound;
  const name = isOwn && target !== null ? quote(canonicalName(server.name, target)) : "a call";
  const count = (bytes: number) => bytes.toLocaleString("en-US");
  return {
    bytes: max,
    origin: origin.place,
    tooLarge: (bytes) =>
      `what ${name} gave back has ${count(bytes)} bytes, and policy lets ${count(max)} through; ask for less (${origin.place}, ${caller.arrival.id})`,
  };
}
