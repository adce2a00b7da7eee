/** Every metric by name, help, labels and buckets. metrics.ts moves them; the names are part of what operators rely on. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { bound } from "./labels.ts";

const REQUEST = ["team", "model", "provider"];
const DURATION = [0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];
const FIRST_TOKEN = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30, 60, 120];
const CALL = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const OVERHEAD = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];
const ASK = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2.5, 5, 10, 30];
const ACK = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** How often the lag of the event loop is looked at, in milliseconds: each look wakes a process that may have nothing to do. */
const LAG_MS = 100;

/** Makes the registry and every instrument in it. */
export function createInstruments() {
  const registry = new Registry();
  const { counter, gauge, histogram } = makers(registry);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_MS });
  return {
    registry,
    requests: counter("gw_requests_total", "Requests answered", [...REQUEST, "key", "route", "code"]),
    decisions: counter("gw_decisions_total", "Decisions made", ["team", "effect", "stage", "rule"]),
    tokens: counter("gw_tokens_total", "Tokens as reported by providers", [...REQUEST, "key", "type"]),
    cost: counter("gw_cost_usd_total", "Cost in dollars by the policy's prices", [...REQUEST, "key"]),
    duration: histogram(
      "gw_request_duration_seconds",
      "From arrival to the last byte",
      [...REQUEST, "stream"],
      DURATION,
    ),
    firstToken: histogram(
      "gw_time_to_first_token_seconds",
      "From arrival to the first byte of the answer",
      REQUEST,
      FIRST_TOKEN,
    ),
    overhead: histogram("gw_overhead_seconds", "Time spent in the gateway itself", ["stage"], OVERHEAD),
    redactions: counter("gw_redactions_total", "Findings redacted or masked", ["team", "rule", "direction"]),
    findings: counter("gw_guard_findings_total", "Findings of guardrails by what was done", [
      ...["team", "rule", "direction", "action"],
    ]),
    scanned: counter("gw_guard_scanned_bytes_total", "Bytes of text that guardrails looked at", ["team", "direction"]),
    skipped: counter("gw_guard_skipped_total", "Parts that guardrails did not look at", ["direction", "reason"]),
    asks: counter("gw_guard_asks_total", "Services asked, by what came of it", ["team", "service", "result"]),
    askUnits: counter("gw_guard_ask_units_total", "Units of cost of services, as they count them", ["team", "service"]),
    askDuration: histogram("gw_guard_ask_seconds", "Until services had given their verdicts", ["service"], ASK),
    toolCalls: counter("gw_tool_calls_total", "Tool calls in answers", ["team", "tool", "mcp_server", "verdict"]),
    confirmations: counter("gw_mcp_confirmations_total", "Calls that a person had to confirm", [
      "team",
      "mcp_server",
      "answer",
    ]),
    oversize: counter("gw_mcp_results_too_large_total", "Results that were larger than policy lets through", [
      "team",
      "mcp_server",
      "rule",
    ]),
    resultFindings: counter("gw_mcp_result_findings_total", "Findings in what tools gave back, by what was done", [
      ...["team", "mcp_server", "rule", "action"],
    ]),
    unsearched: counter(
      "gw_mcp_results_withheld_total",
      "Results that could not be looked through, and did not go on",
      [...["team", "mcp_server", "rule", "reason"]],
    ),
    calls: counter("gw_mcp_calls_total", "Calls of servers of tools", ["team", "mcp_server", "tool", "result"]),
    drift: gauge("gw_mcp_drift", "Differences between what a server offers and its pins", ["mcp_server", "action"]),
    leftOut: gauge(
      "gw_mcp_left_out",
      "Tools of a server that clients could not say behind the address of all servers",
      ["mcp_server"],
    ),
    altered: counter("gw_mcp_altered_total", "Tools that requests told of otherwise than their pins", [
      "team",
      "mcp_server",
      "action",
    ]),
    joins: counter("gw_mcp_joins_total", "Calls of tools, held against what models asked for", [
      "team",
      "mcp_server",
      "finding",
    ]),
    callDuration: histogram(
      "gw_mcp_call_duration_seconds",
      "From a call's arrival to the last byte of its answer",
      ["team", "mcp_server"],
      CALL,
    ),
    denials: counter("gw_limit_denials_total", "Requests and calls refused by a limit", ["team", "limit", "kind"]),
    inFlight: gauge("gw_streams_in_flight", "Streamed answers under way", ["provider"]),
    aborts: counter("gw_stream_aborts_total", "Streamed answers that did not end well", ["provider", "by"]),
    upstreamErrors: counter("gw_upstream_errors_total", "Errors of providers", ["provider", "class"]),
    budget: gauge("gw_budget_used_ratio", "Used part of a budget", ["scope", "period"]),
    budgetWarnings: counter("gw_budget_warnings_total", "Budgets that reached the share at which they warn", [
      "scope",
      "period",
    ]),
    policy: gauge("gw_policy_info", "The policy in force", ["revision", "commit"]),
    reloads: counter("gw_policy_reloads_total", "Policy changes taken and not taken", ["result"]),
    policySuccess: gauge("gw_policy_last_success_timestamp_seconds", "When the policy in force was taken", []),
    records: counter("gw_audit_records_total", "Audit records made durable", ["kind"]),
    ack: histogram("gw_audit_ack_seconds", "Until an audit record was durable", [], ACK),
    build: gauge("gw_build_info", "The running version", ["version"]),
  };
}

export type Instruments = ReturnType<typeof createInstruments>;

function makers(registry: Registry) {
  const registers = [registry];
  return {
    counter(name: string, help: string, labelNames: string[]) {
      const metric = new Counter({ name, help, labelNames, registers });
      return bound((...values) => metric.labels(...values));
    },
    gauge(name: string, help: string, labelNames: string[]) {
      const metric = new Gauge({ name, help, labelNames, registers });
      return Object.assign(
        bound((...values) => metric.labels(...values)),
        { reset: () => metric.reset() },
      );
    },
    histogram(name: string, help: string, labelNames: string[], buckets: number[]) {
      const metric = new Histogram({ name, help, labelNames, buckets, registers });
      return bound((...values) => metric.labels(...values));
    },
  };
}
