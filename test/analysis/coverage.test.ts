import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Coverage, cover } from "../../src/analysis/coverage.ts";
import { type Statement, statementsOf } from "../../src/analysis/statement.ts";
import { runTests, type TestReport } from "../../src/analysis/test.ts";
import type { Table } from "../../src/decision/table.ts";
import { print } from "../../src/language/print.ts";
import type { Source } from "../../src/language/source.ts";
import type { Model } from "../../src/model/model.ts";
import { readSources } from "../../src/revision/files.ts";
import { tableOf } from "../decision/models.ts";
import { modelOf, shippedPacks } from "../model/policies.ts";
import { chanceOf } from "../wire/chance.ts";

interface Judged {
  readonly model: Model;
  readonly table: Table;
  readonly report: TestReport;
}

const PACKS = shippedPacks();

function judge(sources: readonly Source[]): Judged {
  const model = modelOf(sources, PACKS);
  const table = tableOf(model);
  return { model, table, report: runTests(model, table) };
}

function coverageOf({ model, table, report }: Judged): Coverage {
  return cover(model, table, { report, texts: new Map() });
}

const POLICY = `language 1

org acme {
  guard ids
  deny tools connector:*
  limit requests 100/min
  budget $1_000/month
}

provider main {
  kind simulated
}

provider other {
  kind simulated
}

models all {
  haiku-*, opus-1
  via main then other
}

pattern employee {
  match /EMP-\\d+/
  hit "id EMP-1 \\"quoted\\""
}

guardrail ids {
  on request
  in user
  match employee
  action redact
}

guardrail drops {
  on response
  match employee
  action reject "no"
}

team eng {
  allow models haiku-*
  allow tools Read, client-mcp:crm/*, connector:*
  allow models opus-1 until 2025-06-30
  only models haiku-1, haiku-2, opus-1
  limit tokens 5k/hour per key
  limit concurrency 2
  limit calls Read, client-mcp:crm/* 9/min per key
  budget $50/day per key
  budget $80/day per key until 2027-01-01
  active mon-fri 07:00-20:00
  active sat 10:00-12:00
  guard drops
}

team eng/pay {
  deny models haiku-2
  only providers other
}

key dana in eng/pay {
  hash sha256:${"ab".repeat(32)}
  owner "d"
  expires 2030-01-01
  only models haiku-1
}
`;

const TESTS = `
test "some of it" for team eng/pay {
  can use models haiku-1
  cannot use models opus-1
  otherwise cannot
}

test "dana" for key dana {
  cannot use models haiku-2
  given spent $60/day
  send cost $0.01 expect allow
}
`;

const policy = (text: string): Source[] => [{ path: "p.policy", text }];
const texts = (found: readonly { readonly statement: Statement }[]): string[] => found.map((it) => it.statement.text);

test("a statement is covered when a test fails without it", () => {
  const it = judge(policy(POLICY + TESTS));
  assert.equal(it.report.failed, 0);
  const { covered, idle, statements, uncovered } = coverageOf(it);
  assert.deepEqual([covered, idle], [statements - uncovered.length, 1]);
  const all = statementsOf(it.model, it.table).map(({ text }) => text);
  const missed = texts(uncovered);
  assert.deepEqual(
    all.filter((text) => !missed.includes(text)),
    [
      "allow models haiku-*",
      "only models haiku-1, haiku-2, opus-1",
      "budget $80/day per key until 2027-01-01T23:59:59Z",
      "active mon-fri 07:00-20:00",
      "deny models haiku-2",
    ],
  );
});

test("without tests nothing is covered, and each missing test holds, covers its statement and is in canonical form", () => {
  const bare = coverageOf(judge(policy(POLICY)));
  assert.equal(bare.covered, 0);
  const offered = bare.uncovered.flatMap(({ missing }) => (missing.kind === "test" ? [missing.text] : []));
  const pasted = `${POLICY}\n${offered.join("\n")}`;
  assert.deepEqual(print({ path: "p.policy", text: pasted }), { text: pasted });
  const it = judge(policy(pasted));
  assert.deepEqual(
    it.report.tests.flatMap(({ failures }) => failures.map(({ message }) => message)),
    [],
  );
  const { covered, uncovered } = coverageOf(it);
  assert.equal(covered, offered.length);
  assert.deepEqual(
    uncovered.map(({ statement, missing }) => [statement.text, missing.kind]),
    [["only models haiku-1", "none"]],
  );
});

test("a flow rule is missed by a test that says what was called before", () => {
  const flow = "deny tools Read after tools client-mcp:crm/*";
  const text = POLICY.replace("  guard drops\n", `  guard drops\n  ${flow}\n`);
  const { missing } = coverageOf(judge(policy(text))).uncovered.find(({ statement }) => statement.text === flow)!;
  assert.ok(missing.kind === "test");
  const lines = ["  given called client-mcp:crm/x", "  send tool Read expect refuse flow"];
  assert.deepEqual(missing.text.split("\n").slice(1, -2), lines);
  const covered = coverageOf(judge(policy(`${text}\n${missing.text}`)));
  assert.ok(!texts(covered.uncovered).includes(flow));
  const denied = POLICY.replace("  guard drops\n", "  deny tools Write after tools Read\n");
  const idle = coverageOf(judge(policy(denied))).uncovered.find(({ statement }) => statement.kind === "flow")!;
  assert.ok(idle.missing.kind === "none" && !idle.missing.idle);
});

test("a test is offered for each kind of statement", () => {
  const bare = coverageOf(judge(policy(POLICY)));
  const offered = new Map(bare.uncovered.map(({ statement, missing }) => [statement.text, missing]));
  const of = (text: string) => {
    const missing = offered.get(text);
    assert.ok(missing?.kind === "test", text);
    return missing.text;
  };
  const lines = (text: string) =>
    of(text)
      .split("\n")
      .slice(1, -2)
      .map((line) => line.trim());
  assert.match(of("deny tools connector:*"), /^test "org acme: deny tools connector:\*" for org acme \{\n/);
  assert.match(lines("deny tools connector:*").join(), /^cannot use tools connector:\w+$/);
  assert.deepEqual(lines("allow models haiku-*"), ["can use models haiku-1"]);
  assert.deepEqual(lines("only providers other"), ["cannot use providers main"]);
  assert.deepEqual(lines("guard ids"), ['send text "id EMP-1 \\"quoted\\"" expect redact ids']);
  assert.deepEqual(lines("guard drops"), ['send text "id EMP-1 \\"quoted\\"" in answer expect refuse guardrail']);
  assert.deepEqual(lines("limit requests 100/min"), ["given used requests 100/min", "send expect refuse requests"]);
  assert.deepEqual(lines("limit concurrency 2"), ["given used concurrency 2", "send expect refuse concurrency"]);
  assert.deepEqual(lines("limit calls Read, client-mcp:crm/* 9/min per key"), [
    "given used calls 9/min",
    "send tool Read expect refuse calls",
  ]);
  assert.deepEqual(lines("budget $80/day per key until 2027-01-01T23:59:59Z"), [
    "given spent $79.99/day",
    "send cost $0.01 expect allow",
  ]);
  // The plain budget counts again once the other has ended, and the team is open.
  assert.deepEqual(lines("budget $50/day per key"), [
    "at 2027-01-02T10:00Z",
    "given spent $50/day",
    "send cost $0.01 expect refuse budget",
  ]);
  assert.deepEqual(lines("active sat 10:00-12:00"), ["at 2026-01-10T10:00Z", "send expect allow"]);
  assert.deepEqual(lines("allow models opus-1 until 2025-06-30T23:59:59Z"), [
    "at 2025-06-30T07:00Z",
    "send model opus-1 expect allow",
  ]);
});

test("classes of names that nobody asks about are counted, with examples", () => {
  const { pairs, touched, untouched } = coverageOf(judge(policy(POLICY + TESTS)));
  assert.ok(pairs > touched && touched > 0);
  const tools = untouched.find(({ statement }) => statement.text.startsWith("allow tools"));
  assert.deepEqual([tools?.classes, tools?.untouched], [3, 3]);
  assert.deepEqual(tools?.examples.toSorted()[0], "Read");
  // `otherwise cannot` asks about every model.
  assert.ok(!texts(untouched).includes("allow models haiku-*"));
});

suite("the same as compiling and testing again without the statement", () => {
  const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const dirs = readdirSync(root("examples"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const places = dirs.map(({ name }) => root(`examples/${name}`));
  for (const place of [null, ...places, root("policy/starter"), root("policy/gateway")]) {
    test(place === null ? "here" : place.split("/").at(-1)!, async () => {
      const it = judge(place === null ? policy(POLICY + TESTS) : await readSources(place));
      const { model } = it;
      const missed = new Set(coverageOf(it).uncovered.map(({ statement }) => nameOf(statement)));
      const statements = statementsOf(model, it.table);
      assert.ok(statements.length >= 3);
      for (const statement of statements) {
        const mutant = lacking(model, statement);
        const { failed } = runTests(mutant, tableOf(withNames(mutant, model)));
        assert.equal(failed > it.report.failed, !missed.has(nameOf(statement)), statement.text);
      }
    });
  }
});

const WHERE = ["a = 1", 'a in ["x", "y"] and b > 2', "has b or not c = true", 'every d like "x*"', 'p under "/srv"'];

/** A policy of a few teams and keys, with statements by chance; each line can be parsed, and most mean something. */
function randomPolicy(seed: number): string {
  const chance = chanceOf(seed);
  const some = (choices: readonly string[]): string =>
    [...new Set([chance.pick(choices), chance.pick(choices)])].join(", ");
  const maybe = (text: () => string): string => (chance.below(2) === 0 ? `  ${text()}\n` : "");
  const models = () => some(["m-1", "m-2", "m-*", "n-1", "*-1"]);
  const tools = () => some(["Read", "Bash", "client-mcp:a/*", "client-mcp:a/get_*", "client-mcp:**", "Re*", "mcp:s/*"]);
  const effect = () => chance.pick(["allow", "allow", "deny", "only"]);
  const until = () => chance.pick(["", "", " until 2026-06-30", " until 2025-06-30T12:00Z"]);
  const body = () =>
    [
      maybe(() => `allow models ${models()}${until()}`),
      maybe(() => `${effect()} models ${models()}`),
      maybe(() => `${effect()} tools ${tools()}${until()}`),
      maybe(() => `ask tools ${tools()}${until()}`),
      maybe(() => `ask tools mcp:s/${chance.pick(["*", "get_*"])} where ${chance.pick(WHERE)}${until()}`),
      maybe(() => `${effect()} tools ${tools()} where ${chance.pick(WHERE)}${until()}`),
      maybe(() => `deny tools ${tools()} after tools ${tools()}${until()}`),
      maybe(() => chance.pick(["allow providers p", "deny providers q", "only providers p, q"])),
      maybe(() => {
        const parts = chance.pick(["max 90", "max 200 redact e", "redact e", "flag e", "max 90 redact e flag f"]);
        return `results mcp:s/${chance.pick(["*", "get_*", "x"])} ${parts}${until()}`;
      }),
      maybe(() => `guard ${some(["g", "h"])}${until()}`),
      maybe(() => `limit requests ${chance.pick(["5", "9"])}/${chance.pick(["sec", "min"])}`),
      maybe(() => `limit tokens ${chance.pick(["500", "90"])}/hour per team`),
      maybe(() => `limit calls ${tools()} ${chance.pick(["1", "3"])}/min`),
      maybe(() => `limit concurrency ${chance.pick(["1", "3"])}`),
      maybe(() => `budget $${chance.pick(["1", "3"])}/day`),
      maybe(() => `active ${chance.pick(["mon-fri 07:00-20:00", "tue-sat 10:00-14:00", "mon-sun 20:00-24:00"])}`),
    ].join("");
  const key = (name: string, team: string, digit: string) =>
    `key ${name} in ${team} {\n  hash sha256:${digit.repeat(64)}\n  expires 2030-01-01\n${body().replace(/ per team/g, "")}}\n`;
  return [
    "language 1",
    `org o {\n${body()}}`,
    "provider p {\n  kind simulated\n}\n\nprovider q {\n  kind simulated\n}",
    'mcp s {\n  url "https://s.example/mcp"\n}',
    "models all {\n  **\n  via p then q\n}",
    'pattern e {\n  match /EMP-\\d+/\n  hit "EMP-1"\n}',
    'pattern f {\n  match /TOK-\\d+/\n  hit "TOK-1"\n}',
    "guardrail g {\n  on request\n  match e\n  action redact\n}",
    'guardrail h {\n  on request, response\n  match e\n  action reject "no"\n}',
    `team a {\n${body()}}`,
    `team a/b {\n${body()}}`,
    `team c {\n${body()}}`,
    key("k", "a", "1"),
    key("l", "a/b", "2"),
  ].join("\n\n");
}

test("of random policies too: what is offered holds and covers, and the rest is as the oracle says", () => {
  let offered = 0;
  for (let seed = 1; seed <= 16; seed++) {
    const text = randomPolicy(seed);
    const bare = judge(policy(text));
    const tests = coverageOf(bare).uncovered.flatMap(({ missing }) => (missing.kind === "test" ? [missing.text] : []));
    offered += tests.length;
    const pasted = judge(policy(`${text}\n${tests.join("\n")}`));
    assert.deepEqual(
      pasted.report.tests.flatMap(({ failures }) => failures.map(({ message }) => message)),
      [],
      text,
    );
    const after = coverageOf(pasted);
    assert.ok(after.covered >= tests.length, `${text}\n${tests.join("\n")}`);
    // A test in three stays, so that some of the statements are covered and some are not.
    const some = judge(policy(`${text}\n${tests.filter((_, index) => index % 3 === 0).join("\n")}`));
    const missed = new Set(coverageOf(some).uncovered.map(({ statement }) => nameOf(statement)));
    for (const statement of statementsOf(some.model, some.table)) {
      const mutant = lacking(some.model, statement);
      const { failed } = runTests(mutant, tableOf(withNames(mutant, some.model)));
      assert.equal(failed > 0, !missed.has(nameOf(statement)), `${statement.text} of ${statement.node} in\n${text}`);
    }
  }
  assert.ok(offered > 100, `${offered}`);
});

function nameOf({ node, text }: Statement): string {
  return `${node} ${text}`;
}

/** The model without a statement. */
function lacking(model: Model, statement: Statement): Model {
  const lost = <T extends { readonly span: unknown }>(list: readonly T[]): T[] =>
    list.filter(
      (it) => it.span !== statement.span || ("guardrail" in it && statement.text.split(" ")[1] !== it.guardrail),
    );
  const it = model.nodes[statement.node]!;
  const { access, flows, confirmations, results, guards, limits, active } = it;
  const changed = {
    ...it,
    access: lost(access),
    flows: lost(flows),
    confirmations: lost(confirmations),
    results: lost(results),
    guards: lost(guards),
    limits: lost(limits),
    active: lost(active),
  };
  return { ...model, nodes: model.nodes.with(statement.node, changed) };
}

/** The same with a test more, so that every glob of the whole model has its atoms; it is never run. */
function withNames(mutant: Model, { nodes }: Model): Model {
  const steps = nodes.flatMap(({ access, flows, confirmations, results, limits }) => [
    ...[...confirmations, ...results].map(({ globs, span }) => ({ kind: "can", thing: "tools", globs, span }) as const),
    ...access.map(({ thing, globs, span }) => ({ kind: "can", thing, globs, span }) as const),
    ...flows.map(({ globs, after, span }) => {
      return { kind: "can", thing: "tools", globs: [...globs, ...after], span } as const;
    }),
    ...limits.flatMap(({ tools, span }) =>
      tools === null ? [] : [{ kind: "can", thing: "tools", globs: tools.globs, span } as const],
    ),
  ]);
  return { ...mutant, tests: [...mutant.tests, { name: "names", node: 0, steps, span: nodes[0]!.span }] };
}
