/** What a tool gives back, played in tests of a policy: sizes, what is looked for, and which lines a test would miss. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cover } from "../../src/analysis/coverage.ts";
import { runTests, type TestReport } from "../../src/analysis/test.ts";
import { tableOf } from "../decision/models.ts";
import { modelOf, shippedPacks } from "../model/policies.ts";

const PACKS = shippedPacks();

const LINES = ["results mcp:files/* max 200 redact employee-id", "results mcp:files/read_* flag badge, @pii.email"];

function policyOf(steps: readonly string[], lines = LINES): string {
  return `language 1

use pii from builtin

mcp files {
  command "server"
}

pattern employee-id {
  match /\\bEMP-(\\d{6})\\b/
  hit "EMP-447021"
}

pattern badge {
  match /\\bBADGE-[A-Z]{8}\\b/
  hit "BADGE-ABCDEFGH"
}

org acme {
  ${lines[0] ?? ""}
}

team eng {
  allow tools mcp:files/*
  deny tools mcp:files/write_*
  deny tools mcp:files/read_late after tools WebFetch
  allow tools WebFetch
  ask tools mcp:files/read_asked
  limit calls mcp:files/list 2/min
  ${lines.slice(1).join("\n  ")}
}

test "it comes back" for team eng {
  ${steps.join("\n  ")}
}
`;
}

function judge(text: string) {
  const model = modelOf([{ path: "acme.policy", text }], PACKS);
  const table = tableOf(model);
  return { model, table, report: runTests(model, table) };
}

function messages({ tests }: TestReport): readonly string[] {
  return tests.flatMap(({ failures }) => failures.map(({ message }) => message));
}

function failuresOf(...steps: string[]): readonly string[] {
  return messages(judge(policyOf(steps)).report);
}

test("what comes back is held to its size and looked through, for a team that may use no model", () => {
  assert.deepEqual(
    failuresOf(
      'send tool mcp:files/read_file result "id EMP-447021" expect redact',
      'send tool mcp:files/read_file result "id EMP-447021" expect redact employee-id to "id EMP-[[secret:employee-id:*]]"',
      'send tool mcp:files/read_file result "BADGE-ABCDEFGH" expect flag badge',
      'send tool mcp:files/read_file result "BADGE-ABCDEFGH" expect allow',
      'send tool mcp:files/list result "BADGE-ABCDEFGH" expect allow',
      'send tool mcp:files/read_file result "to a.person@corp-mail.de" expect flag @pii.email',
      'send tool mcp:files/read_file result "to a.person@corp-mail.de" expect flag @pii',
      "send tool mcp:files/read_file result 200 expect allow",
      "send tool mcp:files/read_file result 201 expect withhold",
    ),
    [],
  );
});

test("a value that was found is known in all of the text, as it is at the gateway", () => {
  const to = "EMP-[[secret:employee-id:*]] and [[secret:employee-id:*]]";
  assert.deepEqual(failuresOf(`send tool mcp:files/list result "EMP-447021 and 447021" expect redact to "${to}"`), []);
});

test("a text counts with what a result of it has around it, in bytes", () => {
  const around = Buffer.byteLength('{"content":[{"type":"text","text":""}]}');
  const text = "ä".repeat((200 - around - 1) / 2);
  assert.deepEqual(
    failuresOf(
      `send tool mcp:files/list result "${text}x" expect allow`,
      `send tool mcp:files/list result "${text}xx" expect withhold`,
    ),
    [],
  );
});

test("what ends otherwise is told, by what was found and by which line", () => {
  const { tests } = judge(
    policyOf([
      'send tool mcp:files/read_file result "EMP-447021, BADGE-ABCDEFGH" expect allow',
      'send tool mcp:files/read_file result "EMP-447021" expect flag employee-id',
      'send tool mcp:files/read_file result "EMP-447021" expect redact @pii',
      'send tool mcp:files/read_file result "EMP-447021" expect redact to "EMP-447021"',
      'send tool mcp:files/read_file times 2 result "x" expect redact badge',
      "send tool mcp:files/read_file result 1k expect allow",
      "send tool mcp:files/read_file result 2 expect withhold",
      'send tool mcp:files/write_file result "x" expect allow',
    ]),
  ).report;
  const told = tests.flatMap(({ failures }) =>
    failures.map(({ message, notes }) => [message, ...notes.map((it) => it.message)]),
  );
  const name = "what mcp:files/read_file gives back";
  assert.deepEqual(
    told.map(([message]) => message),
    [
      `${name} is redacted by employee-id and is flagged by badge, and the test expects it to be allowed`,
      `${name} is redacted by employee-id, and the test expects a flag by employee-id`,
      `${name} is redacted by employee-id, and the test expects a redaction by @pii`,
      `${name} is redacted by employee-id to "EMP-[[secret:employee-id:*]]", and the test expects a redaction to "EMP-447021"`,
      `${name} to call 1 of 2 goes on as it is, and the test expects a redaction by badge`,
      `${name} is withheld (it has 1_000 bytes, and at most 200 may come back), and the test expects it to be allowed`,
      `${name} goes on as it is, and the test expects it to be withheld`,
      "the call is refused for `tool` (tool mcp:files/write_file is not granted), and the test expects it to be allowed",
    ],
  );
  assert.match(told[0]![1] ?? "", /results mcp:files\/\* max 200 redact employee-id/);
});

test("the call itself is decided as at the gateway: its order, its input, its limits, and who was asked", () => {
  assert.deepEqual(
    failuresOf(
      'send tool mcp:files/read_asked result "x" expect allow',
      'send tool mcp:files/list times 2 result "x" expect allow',
      'send tool mcp:files/list result "x" expect allow',
      "given called WebFetch",
      'send tool mcp:files/read_late result "x" expect allow',
    ).map((message) => message.replace(/ \(.*/, "")),
    ["the call is refused for `calls`", "the call is refused for `flow`"],
  );
  assert.deepEqual(failuresOf('send tool mcp:files/list result "x" expect allow remaining calls 1/min'), []);
});

test("a line is covered when a test fails without it, and the missing test is told", () => {
  const uncoveredIn = (steps: readonly string[], lines?: readonly string[]) => {
    const judged = judge(policyOf(steps, lines as string[]));
    const { uncovered } = cover(judged.model, judged.table, { report: judged.report, texts: new Map() });
    return uncovered.filter(({ statement }) => statement.kind === "results");
  };
  const covering = [
    "send tool mcp:files/list result 201 expect withhold",
    'send tool mcp:files/read_file result "BADGE-ABCDEFGH" expect flag',
  ];
  assert.deepEqual(messages(judge(policyOf(covering)).report), []);
  assert.deepEqual(uncoveredIn(covering), []);
  const [size, flag] = uncoveredIn(["can use tools mcp:files/list"]).map(({ missing }) => {
    assert.ok(missing.kind === "test");
    return missing.text;
  });
  assert.match(size ?? "", /^ {2}send tool mcp:files\/\w+ result 201 expect withhold$/m);
  assert.match(flag ?? "", /^ {2}send tool mcp:files\/read_\w* result "BADGE-ABCDEFGH" expect flag badge$/m);
  for (const text of [size, flag]) {
    const more = `${policyOf(["can use tools mcp:files/list"])}\n${text}`;
    assert.deepEqual(messages(judge(more).report), [], text);
  }
  const twice = [LINES[0]!, "results mcp:files/list redact employee-id"];
  const [covered] = uncoveredIn(["send tool mcp:files/list result 201 expect withhold"], twice);
  assert.ok(covered?.missing.kind === "none" && !covered.missing.idle);
  assert.match(covered.missing.reason, /^other lines say the same/);
});
