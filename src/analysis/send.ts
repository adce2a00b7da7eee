/**
 * `send` lines: one request played through the whole decision, as the gateway would: policy, tools, guarded text, then
 * limits, then what its answer holds. A text without a place stands wherever a request guard looks. A tool that would be
 * taken out of the request counts as refused, because it could not be used. What a send does not say is assumed: the
 * first model that the subject may use, one token, and the price of the tokens said.
 */
import { estimateCost } from "../decision/cost.ts";
import { decide, modelsFor, toolGranted } from "../decision/decide.ts";
import type { Hold } from "../decision/decision.ts";
import type { Facts } from "../decision/facts.ts";
import type { Origin } from "../decision/origin.ts";
import type { Principal } from "../decision/principal.ts";
import type { Hit } from "../decision/scan.ts";
import { createScanner } from "../decision/scanner.ts";
import type { Table } from "../decision/table.ts";
import { dollars, thousands } from "../decision/words.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Remaining } from "../language/tree.ts";
import type { TestSend } from "../model/model.ts";
import type { Reason } from "../model/reasons.ts";
import type { Counters } from "./counters.ts";
import { failure } from "./finding.ts";

/** What became of a send. */
type Outcome =
  | { readonly kind: "allow"; readonly way: Way }
  | { readonly kind: "redact"; readonly redaction: Redaction; readonly way: Way }
  | {
      readonly kind: "refuse";
      readonly reason: Reason;
      readonly message: string;
      readonly origins: readonly Origin[];
    };

/** How a request that was let through goes on. */
interface Way {
  readonly routes: readonly string[];
  readonly holds: readonly Hold[];
}

interface Redaction {
  readonly guardrails: readonly string[];
  readonly origins: readonly Origin[];
  /** The text as it goes on; ids of placeholders are written `*`, since they hang on a gateway's own key. */
  readonly text: string;
}

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
    const which = send.times > 1 ? `request ${round} of ${send.times}` : "the request";
    if (!meets(outcome, send.expect)) {
      const message = `${which} ${whatHappened(outcome, send.expect)}, and the test expects ${whatIsExpected(send.expect)}`;
      return [failure({ code: "GW5003", span: send.span, message, origins: originsOf(outcome) })];
    }
    const last = round === send.times && outcome.kind === "allow";
    if (last && send.expect.kind === "allow" && send.expect.remaining !== null) {
      return checkRemaining(stage, send, { holds: outcome.way.holds, remaining: send.expect.remaining, now });
    }
  }
  return [];
}

function checkRemaining(
  { counters }: Stage,
  { span }: TestSend,
  { holds, remaining, now }: { holds: readonly Hold[]; remaining: Remaining; now: number },
): Diagnostic[] {
  const { measure, period, amount } = remaining;
  const chosen = holds.filter(({ slot }) => slot.measure === measure && slot.period === period);
  const lefts = chosen.map((hold) => counters.left(hold, now));
  const least = Math.min(...lefts);
  if (least === amount) return [];
  const expected = `the test expects ${amountText(measure, amount)} to remain of its ${measure} per ${period}`;
  const tightest = chosen[lefts.indexOf(least)];
  if (tightest === undefined) {
    return [failure({ code: "GW5003", span, message: `no limit of this kind binds the request, and ${expected}` })];
  }
  const message = `${amountText(measure, least)} remain of ${tightest.counter}, and ${expected}`;
  return [failure({ code: "GW5003", span, message, origins: [tightest.origin] })];
}

function amountText(measure: Remaining["measure"], amount: number): string {
  return measure === "budget" ? dollars(amount) : thousands(amount);
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
  const found = guard(table, decision.guards, send);
  // What is found in the request is judged before limits are asked, what is found in the answer after.
  if (found?.kind === "refuse" && send.place !== "answer") return found;
  const tokens = send.tokens ?? 1;
  const microUsd = send.microUsd ?? Math.max(1, estimateCost(table, model, { input: tokens, output: 0 }, now).microUsd);
  const short = counters.take(decision.holds, { tokens, microUsd }, now);
  if (short !== null) {
    const message = `the limit of ${short.counter} is reached`;
    return { kind: "refuse", reason: short.slot.measure, message, origins: [short.origin] };
  }
  const way = { routes: decision.routes, holds: decision.holds };
  if (found === null) return { kind: "allow", way };
  return found.kind === "refuse" ? found : { kind: "redact", redaction: found, way };
}

/** A name to ask with when no name is written out anywhere. */
function anyModel(table: Table): string {
  return table.atoms.models.examples.find((name) => name !== "") ?? "any";
}

type Found = Extract<Outcome, { kind: "refuse" }> | ({ readonly kind: "redacted" } & Redaction);

function guard(table: Table, guards: readonly number[], { text, place }: TestSend): Found | null {
  if (text === null || guards.length === 0) return null;
  const looking =
    place === null || place === "answer" ? guards : guards.filter((it) => table.guardrails[it]!.in.includes(place));
  const hits = createScanner(table, looking, place === "answer" ? "response" : "request")?.scan(text) ?? [];
  if (hits.length === 0) return null;
  const found = [...new Set(hits.map(({ guardrail }) => table.guardrails[guardrail]!))];
  const rejecting = found.find(({ action }) => action.kind === "reject");
  if (rejecting !== undefined) {
    const message = `guardrail ${rejecting.name} rejects it`;
    return { kind: "refuse", reason: "guardrail", message, origins: [rejecting.origin] };
  }
  const guardrails = found.map(({ name }) => name);
  return { kind: "redacted", guardrails, origins: found.map(({ origin }) => origin), text: rewrite(text, hits) };
}

function rewrite(text: string, hits: readonly Hit[]): string {
  let result = "";
  let from = 0;
  for (const { start, end, pattern } of hits) {
    result += `${text.slice(from, start)}[[secret:${pattern}:*]]`;
    from = end;
  }
  return result + text.slice(from);
}

function meets(outcome: Outcome, expected: TestSend["expect"]): boolean {
  switch (expected.kind) {
    case "allow":
      return outcome.kind === "allow";
    case "refuse":
      return outcome.kind === "refuse" && (expected.reason === null || expected.reason === outcome.reason);
    case "redact": {
      if (outcome.kind !== "redact") return false;
      const { guardrails, text } = outcome.redaction;
      const { guardrail, to } = expected;
      return (guardrail === null || guardrails.includes(guardrail)) && (to === null || to === text);
    }
    case "route":
      return outcome.kind !== "refuse" && expected.providers.every((name, at) => outcome.way.routes[at] === name);
    default:
      return expected satisfies never;
  }
}

function originsOf(outcome: Outcome): readonly Origin[] {
  if (outcome.kind === "allow") return [];
  return outcome.kind === "redact" ? outcome.redaction.origins : outcome.origins;
}

function whatHappened(outcome: Outcome, expected: TestSend["expect"]): string {
  if (outcome.kind === "refuse") return `is refused for \`${outcome.reason}\` (${outcome.message})`;
  if (expected.kind === "route") return `goes to ${outcome.way.routes.join(", then ")}`;
  if (outcome.kind === "allow") return "is allowed as it is";
  const { guardrails, text } = outcome.redaction;
  const to = expected.kind === "redact" && expected.to !== null ? ` to ${JSON.stringify(text)}` : "";
  return `is redacted by ${guardrails.join(", ")}${to}`;
}

function whatIsExpected(expected: TestSend["expect"]): string {
  switch (expected.kind) {
    case "allow":
      return "it to be allowed";
    case "refuse":
      return expected.reason === null ? "a refusal" : `a refusal for \`${expected.reason}\``;
    case "redact": {
      const by = expected.guardrail === null ? "" : ` by ${expected.guardrail}`;
      return `a redaction${by}${expected.to === null ? "" : ` to ${JSON.stringify(expected.to)}`}`;
    }
    case "route":
      return `it to go to ${expected.providers.join(", then ")}`;
    default:
      return expected satisfies never;
  }
}
