import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scanner } from "../../src/decision/scan.ts";
import { createScanner } from "../../src/decision/scanner.ts";
import type { Table, TableExpression, TableGuardrail } from "../../src/decision/table.ts";
import { checkExpression } from "../../src/model/expression.ts";
import { type Filter, NO_FILTER } from "../../src/model/filters/filter.ts";
import { lookFor } from "../../src/model/pattern-finds.ts";
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

test("a literal by itself is no finding, whatever stands around it", () => {
  const urls: Written = ["url", "\\bredis://\\w{0,8}:([^@/\\s]{3,20})@"];
  const scanner = scannerOf(guardrail([AWS, PASSWORD, urls]));
  const hits = ["AKIA1234", `${"x".repeat(1_000)} AKIA1234`, "pAsS=x", "é😀 AKIA1234", "pass\n=\tx"];
  for (const text of [...hits, 'redis://:a"c\\d@', "redis://u:ééé@"]) assert.equal(scanner.scan(text).length, 1, text);
  const clear = ["", "AKI", "akia1234", "AKIA", "AKIA12345", "xAKIA1234", "pas", "pass", "pass x", "pass\n\n!=x"];
  const urlsClear = ["redis://:abc/@", "redis://:ab@", "x".repeat(1_000)];
  for (const text of [...clear, ...urlsClear]) assert.deepEqual(scanner.scan(text), [], text);
});

test("what is dropped hides nothing that stands in it", () => {
  const KEY: Written = ["key", "key\\s?=\\s?([\\w.=]{4,80})"];
  const [pattern] = guardrail([KEY]).patterns;
  const filter = { ...NO_FILTER, checks: [{ name: "not-reference" as const }] };
  const scanner = scannerOf(guardrail([], { patterns: [{ ...pattern!, filter }] }));
  assert.deepEqual(found(scanner, "key=process.env.acme_key=k9Xv2mPq"), ["key:k9Xv2mPq"]);
});

test("a match may have no greatest length", () => {
  const scanner = scannerOf(guardrail([["url", "http:.*@"]]));
  assert.deepEqual(found(scanner, "\nhttp:x http:y@ x"), ["url:http:x http:y@"]);
  assert.deepEqual(found(scanner, "http:x http:y"), []);
});

test("an expression without a literal is tried everywhere", () => {
  assert.deepEqual(found(scannerOf(guardrail([AWS, FREE])), "nothing but 12345"), ["digits:12345"]);
});

test("on random texts the scanner finds what the expressions find", () => {
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
  }
});

test("a run of millions of letters, which is more than the quick engine can hold, is found all the same", () => {
  const scanner = scannerOf(guardrail([["key", "BEGIN[A-Z0-9]{40,}(?:END)?"]]));
  const text = `see BEGIN${"A".repeat(8_000_000)} ok`;
  assert.deepEqual(
    scanner.scan(text).map(({ start, end, pattern }) => [start, end, pattern]),
    [[4, text.length - 3, "key"]],
  );
});

/** Expressions that are tried at each place, that are searched for around a literal, and that have none, in both engines. */
const TRIALS: readonly Written[] = [
  ["tried", "key=(\\S{2,12})"],
  ["tried-before", "\\w{0,3}key=(\\S{2,12})"],
  ["searched", "\\w{0,12}key=(\\S{2,12})"],
  ["linear", "key=(\\S{2,12})", "", { engine: "linear" }],
  ["blind", "[a-e]=(\\S{2,9})"],
  ["nothing", "key=(x?)"],
];

test("examples of a pattern are judged as texts are searched, behind and within what does not count", () => {
  const span = { path: "p.policy", start: 0, end: 0, line: 1, column: 1 };
  const next = random(11);
  const pick = (words: readonly string[]) => words[Math.floor(next() * words.length)]!;
  const outcomes = new Map<string, Set<boolean>>();
  for (let round = 0; round < 600; round++) {
    const text = Array.from({ length: 1 + Math.floor(next() * 8) }, () =>
      pick(["key=", "a=", "env", "xy", " ", "7", "b"]),
    ).join("");
    const drops = { on: "value", has: [pick(["env", "x", "key"])] } as const;
    const filter: Filter = { ...NO_FILTER, unless: [drops] };
    for (const written of TRIALS) {
      const trial = guardrail([written]);
      const patterns = trial.patterns.map((it) => ({ ...it, filter }));
      const scanned = found(scannerOf({ ...trial, patterns }), text).length > 0;
      const expressions = [{ ...expression(written), span }];
      assert.equal(
        lookFor({ expressions, filter }, text).found,
        scanned,
        `${written[0]} in ${text}, but not ${drops.has}`,
      );
      outcomes.set(written[0], (outcomes.get(written[0]) ?? new Set()).add(scanned));
    }
  }
  for (const [name] of TRIALS) assert.equal(outcomes.get(name)?.size, 2, name);
});

test("a key that stands behind a name in what does not count is a hit of its pattern's example as well", () => {
  const span = { path: "p.policy", start: 0, end: 0, line: 1, column: 1 };
  const filter: Filter = { ...NO_FILTER, unless: [{ on: "value", has: ["env."] }] };
  const text = "key=env.ACME||key=hunter2";
  const tried: Written = ["tried", "key=(\\S{2,40})"];
  const searched: Written = ["searched", "\\w{0,12}key=(\\S{2,40})"];
  assert.deepEqual(lookFor({ expressions: [{ ...expression(tried), span }], filter }, text), { found: true });
  assert.deepEqual(lookFor({ expressions: [{ ...expression(searched), span }], filter }, text), {
    found: false,
    dropped: "`unless`",
  });
});
