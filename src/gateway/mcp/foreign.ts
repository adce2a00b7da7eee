/**
 * Whether a page of a browser sends a request from elsewhere. A page can reach a gateway on its reader's machine by a name
 * that it lets point there; it cannot leave out where it comes from.
 */
import type { Arrival } from "../arrival.ts";

/** True for a request that says it comes from a page that is not of this machine. */
export function isForeign({ headers: { origin } }: Pick<Arrival, "headers">): boolean {
  if (origin === undefined) return false;
  const host = URL.parse(origin)?.hostname;
  return host !== "localhost" && host !== "[::1]" && !/^127(?:\.\d+){3}$/.test(host ?? "");
}
