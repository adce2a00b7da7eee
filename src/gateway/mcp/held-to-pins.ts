/** A server as clients may know it: without what is not as it was pinned. */
import type { TableServer } from "../../decision/table.ts";
import { entryTarget, LISTINGS } from "../../wire/mcp/lists.ts";
import type { Peer } from "./peer.ts";
import type { PinBook } from "./pin-book.ts";

/** A peer whose lists and instructions are held to the pins of its server. */
export function heldToPins(server: TableServer, peer: Peer, pins: PinBook): Peer {
  if (server.pins === null) return peer;
  return {
    asksInCalls: peer.asksInCalls,
    async hello() {
      const hello = await peer.hello();
      const isPinned = hello.instructions === null || pins.says(server, hello.instructions);
      return isPinned ? hello : { ...hello, instructions: null };
    },
    async call(call) {
      const answer = await peer.call(call);
      const listing = LISTINGS[call.method];
      const entries = listing === undefined ? undefined : answer.result?.[listing.member];
      if (listing === undefined || answer.result === null || !Array.isArray(entries)) return answer;
      const kept = entries.filter((entry) => {
        const target = entryTarget(listing, entry);
        return target === null || pins.admits(server, target, entry);
      });
      return { ...answer, result: { ...answer.result, [listing.member]: kept } };
    },
  };
}
