import assert from "node:assert/strict";
import { test } from "node:test";
import type { Asking, Body, CallBody, Finding } from "../../src/audit/entry.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { budgetWarning, called, joined, toolUse } from "../audit/bodies.ts";
import { ACTOR, decision, entry, outcome } from "./entries.ts";

async function after(bodies: readonly Body[], maxKeys = 200) {
  const isKnownModel = (model: string) => model === "claude-opus-4-8";
  const metrics = createMetrics({ version: "0.0.1", isKnownModel, maxKeys });
  for (const body of bodies) metrics.observe(entry(body));
  return metrics.text();
}

function has(text: string, line: string): void {
  assert.ok(text.split("\n").includes(line), `no line ${line} in\n${text.replace(/^(#|process|nodejs).*\n/gm, "")}`);
}

test("a streamed answer is counted once, with its tokens, its cost and its times", async () => {
  const uses = [toolUse("Bash"), toolUse("client-mcp:github/merge", { granted: false, id: "toolu_1" })];
  const text = await after([decision(), outcome({ toolUses: uses })]);
  const labels = 'team="eng",model="claude-opus-4-8",provider="anthropic"';
  has(text, `gw_requests_total{${labels},key="dana-laptop",route="generate",code="2xx"} 1`);
  has(text, 'gw_decisions_total{team="eng",effect="allow",stage="request",rule="a.policy:3"} 1');
  has(text, `gw_tokens_total{${labels},key="dana-laptop",type="cache_write_1h"} 1`);
  has(text, `gw_tokens_total{${labels},key="dana-laptop",type="input"} 100`);
  has(text, `gw_cost_usd_total{${labels},key="dana-laptop"} 2.5`);
  has(text, `gw_request_duration_seconds_sum{${labels},stream="true"} 1.5`);
  has(text, `gw_time_to_first_token_seconds_sum{${labels}} 0.4`);
  has(text, 'gw_streams_in_flight{provider="anthropic"} 0');
  has(text, 'gw_tool_calls_total{team="eng",tool="Bash",mcp_server="none",verdict="granted"} 1');
  has(text, 'gw_tool_calls_total{team="eng",tool="mcp",mcp_server="github",verdict="withheld"} 1');
});

test("calls of tools are counted by what they have to do with answers", async () => {
  const outside = joined({ finding: "outside", name: "client-mcp:mine/x" });
  const text = await after([joined(), joined(), joined({ finding: "unissued" }), outside]);
  has(text, 'gw_mcp_joins_total{team="eng",mcp_server="github",finding="joined"} 2');
  has(text, 'gw_mcp_joins_total{team="eng",mcp_server="github",finding="unissued"} 1');
  has(text, 'gw_mcp_joins_total{team="eng",mcp_server="mine",finding="outside"} 1');
});

test("a refused call counts under the name of its tool when that is granted, and with all others when it is not", async () => {
  const refused = (reason: CallBody["reason"]) => called("call_1", { effect: "refuse", reason });
  const text = await after([refused("arguments"), refused("flow"), refused("unconfirmed"), refused("tool")]);
  for (const [tool, reason] of [
    ["get_issue", "arguments"],
    ["get_issue", "flow"],
    ["get_issue", "unconfirmed"],
    ["_other", "tool"],
  ]) {
    has(text, `gw_mcp_calls_total{team="eng",mcp_server="github",tool="${tool}",result="refused:${reason}"} 1`);
  }
});

test("drift counts under the action that is in force", async () => {
  const drift = { kind: "drift", server: "github", origin: "a.policy:3", count: 2, drift: [] } as const;
  const text = await after([
    { ...drift, action: "warn" },
    { ...drift, action: "quarantine" },
  ]);
  has(text, 'gw_mcp_drift{mcp_server="github",action="warn"} 0');
  has(text, 'gw_mcp_drift{mcp_server="github",action="quarantine"} 2');
});

test("refusals, findings, aborts and errors of providers each have their counter", async () => {
  const finding = {
    guardrail: "secrets",
    pattern: "aws",
    stage: "request",
    place: "user",
    done: "redact",
    observed: null,
    count: 2,
    values: [],
  } as const;
  const bodies = [
    decision({ effect: "refuse", reason: "budget", origins: ["b.policy:9"], findings: [finding] }),
    decision({ ticket: "req_2" }),
    outcome({ ticket: "req_2", end: "client-gone", status: 200 }),
    decision({ ticket: "req_3" }),
    outcome({ ticket: "req_3", end: "upstream-failed", fault: "timeout", status: 503 }),
    decision({ ticket: "req_4", stream: false }),
    outcome({ ticket: "req_4", stream: false, status: 529 }),
    decision({ ticket: "req_5" }),
  ];
  const text = await after(bodies);
  has(text, 'gw_limit_denials_total{team="eng",limit="b.policy:9",kind="budget"} 1');
  has(text, 'gw_redactions_total{team="eng",rule="secrets",direction="request"} 2');
  has(text, 'gw_stream_aborts_total{provider="anthropic",by="client"} 1');
  has(text, 'gw_stream_aborts_total{provider="anthropic",by="idle"} 1');
  has(text, 'gw_upstream_errors_total{provider="anthropic",class="timeout"} 1');
  has(text, 'gw_upstream_errors_total{provider="anthropic",class="http_529"} 1');
  has(text, 'gw_streams_in_flight{provider="anthropic"} 1');
  assert.match(text, /code="429"\} 1/);
  assert.match(text, /code="abort"\} 1/);
});

test("what guardrails saw, found, left out and asked is counted", async () => {
  const finding: Finding = {
    guardrail: "secrets",
    pattern: "aws",
    stage: "request",
    place: "user",
    done: "flag",
    observed: "reject",
    count: 3,
    values: ["k7fq3mzx2a"],
  };
  const asking: Asking = {
    guardrail: "injection",
    service: "shield",
    texts: 2,
    verdict: "flagged",
    trouble: null,
    why: ["ATTACK"],
    calls: 2,
    known: 0,
    units: 4,
    ms: 120,
  };
  const scan = { texts: 2, bytes: 300, skipped: [{ reason: "image", count: 2 }] } as const;
  const text = await after([
    decision({
      findings: [finding],
      scan,
      asked: [asking, { ...asking, verdict: "none", trouble: "timeout", units: 0 }],
    }),
    outcome({ findings: [{ ...finding, stage: "response", place: null, done: "mask", observed: null }], scan }),
  ]);
  const of = 'team="eng",rule="secrets"';
  has(text, `gw_guard_findings_total{${of},direction="request",action="flag"} 3`);
  has(text, `gw_guard_findings_total{${of},direction="request",action="observe"} 3`);
  has(text, `gw_guard_findings_total{${of},direction="response",action="mask"} 3`);
  has(text, `gw_redactions_total{${of},direction="response"} 3`);
  assert.doesNotMatch(text, /gw_redactions_total\{[^}]*direction="request"/);
  has(text, 'gw_guard_scanned_bytes_total{team="eng",direction="request"} 300');
  has(text, 'gw_guard_skipped_total{direction="response",reason="image"} 2');
  has(text, 'gw_guard_asks_total{team="eng",service="shield",result="flagged"} 1');
  has(text, 'gw_guard_asks_total{team="eng",service="shield",result="timeout"} 1');
  has(text, 'gw_guard_ask_units_total{team="eng",service="shield"} 4');
  has(text, 'gw_guard_ask_seconds_sum{service="shield"} 0.24');
  assert.doesNotMatch(text, /k7fq3mzx2a/);
});

test("a call that is withheld for its arguments is counted under the line that decides it", async () => {
  const withheld = { reason: "arguments", origin: "a.policy:7" } as const;
  const observed = { effect: "refuse", origin: "a.policy:8" } as const;
  const toolUses = [toolUse("Bash", { granted: false, withheld }), toolUse("Bash", { observed })];
  const would = { effect: "refuse", reason: "arguments", stripped: [], origins: ["a.policy:9"] } as const;
  const text = await after([decision(), outcome({ toolUses }), called("req_2", { observed: would })]);
  has(text, 'gw_tool_calls_total{team="eng",tool="Bash",mcp_server="none",verdict="withheld"} 1');
  has(text, 'gw_decisions_total{team="eng",effect="refuse",stage="response",rule="a.policy:7"} 1');
  has(text, 'gw_decisions_total{team="eng",effect="observe-refuse",stage="response",rule="a.policy:8"} 1');
  has(text, 'gw_decisions_total{team="eng",effect="observe-refuse",stage="call",rule="a.policy:9"} 1');
});

test("what comes from outside cannot grow the number of series", async () => {
  const bodies: Body[] = [];
  for (let index = 0; index < 300; index++) {
    const actor = { ...ACTOR, key: `key-${index}` };
    const tool = toolUse(`Tool${index}`, { granted: false });
    bodies.push(outcome({ actor, model: `claude-invented-${index}`, toolUses: [tool] }));
  }
  const text = await after(bodies, 5);
  const series = (name: string) => text.split("\n").filter((line) => line.startsWith(`${name}{`)).length;
  assert.equal(series("gw_cost_usd_total"), 6);
  assert.equal(series("gw_tool_calls_total"), 101);
  assert.match(text, /model="_other",provider="anthropic",key="_other"/);
  assert.doesNotMatch(text, /claude-invented/);
});

test("the policy in force is one series, and a change not taken is counted", async () => {
  const load = { kind: "policy.load", commit: null, content: "c", keys: 1, packs: [] } as const;
  const text = await after([
    { ...load, revision: "one" },
    { ...load, revision: "two" },
    { kind: "policy.reject", revision: "three", content: "c", faults: [] },
  ]);
  has(text, 'gw_policy_info{revision="two",commit="none"} 1');
  assert.doesNotMatch(text, /revision="one"/);
  has(text, 'gw_policy_reloads_total{result="ok"} 2');
  has(text, 'gw_policy_reloads_total{result="invalid"} 1');
  has(text, 'gw_audit_records_total{kind="policy.load"} 2');
  has(text, 'gw_build_info{version="0.0.1"} 1');
});

test("warnings of budgets are counted under the name that the budget has in its gauge", async () => {
  const metrics = createMetrics({ version: "1", isKnownModel: () => true, maxKeys: 1 });
  metrics.budget("team eng budget/day", "day", 0.824);
  metrics.observe(entry(budgetWarning("t1")));
  metrics.observe(entry(budgetWarning("t2", { counter: "team ops budget/day" })));
  const text = await metrics.text();
  has(text, 'gw_budget_warnings_total{scope="team eng budget/day",period="day"} 1');
  has(text, 'gw_budget_warnings_total{scope="_other",period="day"} 1');
});

test("what no entry tells comes in by its own doors", async () => {
  const metrics = createMetrics({ version: "1", isKnownModel: () => true, maxKeys: 1 });
  metrics.ack(0.002);
  metrics.overhead("total", 0.001);
  metrics.budget("team eng budget/month", "month", 0.5);
  metrics.budget("team ops budget/month", "month", 0.7);
  const text = await metrics.text();
  has(text, "gw_audit_ack_seconds_count 1");
  has(text, 'gw_overhead_seconds_count{stage="total"} 1');
  has(text, 'gw_budget_used_ratio{scope="team eng budget/month",period="month"} 0.5');
  has(text, 'gw_budget_used_ratio{scope="_other",period="month"} 0.7');
});
