/** What guardrails do, as tests of a policy see it: severities, masks, flags, and what is only observed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cover } from "../../src/analysis/coverage.ts";
import { effective } from "../../src/analysis/effective.ts";
import { runTests } from "../../src/analysis/test.ts";
import { tableOf } from "../decision/models.ts";
import { modelOf, shippedPacks } from "../model/policies.ts";

const POLICY = `language 1

org acme {
  guard graded
  allow models claude-haiku-*
}

provider offline { kind simulated }
models all { claude-haiku-* via offline }

service shield { kind webhook url "https://checks.example/v1" }

pattern number { match /EMP-\\d{6}/ hit "EMP-123456" }
pattern card { match /card (\\d{16})/ hit "card 4111111111111111" }

guardrail graded {
  on request, response
  match number
  action redact
  observe action reject "no" at high
}

guardrail cards { on request match card action mask keep 4 }
guardrail loud { on request match card action flag }
guardrail asked { on request ask shield on error block action reject "no" }
guardrail tried { on request match /DROP TABLE/ action reject "never" }

team masks { guard cards }
team flags { guard loud }
team asks { guard asked }
team tries { observe guard tried }
team guards { guard tried }
team guards/both { observe guard tried }
`;

function run(team: string, ...lines: string[]) {
  const body = lines.map((line) => `  ${line}\n`).join("");
  const text = `${POLICY}\ntest "it" for team ${team} {\n${body}}\n`;
  const model = modelOf([{ path: "acme.policy", text }], shippedPacks());
  const table = tableOf(model);
  return { model, table, report: runTests(model, table) };
}

function messages(team: string, ...lines: string[]): string[] {
  return run(team, ...lines).report.tests.flatMap(({ failures }) => failures.map(({ message }) => message));
}

test("an observed action is not done, and the test can ask for it", () => {
  assert.deepEqual(
    messages("masks", 'send text "EMP-123456" expect redact graded', 'send text "EMP-123456" expect observe graded'),
    [],
  );
  assert.match(messages("masks", 'send text "EMP-1" expect observe')[0]!, /is allowed as it is, and the test expects/);
});

test("a mask keeps what it says, to the letter", () => {
  assert.deepEqual(messages("masks", 'send text "card 4111111111111111" expect mask cards to "card ****1111"'), []);
  assert.match(
    messages("masks", 'send text "card 4111111111111111" expect redact')[0]!,
    /is masked by cards, and the test expects a redaction$/,
  );
});

test("what is flagged goes on as it is", () => {
  const text = 'send text "card 4111111111111111"';
  assert.deepEqual(messages("flags", `${text} expect flag loud`, `${text} expect allow`), []);
  assert.match(messages("flags", `${text} expect mask`)[0]!, /is flagged by loud, and the test expects a mask$/);
});

test("a guardrail that a node only observes decides nothing there, unless another line binds it", () => {
  const text = 'send text "DROP TABLE x"';
  assert.deepEqual(messages("tries", `${text} expect allow`, `${text} expect observe tried`), []);
  assert.deepEqual(messages("guards/both", `${text} expect refuse guardrail`), []);
});

test("a service is not asked by a test, and coverage says so", () => {
  const { model, table, report } = run("asks", 'send text "anything" expect allow');
  const { uncovered } = cover(model, table, { report, texts: new Map() });
  const why = uncovered.find(({ statement }) => statement.text === "guard asked")?.missing;
  assert.deepEqual(why, {
    kind: "none",
    reason: "it asks a service, and what that would say no test can know",
    idle: false,
  });
});

test("coverage offers a test that fails without a mask or a flag, and holds no observed line against anybody", () => {
  const { model, table, report } = run("masks", "cannot use models claude-opus-9");
  const { uncovered } = cover(model, table, { report, texts: new Map() });
  const offers = uncovered.flatMap(({ statement, missing }) =>
    statement.kind === "guard" && missing.kind === "test" ? [missing.text] : [],
  );
  assert.ok(offers.some((text) => text.includes("expect mask cards")));
  assert.ok(offers.some((text) => text.includes("expect flag loud")));
  assert.ok(!uncovered.some(({ statement }) => statement.text.includes("observe")));
});

test("an explanation says what each guardrail does, and which are only observed", () => {
  const { model, table } = run("tries", "cannot use models claude-opus-9");
  const side = { model, table, texts: new Map<string, string>() };
  const does = (team: string) =>
    effective(
      side,
      model.nodes.findIndex(({ name }) => name === team),
      0,
    ).guards.map(({ does: it }) => it);
  const [graded, tried] = does("tries");
  assert.match(graded!, /^redacts, would reject at high: no in request and response/);
  assert.match(tried!, /^only observed: rejects: never in request/);
  assert.match(does("asks")[1]!, /^asks shield \(800ms; blocks what has no verdict\) and rejects: no in request/);
});
