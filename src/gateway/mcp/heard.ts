/**
 * Records what lines about results made of what a server says outside of any call: on the stream of a session, or beside the
 * answer to a request that has no record of its own. What was let through as it came, with nothing found, is not recorded.
 */
import type { HeardBody } from "../../audit/entry.ts";
import type { TableServer } from "../../decision/table.ts";
import type { Ports } from "../ports.ts";
import { recordEnd } from "../record.ts";
import type { Caller } from "../ticket.ts";

/** Who heard whom. */
export interface Hearing {
  readonly caller: Caller;
  readonly server: TableServer;
}

/** Done with when the record is durable. */
export async function recordHeard(
  { caller, server }: Hearing,
  { oversize, search }: Pick<HeardBody, "oversize" | "search">,
  ports: Ports,
): Promise<void> {
  const isSearched = search !== null && (search.found.length > 0 || search.withheld !== null);
  if (oversize === null && !isSearched) return;
  const { arrival, actor } = caller;
  await recordEnd({ kind: "heard", ticket: arrival.id, actor, server: server.name, oversize, search }, ports);
}
