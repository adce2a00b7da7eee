/** What the messages of a server are held to: the grants of the policy that the visit began with. */
import { confirmedBy } from "../../decision/confirmed-by.ts";
import { toolGranted } from "../../decision/decide.ts";
import { splitName } from "../../wire/mcp/joint.ts";
import type { MessageRules } from "../../wire/mcp/judge.ts";
import { canonicalName } from "../../wire/mcp/target.ts";
import type { PinBook } from "./pin-book.ts";
import type { Visit } from "./visit.ts";

/** The rules for what comes back to a visit. */
export function rulesOf({ caller, server, era, message, joint }: Visit, pins: PinBook): MessageRules {
  const { table, principal, arrival } = caller;
  return {
    request: message.kind === "request" ? message : null,
    era,
    may: server.may,
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
      return confirmedBy(table, principal, canonicalName(split.server, split.target), arrival.at) !== null;
    },
    says: (instructions) => joint || pins.says(server, instructions),
  };
}
