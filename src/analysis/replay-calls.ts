/**
 * Recorded calls of servers of tools, decided again under another policy, and limits on calls played again from them and
 * from what answers asked for. What a server offered and what a call was made with no record holds, so that what hangs on it
 * is counted apart. An answer's calls count when the answer ended: a record says no more of their time.
 */
import { dependsOnInput } from "../decision/call-granted.ts";
import { callLimits, siteOf } from "../decision/call-limits.ts";
import { standing, toolGranted } from "../decision/decide.ts";
import type { Principal } from "../decision/principal.ts";
import type { Table } from "../decision/table.ts";
import type { RecordedCall } from "./recorded.ts";
import type { Meters } from "./replay-meters.ts";
import { createTally, type ReplayReport } from "./replay-tally.ts";

/** The part of a replay that is about calls. */
export interface CallReplay {
  /** Decides a recorded call again; the principal is undefined when the policy does not have the key. */
  called(recorded: RecordedCall, principal: Principal | undefined, meters: Meters): void;
  /** Counts a call that an answer asked for; false when a limit on calls would withhold it. */
  passes(tool: string, principal: Principal, meters: Meters, at: number): boolean;
  report(): ReplayReport["calls"];
}

/** Begins to replay calls under the policy of a table. */
export function createCallReplay(table: Table): CallReplay {
  const tally = createTally();

  const counts = (tool: string, principal: Principal, meters: Meters, at: number): boolean => {
    const gauges = meters.of(callLimits(table, principal, tool, at));
    if (meters.short(gauges, false, at) !== null) return false;
    meters.admit(gauges, false, at);
    return true;
  };

  return {
    called({ name, isCall, effect, ...recorded }, principal, meters) {
      const told = { ...recorded, model: name, provider: null };
      const { at, key, reason } = recorded;
      if (principal === undefined) return tally.unknown(told, key === null ? "stranger" : "key");
      const refusal = standing(table, principal, at);
      if (refusal !== null) return tally.decided(told, refusal.reason);
      if (!toolGranted(table, principal, name, at).granted) return tally.decided(told, "tool");
      // By a policy that did not grant it, or for what its server offered: no record says which.
      if (effect === "refuse" && reason === "tool") return tally.unknown(told, "offered");
      const hangs = dependsOnInput(table, principal, name, at);
      if (hangs && effect === "refuse") return tally.unknown(told, "arguments");
      if (isCall && !counts(name, principal, meters, at)) return tally.decided(told, "calls");
      if (hangs) tally.unknown(told, "arguments");
      else tally.decided(told, null);
    },
    passes: (tool, principal, meters, at) => siteOf(table, tool) !== "answer" || counts(tool, principal, meters, at),
    report() {
      const { decisions, same, opened, closed, flips, unknown } = tally.report();
      return { decisions, same, opened, closed, flips, unknown };
    },
  };
}
