/** Which servers have to be heard for a client that does not hear them itself: for all together each, for one only that one. */
import type { TableServer } from "../../decision/table.ts";
import { UpstreamError } from "../../providers/provider.ts";
import type { Caller } from "../ticket.ts";
import type { Hall } from "./hall.ts";
import { isAll } from "./place.ts";

/** Begins to hear them; answers how to stop. Those with sessions are heard in the sessions that calls begin. */
export async function hear(server: TableServer, { table }: Caller, hall: Hall): Promise<() => void> {
  const servers = isAll(server) ? table.servers : [server];
  const stops = await Promise.all(servers.map((each) => hearOne(each, hall)));
  return () => {
    for (const stop of stops) stop();
  };
}

const NOTHING = (): void => {};

async function hearOne(server: TableServer, { servers, eras, ears }: Hall): Promise<() => void> {
  try {
    const client = servers.open(server);
    if (client.kind === "program") return NOTHING;
    return (await eras.of(server, client)).has("stateless") ? ears.open(server, client) : NOTHING;
  } catch (error) {
    // What cannot be reached is heard when somebody listens anew.
    if (error instanceof UpstreamError) return NOTHING;
    throw error;
  }
}
