/** Who asks, under the policy in force at this moment, which the request keeps to its end. */
import type { Refusal } from "../decision/decision.ts";
import { identify, presentedKey } from "../identity/key.ts";
import type { Arrival } from "./arrival.ts";
import { isOfTools } from "./mcp/place.ts";
import type { Ports } from "./ports.ts";
import { actorOf, type Case, strangerOf } from "./record.ts";
import type { Caller } from "./ticket.ts";

/** A request without a known key. */
export interface Stranger extends Omit<Case, "asked" | "purpose"> {
  readonly kind: "stranger";
  readonly why: Refusal;
}

/** Finds the caller of a request. */
export function authenticate(arrival: Arrival, { policy }: Pick<Ports, "policy">): Caller | Stranger {
  const table = policy();
  const presented = presentedKey(arrival.headers);
  // What a client is told to do about its key depends on what it asks.
  const found = identify(table, presented, isOfTools(arrival.path) ? "tools" : "models");
  if ("kind" in found) return { kind: "stranger", arrival, table, actor: strangerOf(presented), why: found };
  return { kind: "caller", arrival, table, principal: found, actor: actorOf(table, found) };
}
