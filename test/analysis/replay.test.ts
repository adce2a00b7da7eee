import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ended, Recorded, RecordedCall } from "../../src/analysis/recorded.ts";
import { createReplay, type Replay } from "../../src/analysis/replay.ts";
import type { ReplayReport } from "../../src/analysis/replay-tally.ts";
import { callLimits } from "../../src/decision/call-limits.ts";
import { decide } from "../../src/decision/decide.ts";
import { ONE_CALL } from "../../src/decision/demand.ts";
import type { Table } from "../../src/decision/table.ts";
import { createMemoryLimits } from "../../src/limits/memory.ts";
import type { Flow, Guardrail, Limit } from "../../src/model/model.ts";
import {
  access,
  at,
  doing,
  facts,
  group,
  holder,
  limit,
  model,
  type NodeParts,
  node,
  provider,
  REJECT,
  tableOf,
} from "../decision/models.ts";
import { has, order } from "../decision/predicates.ts";
import { chanceOf } from "../wire/chance.ts";

const MONDAY = Date.parse("2026-05-04T10:00:00Z");
const MINUTE = 60_000;

const no: Guardrail = {
  name: "no-ids",
  on: ["request"],
  in: ["user"],
  patterns: [],
  ...doing(REJECT),
  doc: null,
  span: at(70),
};

const ask = { service: "shield", timeoutMs: 800 } as const;
const flags = doing({ kind: "flag" });
/** Guardrails that ask a service: to reject, to flag and block without a verdict, to flag and let pass. */
const asking: readonly Guardrail[] = [
  { ...no, name: "asks", ask: { ...ask, onError: "allow" } },
  { ...no, name: "blocks", ...flags, ask: { ...ask, onError: "block" } },
  { ...no, name: "notes", ...flags, ask: { ...ask, onError: "allow" } },
];

/** A team with one key, `dana`, and whatever the test adds. */
/** The gateway ended before the request with this ticket did. */
type Lost = { readonly lost: string; readonly at: number };

function replay(parts: NodeParts, events: readonly (Recorded | Ended | Lost)[]): ReplayReport {
  const it = model({
    nodes: [
      node(10, "org acme", null),
      node(20, "team eng", 0, {
        access: [access(21, "allow models haiku-1"), access(22, "allow tools Read Bash")],
        ...parts,
      }),
      node(30, "key dana", 1),
    ],
    providers: [provider("main")],
    models: [group(60, "all", ["haiku-1", "opus-1"], ["main"])],
    guardrails: [no, ...asking],
  });
  const replaying = createReplay(tableOf(it));
  replaying.begin();
  for (const event of events) {
    if ("charged" in event) replaying.ended(event);
    else if ("lost" in event) replaying.lost(event.lost, event.at);
    else replaying.decided(event);
  }
  return replaying.report();
}

const NOTHING = { tokens: 0, microUsd: 0 };
let tickets = 0;
function decided(parts: Partial<Recorded> = {}): Recorded {
  const base = {
    ticket: `req_${++tickets}`,
    at: MONDAY,
    key: "dana",
    team: "eng",
    effect: "allow",
    reason: null,
  } as const;
  const rest = {
    purpose: "generate",
    model: "haiku-1",
    provider: "main",
    tools: 0,
    stripped: [],
    defined: [],
    held: NOTHING,
  } as const;
  return { ...base, ...rest, ...parts };
}
function refused(reason: Recorded["reason"], parts: Partial<Recorded> = {}): Recorded {
  return decided({ effect: "refuse", reason, provider: null, ...parts });
}
function ended({ ticket, at }: Recorded, parts: Partial<Ended> = {}): Ended {
  return { ticket, at: at + 1_000, charged: true, tokens: 100, microUsd: 10_000, ceilings: [], toolUses: [], ...parts };
}
/** A request that is over a second after it began. */
function request(parts: Partial<Recorded>, end: Partial<Ended> = {}): (Recorded | Ended)[] {
  const it = decided(parts);
  return [it, ended(it, end)];
}

const flipsOf = ({ flips }: ReplayReport) => flips.map(({ from, to, count }) => `${from} -> ${to} ${count}`);
const unknownOf = ({ unknown }: ReplayReport) => unknown.map(({ why, count }) => `${why} ${count}`);

test("access is decided again, exactly", () => {
  const report = replay({}, [
    decided(),
    decided({ model: "opus-1" }),
    refused("model"),
    refused("model", { model: "opus-1" }),
    refused("window", { model: "opus-1" }),
  ]);
  assert.deepEqual(flipsOf(report), ["allow -> model 1", "model -> allow 1"]);
  assert.deepEqual([report.decisions, report.same, report.otherReason, report.opened, report.closed], [5, 3, 1, 1, 1]);
  const [closed] = report.flips;
  assert.deepEqual(
    [closed?.teams, closed?.keys, closed?.models],
    [[{ name: "eng", count: 1 }], [{ name: "dana", count: 1 }], [{ name: "opus-1", count: 1 }]],
  );
  assert.deepEqual(closed?.examples.length, 1);
});

test("hours and expiry are those of the moment of the record", () => {
  const hours = { active: [{ fromDay: 0, toDay: 4, fromMinute: 420, toMinute: 1200, until: null, span: at(23) }] };
  const report = replay(hours, [decided(), decided({ at: MONDAY + 11 * 60 * MINUTE }), refused("window")]);
  assert.deepEqual(flipsOf(report), ["allow -> window 1", "window -> allow 1"]);
  assert.deepEqual([report.first, report.last], [MONDAY, MONDAY + 11 * 60 * MINUTE]);
});

test("limits on requests are played again from the times of the record", () => {
  const limits = [limit(23, { amount: 2, period: "min", per: "key" })];
  const every = (gap: number) => [0, 1, 2, 3].flatMap((i) => request({ at: MONDAY + i * gap }));
  assert.deepEqual(flipsOf(replay({ limits }, every(1_000))), ["allow -> requests 2"]);
  assert.deepEqual(flipsOf(replay({ limits }, every(30_000))), []);
  // What never reached a provider gives its place back.
  const failed = request({}, { charged: false });
  assert.deepEqual(flipsOf(replay({ limits }, [...failed, ...failed, ...failed, ...every(1_000).slice(0, 2)])), []);
});

test("budgets and tokens are charged with what was used, in the window of the request", () => {
  const budget = [limit(23, { measure: "budget", amount: 20_000, period: "day" })];
  const day = 24 * 60 * MINUTE;
  const events = [0, 1, 2, 3].flatMap((i) => request({ at: MONDAY + i * MINUTE }));
  assert.deepEqual(flipsOf(replay({ limits: budget }, events)), ["allow -> budget 2"]);
  assert.deepEqual(flipsOf(replay({ limits: budget }, [...events, ...request({ at: MONDAY + day })])), [
    "allow -> budget 2",
  ]);
  const tokens = [limit(23, { measure: "tokens", amount: 150, period: "min" })];
  assert.deepEqual(flipsOf(replay({ limits: tokens }, events)), []);
  const burst = [0, 1, 2].flatMap((i) => request({ at: MONDAY + i * 2_000 }));
  assert.deepEqual(flipsOf(replay({ limits: tokens }, burst)), ["allow -> tokens 1"]);
  // An answer that ends on the next day was paid for on the day of its request.
  const late = decided({ at: MONDAY + 13 * 60 * MINUTE });
  const next = [late, ended(late, { at: MONDAY + day, microUsd: 20_000 }), ...request({ at: MONDAY + day + 1 })];
  assert.deepEqual(flipsOf(replay({ limits: budget }, next)), []);
});

test("what a request had set aside counts as used when the gateway ended before it", () => {
  const held = { tokens: 160, microUsd: 20_000 };
  const crash = (parts: Partial<Recorded>) => {
    const lost = decided(parts);
    return [lost, { lost: lost.ticket, at: MONDAY + 500 }, ...request({ at: MONDAY + 1_000 })];
  };
  const limits = {
    requests: [limit(23, { amount: 1, period: "min", per: "key" })],
    budget: [limit(23, { measure: "budget", amount: 20_000, period: "day" })],
    tokens: [limit(23, { measure: "tokens", amount: 150, period: "hour" })],
    concurrency: [limit(23, { measure: "concurrency", amount: 1, period: null })],
  };
  for (const measure of ["budget", "tokens"] as const) {
    assert.deepEqual(flipsOf(replay({ limits: limits[measure] }, crash({ held }))), [`allow -> ${measure} 1`]);
    // Where nothing of the kind was set aside, nobody knows.
    assert.deepEqual(flipsOf(replay({ limits: limits[measure] }, crash({}))), []);
  }
  assert.deepEqual(flipsOf(replay({ limits: limits.requests }, crash({}))), ["allow -> requests 1"]);
  assert.deepEqual(flipsOf(replay({ limits: limits.concurrency }, crash({ held }))), []);
});

test("requests under way are counted between decision and outcome", () => {
  const limits = [limit(23, { measure: "concurrency", amount: 1, period: null })];
  const [one, two, three] = [decided(), decided(), decided()];
  assert.deepEqual(flipsOf(replay({ limits }, [one, two, ended(one), three, ended(two), ended(three)])), [
    "allow -> concurrency 1",
  ]);
});

test("what was refused for its cost has no cost, and is not guessed", () => {
  const limits = [limit(23, { measure: "budget", amount: 20_000, period: "day" })];
  const report = replay({ limits }, [refused("budget"), ...request({}, { microUsd: 20_000 }), refused("budget")]);
  assert.deepEqual([flipsOf(report), unknownOf(report), report.same], [[], ["cost 1"], 2]);
  assert.deepEqual(flipsOf(replay({}, [refused("budget")])), ["budget -> allow 1"]);
});

test("what the record does not hold is counted apart", () => {
  const strip = replay({}, [refused("tool", { tools: 2 }), refused("door"), refused("key", { key: null })]);
  assert.deepEqual([unknownOf(strip), strip.same], [["stranger 1", "tools 1"], 1]);
  const gone = replay({}, [
    decided({ key: "eve" }),
    decided({ purpose: "models", model: null }),
    decided({ model: null }),
  ]);
  assert.deepEqual(unknownOf(gone), ["list 1", "key 1", "model 1"]);
  assert.deepEqual(gone.unknown[1]?.keys, [{ name: "eve", count: 1 }]);
  const refuse = { ungranted: { action: "refuse", span: at(24) } } as const;
  const events = [decided({ tools: 2, stripped: ["Edit"] }), decided({ tools: 2, stripped: ["Read"] }), decided()];
  const tools = replay(refuse, events);
  assert.deepEqual([flipsOf(tools), unknownOf(tools), tools.same], [["allow -> tool 1"], ["tools 1"], 1]);
});

test("a guardrail that rejects may have a say, but a limit that is reached refuses in any case", () => {
  const guards = [{ guardrail: "no-ids", observe: false, until: null, span: at(24) }];
  const report = replay({ guards }, [decided(), refused("model"), decided({ model: "opus-1" })]);
  assert.deepEqual([flipsOf(report), unknownOf(report)], [["allow -> model 1"], ["guardrail 2"]]);
  assert.deepEqual(flipsOf(replay({}, [refused("guardrail")])), ["guardrail -> allow 1"]);
  const limits = [limit(23, { amount: 1, period: "min" })];
  const limited = replay({ guards, limits }, [...request({}), ...request({})]);
  assert.deepEqual([flipsOf(limited), unknownOf(limited)], [["allow -> requests 1"], ["guardrail 1"]]);
});

test("what a service would say is not told, nor is anything of a guardrail that only observes", () => {
  const guarded = (guardrail: string, observe = false) => ({
    guards: [{ guardrail, observe, until: null, span: at(24) }],
  });
  assert.deepEqual(unknownOf(replay(guarded("asks"), [decided()])), ["guardrail 1"]);
  assert.deepEqual(unknownOf(replay(guarded("blocks"), [decided()])), ["guardrail 1"]);
  assert.deepEqual(unknownOf(replay(guarded("notes"), [decided()])), []);
  for (const name of ["no-ids", "asks", "blocks"]) {
    assert.deepEqual(unknownOf(replay(guarded(name, true), [decided()])), [], name);
  }
});

test("tools and routes that change are told by name", () => {
  const uses = [
    { name: "Read", granted: false },
    { name: "Edit", granted: true },
    { name: "Bash", granted: true },
  ];
  const report = replay({}, [
    ...request({ tools: 3, stripped: ["Bash", "Edit"], provider: "second" }, { toolUses: uses }),
  ]);
  assert.deepEqual(
    report.tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    [
      { name: "Bash", opened: 1, closed: 0, open: 0 },
      { name: "Edit", opened: 0, closed: 1, open: 0 },
      { name: "Read", opened: 1, closed: 0, open: 0 },
    ],
  );
  assert.deepEqual([flipsOf(report), report.routes], [[], [{ from: "second", to: "main", count: 1 }]]);
});

test("what hangs on what was called before is not known", () => {
  const flow: Flow = {
    globs: ["Bash", "Edit"],
    after: ["WebFetch"],
    written: { tools: ["Bash", "Edit"], after: ["WebFetch"] },
    observe: false,
    until: null,
    span: at(23),
  };
  const use = (name: string, granted: boolean) => ({ name, granted });
  const toolUses = [use("Bash", false), use("Bash", true), use("Edit", true), use("Read", false)];
  const report = replay({ flows: [flow] }, [...request({}, { toolUses }), refused("flow")]);
  assert.deepEqual(report.tools, [
    { name: "Edit", opened: 0, closed: 1, open: 0 },
    { name: "Read", opened: 1, closed: 0, open: 0 },
    { name: "Bash", opened: 0, closed: 0, open: 2 },
  ]);
  assert.deepEqual([unknownOf(report), flipsOf(report)], [["flow 1"], []]);
});

test("what hangs on arguments is not known, be it a call or the limits of a tool of the provider", () => {
  const conditions = [
    access(23, "allow tools server:web_search", null, order("max_uses", "<=", 5)),
    access(24, "deny tools Bash", null, has("force")),
  ];
  const use = (name: string, granted: boolean) => ({ name, granted });
  const report = replay(
    { access: [access(21, "allow models haiku-1"), access(22, "allow tools Read Bash"), ...conditions] },
    [
      ...request(
        { defined: ["server:web_fetch"] },
        { toolUses: [use("Bash", false), use("Bash", true), use("Read", false)] },
      ),
      decided({ defined: ["server:web_search"] }),
      refused("arguments", { defined: ["server:web_search"] }),
      refused("arguments", { defined: ["server:web_fetch"] }),
    ],
  );
  assert.deepEqual(unknownOf(report), ["arguments 2"]);
  assert.deepEqual(flipsOf(report), ["arguments -> allow 1"]);
  assert.deepEqual(report.tools, [
    { name: "Read", opened: 1, closed: 0, open: 0 },
    { name: "Bash", opened: 0, closed: 0, open: 2 },
  ]);
});

test("what a gateway did under a policy does not flip under the same policy", () => {
  let [limited, withheld] = [0, 0];
  for (let seed = 1; seed <= 60; seed++) {
    const { table, events } = gatewayDay(seed);
    const replaying = createReplay(table);
    replaying.begin();
    for (const event of events) feed(replaying, event);
    const report = replaying.report();
    assert.deepEqual(flipsOf(report), [], `seed ${seed}`);
    for (const { why } of report.unknown) assert.equal(why, "cost", `seed ${seed}`);
    assert.ok(report.same > 10, `seed ${seed}`);
    assert.deepEqual([report.calls.flips, report.calls.unknown, report.tools], [[], [], []], `seed ${seed}`);
    limited += events.filter((event) => "isCall" in event && event.reason === "calls").length;
    withheld += events
      .flatMap((event) => ("charged" in event ? event.toolUses : []))
      .filter((use) => !use.granted).length;
  }
  assert.ok(limited > 20 && withheld > 20, `${limited} limited, ${withheld} withheld`);
});

type Event = Recorded | Ended | RecordedCall;

function feed(replaying: Replay, event: Event): void {
  if ("charged" in event) replaying.ended(event);
  else if ("isCall" in event) replaying.called(event);
  else replaying.decided(event);
}

function called(parts: Partial<RecordedCall> = {}): RecordedCall {
  const { ticket, at, key, team } = decided();
  return { ticket, at, key, team, effect: "allow", reason: null, name: "mcp:crm/get", isCall: true, ...parts };
}

/** What the calls of a team with limits come to under another policy. */
function replayCalls(limits: readonly Limit[], events: readonly Event[]): ReplayReport {
  const grants = [access(21, "allow models haiku-1"), access(22, "allow tools Bash mcp:crm/get mcp-prompt:crm/*")];
  const it = model({
    nodes: [node(10, "org acme", null), node(20, "team eng", 0, { access: grants, limits }), node(30, "key dana", 1)],
    models: [group(60, "all", ["haiku-1"], ["main"])],
  });
  const replaying = createReplay(tableOf(it));
  replaying.begin();
  for (const event of events) feed(replaying, event);
  return replaying.report();
}

const calls = (amount: number, ...globs: string[]) =>
  limit(23, { measure: "calls", amount, tools: { globs, written: globs } });

test("calls are decided again, by grants and by limits on calls", () => {
  const events = [
    called(),
    called({ at: MONDAY + 1_000 }),
    called({ at: MONDAY + 2_000, effect: "refuse", reason: "calls" }),
    called({ name: "mcp:crm/set" }),
    called({ name: "mcp-prompt:crm/x", isCall: false }),
    called({ effect: "refuse", reason: "tool" }),
    called({ key: "gone" }),
    called({ key: null, team: null, effect: "refuse", reason: "key" }),
  ];
  const { calls: tight, decisions } = replayCalls([calls(1, "**")], events);
  assert.equal(decisions, 0, "requests are counted by themselves");
  assert.deepEqual(
    tight.flips.map(({ from, to, count, models }) => [from, to, count, models[0]?.name]),
    [
      ["allow", "calls", 1, "mcp:crm/get"],
      ["allow", "tool", 1, "mcp:crm/set"],
    ],
  );
  assert.deepEqual(
    tight.unknown.map(({ why, count }) => [why, count]),
    [
      ["stranger", 1],
      ["key", 1],
      ["offered", 1],
    ],
  );
  assert.deepEqual([tight.decisions, tight.same], [8, 3]);
  const { calls: open } = replayCalls([], events);
  assert.deepEqual(
    open.flips.map(({ from, to }) => `${from} -> ${to}`),
    ["calls -> allow", "allow -> tool"],
  );
});

test("calls that answers ask for are counted when the answer ends", () => {
  const toolUses = Array.from({ length: 3 }, (_, index) => ({ name: "Bash", granted: index < 2 }));
  const events = request({}, { toolUses });
  assert.deepEqual(replayCalls([calls(2, "Bash")], events).tools, []);
  assert.deepEqual(replayCalls([calls(1, "Bash")], events).tools, [{ name: "Bash", opened: 0, closed: 1, open: 0 }]);
  assert.deepEqual(replayCalls([calls(9, "Bash")], events).tools, [{ name: "Bash", opened: 1, closed: 0, open: 0 }]);
});

/** A day under random limits, as the gateway plays it: it sets an estimate aside, and settles what was used. */
function gatewayDay(seed: number): { table: Table; events: Event[] } {
  const chance = chanceOf(seed);
  const per = () => chance.pick(["key", "block", "team"] as const);
  const limits = [
    limit(23, { amount: 2 + chance.below(4), period: chance.pick(["sec", "min"] as const), per: per() }),
    limit(24, { measure: "tokens", amount: 1_000 + chance.below(3_000), period: "min", per: per() }),
    limit(25, { measure: "budget", amount: 500_000 + chance.below(900_000), period: "hour", per: per() }),
    limit(26, { measure: "concurrency", amount: 1 + chance.below(4), period: null, per: per() }),
    { ...calls(1 + chance.below(3), "Bash", "mcp:crm/get"), per: per() },
    { ...calls(2 + chance.below(9), "mcp:crm/*"), per: per(), period: chance.pick(["hour", "day"] as const) },
  ].filter(() => chance.below(3) > 0);
  const it = model({
    nodes: [
      node(10, "org acme", null, { limits: [limit(12, { amount: 40, period: "hour" })] }),
      node(20, "team eng", 0, {
        access: [access(21, "allow models haiku-1"), access(22, "allow tools Bash mcp:crm/get")],
        limits,
      }),
      node(30, "key dana", 1),
      node(40, "key ci", 1),
    ],
    models: [group(60, "all", ["haiku-1"], ["main"])],
  });
  const table = tableOf(it);
  const store = createMemoryLimits();
  const events: Event[] = [];
  const passes = (key: string, tool: string, at: number): boolean => {
    const reserved = store.reserve(callLimits(table, holder(table, key), tool, at), ONE_CALL, "UTC", at);
    if (reserved.kind === "reservation") store.settle(reserved, ONE_CALL, at);
    return reserved.kind === "reservation";
  };
  const open: { readonly until: number; readonly end: (now: number) => void }[] = [];
  let now = MONDAY;
  for (let i = 0; i < 80; i++) {
    now += chance.below(20_000);
    const due = open.filter(({ until }) => until <= now).sort((a, b) => a.until - b.until);
    for (const one of due) {
      open.splice(open.indexOf(one), 1);
      one.end(one.until);
    }
    const key = chance.pick(["dana", "ci"]);
    if (chance.below(3) === 0) {
      const isServed = passes(key, "mcp:crm/get", now);
      const effect = isServed ? "allow" : "refuse";
      events.push(called({ at: now, key, effect, reason: isServed ? null : "calls" }));
    }
    const principal = holder(table, key);
    const decision = decide(table, principal, facts({ model: "haiku-1" }), now);
    assert.ok(decision.kind === "allow");
    const demand = { tokens: 1 + chance.below(900), microUsd: 1 + chance.below(90_000) };
    const reserved = store.reserve(decision.holds, demand, "UTC", now);
    if (reserved.kind === "denial") {
      events.push(refused(reserved.hold.slot.measure, { at: now, key }));
      continue;
    }
    const recorded = decided({ at: now, key });
    events.push(recorded);
    const actual = { tokens: chance.below(1_200), microUsd: chance.below(120_000) };
    const charged = chance.below(8) > 0;
    const until = now + chance.below(60_000);
    open.push({
      until,
      end: (at) => {
        const charges = charged ? store.settle(reserved, actual, at) : [];
        if (!charged) store.release(reserved, at);
        const ceilings = charges.filter(({ measure }) => measure === "tokens");
        const toolUses = Array.from({ length: chance.below(3) }, () => {
          return { name: "Bash", granted: passes(key, "Bash", at) };
        });
        events.push(ended(recorded, { ...actual, charged, at, ceilings, toolUses }));
      },
    });
  }
  return { table, events };
}

test("each log has counters of its own", () => {
  const it = model({
    nodes: [
      node(10, "org acme", null, { access: [access(11, "allow models haiku-1")], limits: [limit(12, { amount: 1 })] }),
      node(30, "key dana", 0),
    ],
    models: [group(60, "all", ["haiku-1"], ["main"])],
  });
  const replaying = createReplay(tableOf(it));
  for (let log = 0; log < 2; log++) {
    replaying.begin();
    replaying.decided(decided());
    replaying.decided(decided());
  }
  assert.deepEqual([flipsOf(replaying.report()), replaying.report().same], [["allow -> requests 2"], 2]);
});
