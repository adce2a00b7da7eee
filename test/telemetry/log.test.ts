import assert from "node:assert/strict";
import { test } from "node:test";
import type { Body } from "../../src/audit/entry.ts";
import { createLogger, narrate } from "../../src/telemetry/log.ts";
import { budgetWarning, called, joined, returned } from "../audit/bodies.ts";
import { ACTOR, decision, entry, outcome } from "./entries.ts";

function lines(level: string, bodies: readonly Body[]): Record<string, unknown>[] {
  const written: string[] = [];
  const tell = narrate(createLogger(level, { write: (line) => void written.push(line) }));
  for (const body of bodies) tell(entry(body));
  return written.map((line) => JSON.parse(line));
}

test("one line for a refusal and a fault, none for what went well", () => {
  const fault = { kind: "fault", ticket: "req_9", actor: ACTOR, fault: "malformed", status: 400, path: "/x" } as const;
  const told = lines("info", [decision(), outcome(), decision({ effect: "refuse", reason: "model" }), fault]);
  assert.deepEqual(
    told.map(({ msg, level, key, reason }) => ({ msg, level, key, reason })),
    [
      { msg: "refused", level: 30, key: "dana-laptop", reason: "model" },
      { msg: "could not serve", level: 40, key: "dana-laptop", reason: undefined },
    ],
  );
});

test("one line for a call that is refused and one that fails, none for what went well", () => {
  const failed = returned("t", { end: "upstream-failed", fault: "timeout" });
  const told = lines("info", [called("t"), returned("t"), called("t", { effect: "refuse", reason: "tool" }), failed]);
  assert.deepEqual(
    told.map(({ msg, level, name, reason, fault }) => ({ msg, level, name, reason, fault })),
    [
      { msg: "call refused", level: 30, name: "mcp:github/get_issue", reason: "tool", fault: undefined },
      { msg: "server of tools failed", level: 40, name: "mcp:github/get_issue", reason: undefined, fault: "timeout" },
    ],
  );
});

test("a budget that warns is a warning, with what is used of it in dollars", () => {
  const [told] = lines("info", [budgetWarning("req_1")]);
  const { msg, level, key, counter, usedUsd, ceilingUsd, warnAt, origin } = told ?? {};
  assert.deepEqual(
    { msg, level, key, counter, usedUsd, ceilingUsd, warnAt, origin },
    {
      msg: "budget nearly used up",
      level: 40,
      key: "dana-laptop",
      counter: "team eng budget/day",
      usedUsd: 41.2,
      ceilingUsd: 50,
      warnAt: "80%",
      origin: "eng.policy:7",
    },
  );
});

test("drift of a server is a warning that names its tools, and its end is news", () => {
  const drift = { kind: "drift", server: "github", action: "block", origin: "a.policy:4" } as const;
  const changes = [
    { tool: null, change: "instructions" },
    { tool: "get_issue", change: "changed" },
  ] as const;
  const told = lines("info", [
    { ...drift, count: 2, drift: changes },
    { ...drift, count: 0, drift: [] },
  ]);
  assert.deepEqual(
    told.map(({ level, server, tools }) => [level, server, tools]),
    [
      [40, "github", ["instructions", "get_issue:changed"]],
      [30, "github", undefined],
    ],
  );
});

test("a request that tells of tools otherwise than they are pinned is a warning", () => {
  const actor = { key: "dev", team: "eng", fingerprint: null };
  const pins = { server: "github", action: "block", origin: "a.policy:4" } as const;
  const [told] = lines("info", [{ kind: "altered", ticket: "t", actor, ...pins, count: 1, tools: ["get_issue"] }]);
  assert.deepEqual([told?.level, told?.key, told?.server, told?.tools], [40, "dev", "github", ["get_issue"]]);
});

test("one line for a call that belongs to no answer, and for a tool that was used elsewhere", () => {
  const findings = ["joined", "unissued", "bypassed", "outside"] as const;
  const told = lines(
    "info",
    findings.map((finding) => joined({ finding })),
  );
  assert.deepEqual(
    told.map(({ level, finding, name, toolUse }) => [level, finding, name, toolUse]),
    [
      [40, "unissued", "mcp:github/get_issue", "toolu_1"],
      [40, "bypassed", "mcp:github/get_issue", "toolu_1"],
      [30, "outside", "mcp:github/get_issue", "toolu_1"],
    ],
  );
});

test("a service without a verdict is a warning, but for one that is left alone since it failed", () => {
  const calls = { texts: 1, why: [], calls: 1, known: 0, units: 0, ms: 5 } as const;
  const asked = ([null, "refused", "open"] as const).map((trouble) => ({
    ...calls,
    guardrail: "tone",
    service: "shield",
    verdict: trouble === null ? ("pass" as const) : ("none" as const),
    trouble,
  }));
  assert.deepEqual(
    lines("info", [decision({ asked }), outcome({ asked })]).map(
      ({ msg, level, key, guardrail, service, trouble }) => ({
        ...{ msg, level, key, guardrail, service, trouble },
      }),
    ),
    Array.from({ length: 2 }, () => ({
      ...{ msg: "service gave no verdict", level: 40, key: "dana-laptop" },
      ...{ guardrail: "tone", service: "shield", trouble: "refused" },
    })),
  );
});

test("the level holds back what is below it", () => {
  const bodies = [
    decision({ effect: "refuse", reason: "model" }),
    outcome({ end: "upstream-failed", fault: "timeout" }),
  ];
  assert.deepEqual(
    lines("warn", bodies).map(({ msg }) => msg),
    ["provider failed"],
  );
});

test("a careless line shows no credential", () => {
  const written: string[] = [];
  const logger = createLogger("info", { write: (line) => void written.push(line) });
  const value = "hidden-value-1";
  logger.info(
    { authorization: value, headers: { "x-api-key": value, cookie: value }, a: { b: { credential: value } } },
    "x",
  );
  assert.doesNotMatch(written.join(""), /hidden-value/);
});
