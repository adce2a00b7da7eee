/**
 * Recorded decisions, decided again under another policy. Access, hours and expiry come out exactly; limits and budgets
 * are played again from what was recorded as used, in the order of the record. What a record does not hold (texts,
 * the names of granted tools, what tools are called with, the cost of a request that was refused) is never guessed: such
 * decisions are counted apart.
 *
 * Counters begin empty with each log. A request passes while anything is left; what it took is charged when its outcome
 * comes. The gateway also reserves an estimate, so that near a ceiling it may stop one request earlier.
 */
import { hasBit } from "../decision/bits.ts";
import { decide } from "../decision/decide.ts";
import type { Allow, Hold } from "../decision/decision.ts";
import { strongestOf } from "../decision/deeds.ts";
import type { Facts } from "../decision/facts.ts";
import type { Principal } from "../decision/principal.ts";
import type { Table, TableKey } from "../decision/table.ts";
import { runtimeOf, viewOf } from "../decision/view.ts";
import type { Ended, Recorded, RecordedCall } from "./recorded.ts";
import { createCallReplay } from "./replay-calls.ts";
import { type Admission, createMeters, type Gauges, type Meters } from "./replay-meters.ts";
import { createTally, type ReplayReport, type Unknown } from "./replay-tally.ts";

/** A replay in progress. */
export interface Replay {
  /** Another log begins: another gateway, with counters of its own. */
  begin(): void;
  decided(recorded: Recorded): void;
  ended(ended: Ended): void;
  /** The gateway ended before a request did: what it had set aside counts as used from then on, as it does there. */
  lost(ticket: string, at: number): void;
  called(recorded: RecordedCall): void;
  report(): ReplayReport;
}

/** A request that is under way under the other policy too. */
interface Open {
  readonly principal: Principal;
  readonly gauges: Gauges;
  readonly admission: Admission;
  readonly held: Recorded["held"];
}

/** A key of the table, and the counters of its last request, which are most often those of the next one. */
interface Caller {
  readonly principal: Principal;
  holds: readonly Hold[];
  gauges: Gauges;
}

const NO_GAUGES: Gauges = { all: [], hasStakes: false, hasIdle: false };

function callersOf(table: Table): Map<string, Caller> {
  const caller = (key: TableKey): Caller => ({ principal: { key, node: key.node }, holds: [], gauges: NO_GAUGES });
  return new Map([...table.keys.values()].map((key) => [key.name, caller(key)]));
}

/** Begins a replay under the policy of a table. */
export function createReplay(table: Table): Replay {
  const tally = createTally();
  const calls = createCallReplay(table);
  const rejecting = createRejecting(table);
  const refusesSome = table.nodes.some(({ ungranted }) => ungranted?.action === "refuse");
  const refusing = (node: number, at: number): boolean =>
    refusesSome && viewOf(runtime, node, at).refusesTools !== null;
  const runtime = runtimeOf(table);
  let meters: Meters = createMeters(table.timezone);
  let callers = callersOf(table);
  const open = new Map<string, Open>();

  const isIn = (bits: Uint32Array | null, tool: string): boolean => {
    const atom = bits === null ? -1 : runtime.atomOf.tools(tool);
    return atom >= 0 && hasBit(bits!, atom);
  };

  const admit = ({ ticket, effect, at, held }: Recorded, principal: Principal, gauges: Gauges): void => {
    const isServed = effect === "allow";
    const admission = meters.admit(gauges, isServed, at);
    if (isServed) open.set(ticket, { principal, gauges, admission, held });
  };

  /** What cannot be known of a request that access would let through. */
  const unknownOf = (recorded: Recorded, { node }: Principal, allow: Allow): Unknown | null => {
    const { reason, tools, stripped, defined, at } = recorded;
    const { conditional } = viewOf(runtime, node, at);
    if (defined.some((tool) => isIn(conditional, tool))) return "arguments";
    if (reason === "tool" || (tools > stripped.length && refusing(node, at))) return "tools";
    if (reason === "flow") return "flow";
    if (rejecting(allow.guards)) return "guardrail";
    return (reason === "tokens" || reason === "budget") && spends(allow) ? "cost" : null;
  };

  const gaugesOf = (caller: Caller, holds: readonly Hold[]): Gauges => {
    if (caller.holds !== holds) {
      caller.holds = holds;
      caller.gauges = meters.of(holds);
    }
    return caller.gauges;
  };

  const judge = (recorded: Recorded, caller: Caller, model: string): void => {
    const { principal } = caller;
    const { purpose, at, stripped, reason, effect } = recorded;
    const decision = decide(table, principal, factsOf(purpose === "count" ? "count" : "generate", model, stripped), at);
    // What uses a door is refused by every policy.
    const refused = decision.kind === "refusal" ? decision.reason : reason === "door" ? "door" : null;
    if (decision.kind === "refusal" || refused !== null) {
      tally.decided(recorded, refused);
      return;
    }
    tally.tools(stripped, decision.strip);
    // Whatever else is not known, a limit that is reached refuses.
    const gauges = gaugesOf(caller, decision.holds);
    const short = meters.short(gauges, effect === "allow", at);
    const unknown = short === null ? unknownOf(recorded, principal, decision) : null;
    if (unknown === null) tally.decided(recorded, short === null ? null : short.slot.measure, decision.routes[0]);
    else tally.unknown(recorded, unknown);
    if (short === null && (unknown === null || effect === "allow")) admit(recorded, principal, gauges);
  };

  return {
    begin() {
      meters = createMeters(table.timezone);
      callers = callersOf(table);
      open.clear();
    },
    decided(recorded) {
      const { key, model, purpose } = recorded;
      const caller = key === null ? undefined : callers.get(key);
      if (key === null) tally.unknown(recorded, "stranger");
      else if (purpose === "models") tally.unknown(recorded, "list");
      else if (caller === undefined) tally.unknown(recorded, "key");
      else if (model === null) tally.unknown(recorded, "model");
      else judge(recorded, caller, model);
    },
    ended(ended) {
      const it = open.get(ended.ticket);
      if (it === undefined) return;
      open.delete(ended.ticket);
      meters.settle(it.gauges, ended, it.admission);
      for (const { name, granted } of ended.toolUses) {
        const { tools, conditional, flows } = viewOf(runtime, it.principal.node, it.admission.at);
        const isOffered = isIn(tools, name);
        const isOpen = isIn(conditional, name) || (isOffered && isIn(flows?.closable ?? null, name));
        // Of what is not known here the record says whether it went out.
        const goesOut = isOffered && (granted || !isOpen);
        const now = goesOut && calls.passes(name, it.principal, meters, ended.at);
        if (isOpen) tally.open(name);
        else if (now !== granted) tally.tool(name, now);
      }
    },
    lost(ticket, at) {
      const it = open.get(ticket);
      open.delete(ticket);
      if (it !== undefined) meters.settle(it.gauges, { at, charged: true, ...it.held, ceilings: [] }, it.admission);
    },
    called(recorded) {
      const caller = recorded.key === null ? undefined : callers.get(recorded.key);
      calls.called(recorded, caller?.principal, meters);
    },
    report: () => ({ ...tally.report(), calls: calls.report() }),
  };
}

function spends({ holds }: Allow): boolean {
  return holds.some(({ slot }) => slot.measure === "tokens" || slot.measure === "budget");
}

function factsOf(purpose: Facts["purpose"], model: string, tools: readonly string[]): Facts {
  return { purpose, model, tools, doors: [], stream: true, maxTokens: 1, estimate: 1 };
}

/** Whether some of the guardrails may refuse a request for its text. */
function createRejecting({ guardrails }: Table): (guards: readonly number[]) => boolean {
  const rejects = guardrails.map((it) => {
    const refuses = strongestOf(it)?.kind === "reject" || (it.ask?.onError === "block" && it.twinOf === null);
    return refuses && it.on.includes("request");
  });
  return (guards) => guards.some((guard) => rejects[guard]);
}
