/** Requests and answers under the scanner that a policy makes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createGrowth } from "../../../src/decision/growing.ts";
import { createScanner } from "../../../src/decision/scanner.ts";
import type { Table, TableGuardrail } from "../../../src/decision/table.ts";
import type { Stage } from "../../../src/language/tree.ts";
import { checkExpression } from "../../../src/model/expression.ts";
import { NO_FILTER } from "../../../src/model/filters/filter.ts";
import { readMessages } from "../../../src/wire/anthropic/read.ts";
import { splice } from "../../../src/wire/splice.ts";
import { chanceOf, pieces } from "../chance.ts";
import { callBlock, messageDelta, rulesOf, START, STOP, textBlock, visibleIn, watch } from "./answers.ts";
import { redactTexts, scanTexts } from "./redact.ts";

function guardrail(name: string, pattern: string, kind: "redact" | "reject"): TableGuardrail {
  const span = { path: "a.policy", start: 0, end: 0, line: 1, column: 1 };
  const { expression } = checkExpression({ pattern, flags: "", span });
  assert.ok(expression !== null);
  return {
    name,
    on: ["request", "response"],
    in: ["user", "tool-result"],
    patterns: [{ name, severity: "high", confidence: "high", filter: NO_FILTER, expressions: [expression] }],
    decode: [],
    sample: 100,
    ask: null,
    actions: [
      { deed: kind === "redact" ? { kind, restore: false } : { kind, message: "no" }, at: "low", observe: false },
    ],
    twinOf: null,
    origin: { place: "a.policy:1", text: `guardrail ${name}` },
  };
}

const table = {
  guardrails: [
    guardrail("badge", String.raw`\bEMP-\d{6}\b`, "redact"),
    guardrail("password", String.raw`password: (\S{4,40})`, "redact"),
    guardrail("orders", String.raw`\bDROP\s+TABLE\b`, "reject"),
  ],
} as unknown as Table;

const scannerFor = (stage: Stage) => {
  const scanner = createScanner(table, [0, 1, 2], stage);
  assert.ok(scanner !== null);
  return scanner;
};
const rules = rulesOf({
  scanner: scannerFor("response"),
  growth: createGrowth(table, [0, 1, 2], "response"),
  verdict: ({ guardrail }) =>
    guardrail === 2 ? { kind: "reject", message: "stopped" } : { kind: "redact", replacement: "[[x]]", restore: false },
});

test("a request, in whatever spelling", () => {
  const body = (words: string): string =>
    `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"${words}"}]}`;
  const cases = [
    ["id EMP-123456.", "id [[x]]."],
    ["id \\u0045\\u004dP-123456.", "id [[x]]."],
    ["\\nEMP-123456\\t", "\\n[[x]]\\t"],
    ["EMP-1234567", "EMP-1234567"],
    ["password: hunter2\\n", "password: [[x]]\\n"],
  ];
  for (const [words, expected] of cases) {
    const request = readMessages(Buffer.from(body(words!)));
    assert.ok(request.kind === "messages");
    const found = scanTexts(request, () => scannerFor("request"));
    const edits = redactTexts(request, found, () => "[[x]]");
    assert.equal(Buffer.from(splice(request.body, edits)).toString(), body(expected!));
  }
});

test("an answer, however it is split", () => {
  const chance = chanceOf(8);
  const stream =
    START + textBlock(0, ..."password: hunt,er2 (EMP-123456)\nfine") + callBlock(1, "Bash", '{"a":"EMP-123456"}');
  for (let round = 0; round < 100; round += 1) {
    const { sent } = watch(pieces(Buffer.from(`${stream}${messageDelta("tool_use")}${STOP}`), chance, 200), rules);
    assert.deepEqual(visibleIn(sent).content, [
      { type: "text", text: "password: [[x]] ([[x]])\nfine" },
      { type: "text", text: "[Bash is withheld: its input holds `badge`, which no tool may get]" },
    ]);
  }
});

test("an order over several words is stopped though its first word has left", () => {
  const { sent, report } = watch([START + textBlock(0, ..."run DROP  TABLE x;") + STOP], rules);
  const { content } = visibleIn(sent);
  assert.deepEqual(content.at(-1), { type: "text", text: "stopped" });
  assert.ok(!sent.includes("TABLE"));
  assert.ok(report.stopped);
});
