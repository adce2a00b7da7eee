/** Conditions on calls, in everything that is said about a policy before it is in force. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cover } from "../../src/analysis/coverage.ts";
import { diff } from "../../src/analysis/diff.ts";
import type { Side } from "../../src/analysis/diff-joint.ts";
import { effective } from "../../src/analysis/effective.ts";
import { prove } from "../../src/analysis/invariant.ts";
import { lint } from "../../src/analysis/lint.ts";
import { answer } from "../../src/analysis/question.ts";
import { runTests } from "../../src/analysis/test.ts";
import { callGranted } from "../../src/decision/call-granted.ts";
import type { Access, Model } from "../../src/model/model.ts";
import { access, group, holder, model, node, tableOf } from "../decision/models.ts";
import { random } from "../decision/oracle.ts";
import { randomInput, randomPredicate } from "../decision/predicates.ts";
import { digest, sideOf } from "./sides.ts";

const AT = Date.parse("2026-06-01T10:00:00Z");

/** A policy with these statements of team eng, and more declarations. */
function policy(statements: readonly string[], more = ""): Side {
  const text = `language 1

org acme {
}

provider main {
  kind simulated
}

models all {
  claude-x
  via main
}

team eng {
  allow models @all
  ${statements.join("\n  ")}
}

key dana in eng {
  hash sha256:${digest(1)}
  expires 2027-03-31
}
${more}`;
  return sideOf([{ path: "p.policy", text }]);
}

// ---- tests ------------------------------------------------------------------------------------------------------------

function failures(statements: readonly string[], ...lines: string[]): string[] {
  const { model: meaning, table } = policy(statements, `\ntest "t" for team eng {\n  ${lines.join("\n  ")}\n}\n`);
  return runTests(meaning, table).tests.flatMap((one) => one.failures.map(({ message }) => message));
}

test("a test sends a call with its input, and expects what becomes of it", () => {
  const statements = ['allow tools T where repo in ["a", "b"]', "deny tools T where force = true", "allow tools U"];
  assert.deepEqual(
    failures(
      statements,
      'send tool T input { "repo": "a", "force": false } expect allow',
      'send tool T input { "repo": "c", "force": false } expect refuse arguments',
      'send tool T input { "repo": "a", "force": true } expect refuse tool',
      'send tool T input { "repo": "a" } expect refuse',
      'send tool V input { "repo": "a" } expect refuse tool',
      'send tool U input { "anything": [1, { "x": null }] } expect allow',
      "send tool T expect allow",
    ),
    [],
  );
  assert.deepEqual(
    failures(
      statements,
      'send tool T input { "repo": "c", "force": false } expect allow',
      'send tool T input { "repo": "a", "force": false } expect refuse arguments',
      'send tool V input { "repo": "a" } expect refuse arguments',
    ),
    [
      'the request is refused for `arguments` (T is granted to key of eng only where repo in ["a", "b"]), and the test expects it to be allowed',
      "the request is allowed as it is, and the test expects a refusal for `arguments`",
      "the request is refused for `tool` (tool V is not granted, it would be taken out of the request), and the test expects a refusal for `arguments`",
    ],
  );
});

test("`can` holds for what is offered, `cannot` only for what can be called with no input", () => {
  const statements = ["allow tools T where a = 1", "allow tools U", "deny tools U where a = 1"];
  assert.deepEqual(failures(statements, "can use tools T, U"), []);
  assert.equal(failures(statements, "cannot use tools T").length, 1);
  assert.equal(failures(statements, "cannot use tools U").length, 1);
  assert.deepEqual(failures([...statements, "only tools T where b = 1"], "cannot use tools U", "can use tools T"), []);
});

// ---- invariants -------------------------------------------------------------------------------------------------------

function broken(statements: readonly string[]): number {
  const text = '\ninvariant "never" {\n  never allow tools T to team eng\n}\n';
  const { model: meaning, table } = policy(statements, text);
  return prove(meaning, table, AT).invariants.flatMap((one) => one.failures).length;
}

test("a proof takes a conditional allow for one, and a conditional deny for none", () => {
  assert.equal(broken(["allow tools T where a = 1"]), 1);
  assert.equal(broken(["allow tools T", "deny tools T where a = 1"]), 1);
  assert.equal(broken(["allow tools T", "deny tools T"]), 0);
  assert.equal(broken(["allow tools T", "only tools U where a = 1"]), 0);
  assert.equal(broken(["allow tools T", "only tools T where a = 1"]), 1);
});

// ---- coverage ---------------------------------------------------------------------------------------------------------

test("a condition that no test would miss comes with the call that would", () => {
  const side = policy([
    'allow tools T where repo.owner = "acme" and size(body) <= 20 and every labels like "area/*"',
    'deny tools T where n > 5 or path under "/etc"',
    "allow tools Read",
    "deny tools Read where limit >= 3 and not has page",
  ]);
  const found = (it: Side) =>
    cover(it.model, it.table, { report: runTests(it.model, it.table), texts: new Map() }).uncovered;
  const tools = found(side).filter(({ statement }) => statement.text.includes("tools"));
  assert.deepEqual(
    tools.map(({ statement, missing }) => [statement.span.line, missing.kind]),
    [
      [17, "test"],
      [18, "test"],
      [19, "test"],
      [20, "test"],
    ],
  );
  const texts = tools.map(({ missing }) => (missing.kind === "test" ? missing.text : ""));
  assert.match(texts[1]!, /send tool T input \{ .* \} expect refuse arguments/);
  // The tests that are offered hold, and then every statement about tools is covered.
  const pasted = sideOf([
    {
      path: "p.policy",
      text: `${side.texts.get("p.policy")!}\n${texts.join("\n\n").replace(/^test "/gm, () => `test "`)}\n`,
    },
  ]);
  assert.equal(runTests(pasted.model, pasted.table).failed, 0);
  assert.deepEqual(
    found(pasted).filter(({ statement }) => statement.text.includes("tools")),
    [],
  );
});

// ---- lint -------------------------------------------------------------------------------------------------------------

function remarks(...statements: string[]): string[] {
  const { model: meaning, table } = policy(statements);
  return lint(meaning, table, AT)
    .filter(({ code }) => code.startsWith("GW60"))
    .map(({ code, span }) => `${code}:${span.line - 16}`);
}

test("a line is not said to be covered by one that a condition may set aside", () => {
  assert.deepEqual(remarks("allow tools T where a = 1", "allow tools T where b = 1"), []);
  assert.deepEqual(remarks("allow tools T", "deny tools T where a = 1"), []);
  assert.deepEqual(remarks("deny tools T where a = 1", "deny tools T", "allow tools U, T"), ["GW6010:1"]);
  assert.deepEqual(
    remarks("allow tools T where a = 1", "deny tools U", "only tools T where b = 1", "only tools T, V"),
    ["GW6013:2", "GW6010:4"],
  );
});

test("a condition that another line makes needless is remarked", () => {
  assert.deepEqual(remarks("allow tools T where a = 1", "allow tools T"), ["GW6010:1"]);
  assert.deepEqual(remarks("allow tools T where a = 1 and b = 1", "allow tools T where a = 1"), ["GW6010:1"]);
  assert.deepEqual(remarks("allow tools T", "deny tools T where a = 1", "deny tools T where a = 1 or b = 1"), [
    "GW6010:2",
  ]);
  assert.deepEqual(remarks("allow tools T where a = 1", "deny tools T"), ["GW6020:1"]);
});

// ---- diff -------------------------------------------------------------------------------------------------------------

function rows(old: readonly string[], now: readonly string[]): string[] {
  const found = diff(policy(old), policy(now), AT)!;
  return found.rows.map(({ move, change }) => `${move}: ${change}`);
}

test("conditions that come, go or change are told with their direction", () => {
  const any = ["allow tools T"];
  const one = ["allow tools T where a = 1"];
  assert.deepEqual(rows(any, one), ["tighter: may call T only where a = 1"]);
  assert.deepEqual(rows(one, any), ["wider: may call T with any input, no longer only where a = 1"]);
  assert.deepEqual(rows(one, ["allow tools T where a in [1, 2]"]), [
    "wider: may call T where a in [1, 2], no longer where a = 1",
  ]);
  assert.deepEqual(rows(one, ["allow tools T where a = 1 and b = 1"]), [
    "tighter: may call T where a = 1 and b = 1, no longer where a = 1",
  ]);
  assert.deepEqual(rows(one, ["allow tools T where b = 1"]), [
    "changed: may call T where b = 1, no longer where a = 1",
  ]);
  assert.deepEqual(rows(any, ["allow tools T", "deny tools T where a = 1"]), ["tighter: may call T only where a != 1"]);
  assert.deepEqual(rows(["allow tools U"], ["allow tools U", ...one]), ["wider: gains tools T where a = 1"]);
  assert.deepEqual(rows([...any, "deny tools T"], [...any, "deny tools T where a = 1"]), [
    "wider: gains tools T where a != 1",
  ]);
});

test("how a condition is written is no change of meaning", () => {
  const old = ['allow tools T where repo in ["a", "b"] and size(body) <= 8k', "deny tools T where force = true"];
  const same: readonly (readonly string[])[] = [
    [old[1]!, old[0]!],
    ['allow tools T where not (size(body) > 8000 or not repo in ["b", "a"])', "deny tools T where not force != true"],
    [
      'allow tools T where repo = "a" and size(body) <= 8k',
      'allow tools T where repo = "b" and size(body) <= 8k',
      "only tools T where force != true",
    ],
    [...old, 'allow tools T where repo = "a" and size(body) <= 5'],
  ];
  for (const now of same) {
    assert.deepEqual(rows(old, now), []);
    assert.deepEqual(rows(now, old), []);
  }
});

test("the lines that changed a condition are named, and until when it holds", () => {
  const found = diff(
    policy(["allow tools T"]),
    policy(["allow tools T", "deny tools T where a = 1 until 2026-12-24T18:00Z"]),
    AT,
  )!;
  const [row] = found.rows;
  assert.deepEqual(
    row!.causes.map(({ side, text }) => [side, text]),
    [["new", "deny tools T where a = 1 until 2026-12-24T18:00Z"]],
  );
  assert.equal(row!.until, Date.parse("2026-12-24T18:00Z"));
  assert.equal(row!.cache, false);
});

/** A random policy of one team with one key. */
function randomPolicy(next: () => number): Model {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const statement = (): Access => {
    const effect = pick(["allow", "allow", "allow", "only", "deny"]);
    return access(1, `${effect} tools ${pick(["A", "B", "*"])}`, null, next() < 0.7 ? randomPredicate(next, 1) : null);
  };
  const some = (least: number): Access[] => Array.from({ length: least + Math.floor(next() * 3) }, statement);
  const org = node(1, "org o", null, { access: [access(1, "allow models *"), ...some(0)] });
  const nodes = [org, node(2, "team t", 0, { access: some(1) }), node(3, "key dana", 1)];
  return model({ nodes, models: [group(9, "all", ["**"], ["main"])] });
}

function sideWith(it: Model): Side {
  return { model: it, table: tableOf(it), texts: new Map() };
}

test("a comparison without rows means that no call is decided otherwise, one without wider rows that none is let through", () => {
  const next = random(31);
  const seen = { none: 0, tighter: 0, wider: 0 };
  for (let round = 0; round < 300; round++) {
    const it = randomPolicy(next);
    const index = Math.floor(next() * 2);
    const own = [...it.nodes[index]!.access];
    if (own.length === 0) continue;
    const at = Math.floor(next() * own.length);
    // A statement gets another condition, is said twice, or goes.
    if (next() < 0.6) own[at] = { ...own[at]!, where: own[at]!.thing === "tools" ? randomPredicate(next, 1) : null };
    else if (next() < 0.5) own.push(own[at]!);
    else own.splice(at, 1);
    const nodes = it.nodes.map((each, place) => (place === index ? { ...each, access: own } : each));
    const [old, now] = [sideWith(it), sideWith({ ...it, nodes })];
    const { verdict } = diff(old, now, AT)!;
    seen[verdict]++;
    for (const tool of ["A", "B", "C"]) {
      for (let each = 0; each < 6; each++) {
        const call = { tool, input: randomInput(next, 1) };
        const was = callGranted(old.table, holder(old.table, "dana"), call, AT).granted;
        const is = callGranted(now.table, holder(now.table, "dana"), call, AT).granted;
        if (verdict === "none") assert.equal(is, was);
        if (verdict === "tighter") assert.ok(was || !is);
      }
    }
  }
  assert.ok(Math.min(seen.none, seen.tighter, seen.wider) > 25, JSON.stringify(seen));
});

test("what is said to be covered or unreachable can be left out, and no call is decided otherwise", () => {
  const next = random(32);
  let left = 0;
  for (let round = 0; round < 500; round++) {
    const it = randomPolicy(next);
    // Each statement on a line of its own, so that a remark is about one of them.
    const lined = it.nodes.map((each, place) => ({
      ...each,
      access: each.access.map((line, at) => ({ ...line, span: { ...line.span, line: 100 * place + at } })),
    }));
    const before = sideWith({ ...it, nodes: lined });
    const idle = new Set(
      lint(before.model, before.table, AT)
        .filter(({ code }) => ["GW6010", "GW6013", "GW6020"].includes(code))
        .map(({ span }) => span.line),
    );
    if (idle.size === 0) continue;
    left += idle.size;
    const nodes = lined.map((each) => ({ ...each, access: each.access.filter(({ span }) => !idle.has(span.line)) }));
    const after = sideWith({ ...it, nodes });
    for (const tool of ["A", "B", "C"]) {
      for (let each = 0; each < 8; each++) {
        const call = { tool, input: randomInput(next, 1) };
        assert.equal(
          callGranted(after.table, holder(after.table, "dana"), call, AT).granted,
          callGranted(before.table, holder(before.table, "dana"), call, AT).granted,
        );
      }
    }
  }
  assert.ok(left > 100, String(left));
});

// ---- explain ----------------------------------------------------------------------------------------------------------

test("the effective policy and a question tell what calls are held to", () => {
  const side = policy(['allow tools T where repo = "a"', "allow tools U", "only tools T, U where n < 5"]);
  const eng = side.model.nodes.findIndex(({ name }) => name === "eng");
  assert.deepEqual(
    effective(side, eng, AT).access.tools.conditions,
    [
      { names: "U", where: "n < 5" },
      { names: "T", where: 'n < 5 and repo = "a"' },
    ].sort((a, b) => (a.names < b.names ? -1 : 1)),
  );
  const ask = (input: Readonly<Record<string, unknown>> | null) =>
    answer(side.table, { node: eng, model: null, tool: "T", input, at: AT });
  assert.deepEqual([ask(null).condition, ask(null).call, ask(null).passes], ['n < 5 and repo = "a"', null, true]);
  assert.deepEqual([ask({ repo: "a", n: 1 }).call?.granted, ask({ repo: "a", n: 1 }).passes], [true, true]);
  assert.deepEqual([ask({ repo: "b", n: 1 }).call?.granted, ask({ repo: "b", n: 1 }).passes], [false, false]);
});
