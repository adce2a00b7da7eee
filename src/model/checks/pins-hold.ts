/** Promise: the lock that `pins` names is there, and is that of its server. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import { didYouMean } from "../../language/suggest.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import type { Locks } from "../lock.ts";
import { lockPath } from "../pins.ts";
import { partOf } from "../servers.ts";

/** Locks that are missing, or those of another server. */
export function pinsHold(declared: Declared, locks: Locks): Diagnostic[] {
  return [...declared.servers.values()].flatMap(({ declaration: { name, body } }) => {
    const path = partOf(body, "pins")?.path;
    if (path === undefined) return [];
    const lock = locks.get(lockPath(path.text));
    if (lock === undefined) {
      const near = didYouMean(path.text, locks.keys());
      const help =
        near === null
          ? `\`gw mcp pin ${name.text}\` writes it; the path begins at the policy directory and ends in \`.lock\``
          : `did you mean \`${near}\`?`;
      return [fault("GW3055", path.span, `there is no lock file \`${path.text}\``, help)];
    }
    if (lock === null || lock.server === name.text) return [];
    const message = `\`${path.text}\` pins the tools of server \`${lock.server}\``;
    return [fault("GW3055", path.span, message, `\`gw mcp pin ${name.text}\` writes those of \`${name.text}\``)];
  });
}
