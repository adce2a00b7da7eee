import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_CLOCK, runTests, type TestResult } from "../../src/analysis/test.ts";
import type { Period } from "../../src/language/tree.ts";
import { checkExpression } from "../../src/model/expression.ts";
import { NO_FILTER } from "../../src/model/filters/filter.ts";
import type { Deed, Flow, Guardrail, TestSend, TestStep } from "../../src/model/model.ts";
import type { Predicate } from "../../src/model/predicate.ts";
import { access, at, doing, group, limit, model, node, price, provider, REDACT, tableOf } from "../decision/models.ts";

const { expression } = checkExpression({ pattern: "EMP-\\d+", flags: "", span: at(1) });
assert.ok(expression !== null);
const pattern = {
  name: "employee",
  severity: "high" as const,
  confidence: "high" as const,
  filter: NO_FILTER,
  expressions: [expression],
  hits: [],
  misses: [],
  span: at(2),
};

function guardrail(name: string, deed: Deed): Guardrail {
  return { name, on: ["request"], in: ["user"], patterns: [pattern], ...doing(deed), doc: null, span: at(70) };
}

const FLOW: Flow = {
  globs: ["mcp:crm/set"],
  after: ["WebFetch", "mcp:crm/get"],
  written: { tools: ["mcp:crm/set"], after: ["WebFetch", "mcp:crm/get"] },
  observe: false,
  until: DEFAULT_CLOCK + 86_400_000,
  span: at(29),
};

const OUTSIDE: Predicate = {
  kind: "not",
  of: { kind: "test", of: "value", path: ["to"], test: { kind: "under", folder: "/tmp" } },
};

const NODES = [
  node(10, "org acme", null, { access: [access(11, "deny tools connector:*")] }),
  node(20, "team eng", 0, {
    access: [access(21, "allow models haiku-1 haiku-2"), access(22, "allow tools Read mcp:crm/*")],
    flows: [FLOW],
    confirmations: [
      { globs: ["mcp:crm/drop", "Bash"], where: null, asks: ["mcp:crm/drop", "Bash"], until: null, span: at(30) },
      { globs: ["mcp:crm/move"], where: OUTSIDE, asks: ["mcp:crm/move"], until: null, span: at(31) },
    ],
    limits: [
      limit(23, { amount: 3, period: "min", per: "key" }),
      limit(24, { measure: "budget", amount: 50e6, period: "day", per: "key" }),
      limit(25, { measure: "tokens", amount: 1_000, period: "hour" }),
      limit(26, { measure: "concurrency", amount: 1, period: null }),
      limit(29, { measure: "calls", amount: 2, period: "hour", tools: { globs: ["mcp:crm/*"], written: ["@crm"] } }),
    ],
    guards: [{ guardrail: "ids", observe: false, until: null, span: at(27) }],
    active: [{ fromDay: 0, toDay: 4, fromMinute: 420, toMinute: 1200, until: null, span: at(28) }],
  }),
  node(30, "key dana", 1, { expires: DEFAULT_CLOCK + 365 * 86_400_000 }),
  node(40, "key ci", 1, {
    access: [access(41, "only models haiku-1")],
    guards: [{ guardrail: "no-ids", observe: false, until: null, span: at(42) }],
  }),
  node(50, "team empty", 0),
  node(55, "team sales", 0, {
    access: [access(56, "allow models opus-1")],
    guards: [{ guardrail: "answers", observe: false, until: null, span: at(57) }],
  }),
];
const [TEAM, DANA, CI, SALES] = [1, 2, 3, 5];

function run(subject: number, ...steps: TestStep[]): TestResult {
  const it = model({
    nodes: NODES,
    models: [group(60, "haiku", ["haiku-1", "haiku-2"], ["main"]), group(61, "opus", ["opus-1"], ["second", "main"])],
    tools: [group(62, "crm", ["mcp:crm/get", "mcp:crm/set"])],
    prices: [price(63, ["haiku-*"], { input: 1e6 })],
    providers: [provider("main"), provider("second")],
    guardrails: [
      guardrail("ids", REDACT),
      guardrail("no-ids", { kind: "reject", message: "no ids" }),
      { ...guardrail("answers", { kind: "reject", message: "no ids" }), on: ["response"] },
    ],
    patterns: [pattern],
    tests: [{ name: "a test", node: subject, steps, span: at(100) }],
  });
  const report = runTests(it, tableOf(it));
  assert.equal(report.tests.length, 1);
  assert.deepEqual([report.passed, report.failed], report.tests[0]!.passed ? [1, 0] : [0, 1]);
  return report.tests[0]!;
}

let line = 100;
function claim(kind: "can" | "cannot", thing: "models" | "tools" | "providers", ...globs: string[]): TestStep {
  return { kind, thing, globs, span: at(++line) };
}
const otherwise: TestStep = { kind: "otherwise", span: at(999) };

const allow: TestSend["expect"] = { kind: "allow", remaining: null };

function send(parts: Partial<TestSend>): TestStep {
  const nothing = {
    model: null,
    tool: null,
    input: null,
    text: null,
    place: null,
    microUsd: null,
    tokens: null,
    times: 1,
    result: null,
  };
  return { kind: "send", ...nothing, expect: allow, span: at(++line), ...parts };
}
const refuse = (reason: string | null): TestSend["expect"] => ({ kind: "refuse", reason });
const redact = (name: string | null, to: string | null = null): TestSend["expect"] => ({
  kind: "redact",
  guardrail: name,
  to,
});
const remaining = (measure: "requests" | "tokens" | "budget", amount: number, period: Period): TestSend["expect"] => ({
  kind: "allow",
  remaining: { measure, amount, period },
});
const route = (...providers: string[]): TestSend["expect"] => ({ kind: "route", providers });

function passes(result: TestResult): void {
  assert.deepEqual([result.failures.map(({ message }) => message), result.passed], [[], true]);
}

/** Code, line and message of the only line that fails. */
function failsOnce(result: TestResult): [string, string] {
  assert.equal(result.passed, false);
  assert.equal(result.failures.length, 1, JSON.stringify(result.failures));
  const { code, message, span } = result.failures[0]!;
  assert.ok(span.line > 100);
  return [code, message];
}

test("`can` holds for the subject and everything below it, or names who cannot and why", () => {
  passes(run(TEAM, claim("can", "models", "haiku-1"), claim("can", "tools", "Read", "mcp:crm/*")));
  passes(run(DANA, claim("can", "models", "haiku-2")));
  const result = run(TEAM, claim("can", "models", "haiku-2"));
  assert.deepEqual(failsOnce(result), ["GW5001", "key ci cannot use `haiku-2`: it is outside an `only`"]);
  assert.match(result.failures[0]!.notes[0]!.message, /`only models haiku-1` at p\.policy:41/);
});

test("`can` with a star speaks of names that the policy knows", () => {
  passes(run(DANA, claim("can", "models", "haiku-*")));
  assert.deepEqual(failsOnce(run(DANA, claim("can", "models", "*-1"))), [
    "GW5001",
    "key dana cannot use `opus-1`: nothing allows it",
  ]);
  assert.deepEqual(failsOnce(run(DANA, claim("can", "models", "unheard-*")))[0], "GW5001");
});

test("`cannot` holds for every possible name, not for known ones only", () => {
  passes(run(TEAM, claim("cannot", "models", "opus-*"), claim("cannot", "tools", "connector:*", "Bash")));
  const [code, message] = failsOnce(run(TEAM, claim("cannot", "tools", "mcp:*/delete_*")));
  assert.equal(code, "GW5002");
  assert.match(message, /^team eng can use `mcp:crm\/delete_`$/);
});

test("`otherwise cannot` closes the kinds that the test speaks about, and no other", () => {
  passes(run(DANA, claim("can", "models", "haiku-*"), otherwise));
  passes(run(CI, claim("can", "models", "haiku-1"), otherwise));
  passes(
    run(
      DANA,
      claim("can", "tools", "Read", "mcp:crm/*"),
      claim("cannot", "models", "opus-1"),
      claim("can", "models", "haiku-?"),
      otherwise,
    ),
  );
  assert.deepEqual(failsOnce(run(DANA, claim("can", "models", "haiku-1"), otherwise)), [
    "GW5005",
    "key dana can use `haiku-2`, which no `can` line of the test lists",
  ]);
  assert.deepEqual(failsOnce(run(DANA, claim("cannot", "tools", "Bash"), otherwise))[0], "GW5005");
});

test("of providers only the declared ones count", () => {
  passes(run(DANA, claim("can", "providers", "main", "second"), otherwise));
  assert.deepEqual(failsOnce(run(DANA, claim("cannot", "providers", "*"))), ["GW5002", "key dana can use `main`"]);
});

test("a test that cannot fail is warned about", () => {
  const result = run(DANA, { kind: "at", at: DEFAULT_CLOCK, span: at(101) });
  assert.deepEqual([result.passed, result.warnings.map(({ code }) => code)], [true, ["GW5004"]]);
  assert.deepEqual(run(DANA, claim("can", "models", "haiku-1")).warnings, []);
  const idle = run(DANA, { kind: "spent", microUsd: 1, period: "week", span: at(101) }, send({}));
  assert.match(idle.warnings[0]!.message, /no budget per week binds key dana/);
});

test("a send goes through the whole decision", () => {
  passes(
    run(DANA, send({ model: "haiku-1" }), send({ model: "opus-1", expect: refuse("model") }), send({ expect: allow })),
  );
  passes(run(DANA, send({ tool: "mcp:crm/x" }), send({ tool: "Bash", expect: refuse("tool") })));
  const result = run(DANA, send({ model: "opus-1" }));
  const [code, message] = failsOnce(result);
  assert.equal(code, "GW5003");
  assert.match(
    message,
    /the request is refused for `model` \(model opus-1 is outside the scope of key dana.*expects it to be allowed$/,
  );
  assert.deepEqual(
    failsOnce(run(DANA, send({ expect: refuse(null) })))[1],
    "the request is allowed as it is, and the test expects a refusal",
  );
  assert.match(
    failsOnce(run(DANA, send({ model: "opus-1", expect: refuse("budget") })))[1],
    /expects a refusal for `budget`/,
  );
});

test("limits count from one send to the next, and drain as the clock moves", () => {
  passes(
    run(
      DANA,
      send({ times: 3 }),
      send({ expect: refuse("requests") }),
      { kind: "at", at: DEFAULT_CLOCK + 20_000, span: at(101) },
      send({}),
      send({ expect: refuse("requests") }),
    ),
  );
  assert.match(failsOnce(run(DANA, send({ times: 5 })))[1], /^request 4 of 5 is refused for `requests`/);
});

test("a tool that is sent is called once, and limits on calls count it", () => {
  const set = send({ tool: "mcp:crm/set", expect: refuse("calls") });
  passes(run(DANA, send({ tool: "mcp:crm/get", times: 2 }), set, send({ tool: null, expect: refuse("requests") })));
  const other = send({ tool: "Read", times: 3 });
  passes(
    run(
      DANA,
      send({ tool: "mcp:crm/get", times: 2 }),
      { kind: "at", at: DEFAULT_CLOCK + 60_000, span: at(101) },
      other,
    ),
  );
  const used: TestStep = { kind: "used", measure: "calls", amount: 1, period: "hour", span: at(101) };
  const left = (amount: number) =>
    ({ kind: "allow", remaining: { measure: "calls", amount, period: "hour" } }) as const;
  passes(run(DANA, used, send({ tool: "mcp:crm/get", expect: left(0) }), set));
  assert.match(
    failsOnce(run(DANA, send({ tool: "mcp:crm/get", expect: left(2) })))[1],
    /^1 remain of team eng calls\(@crm\)\/hour, and the test expects 2 to remain of its calls per hour$/,
  );
  assert.match(
    failsOnce(run(DANA, send({ tool: "Read", expect: left(2) })))[1],
    /^no limit of this kind binds the request/,
  );
  assert.match(
    failsOnce(run(DANA, used, used, send({ tool: "mcp:crm/get" })))[1],
    /^the request is refused for `calls`/,
  );
});

test("`given` uses up a counter before the sends, whether it drains or has a window", () => {
  const spent: TestStep = { kind: "spent", microUsd: 49_990_000, period: "day", span: at(101) };
  passes(run(DANA, spent, send({ microUsd: 10_000 }), send({ microUsd: 10_000, expect: refuse("budget") })));
  passes(
    run(DANA, spent, { kind: "at", at: DEFAULT_CLOCK + 86_400_000, span: at(102) }, send({ microUsd: 50_000_000 })),
  );
  const used: TestStep = { kind: "used", measure: "tokens", amount: 900, period: "hour", span: at(101) };
  passes(run(TEAM, used, send({ tokens: 100 }), send({ tokens: 100, expect: refuse("tokens") })));
});

test("what a refused send would have taken is not taken", () => {
  passes(run(DANA, send({ tokens: 1_001, times: 20, expect: refuse("tokens") }), send({ tokens: 1_000 })));
});

test("guarded text is redacted or refused, by the guardrail that is named", () => {
  passes(
    run(
      DANA,
      send({ text: "id EMP-1", expect: redact("ids") }),
      send({ text: "nothing" }),
      send({ text: "EMP-2", expect: redact(null) }),
    ),
  );
  passes(run(CI, send({ text: "id EMP-1", expect: refuse("guardrail") })));
  assert.match(
    failsOnce(run(DANA, send({ text: "EMP-1" })))[1],
    /is redacted by ids, and the test expects it to be allowed/,
  );
  assert.match(
    failsOnce(run(DANA, send({ text: "EMP-1", expect: redact("other") })))[1],
    /expects a redaction by other/,
  );
});

test("a text stands where `in` says, and only the guardrails that look there see it", () => {
  passes(
    run(
      DANA,
      send({ text: "EMP-1", place: "user", expect: redact("ids") }),
      send({ text: "EMP-1", place: "tool-result" }),
      send({ text: "EMP-1", place: "answer" }),
    ),
  );
  const result = run(DANA, send({ text: "EMP-1", place: "system", expect: redact("ids") }));
  assert.match(failsOnce(result)[1], /is allowed as it is, and the test expects a redaction by ids$/);
});

test("guardrails of answers look at the answer, after limits", () => {
  passes(run(SALES, send({ text: "EMP-1" }), send({ text: "EMP-1", place: "answer", expect: refuse("guardrail") })));
});

test("a redaction is compared to the letter, with `*` for the id of a placeholder", () => {
  const to = "ids [[secret:employee:*]], [[secret:employee:*]]!";
  passes(run(DANA, send({ text: "ids EMP-1, EMP-2!", expect: redact("ids", to) })));
  const result = run(DANA, send({ text: "id EMP-1", expect: redact(null, "id [[secret:other:*]]") }));
  assert.match(
    failsOnce(result)[1],
    /is redacted by ids to "id \[\[secret:employee:\*\]\]", and the test expects a redaction to "id \[\[secret:other/,
  );
});

test("what remains is that of the tightest counter of its kind", () => {
  passes(
    run(
      DANA,
      { kind: "spent", microUsd: 49_900_000, period: "day", span: at(101) },
      send({ microUsd: 50_000, expect: remaining("budget", 50_000, "day") }),
      send({ microUsd: 10_000, times: 2, expect: remaining("requests", 0, "min") }),
    ),
  );
  const result = run(DANA, send({ tokens: 100, expect: remaining("tokens", 1_000, "hour") }));
  assert.deepEqual(failsOnce(result), [
    "GW5003",
    "900 remain of team eng tokens/hour, and the test expects 1_000 to remain of its tokens per hour",
  ]);
  assert.match(result.failures[0]!.notes[0]!.message, /p\.policy:25/);
  const none = run(DANA, send({ expect: remaining("budget", 1, "week") }));
  assert.match(failsOnce(none)[1], /^no limit of this kind binds the request, and .* \$0\.000001 to remain/);
});

test("requests under way can be given", () => {
  passes(run(DANA, { kind: "flight", amount: 1, span: at(101) }, send({ expect: refuse("concurrency") })));
  const idle = run(SALES, { kind: "flight", amount: 1, span: at(101) }, send({ model: "opus-1" }));
  assert.deepEqual([idle.passed, idle.warnings[0]?.message.startsWith("no limit on concurrency binds")], [true, true]);
});

test("a route is the providers that are tried first", () => {
  passes(run(SALES, send({ expect: route("second", "main") }), send({ expect: route("second") })));
  passes(run(DANA, send({ text: "EMP-1", expect: route("main") })));
  assert.match(
    failsOnce(run(SALES, send({ expect: route("main") })))[1],
    /^the request goes to second, then main, and the test expects it to go to main$/,
  );
  assert.match(failsOnce(run(DANA, send({ model: "opus-1", expect: route("main") })))[1], /is refused for `model`/);
});

test("the clock stands still until a test moves it: windows and expiry are judged from there", () => {
  const sunday: TestStep = { kind: "at", at: DEFAULT_CLOCK - 86_400_000, span: at(101) };
  const late: TestStep = { kind: "at", at: DEFAULT_CLOCK + 400 * 86_400_000, span: at(101) };
  passes(run(DANA, send({}), sunday, send({ expect: refuse("window") }), late, send({ expect: refuse("expired") })));
  // The made-up key of a team never expires.
  passes(run(TEAM, late, send({})));
});

test("a team without keys is tested like one with keys", () => {
  passes(run(4, claim("cannot", "models", "**"), send({ model: "haiku-1", expect: refuse("model") })));
});

test("`given called` says what was called before, for the lines below it", () => {
  const called = (...tools: string[]): TestStep => ({ kind: "called", tools, span: at(++line) });
  const later: TestStep = { kind: "at", at: DEFAULT_CLOCK + 2 * 86_400_000, span: at(++line) };
  const closed = refuse("flow");
  passes(
    run(DANA, send({ tool: "mcp:crm/set" }), called("Read", "WebFetch"), send({ tool: "mcp:crm/set", expect: closed })),
  );
  passes(run(DANA, called("client-mcp:x/y"), send({ tool: "mcp:crm/set" }), send({ tool: "Read" })));
  passes(run(DANA, called("mcp:crm/get"), send({ tool: "mcp:crm/set", expect: refuse(null) }), send({ tool: "Read" })));
  passes(run(DANA, called("WebFetch"), later, send({ tool: "mcp:crm/set" })));
  // What is not granted at all is not closed: it is not there.
  passes(run(DANA, called("WebFetch"), send({ tool: "Bash", expect: refuse("tool") })));
  const result = run(DANA, called("WebFetch"), send({ tool: "mcp:crm/set" }));
  const message =
    "the request is refused for `flow` (tool mcp:crm/set may not be called after WebFetch), and the test expects it to be allowed";
  assert.deepEqual(failsOnce(result), ["GW5003", message]);
  const words =
    "decided by `deny tools mcp:crm/set after tools WebFetch, mcp:crm/get until 2026-01-06T12:00Z` at p.policy:29";
  assert.deepEqual(
    result.failures[0]!.notes.map((note) => note.message),
    [words],
  );
});

test("a line with a condition asks about the calls that it holds for or leaves open, where the test says how it is called", () => {
  const ask: TestSend["expect"] = { kind: "ask" };
  const move = (input: TestSend["input"], expect: TestSend["expect"]) => send({ tool: "mcp:crm/move", input, expect });
  const allow: TestSend["expect"] = { kind: "allow", remaining: null };
  passes(run(DANA, move({ to: "/etc" }, ask), move({}, ask)));
  passes(run(DANA, move({ to: "/tmp/x" }, allow), move(null, allow)));
  assert.equal(failsOnce(run(DANA, move({ to: "/tmp/x" }, ask)))[0], "GW5003");
});

test("`expect ask` holds for a granted tool of which a person has to confirm a call, and `expect allow` does not", () => {
  const ask: TestSend["expect"] = { kind: "ask" };
  passes(run(DANA, send({ tool: "mcp:crm/drop", expect: ask }), send({ tool: "mcp:crm/set" }), send({})));
  passes(
    run(
      DANA,
      send({ tool: "Bash", expect: refuse("tool") }),
      send({ text: "id EMP-1", tool: "mcp:crm/drop", expect: redact("ids") }),
    ),
  );
  const result = run(DANA, send({ tool: "mcp:crm/drop" }));
  const message = "the request is allowed once a person confirms the call, and the test expects it to be allowed";
  assert.deepEqual(failsOnce(result), ["GW5003", message]);
  assert.equal(result.failures[0]!.notes[0]!.message, "decided by `ask tools mcp:crm/drop, Bash` at p.policy:30");
  const none = failsOnce(run(DANA, send({ tool: "Read", expect: ask })));
  assert.deepEqual(none, ["GW5003", "the request is allowed as it is, and the test expects a person to be asked"]);
});
