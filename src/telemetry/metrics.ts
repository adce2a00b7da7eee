/**
 * The numbers, as a fold over audit entries, so that they and the record cannot disagree. What no entry tells (how long
 * the gateway itself took, how full a budget is, what a list leaves out) comes in by the other doors of `Metrics`. Names and labels are in
 * instruments.ts; values that come from outside are kept under a ceiling by labels.ts.
 */
import type {
  Asking,
  CallBody,
  DecisionBody,
  DriftBody,
  Entry,
  FaultBody,
  JoinBody,
  OutcomeBody,
  ResultSearch,
  ReturnBody,
  ToolUse,
} from "../audit/entry.ts";
import { createBacklog } from "./backlog.ts";
import { createInstruments, type Instruments } from "./instruments.ts";
import { capped, NONE, OTHER } from "./labels.ts";

export interface MetricsOptions {
  readonly version: string;
  /** True for the names of models that the policy in force writes out; others are counted together. */
  readonly isKnownModel: (model: string) => boolean;
  /** How many keys get series of their own. */
  readonly maxKeys: number;
}

/** Where the gateway's own time goes. */
export type OverheadStage = "policy" | "audit" | "total";

export interface Metrics {
  /** All of them as they are read by whoever scrapes them, and the media type of that. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Counts a durable audit entry. */
  observe(entry: Entry): void;
  /** A record was durable after this many seconds. */
  ack(seconds: number): void;
  overhead(stage: OverheadStage, seconds: number): void;
  /** How much of a budget is used now; `period` as the policy writes it. */
  budget(counter: string, period: string, ratio: number): void;
  /** How many tools of a server the address of all servers leaves out. */
  leftOut(server: string, count: number): void;
}

const MOST_TOOLS = 100;
const MOST_RULES = 500;

/** Makes the registry with all metrics and the fold that moves them. */
export function createMetrics(options: MetricsOptions): Metrics {
  const instruments = createInstruments();
  instruments.build(options.version).set(1);
  const scopes = capped(options.maxKeys);
  const fold = createFold(instruments, options, scopes);
  const ack = instruments.ack();
  const { add, clear } = createBacklog();
  return {
    contentType: instruments.registry.contentType,
    text() {
      clear();
      return instruments.registry.metrics();
    },
    observe: (entry) => add(() => fold(entry)),
    ack: (seconds) => add(() => ack.observe(seconds)),
    overhead: (stage, seconds) => add(() => instruments.overhead(stage).observe(seconds)),
    leftOut: (server, count) => instruments.leftOut(server).set(count),
    budget: (counter, period, ratio) => instruments.budget(scopes(counter), period).set(ratio),
  };
}

/** What an outcome does not repeat of its decision. */
interface Open {
  readonly purpose: DecisionBody["purpose"];
  readonly streamOf: string | null;
}

interface Names {
  readonly model: (name: string | null) => string;
  readonly key: (name: string | null) => string;
  readonly tool: (name: string) => string;
  readonly rule: (name: string) => string;
  readonly scope: (counter: string) => string;
}

function createFold(instruments: Instruments, options: MetricsOptions, scope: Names["scope"]): (entry: Entry) => void {
  const open = new Map<string, Open>();
  const keys = capped(options.maxKeys);
  const names: Names = {
    model: (name) => (name === null ? NONE : options.isKnownModel(name) ? name : OTHER),
    key: (name) => (name === null ? NONE : keys(name)),
    tool: capped(MOST_TOOLS),
    rule: capped(MOST_RULES),
    scope,
  };
  return (entry) => {
    const { body } = entry;
    instruments.records(body.kind).inc();
    switch (body.kind) {
      case "decision":
        return foldDecision(instruments, names, open, body);
      case "outcome":
        return foldOutcome(instruments, names, open, body);
      case "call":
        return foldCall(instruments, names, body);
      case "return":
        return foldReturn(instruments, names, body);
      case "heard":
        return foldBack(instruments, names, [body.actor.team ?? NONE, names.tool(body.server)], body);
      case "drift":
        return foldDrift(instruments, names, body);
      case "altered":
        return instruments.altered(body.actor.team ?? NONE, names.tool(body.server), body.action).inc(body.count);
      case "join":
        return foldJoin(instruments, names, body);
      case "fault":
        return foldFault(instruments, names, body);
      case "policy.load":
        instruments.reloads("ok").inc();
        instruments.policy.reset();
        instruments.policy(body.revision, body.commit ?? NONE).set(1);
        return instruments.policySuccess().set(Date.parse(entry.at) / 1000);
      case "policy.reject":
        return instruments.reloads("invalid").inc();
      case "budget.warn":
        return instruments.budgetWarnings(names.scope(body.counter), body.period).inc();
      case "recovery":
      case "start":
      case "stop":
        return;
      default:
        return body satisfies never;
    }
  };
}

const LIMITS = new Set(["requests", "tokens", "concurrency", "budget", "calls"]);

function foldDecision(into: Instruments, names: Names, open: Map<string, Open>, body: DecisionBody): void {
  const team = body.actor.team ?? NONE;
  const rule = names.rule(body.origins[0] ?? NONE);
  into.decisions(team, body.effect, "request", rule).inc();
  foldObserved(into, names, body, "request");
  foldGuards(into, names, body, "request");
  for (const asking of body.asked) foldAsking(into, names, team, asking);
  if (body.effect === "allow") {
    const streamOf = body.stream ? (body.provider ?? NONE) : null;
    open.set(body.ticket, { purpose: body.purpose, streamOf });
    if (streamOf !== null) into.inFlight(streamOf).inc();
    return;
  }
  const reason = body.reason ?? NONE;
  const limited = LIMITS.has(reason);
  if (limited) into.denials(team, rule, reason).inc();
  const labels = [team, names.model(body.model), body.provider ?? NONE, names.key(body.actor.key)];
  into.requests(...labels, body.purpose, limited ? "429" : "4xx").inc();
}

function foldObserved(
  into: Instruments,
  names: Names,
  { actor, observed }: DecisionBody | CallBody,
  stage: "request" | "call",
): void {
  if (observed === null) return;
  const rule = names.rule(observed.origins[0] ?? NONE);
  into.decisions(actor.team ?? NONE, `observe-${observed.effect}`, stage, rule).inc();
}

function foldOutcome(into: Instruments, names: Names, open: Map<string, Open>, body: OutcomeBody): void {
  const begun = open.get(body.ticket);
  open.delete(body.ticket);
  if (begun?.streamOf != null) into.inFlight(begun.streamOf).dec();
  const team = body.actor.team ?? NONE;
  const provider = body.provider ?? NONE;
  const model = names.model(body.model);
  const key = names.key(body.actor.key);
  into.requests(team, model, provider, key, begun?.purpose ?? NONE, codeOf(body)).inc();
  into.duration(team, model, provider, String(body.stream)).observe(body.totalMs / 1000);
  if (body.firstByteMs !== null) into.firstToken(team, model, provider).observe(body.firstByteMs / 1000);
  if (body.microUsd > 0) into.cost(team, model, provider, key).inc(body.microUsd / 1e6);
  if (body.usage !== null) countTokens(into, [team, model, provider, key], body.usage);
  for (const use of body.toolUses) foldUse(into, names, team, use);
  foldGuards(into, names, body, "response");
  for (const asking of body.asked) foldAsking(into, names, team, asking);
  if (body.end === "stopped") into.decisions(team, "refuse", "response", names.rule(stoppedBy(body))).inc();
  const trouble = upstreamTrouble(body);
  if (trouble !== null) into.upstreamErrors(provider, trouble).inc();
  if (body.stream && body.end !== "complete") into.aborts(provider, abortedBy(body)).inc();
}

function foldUse(into: Instruments, names: Names, team: string, { name, granted, withheld, observed }: ToolUse): void {
  into.toolCalls(team, ...toolLabels(names, name), verdict(granted)).inc();
  if (withheld !== null && LIMITS.has(withheld.reason)) {
    into.denials(team, names.rule(withheld.origin), withheld.reason).inc();
  }
  if (withheld !== null) into.decisions(team, "refuse", "response", names.rule(withheld.origin)).inc();
  if (observed === null) return;
  into.decisions(team, `observe-${observed.effect}`, "response", names.rule(observed.origin)).inc();
}

type Guarded = Pick<DecisionBody, "actor" | "findings" | "scan">;

function foldGuards(into: Instruments, names: Names, body: Guarded, direction: "request" | "response"): void {
  const team = body.actor.team ?? NONE;
  for (const { guardrail, done, observed, count } of body.findings) {
    const rule = names.rule(guardrail);
    if (done === "redact" || done === "mask") into.redactions(team, rule, direction).inc(count);
    if (done !== null) into.findings(team, rule, direction, done).inc(count);
    if (observed !== null) into.findings(team, rule, direction, "observe").inc(count);
  }
  if (body.scan === null) return;
  into.scanned(team, direction).inc(body.scan.bytes);
  for (const { reason, count } of body.scan.skipped) into.skipped(direction, reason).inc(count);
}

function foldAsking(into: Instruments, names: Names, team: string, asking: Asking): void {
  const service = names.rule(asking.service);
  const result = asking.verdict === "none" ? (asking.trouble ?? NONE) : asking.verdict;
  into.asks(team, service, result).inc();
  if (asking.units > 0) into.askUnits(team, service).inc(asking.units);
  if (asking.calls > 0) into.askDuration(service).observe(asking.ms / 1000);
}

function foldCall(into: Instruments, names: Names, body: CallBody): void {
  const team = body.actor.team ?? NONE;
  const rule = names.rule(body.origins[0] ?? NONE);
  into.decisions(team, body.effect, "call", rule).inc();
  foldObserved(into, names, body, "call");
  if (body.confirmation !== null) {
    into.confirmations(team, callLabels(names, body)[0], body.confirmation.answer).inc();
  }
  if (body.effect === "allow") return;
  const reason = body.reason ?? NONE;
  if (LIMITS.has(reason)) into.denials(team, rule, reason).inc();
  into.calls(team, ...callLabels(names, body), `refused:${reason}`).inc();
}

function foldReturn(into: Instruments, names: Names, body: ReturnBody): void {
  const team = body.actor.team ?? NONE;
  const labels = callLabels(names, body);
  into.calls(team, ...labels, body.end === "complete" ? body.result : body.end).inc();
  foldBack(into, names, [team, labels[0]], body);
  into.callDuration(team, labels[0]).observe(body.totalMs / 1000);
}

/** What came back from a call, or was said outside of one. */
function foldBack(
  into: Instruments,
  names: Names,
  from: readonly [team: string, server: string],
  { oversize, search }: Pick<ReturnBody, "oversize" | "search">,
): void {
  if (oversize !== null) into.oversize(...from, names.rule(oversize.origin)).inc();
  if (search !== null) foldSearch(into, names, from, search);
}

function foldSearch(
  into: Instruments,
  names: Names,
  [team, server]: readonly [team: string, server: string],
  { bytes, skipped, found, withheld }: ResultSearch,
): void {
  for (const { rule, done, count } of found) into.resultFindings(team, server, names.rule(rule), done).inc(count);
  if (withheld !== null) into.unsearched(team, server, names.rule(withheld.origin), withheld.reason).inc();
  into.scanned(team, "result").inc(bytes);
  for (const { reason, count } of skipped) into.skipped("result", reason).inc(count);
}

/** Why a call is refused of a tool that is granted. */
const OF_GRANTED: ReadonlySet<CallBody["reason"]> = new Set(["calls", "arguments", "flow", "unconfirmed"]);

/** Server and name; names come from callers, so that those that are not granted are counted together. */
function callLabels(names: Names, body: CallBody | ReturnBody): [string, string] {
  const [, server = NONE, name = NONE] = /^[a-z-]+:([^/]*)\/(.*)$/.exec(body.name) ?? [];
  const isGranted = body.kind === "return" || OF_GRANTED.has(body.reason);
  return [names.tool(server), isGranted ? names.tool(name) : OTHER];
}

function foldJoin(into: Instruments, names: Names, { actor, finding, name }: JoinBody): void {
  const server = /^[a-z-]+:([^/]*)\//.exec(name)?.[1];
  into.joins(actor.team ?? NONE, server === undefined ? NONE : names.tool(server), finding).inc();
}

const ACTIONS: readonly DriftBody["action"][] = ["warn", "block", "quarantine"];

/** A policy can change what is done about drift that is there already: it counts under one action at a time. */
function foldDrift({ drift }: Instruments, names: Names, { server, action, count }: DriftBody): void {
  for (const each of ACTIONS) drift(names.tool(server), each).set(each === action ? count : 0);
}

function foldFault(into: Instruments, names: Names, body: FaultBody): void {
  const code = `${Math.floor(body.status / 100)}xx`;
  into.requests(body.actor.team ?? NONE, NONE, NONE, names.key(body.actor.key), body.fault, code).inc();
}

function countTokens(into: Instruments, labels: string[], usage: NonNullable<OutcomeBody["usage"]>): void {
  if (usage.input > 0) into.tokens(...labels, "input").inc(usage.input);
  if (usage.output > 0) into.tokens(...labels, "output").inc(usage.output);
  if (usage.cacheRead > 0) into.tokens(...labels, "cache_read").inc(usage.cacheRead);
  if (usage.cacheWrite > 0) into.tokens(...labels, "cache_write_5m").inc(usage.cacheWrite);
  if (usage.cacheWrite1h > 0) into.tokens(...labels, "cache_write_1h").inc(usage.cacheWrite1h);
}

function codeOf(body: OutcomeBody): string {
  if (body.end === "client-gone") return "abort";
  return body.status === 429 ? "429" : `${Math.floor(body.status / 100)}xx`;
}

function toolLabels(names: Names, name: string): [string, string] {
  const server = /^(?:client-)?mcp:([^/]*)/.exec(name)?.[1];
  return server === undefined ? [names.tool(name), NONE] : ["mcp", names.tool(server)];
}

function verdict(granted: boolean): string {
  return granted ? "granted" : "withheld";
}

function stoppedBy(body: OutcomeBody): string {
  const rejecting =
    body.findings.find(({ done }) => done === "reject") ?? body.asked.find(({ trouble }) => trouble !== null);
  return rejecting?.guardrail ?? body.findings[0]?.guardrail ?? NONE;
}

function upstreamTrouble(body: OutcomeBody): string | null {
  if (body.end === "complete") return body.status >= 400 ? `http_${body.status}` : null;
  if (body.end !== "upstream-failed" || body.fault === "draining" || body.fault === "overloaded") return null;
  return body.fault === "timeout" ? "timeout" : "connection";
}

function abortedBy(body: OutcomeBody): string {
  if (body.end === "client-gone") return "client";
  if (body.end === "stopped") return "policy";
  if (body.fault === "draining") return "gateway";
  return body.fault === "timeout" ? "idle" : "upstream";
}
