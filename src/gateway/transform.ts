/** The only stage that changes bytes: cut tools and placeholders are spliced in; without an edit the body is the very same. */
import { withoutKeys } from "../identity/mint.ts";
import type { Outgoing } from "../providers/provider.ts";
import { splice, spliceInPlace } from "../wire/splice.ts";
import type { Ticket } from "./ticket.ts";

/** The request as it leaves for a provider. */
export function transform({ caller: { arrival }, asked, conversation, edits }: Ticket): Outgoing {
  // The body that a conversation keeps to compare the next one with must stay as it came.
  const spliced = conversation === null ? spliceInPlace : splice;
  return {
    method: "POST",
    path: withoutKeys(asked.path),
    headers: arrival.pairs().filter(([, value]) => withoutKeys(value) === value),
    body: edits.length === 0 ? asked.body : spliced(asked.body, edits),
    signal: arrival.signal,
  };
}
