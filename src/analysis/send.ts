/**
 * `send` lines: one request played through the whole decision, as the gateway would: policy, tools, guarded text, then
 * limits. The text stands at every place that a request guard looks at. A tool that would be taken out of the request
 * counts as refused, because it could not be used. What a send does not say is assumed: the first model that the subject
 * may use, one token, and the price of the tokens said.
 */
import { estimateCost } from "../decision/cost.ts";
import { decide, modelsFor, toolGranted } from "../decision/decide.ts";
import type { Reason } from "../decision/decision.ts";
import type { Facts } from "../decision/facts.ts";
import type { Origin } from "../decision/origin.ts";
import type { Principal } from "../decision/principal.ts";
import { createScanner } from "../decision/scanner.ts";
import type { Table } from "../decision/table.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { TestSend } from "../model/model.ts";
import type { Counters } from "./counters.ts";
import { failure } from "./finding.ts";

/** What became of a send. */
type Outcome =
  | { readonly kind: "allow" }
  | { readonly kind: "redact"; readonly guardrails: readonly string[]; readonly origins: readonly Origin[] }
  | {
      readonly kind: "refuse";
      readonly reason: Reason;
      readonly message: string;
      readonly origins: readonly Origin[];
    };

/** What a test plays its sends with. */
export interface Stage {
  readonly table: Table;
  readonly principal: Principal;
  readonly counters: Counters;
}

/** Plays a line as often as it says; stops at the first time that ends otherwise than expected. */
export function checkSend(stage: Stage, send: TestSend, now: number): Diagnostic[] {
  for (let round = 1; round <= send.times; round++) {
    const outcome = play(stage, send, now);
    if (meets(outcome, send.expect)) continue;
    const which = send.times > 1 ? `request ${round} of ${send.times}` : "the request";
    const message = `${which} ${whatHappened(outcome)}, and the test expects ${whatIsExpected(send.expect)}`;
    const origins = outcome.kind === "allow" ? [] : outcome.origins;
    return [failure({ code: "GW5003", span: send.span, message, origins })];
  }
  return [];
}

function play({ table, principal, counters }: Stage, send: TestSend, now: number): Outcome {
  const model = send.model ?? modelsFor(table, principal, now)[0] ?? anyModel(table);
  const tools = send.tool === null ? [] : [send.tool];
  const facts: Facts = { purpose: "generate", model, tools, doors: [], stream: true, maxTokens: 1, estimate: 1 };
  const decision = decide(table, principal, facts, now);
  if (decision.kind === "refusal") {
    const { reason, message, origins } = decision;
    return { kind: "refuse", reason, message, origins };
  }
  if (decision.strip.length > 0) {
    const { origin } = toolGranted(table, principal, send.tool!, now);
    const message = `tool ${send.tool} is not granted, it would be taken out of the request`;
    return { kind: "refuse", reason: "tool", message, origins: [origin] };
  }
  const guarded = guard(table, decision.guards, send.text);
  if (guarded?.kind === "refuse") return guarded;
  const tokens = send.tokens ?? 1;
  const microUsd = send.microUsd ?? Math.max(1, estimateCost(table, model, { input: tokens, output: 0 }, now).microUsd);
  const short = counters.take(decision.holds, { tokens, microUsd }, now);
  if (short === null) return guarded ?? { kind: "allow" };
  const message = `the limit of ${short.counter} is reached`;
  return { kind: "refuse", reason: short.slot.measure, message, origins: [short.origin] };
}

/** A name to ask with when no name is written out anywhere. */
function anyModel(table: Table): string {
  return table.atoms.models.examples.find((name) => name !== "") ?? "any";
}

function guard(table: Table, guards: readonly number[], text: string | null): Outcome | null {
  if (text === null || guards.length === 0) return null;
  const hits = createScanner(table, guards, "request")?.scan(text) ?? [];
  if (hits.length === 0) return null;
  const found = [...new Set(hits.map(({ guardrail }) => table.guardrails[guardrail]!))];
  const rejecting = found.find(({ action }) => action.kind === "reject");
  if (rejecting !== undefined) {
    const message = `guardrail ${rejecting.name} rejects it`;
    return { kind: "refuse", reason: "guardrail", message, origins: [rejecting.origin] };
  }
  return { kind: "redact", guardrails: found.map(({ name }) => name), origins: found.map(({ origin }) => origin) };
}

function meets(outcome: Outcome, expected: TestSend["expect"]): boolean {
  switch (expected.kind) {
    case "allow":
      return outcome.kind === "allow";
    case "refuse":
      return outcome.kind === "refuse" && (expected.reason === null || expected.reason === outcome.reason);
    case "redact":
      return (
        outcome.kind === "redact" && (expected.guardrail === null || outcome.guardrails.includes(expected.guardrail))
      );
    default:
      return expected satisfies never;
  }
}

function whatHappened(outcome: Outcome): string {
  switch (outcome.kind) {
    case "allow":
      return "is allowed as it is";
    case "redact":
      return `is redacted by ${outcome.guardrails.join(", ")}`;
    case "refuse":
      return `is refused for \`${outcome.reason}\` (${outcome.message})`;
    default:
      return outcome satisfies never;
  }
}

function whatIsExpected(expected: TestSend["expect"]): string {
  switch (expected.kind) {
    case "allow":
      return "it to be allowed";
    case "refuse":
      return expected.reason === null ? "a refusal" : `a refusal for \`${expected.reason}\``;
    case "redact":
      return expected.guardrail === null ? "a redaction" : `a redaction by ${expected.guardrail}`;
    default:
      return expected satisfies never;
  }
}
