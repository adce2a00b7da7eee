/** The only stage that changes bytes: cut tools and placeholders are spliced in; without an edit the body is the very same. */
import { withoutKeys } from "../identity/mint.ts";
import type { Outgoing } from "../providers/provider.ts";
import { spliceInPlace } from "../wire/splice.ts";
import type { Ticket } from "./ticket.ts";

/** The request as it leaves for a provider. */
export function transform({ caller: { arrival }, asked, edits }: Ticket): Outgoing {
  return {
    method: "POST",
    path: withoutKeys(asked.path),
    headers: arrival.pairs().filter(([, value]) => withoutKeys(value) === value),
    body: edits.length === 0 ? asked.body : spliceInPlace(asked.body, edits),
    signal: arrival.signal,
  };
}
