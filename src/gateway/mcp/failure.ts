/** What went wrong with a server, as its caller hears of it. */
import type { UpstreamError } from "../../providers/provider.ts";
import type { FaultNotice } from "../../wire/fault.ts";
import { jointName } from "../../wire/mcp/joint.ts";
import { type Fields, isFields } from "../../wire/mcp/message.ts";
import { mcpReply, type Refused } from "../../wire/mcp/refuse.ts";
import { passing, unanswered } from "../faults.ts";
import { endWhole } from "./line-out.ts";
import { Misbehaved } from "./misbehaved.ts";
import { isAll } from "./place.ts";
import type { Carried, Visit } from "./visit.ts";

/** A failure of a server in a sentence; `over` when the whole call took too long. */
export function noticeOf({ server, caller }: Visit, error: UpstreamError, over: boolean): FaultNotice {
  if (caller.arrival.left === "draining") return passing("draining", "the gateway is shutting down; call again");
  if (isAll(server)) return passing(over ? "timeout" : "upstream", "none of the servers gave an answer");
  const whom = `server \`${server.name}\``;
  if (over) return passing("timeout", `${whom} took longer than its policy lets it`);
  return error instanceof Misbehaved ? passing("upstream", `${whom} ${error.does}`) : unanswered(whom, error);
}

/** The end of a message that could not be carried: nothing of an answer has left yet. */
export function failed(visit: Visit, notice: FaultNotice): Carried {
  const { arrival } = visit.caller;
  const whole = mcpReply(notice, refusedOf(visit), arrival.id);
  const gone = arrival.left === "client-gone";
  return {
    end: gone ? "client-gone" : "upstream-failed",
    fault: gone ? null : notice.fault,
    status: whole.status,
    firstByteMs: null,
    said: null,
    oversize: null,
    search: null,
    close: () => endWhole(arrival, whole),
  };
}

/** The same as a message, for a stream that has begun; null when nobody asked for an answer. */
export function failureMessage(visit: Visit, notice: FaultNotice): Fields | null {
  if (visit.message.kind !== "request") return null;
  const { body } = mcpReply(notice, refusedOf(visit), visit.caller.arrival.id);
  const message: unknown = JSON.parse(Buffer.from(body).toString());
  return isFields(message as Fields) ? (message as Fields) : null;
}

/** What of a visit is refused, by the names that its client uses. */
export function refusedOf({ message, era, target, joint, server }: Visit): Refused {
  const named =
    target === null || !joint || isAll(server) ? target : { ...target, name: jointName(server.name, target) };
  return { request: message.kind === "request" ? message : null, era, target: named };
}
