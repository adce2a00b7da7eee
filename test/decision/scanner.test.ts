import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scanner } from "../../src/decision/scan.ts";
import { createScanner } from "../../src/decision/scanner.ts";
import type { Table, TableExpression, TableGuardrail } from "../../src/decision/table.ts";
import { checkExpression } from "../../src/model/expression.ts";
import { NO_FILTER } from "../../src/model/filters/filter.ts";
import { doing, model, node, REDACT, REJECT, tableOf } from "./models.ts";
import { random } from "./oracle.ts";

type Written = readonly [name: string, pattern: string, flags?: string, parts?: Partial<TableExpression>];

function expression([, pattern, flags = "", parts = {}]: Written): TableExpression {
  const span = { path: "p.policy", start: 0, end: 0, line: 1, column: 1 };
  const { expression: checked } = checkExpression({ pattern, flags, span });
  assert.ok(checked !== null);
  const { span: _, ...rest } = checked;
  return { ...rest, ...parts };
}

function guardrail(written: readonly Written[], parts: Partial<TableGuardrail> = {}): TableGuardrail {
  const patterns = written.map((it) => ({
    name: it[0],
    severity: "high" as const,
    confidence: "high" as const,
    filter: NO_FILTER,
    expressions: [expression(it)],
  }));
  const origin = { place: "p.policy:1", text: "guardrail g" };
  return {
    name: "g",
    on: ["request", "response"],
    in: ["user"],
    patterns,
    ...doing(REDACT),
    twinOf: null,
    origin,
    ...parts,
  };
}

function tableWith(...guardrails: TableGuardrail[]): Table {
  return { ...tableOf(model({ nodes: [node(1, "org acme", null)] })), guardrails };
}

function scannerOf(...guardrails: TableGuardrail[]): Scanner {
  const scanner = createScanner(
    tableWith(...guardrails),
    guardrails.map((_, i) => i),
    "request",
  );
  assert.ok(scanner !== null);
  return scanner;
}

const AWS: Written = ["aws", "\\bAKIA[0-9A-Z]{4}\\b"];
const PASSWORD: Written = ["password", "pass\\s{0,9}=\\s{0,9}(\\w+)", "i"];
const FREE: Written = ["digits", "\\b\\d{5}\\b"];

const found = (scanner: Scanner, text: string): string[] =>
  scanner.scan(text).map(({ start, end, pattern }) => `${pattern}:${text.slice(start, end)}`);

function mayHit(scanner: Scanner, text: string): boolean {
  const bytes = Buffer.from(`xx${text}yy`);
  return scanner.suspects(bytes, 2, bytes.length - 2) !== null;
}

test("a hit is where the expression matches, its group when it has one", () => {
  const scanner = scannerOf(guardrail([AWS, PASSWORD, FREE]));
  assert.deepEqual(found(scanner, "key AKIA1234 and PaSs = hunter2, again pass=AKIA9999, 12345"), [
    "aws:AKIA1234",
    "password:hunter2",
    "aws:AKIA9999",
    "digits:12345",
  ]);
  assert.deepEqual(found(scanner, "TAKIA1234 pass 123456"), []);
});

test("the linear engine gives the same hits as V8", () => {
  const text = "é pass = one; AKIA1234 😀 pass=two AKIA12345 AKIAABCD";
  const linear = ([name, pattern, flags = ""]: Written): Written => [name, pattern, flags, { engine: "linear" }];
  assert.deepEqual(
    scannerOf(guardrail([linear(AWS), linear(PASSWORD)])).scan(text),
    scannerOf(guardrail([AWS, PASSWORD])).scan(text),
  );
});

test("overlapping hits become one: a reject beats a redact, then the longer, and no end is left behind", () => {
  const scanner = scannerOf(
    guardrail([
      ["long", "abcdef"],
      ["short", "def"],
    ]),
    guardrail([["tail", "efgh"]], doing(REJECT)),
  );
  assert.deepEqual(scanner.scan("abcdef def"), [
    { start: 0, end: 6, guardrail: 0, pattern: "long" },
    { start: 7, end: 10, guardrail: 0, pattern: "short" },
  ]);
  assert.deepEqual(scanner.scan("abcdefgh"), [{ start: 0, end: 8, guardrail: 1, pattern: "tail" }]);
});

test("a guardrail works at its own stages only", () => {
  const table = tableWith(guardrail([AWS], { on: ["response"] }));
  assert.equal(createScanner(table, [0], "request"), null);
  assert.notEqual(createScanner(table, [0], "response"), null);
  assert.equal(createScanner(table, [0], "response"), createScanner(table, [0], "response"));
  assert.equal(createScanner(table, [], "response"), null);
});

test("the first stage sees in raw bytes where an expression can match, whatever is escaped there", () => {
  const urls: Written = ["url", "\\bredis://\\w{0,8}:([^@/\\s]{3,20})@"];
  const scanner = scannerOf(guardrail([AWS, PASSWORD, urls]));
  const suspicious = [
    "AKIA1234",
    `${"x".repeat(1_000)} AKIA1234`,
    "pAsS=x",
    "é😀 AKIA1234",
    "\\u0041KIA1234",
    "AKIA\\u0031234",
    "pass\\n=\\tx",
    "pass\\u0020=x",
    'redis://:a\\"c\\\\d@',
    "redis:\\/\\/u:\\u00e9\\u00e9\\u00e9@",
    "\\\\redis://:abc@",
  ];
  for (const text of suspicious) assert.ok(mayHit(scanner, text), text);
  const clear = [
    "",
    "AKI",
    "akia1234",
    "AKIA",
    "AKIA12345",
    "xAKIA1234",
    "pas",
    "pass",
    "pass x",
    "pass\\n\\n!=x",
    "redis://:abc/@",
    "redis://:ab@",
    "\\u001b[0m \\u003c",
    "x".repeat(1_000),
    "\\n\\t\\\\",
  ];
  for (const text of clear) assert.ok(!mayHit(scanner, text), text);
});

test("the first stage keeps to its range", () => {
  const scanner = scannerOf(guardrail([AWS]));
  const bytes = Buffer.from("AKIA1234 .. AKIA1234");
  assert.equal(scanner.suspects(bytes, 1, bytes.length - 1), null);
  assert.notEqual(scanner.suspects(bytes, 0, 8), null);
  assert.notEqual(scanner.suspects(bytes, 12, 20), null);
});

test("where a match has no greatest length, its literal and its certain character make a suspect", () => {
  const scanner = scannerOf(guardrail([["url", "http:.*@"]]));
  for (const text of ["http:x", "@"]) assert.ok(!mayHit(scanner, text), text);
  for (const text of ["http:x@", "@ http:x", "http:x\\u0040"]) assert.ok(mayHit(scanner, text), text);
  assert.deepEqual(found(scanner, "\nhttp:x http:y@ x"), ["url:http:x http:y@"]);
  assert.deepEqual(found(scanner, "http:x http:y"), []);
});

test("an expression without a literal is a suspect everywhere", () => {
  assert.ok(mayHit(scannerOf(guardrail([AWS, FREE])), "nothing"));
});

test("on random texts the scanner finds what the expressions find, and the first stage never hides it", () => {
  const next = random(3);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const parts = [
    "AKIA",
    "akia",
    "pass",
    "PASS",
    "=",
    " ",
    "1234",
    "AB",
    "ghp_",
    "_",
    "tok",
    "token",
    "Token:",
    "é",
    "😀",
    "ÿA",
    "-",
    "\n",
    '"',
    "\\",
    "\u001b",
  ];
  const written: Written[] = [
    AWS,
    PASSWORD,
    ["ghp", "ghp_[A-Z]+"],
    ["token", "tok(?:en)?:?[0-9]+"],
    ["either", "(?:ghp_tok|AB-AB|1234=1234)"],
    ["far", "\\b[a-zé😀]{0,3}(?:-|é)?tok[-é]{1,2}(?:AB)?\\B"],
    ["near", "(?m)^pass.?.?$"],
    ["wide", "AB.{0,6}tok.{0,2}"],
  ];
  for (let round = 0; round < 3_000; round++) {
    const chosen = written.filter(() => next() < 0.5);
    if (chosen.length === 0) continue;
    const text = Array.from({ length: Math.floor(next() * 12) }, () => pick(parts)).join("");
    const scanner = scannerOf(guardrail(chosen));
    const covered = new Set<number>();
    for (const { source, flags } of chosen.map(expression)) {
      for (const match of text.matchAll(new RegExp(source, `${flags}gd`))) {
        const [from, to] = match.indices![1] ?? match.indices![0]!;
        for (let i = from; i < to; i++) covered.add(i);
      }
    }
    const hit = new Set<number>();
    let last = -1;
    for (const { start, end } of scanner.scan(text)) {
      assert.ok(start >= last && end > start);
      last = end;
      for (let i = start; i < end; i++) hit.add(i);
    }
    assert.deepEqual(hit, covered, text);
    const raw = Buffer.from(escaped(text, next));
    const suspects = scanner.suspects(raw, 0, raw.length);
    if (suspects === null) assert.equal(covered.size, 0, raw.toString());
    else assert.deepEqual(scanner.scan(text, suspects), scanner.scan(text), raw.toString());
  }
});

/** The text as JSON may write it: what must be escaped is, and now and then what need not be. */
function escaped(text: string, next: () => number): string {
  return Array.from({ length: text.length }, (_, i) => {
    if (next() < 0.03) return `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`;
    return /[\ud800-\udfff]/.test(text[i]!) ? text[i] : JSON.stringify(text[i]).slice(1, -1);
  }).join("");
}

test("a run of millions of letters, which is more than the quick engine can hold, is found all the same", () => {
  const scanner = scannerOf(guardrail([["key", "BEGIN[A-Z0-9]{40,}(?:END)?"]]));
  const text = `see BEGIN${"A".repeat(8_000_000)} ok`;
  assert.deepEqual(
    scanner.scan(text).map(({ start, end, pattern }) => [start, end, pattern]),
    [[4, text.length - 3, "key"]],
  );
});
