/**
 * The record as the stages see it. While a caller is alone, its record is written by this very thread: whoever came
 * meanwhile could not be served before, since records become durable one after the other. Where callers come together,
 * reading the next request while the disk is busy is worth more.
 */
import type { AuditLog } from "../audit/log.ts";
import type { Company } from "./company.ts";

/** The same log, by which this thread waits for the disk while a caller is alone. */
export function hasty(log: AuditLog, company: Pick<Company, "alone">): AuditLog {
  return {
    append: (body, haste = "now") => log.append(body, haste === "now" && company.alone ? "here" : haste),
    subscribe: (listener) => log.subscribe(listener),
    get healthy() {
      return log.healthy;
    },
    close: () => log.close(),
  };
}
