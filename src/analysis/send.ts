/**
 * `send` lines: one request played through the whole decision, as the gateway would: policy, tools, guarded text, then
 * limits, then what its answer holds. A text without a place stands wherever a request guard looks. A tool that would be
 * taken out of the request counts as refused, because it could not be used; one that is granted is called once, and with an
 * input that it may not be called with it counts as refused as well. A send that says what its tool gives back is a call at
 * a server of the gateway, confirmed where somebody has to: there is no request, and what comes back is played. What a send does not say is assumed: the first model
 * that the subject may use, one token, and the price of the tokens said.
 */
import { callGranted } from "../decision/call-granted.ts";
import { callLimits, siteOf } from "../decision/call-limits.ts";
import { alwaysConfirmedBy, confirmedBy } from "../decision/confirmed-by.ts";
import { estimateCost } from "../decision/cost.ts";
import { courseOf } from "../decision/course.ts";
import { decide, someModel, standing, toolGranted } from "../decision/decide.ts";
import type { Hold } from "../decision/decision.ts";
import { deedsOf, maskText } from "../decision/deeds.ts";
import { ONE_CALL } from "../decision/demand.ts";
import { clearOfEscapes } from "../decision/escapes.ts";
import type { Facts } from "../decision/facts.ts";
import type { Origin } from "../decision/origin.ts";
import type { Principal } from "../decision/principal.ts";
import type { Hit } from "../decision/scan.ts";
import { createScanner } from "../decision/scanner.ts";
import type { Table, TableGuardrail } from "../decision/table.ts";
import { dollars, thousands } from "../decision/words.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Remaining } from "../language/tree.ts";
import type { TestSend } from "../model/model.ts";
import type { Reason } from "../model/reasons.ts";
import type { Counters } from "./counters.ts";
import { failure } from "./finding.ts";
import { type Back, meetsBack, originsOfBack, playResult, whatCameBack } from "./send-result.ts";

/** What became of a send. */
type Outcome =
  | {
      readonly kind: "pass";
      readonly looked: Looked;
      readonly way: Way;
      /** What became of what the tool gives back; null when the test does not say what that is. */
      readonly back: Back | null;
    }
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
  /** The line by which a person has to confirm a call of its tool; null when none does. */
  readonly asks: Origin | null;
}

/** What guardrails do to a text that goes on. */
interface Looked {
  readonly acts: readonly { readonly how: Mark; readonly guardrail: TableGuardrail }[];
  /** The text as it goes on; ids of placeholders are written `*`, since they hang on a gateway's own key. */
  readonly text: string;
}

type Mark = "redact" | "mask" | "flag" | "observe";

/** What a test plays its sends with. */
export interface Stage {
  readonly table: Table;
  readonly principal: Principal;
  readonly counters: Counters;
  /** What was called in the conversation before. */
  readonly called: readonly string[];
}

/** Plays a line as often as it says; stops at the first time that ends otherwise than expected. */
export function checkSend(stage: Stage, send: TestSend, now: number): Diagnostic[] {
  for (let round = 1; round <= send.times; round++) {
    const outcome = send.result === null ? play(stage, send, now) : playCall(stage, send, now);
    const which = send.times > 1 ? `${round} of ${send.times}` : null;
    if (!meets(outcome, send.expect)) {
      const message = `${nameOf(outcome, send, which)} ${whatHappened(outcome, send.expect)}, and the test expects ${whatIsExpected(send.expect)}`;
      return [failure({ code: "GW5003", span: send.span, message, origins: originsOf(outcome) })];
    }
    const last = round === send.times && outcome.kind === "pass";
    if (last && send.expect.kind === "allow" && send.expect.remaining !== null) {
      return checkRemaining(stage, send, { holds: outcome.way.holds, remaining: send.expect.remaining, now });
    }
  }
  return [];
}

/** What the expectation is about. */
function nameOf(outcome: Outcome, { tool, result }: TestSend, which: string | null): string {
  const asked = result === null ? "request" : "call";
  if (outcome.kind === "refuse" || outcome.back === null) return which === null ? `the ${asked}` : `${asked} ${which}`;
  return `what ${tool} gives back${which === null ? "" : ` to call ${which}`}`;
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

function play(stage: Stage, send: TestSend, now: number): Outcome {
  const { table, principal, counters } = stage;
  const model = send.model ?? someModel(table, principal, now) ?? anyModel(table);
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
  const closed = send.tool === null ? null : closedTool(stage, send.tool, now);
  if (closed !== null) return closed;
  const called = refusedCall(table, principal, send, now);
  if (called !== null) return called;
  const found = guard(table, decision.guards, send);
  // What is found in the request is judged before limits are asked, what is found in the answer after.
  if (found?.kind === "refuse" && send.place !== "answer") return found;
  const tokens = send.tokens ?? 1;
  const microUsd = send.microUsd ?? Math.max(1, estimateCost(table, model, { input: tokens, output: 0 }, now).microUsd);
  const short = counters.take(decision.holds, { tokens, microUsd }, now);
  if (short !== null) return overLimit(short);
  const asks = confirmation(table, principal, send, now);
  if (found?.kind === "refuse") return found;
  const calls = countedBy(stage, send, now);
  const full = counters.take(calls, ONE_CALL, now);
  if (full !== null) return overLimit(full);
  const way = { routes: decision.routes, holds: [...decision.holds, ...calls], asks };
  return { kind: "pass", looked: found ?? { acts: [], text: send.text ?? "" }, way, back: null };
}

/** A call of a tool at a server of the gateway, which is no request to a model; then what comes back from it. */
function playCall(stage: Stage, send: TestSend, now: number): Outcome {
  const { table, principal, counters } = stage;
  const tool = send.tool!;
  const refusal = standing(table, principal, now);
  if (refusal !== null) {
    const { reason, message, origins } = refusal;
    return { kind: "refuse", reason, message, origins };
  }
  const { granted, origin } = toolGranted(table, principal, tool, now);
  if (!granted) return { kind: "refuse", reason: "tool", message: `tool ${tool} is not granted`, origins: [origin] };
  const refused = closedTool(stage, tool, now) ?? refusedCall(table, principal, send, now);
  if (refused !== null) return refused;
  const holds = countedBy(stage, send, now);
  const full = counters.take(holds, ONE_CALL, now);
  if (full !== null) return overLimit(full);
  const back = playResult(table, principal, { tool, result: send.result! }, now);
  return { kind: "pass", looked: { acts: [], text: "" }, way: { routes: [], holds, asks: null }, back };
}

function overLimit({ counter, slot, origin }: Hold): Outcome {
  return { kind: "refuse", reason: slot.measure, message: `the limit of ${counter} is reached`, origins: [origin] };
}

/** The limits that count the call of the tool, if it can be called at all. */
function countedBy({ table, principal }: Stage, { tool }: TestSend, now: number): readonly Hold[] {
  return tool === null || siteOf(table, tool) === null ? [] : callLimits(table, principal, tool, now);
}

/** The refusal of a tool that may not be called after what was called before. */
function closedTool({ table, principal, called }: Stage, tool: string, now: number): Outcome | null {
  const course = courseOf(table, principal, now);
  for (const before of called) course?.call(before);
  const denial = course?.denial(tool) ?? null;
  if (denial === null) return null;
  const message = `tool ${tool} may not be called after ${denial.after}`;
  return { kind: "refuse", reason: "flow", message, origins: [denial.origin] };
}

/** What becomes of the call, where the test says what the tool is called with. */
function refusedCall(table: Table, principal: Principal, { tool, input }: TestSend, now: number): Outcome | null {
  if (tool === null || input === null) return null;
  const grant = callGranted(table, principal, { tool, input }, now);
  if (grant.granted) return null;
  return { kind: "refuse", reason: "arguments", message: `${tool} ${grant.why}`, origins: [grant.origin] };
}

/** The line that has a person asked; where the test does not say what the tool is called with, one that asks about every call. */
function confirmation(table: Table, principal: Principal, { tool, input }: TestSend, now: number): Origin | null {
  if (tool === null) return null;
  if (input === null) return alwaysConfirmedBy(table, principal, tool, now);
  return confirmedBy(table, principal, { tool, input: () => input }, now);
}

/** A name to ask with when the subject may use no model at all. */
function anyModel(table: Table): string {
  return table.atoms.models.examples.find((name) => name !== "") ?? "any";
}

type Found = Extract<Outcome, { kind: "refuse" }> | ({ readonly kind: "looked" } & Looked);

/** What a service would say of a text no test can know: guardrails that ask one are left out. */
function guard(table: Table, guards: readonly number[], { text, place }: TestSend): Found | null {
  if (text === null || guards.length === 0) return null;
  const looking =
    place === null || place === "answer" ? guards : guards.filter((it) => table.guardrails[it]!.in.includes(place));
  const found = createScanner(table, looking, place === "answer" ? "response" : "request")?.scan(text) ?? [];
  const hits = place === "answer" ? found : clearOfEscapes(text, found);
  if (hits.length === 0) return null;
  const acts: { how: Mark; guardrail: TableGuardrail }[] = [];
  for (const { guardrail: index, pattern } of hits) {
    const guardrail = table.guardrails[index]!;
    const { done, observed } = deedsOf(guardrail, pattern);
    if (done?.kind === "reject") {
      const message = `guardrail ${guardrail.name} rejects it`;
      return { kind: "refuse", reason: "guardrail", message, origins: [guardrail.origin] };
    }
    if (done !== null) acts.push({ how: done.kind, guardrail });
    if (observed !== null) acts.push({ how: "observe", guardrail });
  }
  return { kind: "looked", acts, text: rewrite(table, text, hits) };
}

function rewrite(table: Table, text: string, hits: readonly Hit[]): string {
  let result = "";
  let from = 0;
  for (const { start, end, guardrail, pattern } of hits) {
    const { done } = deedsOf(table.guardrails[guardrail]!, pattern);
    if (done?.kind !== "redact" && done?.kind !== "mask") continue;
    const words = done.kind === "mask" ? maskText(text.slice(start, end), done.keep) : `[[secret:${pattern}:*]]`;
    // Two that shared an escape both have it.
    if (end <= from) continue;
    result += text.slice(from, start) + words;
    from = end;
  }
  return result + text.slice(from);
}

function meets(outcome: Outcome, expected: TestSend["expect"]): boolean {
  const isDone = (how: Mark, name: string | null): boolean =>
    outcome.kind === "pass" &&
    outcome.looked.acts.some((act) => act.how === how && (name === null || act.guardrail.name === name));
  if (outcome.kind === "pass" && outcome.back !== null) return meetsBack(outcome.back, expected);
  switch (expected.kind) {
    case "allow":
      return outcome.kind === "pass" && outcome.way.asks === null && !isDone("redact", null) && !isDone("mask", null);
    case "refuse":
      return outcome.kind === "refuse" && isReason(outcome.reason, expected.reason);
    case "redact":
    case "mask":
      return (
        isDone(expected.kind, expected.guardrail) &&
        (expected.to === null || (outcome.kind === "pass" && expected.to === outcome.looked.text))
      );
    case "flag":
    case "observe":
      return isDone(expected.kind, expected.guardrail);
    case "found":
    case "withhold":
      return false;
    case "ask":
      return outcome.kind === "pass" && outcome.way.asks !== null;
    case "route":
      return outcome.kind === "pass" && expected.providers.every((name, at) => outcome.way.routes[at] === name);
    default:
      return expected satisfies never;
  }
}

/** A call that is refused for its arguments is refused for its tool as well: the tool cannot be used so. */
function isReason(reason: Reason, expected: string | null): boolean {
  return expected === null || expected === reason || (expected === "tool" && reason === "arguments");
}

function originsOf(outcome: Outcome): readonly Origin[] {
  if (outcome.kind === "refuse") return outcome.origins;
  if (outcome.back !== null) return originsOfBack(outcome.back);
  const { asks } = outcome.way;
  return [
    ...new Set([...(asks === null ? [] : [asks]), ...outcome.looked.acts.map(({ guardrail }) => guardrail.origin)]),
  ];
}

const HAPPENED = {
  redact: "is redacted",
  mask: "is masked",
  flag: "is flagged",
  observe: "is observed",
} as const satisfies Record<Mark, string>;

function whatHappened(outcome: Outcome, expected: TestSend["expect"]): string {
  if (outcome.kind === "refuse") return `is refused for \`${outcome.reason}\` (${outcome.message})`;
  if (outcome.back !== null) return whatCameBack(outcome.back, expected);
  if (expected.kind === "route") return `goes to ${outcome.way.routes.join(", then ")}`;
  const { acts, text } = outcome.looked;
  if (outcome.way.asks !== null && (expected.kind === "allow" || expected.kind === "ask")) {
    return "is allowed once a person confirms the call";
  }
  if (acts.length === 0) return "is allowed as it is";
  const parts = [...Map.groupBy(acts, ({ how }) => how)].map(
    ([how, by]) => `${HAPPENED[how]} by ${[...new Set(by.map(({ guardrail }) => guardrail.name))].join(", ")}`,
  );
  const to = "to" in expected && expected.to !== null ? ` to ${JSON.stringify(text)}` : "";
  return `${parts.join(" and ")}${to}`;
}

const EXPECTED = {
  redact: "a redaction",
  mask: "a mask",
  flag: "a flag",
  observe: "it to be observed",
} as const satisfies Record<Mark, string>;

function whatIsExpected(expected: TestSend["expect"]): string {
  switch (expected.kind) {
    case "allow":
      return "it to be allowed";
    case "refuse":
      return expected.reason === null ? "a refusal" : `a refusal for \`${expected.reason}\``;
    case "redact":
    case "mask":
    case "flag":
    case "observe": {
      const by = expected.guardrail === null ? "" : ` by ${expected.guardrail}`;
      const to = "to" in expected && expected.to !== null ? ` to ${JSON.stringify(expected.to)}` : "";
      return `${EXPECTED[expected.kind]}${by}${to}`;
    }
    case "found": {
      const by = expected.by === null ? "" : ` by ${expected.by.written.join(", ")}`;
      const to = expected.to === null ? "" : ` to ${JSON.stringify(expected.to)}`;
      return `${EXPECTED[expected.deed]}${by}${to}`;
    }
    case "withhold":
      return "it to be withheld";
    case "ask":
      return "a person to be asked";
    case "route":
      return `it to go to ${expected.providers.join(", then ")}`;
    default:
      return expected satisfies never;
  }
}
