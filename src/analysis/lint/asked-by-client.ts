/**
 * What `ask tools` leaves to the client: a tool of the client's own, or of a server that the gateway does not hold, is called
 * where the gateway does not see it. The client's settings have it ask, and nothing else does.
 */
import { inForce } from "../../decision/access.ts";
import { listNames } from "../../decision/words.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { Realm } from "../realm.ts";

/** A remark on each line that names such tools. */
export function askedByClient({ model, at }: Realm): Diagnostic[] {
  const lines = model.nodes.flatMap(({ confirmations }) => confirmations).filter(({ until }) => inForce(until, at));
  return lines.flatMap(({ globs, span }) => {
    const names = globs.filter((glob) => !glob.startsWith("mcp:"));
    if (names.length === 0) return [];
    const message = `only the client can ask about ${listNames(names.map((name) => `\`${name}\``))}: no call of it passes the gateway`;
    const help = "`gw claude settings` has the client ask; deny what must not hang on the settings of a machine";
    return [fault("GW6050", span, message, help)];
  });
}
