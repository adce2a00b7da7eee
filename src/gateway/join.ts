/** Holds both planes against each other, by their records, and records what that shows. */
import { Joining } from "../audit/joining.ts";
import type { AuditLog } from "../audit/log.ts";

/** Lets the record be read for as long as it is written. */
export function joinPlanes(log: AuditLog): void {
  const joining = new Joining();
  log.subscribe((entry) => {
    for (const found of joining.take(entry)) {
      // Nobody waits for it: what cannot be recorded any more is a log that has ended, and that is known.
      void log.append(found).catch(() => {});
    }
  });
}
