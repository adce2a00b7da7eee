/** What goes into the record about a call: its name, never what it was called with or what came of it. */
import type { CallBody, Charge, ReturnBody } from "../../audit/entry.ts";
import type { CallAllowed } from "../../decision/decide-call.ts";
import type { Refusal } from "../../decision/decision.ts";
import type { WouldBe } from "../../decision/observed.ts";
import type { Origin } from "../../decision/origin.ts";
import { withoutKeys } from "../../identity/mint.ts";
import { oneReading } from "../../wire/input.ts";
import { metaOf } from "../../wire/mcp/era.ts";
import { fieldsIn, type Request, textIn } from "../../wire/mcp/message.ts";
import { canonicalName, type Target } from "../../wire/mcp/target.ts";
import type { Ports } from "../ports.ts";
import { observedOf } from "../record.ts";
import type { Caller } from "../ticket.ts";
import type { Carried } from "./visit.ts";

/** A call, before it is decided. */
export interface Called {
  readonly caller: Caller;
  readonly server: string;
  readonly request: Request;
  readonly target: Target;
  readonly bytes: number;
}

/**
 * What was decided about it, what observed statements would have decided where that is something else, and what it takes
 * from limits on calls.
 */
export interface DecidedCall {
  readonly decision: CallAllowed | Refusal;
  readonly would: WouldBe | null;
  readonly charges: readonly Charge[];
  /** What came of asking a person; null when nobody had to be asked. */
  readonly confirmation: Confirmation | null;
}

/** What came of asking a person. */
export interface Confirmation {
  readonly answer: NonNullable<CallBody["confirmation"]>["answer"];
  readonly origin: Origin;
}

/** What a tool is called with. Nothing else has arguments that policy speaks about. */
export function inputOf({ request: { params }, target }: Called): unknown {
  if (target.family !== "mcp") return undefined;
  return params.arguments === undefined ? {} : oneReading(params.arguments);
}

/** A caller decides how long a name is; the record must not grow with that. */
const LONGEST = 256;

/** The name of a call as the record has it. */
export function recordedName({ server, target }: Pick<Called, "server" | "target">): string {
  return withoutKeys(canonicalName(server, target)).slice(0, LONGEST);
}

/** The record of a decision about a call. */
export function callBody(
  called: Called,
  { decision, would, charges, confirmation }: DecidedCall,
  { hmac }: Pick<Ports, "hmac">,
): CallBody {
  const { caller, request, bytes } = called;
  const { arrival, table, actor } = caller;
  return {
    kind: "call",
    ticket: arrival.id,
    actor,
    revision: table.revision.id,
    commit: table.revision.commit,
    effect: decision.kind === "allow" ? "allow" : "refuse",
    reason: decision.kind === "allow" ? null : decision.reason,
    origins: decision.origins.map(({ place }) => place),
    name: recordedName(called),
    method: request.method,
    arguments: hmac(JSON.stringify(fieldsIn(request.params, "arguments"))).slice(0, 16),
    observed: would === null ? null : observedOf(would),
    confirmation: confirmation === null ? null : { ...confirmation, origin: confirmation.origin.place },
    toolUse: toolUseOf(request),
    bytes,
    charges,
  };
}

/** The id of the model's call, when it looks like one. */
export function toolUseOf({ params }: Request): string | null {
  const id = textIn(metaOf(params), "claudecode/toolUseId");
  return id !== null && /^[\w-]{1,128}$/.test(id) ? withoutKeys(id) : null;
}

/** The record of how a call ended. */
export function returnBody(called: Called, carried: Carried, tick: () => number): ReturnBody {
  const { arrival, actor } = called.caller;
  const { end, fault, status, said, oversize, search, firstByteMs } = carried;
  return {
    kind: "return",
    ticket: arrival.id,
    actor,
    end,
    fault,
    status,
    name: recordedName(called),
    result: said ?? "none",
    oversize,
    search,
    bytes: arrival.sink.written,
    firstByteMs: firstByteMs === null ? null : Math.round(firstByteMs),
    totalMs: Math.round(tick() - arrival.started),
  };
}
