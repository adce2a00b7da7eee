/**
 * A recorded request, decided again under the policy of its time. What a record does not hold is not guessed: content,
 * counters and the names of granted tools are the gateway's to know, and the comparison says where it stops.
 */
import { decide } from "../decision/decide.ts";
import { type CallAllowed, decideCall } from "../decision/decide-call.ts";
import { refuseDefinition } from "../decision/decide-definition.ts";
import type { Decision } from "../decision/decision.ts";
import type { Table } from "../decision/table.ts";
import type { Reason } from "../model/reasons.ts";
import type { Recorded, RecordedCall } from "./recorded.ts";

/** Reasons that depend on more than the policy and what the record holds of a request. */
const BEYOND = {
  key: false,
  expired: false,
  window: false,
  door: true,
  model: false,
  provider: false,
  tool: true,
  arguments: true,
  flow: true,
  unconfirmed: true,
  guardrail: true,
  requests: true,
  tokens: true,
  concurrency: true,
  budget: true,
  calls: true,
} as const satisfies Record<Reason, boolean>;

export interface Again {
  /** null when the key of the record is not in the policy. */
  readonly decision: Decision | CallAllowed | null;
  /**
   * `same`, `other`, or `beyond`: the policy lets it pass, and what refused it then cannot be decided from the record; or
   * it hangs on the arguments of a call, which the record does not hold, and `decision` names the line that asks for them.
   */
  readonly verdict: "same" | "other" | "beyond";
}

/** Decides a recorded request again. */
export function decideAgain(table: Table, recorded: Omit<Recorded, "held">): Again {
  const { key: name, effect, reason } = recorded;
  const key = [...table.keys.values()].find((it) => it.name === name);
  if (key === undefined) return { decision: null, verdict: name === null ? "beyond" : "other" };
  // A list of models is scoped by the key alone: expiry and hours decide it, no single model.
  const { model, purpose, stripped, defined, at } = recorded;
  if (model === null || purpose === "models" || purpose === "tools") return { decision: null, verdict: "beyond" };
  const facts = { purpose, model, tools: stripped, doors: [], stream: true, maxTokens: 0, estimate: 0 };
  const principal = { key, node: key.node };
  const decision = decide(table, principal, facts, at);
  if (decision.kind === "allow" && (effect === "allow" || reason === "arguments")) {
    // Limits that cannot be read are refused wherever they matter.
    const unknown = defined.map((tool) => ({ tool, definition: undefined }));
    const open = refuseDefinition(table, principal, unknown, at);
    if (open !== null) return { decision: open, verdict: "beyond" };
  }
  return { decision, verdict: verdictOf(decision, { effect, reason, stripped }) };
}

/** Decides a recorded call again. */
export function decideCallAgain(
  table: Table,
  { key: name, effect, reason, at, name: called }: Omit<RecordedCall, "ticket" | "team" | "isCall">,
): Again {
  const key = [...table.keys.values()].find((it) => it.name === name);
  if (key === undefined) return { decision: null, verdict: name === null ? "beyond" : "other" };
  const decision = decideCall(table, { key, node: key.node }, { tool: called, input: () => undefined }, at);
  // Arguments that cannot be read are refused wherever they matter: that much, and no more, is known here.
  const isOpen = decision.kind === "refusal" && decision.reason === "arguments";
  if (isOpen && (effect === "allow" || reason === "arguments")) return { decision, verdict: "beyond" };
  if (decision.kind === "refusal") {
    return { decision, verdict: effect === "refuse" && reason === decision.reason ? "same" : "other" };
  }
  const beyond = effect === "refuse" && reason !== null && reason !== "tool" && BEYOND[reason];
  return { decision, verdict: effect === "allow" ? "same" : beyond ? "beyond" : "other" };
}

function verdictOf(
  decision: Decision,
  { effect, reason, stripped }: Pick<Recorded, "effect" | "reason" | "stripped">,
): Again["verdict"] {
  if (decision.kind === "refusal") return effect === "refuse" && reason === decision.reason ? "same" : "other";
  if (effect === "refuse") return reason !== null && BEYOND[reason] ? "beyond" : "other";
  const again = new Set(decision.strip);
  return stripped.every((tool) => again.has(tool)) ? "same" : "other";
}
