/**
 * `GET /v1/models` and one of them by name: what a caller may use, from the table, without asking any provider. Asked by
 * the client's model picker, which shows nothing else.
 */
import type { DecisionBody, OutcomeBody } from "../audit/entry.ts";
import { decide, modelsFor } from "../decision/decide.ts";
import type { Allow, Refusal } from "../decision/decision.ts";
import { quote } from "../decision/words.ts";
import { modelBody, modelsBody } from "../wire/anthropic/models.ts";
import type { Arrival } from "./arrival.ts";
import { authenticate } from "./authenticate.ts";
import { unrecorded } from "./faults.ts";
import type { Plane } from "./plane.ts";
import type { Ports } from "./ports.ts";
import { decisionBody, NOTHING_BESIDE, recordEnd, recorded } from "./record.ts";
import type { Caller } from "./ticket.ts";
import { turnAway } from "./turn-away.ts";

/** Answers with the list, or with the one that is `wanted`. */
export async function listModels(arrival: Arrival, wanted: string | null, plane: Plane, ports: Ports): Promise<void> {
  const caller = authenticate(arrival, ports);
  if (caller.kind === "stranger") return turnAway(caller, null, plane, ports);
  const models = modelsFor(caller.table, caller.principal, arrival.at);
  const refusal = standing(caller, models) ?? (wanted === null ? null : unknown(caller, models, wanted));
  if (refusal !== null) return turnAway({ ...caller, why: refusal }, null, plane, ports);
  const body = wanted === null ? modelsBody(models) : modelBody(wanted);
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["request-id", arrival.id],
  ];
  if (!(await recorded(listed(caller), ports))) return arrival.reply(plane.refuse(unrecorded(), arrival.id));
  arrival.reply({ status: 200, headers, body });
  await recordEnd(outcomeOf(caller, ports), ports);
}

/** Whether the key may be used at all now; a list needs no more. */
function standing({ table, principal, arrival }: Caller, models: readonly string[]): Refusal | null {
  const nothing = { purpose: "count", tools: [], doors: [], stream: false, maxTokens: 0, estimate: 0 } as const;
  const decision = decide(table, principal, { ...nothing, model: models[0] ?? "" }, arrival.at);
  return decision.kind === "refusal" && decision.reason !== "model" ? decision : null;
}

function unknown({ table, principal }: Caller, models: readonly string[], wanted: string): Refusal | null {
  if (models.includes(wanted)) return null;
  const { origin } = table.nodes[principal.node]!;
  const message = `model \`${quote(wanted)}\` is not among the models of key ${principal.key.name}; see GET /v1/models`;
  return {
    kind: "refusal",
    revision: table.revision.id,
    origins: [origin],
    reason: "model",
    message,
    retryAfterMs: null,
  };
}

function listed({ arrival, table, actor, principal }: Caller): DecisionBody {
  const { origin } = table.nodes[principal.node]!;
  const nothing = { routes: [], strip: [], holds: [], guards: [] };
  const allow: Allow = { kind: "allow", revision: table.revision.id, origins: [origin], ...nothing };
  return decisionBody({ arrival, table, actor, purpose: "models", asked: null }, allow, NOTHING_BESIDE);
}

function outcomeOf({ arrival, actor }: Caller, { tick }: Ports): OutcomeBody {
  return {
    kind: "outcome",
    ticket: arrival.id,
    actor,
    end: "complete",
    fault: null,
    status: 200,
    model: null,
    stream: false,
    provider: null,
    upstreamRequestId: null,
    usage: null,
    microUsd: 0,
    priced: true,
    charges: [],
    toolUses: [],
    findings: [],
    scan: null,
    asked: [],
    bytes: arrival.sink.written,
    firstByteMs: null,
    totalMs: Math.round(tick() - arrival.started),
  };
}
