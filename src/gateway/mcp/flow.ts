/**
 * Flow rules over calls of servers. Which conversation a call is part of is known by the id that the model's answer gave to
 * it; it is then judged by what had been called when the answer asked for it. A call without such an id may be part of any
 * conversation of its key, and of its own session: it is judged by all that was called there. So it may be refused where
 * a client that names its calls would not be, and never lets pass what one of them would have closed.
 */
import { createHash } from "node:crypto";
import { isSame } from "../../audit/joining.ts";
import { courseOf, type FlowDenial } from "../../decision/course.ts";
import type { Refusal } from "../../decision/decision.ts";
import type { WouldBe } from "../../decision/observed.ts";
import type { Table } from "../../decision/table.ts";
import { quote } from "../../decision/words.ts";
import { canonicalName } from "../../wire/mcp/target.ts";
import type { Work } from "../ports.ts";
import { type Called, toolUseOf } from "./record.ts";
import type { Visit } from "./visit.ts";

/** What flow rules say of one call. */
export interface CallFlow {
  readonly refusal: Refusal | null;
  /** What the rules that are only observed would have decided in its place; null when the same. */
  readonly would: WouldBe | null;
  /** The call goes on: it counts from now on. */
  passed(): void;
}

/** Judges a call; null for a caller whom no flow rule binds, not even one that is observed. */
export function judgeFlow(visit: Visit, called: Called, { trails }: Work): CallFlow | null {
  const { table, principal, arrival } = visit.caller;
  if (called.target.family !== "mcp") return null;
  const name = canonicalName(called.server, called.target);
  const denialIn = (rules: Table, before: readonly string[]): FlowDenial | null => {
    const course = courseOf(rules, principal, arrival.at);
    for (const tool of before) course?.call(tool);
    return course?.denial(name) ?? null;
  };
  const isBound = (rules: Table | null): boolean => rules !== null && courseOf(rules, principal, arrival.at) !== null;
  if (!isBound(table) && !isBound(table.observed)) return null;
  const key = principal.key.name;
  const session = visit.session === null ? null : trails.ofSession(visit.session);
  const placed = placeOf(called, name, trails);
  const before = placed ?? [...(session?.from(0) ?? []), ...trails.calledBy(key)];
  const denial = denialIn(table, before);
  const would = table.observed === null ? null : denialIn(table.observed, before);
  return {
    refusal: denial === null ? null : refusalOf(called, name, { denial, isPlaced: placed !== null }),
    would: would === null || denial !== null ? null : wouldRefuse(would),
    passed() {
      if (placed !== null) return;
      if (session === null) trails.called(key, name);
      else session.add(name);
    },
  };
}

/** What had been called before, when an answer asked for this very call. */
function placeOf({ caller, request }: Called, name: string, trails: Work["trails"]): readonly string[] | null {
  const id = toolUseOf(request);
  if (id === null) return null;
  const input = createHash("sha256")
    .update(JSON.stringify([name, request.params.arguments ?? null]))
    .digest("base64");
  return trails.before(caller.principal.key.name, { id, isSame: (tool) => isSame(name, tool), input });
}

function wouldRefuse({ origin }: FlowDenial): WouldBe {
  return { effect: "refuse", reason: "flow", stripped: [], origins: [origin] };
}

interface Found {
  readonly denial: FlowDenial;
  readonly isPlaced: boolean;
}

function refusalOf({ caller }: Called, name: string, { denial, isPlaced }: Found): Refusal {
  const { table, principal } = caller;
  const rule = `${quote(name)} may not be called in a conversation after ${denial.after}`;
  const doubt = `no answer to key ${principal.key.name} asked for this call, so it may be part of any of its conversations, and ${denial.after} was called in one`;
  const message = isPlaced ? rule : `${rule}; ${doubt}`;
  const { id: revision } = table.revision;
  return { kind: "refusal", revision, origins: [denial.origin], reason: "flow", message, retryAfterMs: null };
}
