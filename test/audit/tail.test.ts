/** What people see of a log: the last requests, one line each, and those that come after. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { nodeDisk } from "../../src/audit/disk.ts";
import type { Asking, Finding } from "../../src/audit/entry.ts";
import { openJournal } from "../../src/audit/journal.ts";
import { type Request, records, requestLine, requests, type TailRecord } from "../../src/audit/tail.ts";
import { REASONS } from "../../src/model/reasons.ts";
import { budgetWarning, called, decision, joined, outcome, returned, scratch, toolUse } from "./bodies.ts";

const NOW = Date.parse("2026-11-23T12:00:00.000Z");
const SMALL = { disk: nodeDisk, segmentBytes: 4096 };

function open(dir: string, boot: string) {
  return openJournal({ dir, boot, version: "0.1.0", clock: () => NOW }, SMALL);
}

async function all<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of source) items.push(item);
  return items;
}

function tickets(list: readonly Request[]): string[] {
  return list.map(({ decided }) => ("ticket" in decided ? decided.ticket : decided.kind));
}

test("the last decisions are found across segments, joined with their outcomes", async (context) => {
  const dir = await scratch(context);
  const { log } = await open(dir, "one");
  for (let index = 0; index < 40; index++) {
    await log.append(decision(`t${index}`));
    await log.append(outcome(`t${index}`, { microUsd: index }));
  }
  for (const last of [0, 1, 7, 25, 40, 1000]) {
    const found = await all(requests(records({ dir, last, again: null })));
    const expected = Array.from({ length: 40 }, (_, index) => `t${index}`).slice(-last || 40);
    assert.deepEqual(tickets(found), last === 0 ? [] : expected, `last ${last}`);
    for (const { outcome: end } of found) {
      assert.ok(end?.kind === "outcome");
      assert.equal(`t${end.microUsd}`, end.ticket);
    }
  }
  await log.close();
});

test("refusals and faults come at once, requests under way come last", async (context) => {
  const dir = await scratch(context);
  const { log } = await open(dir, "one");
  const actor = { key: null, team: null, fingerprint: "3fa4b2c1" };
  await log.append(decision("slow"));
  await log.append(decision("no", { actor, effect: "refuse", reason: "key", origins: [], model: null }));
  await log.append({ kind: "fault", ticket: "bad", actor, fault: "malformed", status: 400, path: "/v1/messages" });
  await log.append(decision("quick"));
  await log.append(outcome("quick"));
  const found = await all(requests(records({ dir, last: 10, again: null })));
  assert.deepEqual(tickets(found), ["no", "bad", "quick", "slow"]);
  await log.close();
});

test("the warning of a budget stands behind the request that brought it there", async (context) => {
  const dir = await scratch(context);
  const { log } = await open(dir, "one");
  await log.append(decision("t1"));
  await log.append(outcome("t1"));
  await log.append(budgetWarning("t1"));
  const found = await all(requests(records({ dir, last: 3, again: null })));
  assert.deepEqual(
    found.map(({ decided }) => decided.kind),
    ["decision", "budget.warn"],
  );
  assert.deepEqual(requestLine(found[1]!, "UTC").split(/ {2,}/).slice(1), [
    ...["dana-laptop", "team eng budget/day", "warn at 80%", "eng.policy:7", "-", "$41.2000 of $50.00"],
  ]);
  await log.close();
});

test("a call of a tool is joined with its end as a request with its outcome, and told by its name", async (context) => {
  const dir = await scratch(context);
  const { log } = await open(dir, "one");
  await log.append(called("c1"));
  await log.append(called("c2", { effect: "refuse", reason: "tool" }));
  await log.append(called("c3"));
  await log.append(returned("c3", { end: "upstream-failed", fault: "timeout", result: "none" }));
  await log.append(returned("c1"));
  const found = await all(requests(records({ dir, last: 3, again: null })));
  assert.deepEqual(tickets(found), ["c2", "c3", "c1"]);
  const lines = found.map((request) => requestLine(request, "UTC").split(/ {2,}/).slice(2));
  assert.deepEqual(lines, [
    ["mcp:github/get_issue", "refuse tool", "eng.policy:6", "-", "-"],
    ["mcp:github/get_issue", "allow, upstream-failed", "eng.policy:6", "-", "-"],
    ["mcp:github/get_issue", "allow", "eng.policy:6", "-", "-"],
  ]);
  await log.close();
});

test("what passed the gateway by, and tools that are told otherwise, stand among the requests", async (context) => {
  const dir = await scratch(context);
  const { log } = await open(dir, "one");
  const finding = ["joined", "outside", "bypassed", "unissued", "mismatched"] as const;
  for (const each of finding) await log.append(joined({ finding: each }));
  const { actor } = joined();
  const pins = { server: "github", action: "block", origin: "a.policy:4" } as const;
  await log.append({ kind: "altered", ticket: "t", actor, ...pins, count: 2, tools: ["mcp__github__a", "b"] });
  const found = await all(requests(records({ dir, last: 9, again: null })));
  assert.deepEqual(
    found.map((each) => requestLine(each, "UTC").split(/ {2,}/).slice(1)),
    [
      ["bypassed", "carried out past the gateway, under the name of its server"],
      ["unissued", "no answer asked for this call"],
      ["mismatched", "the answer asked for another tool"],
    ]
      .map(([is, words]) => ["dana-laptop", "mcp:github/get_issue", is, "-", "-", "-", words])
      .concat([
        ["dana-laptop", "mcp:github", "altered, block", "a.policy:4", "-", "-", "not as pinned: mcp__github__a, b"],
      ]),
  );
  await log.close();
});

test("what a server said outside of any call stands among them, with what was made of it", async (context) => {
  const dir = await scratch(context);
  const { log } = await open(dir, "one");
  const { actor } = joined();
  const found = { pattern: "email", place: "notice", count: 1, values: [] } as const;
  const search = {
    texts: 1,
    bytes: 9,
    skipped: [],
    found: [
      { rule: "a.policy:7", done: "redact", ...found },
      { rule: "a.policy:8", done: "flag", ...found },
    ],
    withheld: null,
  } as const;
  const heard = { kind: "heard", ticket: "t", actor, server: "github" } as const;
  await log.append({ ...heard, oversize: null, search });
  await log.append({ ...heard, oversize: { bytes: 9_000, max: 1_000, origin: "a.policy:6" }, search: null });
  const withheld = { reason: "size", origin: "a.policy:9" } as const;
  await log.append({ ...heard, oversize: null, search: { ...search, found: [], withheld } });
  const lines = (await all(requests(records({ dir, last: 9, again: null })))).map((each) => requestLine(each, "UTC"));
  assert.deepEqual(
    lines.map((line) => line.split(/ {2,}/).slice(1)),
    [
      ["a.policy:7", "redact email in what it said; flag email in what it said"],
      ["a.policy:6", "too large: a.policy:6"],
      ["a.policy:9", "withheld, not searched (size): a.policy:9"],
    ].map(([place, words]) => ["dana-laptop", "mcp:github", "heard", place, "-", "-", words]),
  );
  await log.close();
});

test("drift of a server stands among the requests that it explains", async (context) => {
  const dir = await scratch(context);
  const { log } = await open(dir, "one");
  const drift = { kind: "drift", server: "github", action: "block", origin: "a.policy:4" } as const;
  await log.append(decision("t1", { effect: "refuse", reason: "tool" }));
  await log.append({ ...drift, count: 1, drift: [{ tool: "get_issue", change: "changed" }] });
  await log.append({ ...drift, count: 0, drift: [] });
  const found = await all(requests(records({ dir, last: 1, again: null })));
  assert.deepEqual(tickets(found), ["t1", "drift", "drift"]);
  assert.deepEqual(
    found.slice(1).map((request) => requestLine(request, "UTC").split(/ {2,}/).slice(1, 5)),
    [
      ["-", "mcp:github", "drift, block", "a.policy:4"],
      ["-", "mcp:github", "as pinned", "a.policy:4"],
    ],
  );
  await log.close();
});

test("following shows what comes later, in later segments too, and each record once", async (context) => {
  const dir = await scratch(context);
  const { log } = await open(dir, "one");
  await log.append(decision("t0"));
  let round = 0;
  const again = async () => {
    round += 1;
    for (let index = 0; index < 5; index++) await log.append(outcome(`t${round - 1}`));
    await log.append(decision(`t${round}`));
    return round < 12;
  };
  const seen = await all(records({ dir, last: 1, again }));
  const seqs = seen.map(({ entry }) => entry.seq);
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => index + 2),
  );
  assert.equal(seen.filter(({ entry }) => entry.body.kind === "decision").length, 12);
  for (const { entry, line } of seen) assert.deepEqual(JSON.parse(line), entry);
  await log.close();
});

test("a directory without a log has no records", async (context) => {
  const dir = await scratch(context);
  assert.deepEqual(await all(records({ dir, last: 5, again: null })), []);
  await mkdir(join(dir, "audit", "empty"), { recursive: true });
  assert.deepEqual(await all(records({ dir, last: 5, again: null })), []);
});

async function lineOf(...bodies: Parameters<typeof decision>[1][]): Promise<string> {
  const at = "2026-11-23T12:00:00.000Z";
  const entry = { v: 1, seq: 1, at, boot: "b", log: "l", prev: "", hash: "" } as const;
  const source = async function* (): AsyncGenerator<TailRecord> {
    yield { entry: { ...entry, body: decision("t1", bodies[0]) }, line: "" };
    if (bodies[0]?.effect !== "refuse") yield { entry: { ...entry, body: outcome("t1") }, line: "" };
  };
  const [request] = await all(requests(source()));
  return requestLine(request!, "Europe/Berlin");
}

test("a line has time, key, model, effect, reason, place, tokens and cost", async () => {
  const columns = (line: string) => line.split(/ {2,}/);
  assert.deepEqual(columns(await lineOf({})), [
    "2026-11-23 13:00:00",
    "dana-laptop",
    "claude-sonnet-4-6",
    "allow",
    "eng.policy:4",
    "3,050 in 20 out",
    "$0.0015",
  ]);
  assert.deepEqual(columns(await lineOf({ effect: "refuse", reason: "budget", origins: ["org.policy:7", "x:1"] })), [
    "2026-11-23 13:00:00",
    "dana-laptop",
    "claude-sonnet-4-6",
    "refuse budget",
    "org.policy:7",
    "-",
    "-",
  ]);
});

test("what guardrails, services and observed lines had to say stands at the end of a line", async () => {
  const remarks = async (parts: Parameters<typeof decision>[1]) => (await lineOf(parts)).split(/ {2,}/)[7];
  const finding: Finding = {
    guardrail: "secrets",
    pattern: "aws",
    stage: "request",
    place: "user",
    done: "redact",
    observed: "reject",
    count: 2,
    values: ["k7fq3mzx2a"],
  };
  const asking: Asking = {
    guardrail: "injection",
    service: "shield",
    texts: 1,
    verdict: "none",
    trouble: "timeout",
    why: [],
    calls: 1,
    known: 0,
    units: 0,
    ms: 800,
  };
  const observed = { effect: "refuse", reason: "model", stripped: [], origins: ["a.policy:4"] } as const;
  assert.equal(await remarks({}), undefined);
  assert.equal(
    await remarks({ findings: [finding], asked: [asking], observed }),
    "redact secrets (2); would reject secrets (2); shield: no verdict (timeout); would be refused: model",
  );
  assert.equal(await remarks({ asked: [{ ...asking, verdict: "flagged", trouble: null }] }), "shield flags it");
  const allow = { ...observed, effect: "allow", reason: null } as const;
  const tools = ["Bash", "Edit", "Read", "Write"];
  assert.equal(await remarks({ observed: { ...allow, stripped: tools } }), "would lose Bash, Edit, Read and 1 more");
  assert.equal(await remarks({ observed: allow }), "would keep more tools");
  assert.equal(await remarks({ effect: "refuse", reason: "model", observed: allow }), "would be allowed");
});

test("calls that an answer had to do without stand at the end of a line, by name and reason", () => {
  const at = "2026-11-23T12:00:00.000Z";
  const withheld = { granted: false, withheld: { reason: "arguments", origin: "a.policy:4" } } as const;
  const would = { observed: { effect: "refuse", origin: "a.policy:5" } } as const;
  const toolUses = [toolUse("Bash", withheld), toolUse("Read"), toolUse("Bash", withheld), toolUse("Write", would)];
  const line = requestLine({ at, decided: decision("t"), outcome: outcome("t", { toolUses }) }, "UTC");
  assert.match(line, / {2}withheld Bash: arguments \(2\); would withhold Write$/);
  const observed = { effect: "refuse", reason: "arguments", stripped: [], origins: ["a.policy:4"] } as const;
  const call = requestLine({ at, decided: called("t", { observed }), outcome: returned("t") }, "UTC");
  assert.match(call, / allow .*would be refused: arguments$/);
});

test("what became of what a tool gave back stands at the end of a line", () => {
  const of = (done: "redact" | "flag", pattern: string, count: number) =>
    ({ rule: "a.policy:7", pattern, place: "text", done, count, values: [] }) as const;
  const search = {
    texts: 2,
    bytes: 9,
    skipped: [],
    found: [of("redact", "email", 2), of("flag", "phone", 1)],
    withheld: { reason: "size", origin: "a.policy:8" },
  } as const;
  const request = { at: "2026-11-23T12:00:00.000Z", decided: called("c1"), outcome: returned("c1", { search }) };
  const words = "withheld, not searched (size): a.policy:8; redact email in the result (2); flag phone in the result";
  assert.ok(requestLine(request, "UTC").endsWith(words), requestLine(request, "UTC"));
});

test("a request that is open, broken off, unpriced or unknown says so", () => {
  const at = "2026-11-23T12:00:00.000Z";
  const actor = { key: null, team: null, fingerprint: "3fa4b2c1" };
  const line = (decided: Request["decided"], end: Request["outcome"]) =>
    requestLine({ at, decided, outcome: end }, "UTC");
  assert.match(line(decision("t"), null), / allow, open /);
  assert.match(line(decision("t"), outcome("t", { end: "client-gone" })), / allow, client-gone /);
  assert.match(line(decision("t"), outcome("t", { priced: false })), /\$0\.0015 \(price not known\)$/);
  assert.match(line(decision("t"), outcome("t", { usage: null })), / - {2,}-$/);
  assert.match(line(decision("t"), outcome("t", { microUsd: 99 })), / {2}<\$0\.0001$/);
  assert.match(line(decision("t"), outcome("t", { microUsd: 100 })), / {2}\$0\.0001$/);
  assert.match(line(decision("t"), outcome("t", { microUsd: 0 })), / {2}\$0\.0000$/);
  assert.match(line(decision("t", { actor }), null), / unknown:3fa4b2c1 /);
  const fault = { kind: "fault", ticket: "t", actor, fault: "malformed", status: 400, path: "/v1/messages" } as const;
  assert.match(line(fault, null), / \/v1\/messages {2,}fault malformed /);
});

test("whatever became of a request, what follows stands below each other", () => {
  const at = "2026-11-23T12:00:00.000Z";
  const ends = ["complete", "client-gone", "upstream-failed", "stopped"] as const;
  const requests: readonly Request[] = [
    { at, decided: decision("t"), outcome: null },
    ...ends.map((end) => ({ at, decided: decision("t"), outcome: outcome("t", { end }) })),
    ...REASONS.map((reason) => ({ at, decided: decision("t", { effect: "refuse", reason }), outcome: null })),
  ];
  const columns = requests.map((request) => requestLine(request, "UTC").indexOf("eng.policy:4"));
  assert.equal(new Set(columns).size, 1, columns.join(" "));
});

test("a stranger at the door is told by what was wanted there", () => {
  const actor = { key: null, team: null, fingerprint: "3fa4b2c1" };
  const refused = { actor, effect: "refuse", reason: "key", origins: [], model: null } as const;
  const at = "2026-11-23T12:00:00.000Z";
  const line = (purpose: "generate" | "tools") =>
    requestLine({ at, decided: decision("t", { ...refused, purpose }), outcome: null }, "UTC");
  assert.match(line("tools"), / unknown:3fa4b2c1 {2,}tools {2,}refuse key /);
  assert.match(line("generate"), / unknown:3fa4b2c1 {2,}generate {2,}refuse key /);
});

test("nothing that a caller names steers the terminal", async () => {
  const line = await lineOf({ effect: "refuse", reason: "model", model: "\u001b[2Jx\r\n\u009b\u202e" });
  assert.match(line, / \?\[2Jx\?\?\?\? /);
});
