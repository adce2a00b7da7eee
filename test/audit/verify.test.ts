/** Whatever is done to a log, `verify` names the first record that is not as it was written. */
import assert from "node:assert/strict";
import { copyFile, cp, mkdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { nodeDisk } from "../../src/audit/disk.ts";
import { openJournal } from "../../src/audit/journal.ts";
import { GENESIS, seal } from "../../src/audit/record.ts";
import { verify } from "../../src/audit/verify.ts";
import { called, decision, outcome, recordsOf, returned, scratch, segmentPaths } from "./bodies.ts";

const NOW = Date.parse("2026-11-23T12:00:00.000Z");

function open(dir: string, boot: string, segmentBytes = 4096) {
  return openJournal({ dir, boot, version: "0.1.0", clock: () => NOW }, { disk: nodeDisk, segmentBytes });
}

/** A log of a few segments, stopped. */
async function makeLog(context: TestContext, boot = "one"): Promise<string> {
  const dir = await scratch(context);
  const { log } = await open(dir, boot);
  for (let index = 0; index < 12; index++) {
    await log.append(decision(`t${index}`));
    await log.append(outcome(`t${index}`));
  }
  await log.append(decision("no", { effect: "refuse", reason: "model" }));
  await log.close();
  return dir;
}

/** Rewrites one segment's lines. */
async function edit(path: string, change: (lines: string[]) => string[]): Promise<void> {
  const lines = (await readFile(path, "utf8")).split("\n");
  await writeFile(path, change(lines).join("\n"));
}

async function firstBad(dir: string) {
  const { ok, logs } = await verify(dir);
  assert.equal(ok, false);
  const bad = logs.find((log) => log.bad !== null)?.bad;
  assert.ok(bad);
  assert.doesNotMatch(bad.message, /\.$|\n/);
  return bad;
}

test("a whole log is found whole, and counted", async (context) => {
  const dir = await makeLog(context);
  const records = await recordsOf(dir);
  const { ok, logs } = await verify(dir);
  assert.equal(ok, true);
  const [log] = logs;
  const last = records.at(-1)!;
  assert.deepEqual(log, {
    log: "one",
    segments: (await segmentPaths(dir)).length,
    records: records.length,
    bytes: (await Promise.all((await segmentPaths(dir)).map((path) => readFile(path)))).reduce(
      (n, b) => n + b.length,
      0,
    ),
    decisions: 13,
    refusals: 1,
    outcomes: 12,
    recovered: 0,
    open: 0,
    head: { seq: last.seq, at: last.at, hash: last.hash },
    bad: null,
  });
  assert.ok(log!.segments > 3);
});

test("a directory without a log is not found whole", async (context) => {
  assert.deepEqual(await verify(await scratch(context)), { ok: false, logs: [], gone: [] });
});

test("any one byte changed is found in its record", async (context) => {
  const dir = await makeLog(context);
  const path = (await segmentPaths(dir))[1]!;
  const bytes = await readFile(path);
  const first = Number(basename(path, ".jsonl"));
  const lineEnd = bytes.indexOf(10);
  const secondEnd = bytes.indexOf(10, lineEnd + 1);
  for (let at = lineEnd + 1; at < secondEnd; at += 7) {
    const changed = Buffer.from(bytes);
    changed[at] = changed[at]! ^ 1;
    await writeFile(path, changed);
    const bad = await firstBad(dir);
    assert.deepEqual([bad.file, bad.line, bad.seq], [basename(path), 2, first + 1], `byte ${at}`);
    assert.ok(["json", "schema", "hash", "seq", "prev"].includes(bad.why));
  }
});

test("a number changed without its hash is a hash that does not match", async (context) => {
  const dir = await makeLog(context);
  const path = (await segmentPaths(dir))[0]!;
  await edit(path, (lines) => lines.map((line) => line.replace('"microUsd":1500', '"microUsd":1')));
  const bad = await firstBad(dir);
  assert.deepEqual([bad.why, bad.seq, bad.line], ["hash", 3, 3]);
});

test("records deleted, repeated, swapped or forged are found", async (context) => {
  const cases: [string, (lines: string[]) => string[], string, number][] = [
    ["deleted", (lines) => lines.toSpliced(2, 1), "seq", 3],
    ["repeated", (lines) => lines.toSpliced(2, 0, lines[1]!), "seq", 3],
    ["swapped", ([a, b, c, ...rest]) => [a!, c!, b!, ...rest], "seq", 2],
    ["not JSON", (lines) => lines.with(1, "hello"), "json", 2],
    ["empty line", (lines) => lines.toSpliced(1, 0, ""), "json", 2],
    ["unknown member", (lines) => lines.with(1, lines[1]!.replace('{"v":1', '{"note":"","v":1')), "schema", 2],
  ];
  for (const [name, change, why, seq] of cases) {
    const dir = await makeLog(context);
    await edit((await segmentPaths(dir))[0]!, change);
    const bad = await firstBad(dir);
    assert.deepEqual([bad.why, bad.seq], [why, seq], name);
  }
});

test("a record forged with a right hash breaks the chain behind it", async (context) => {
  const dir = await makeLog(context);
  const [, second] = await recordsOf(dir);
  const forged = seal({ ...second!, body: decision("t0", { model: "claude-opus-4-8" }) });
  await edit((await segmentPaths(dir))[0]!, (lines) => lines.with(1, forged.line.trimEnd()));
  const bad = await firstBad(dir);
  assert.deepEqual([bad.why, bad.seq], ["prev", 3]);
});

test("a segment taken away, wherever it stood, is missed", async (context) => {
  for (const index of [0, 1]) {
    const dir = await makeLog(context);
    const paths = await segmentPaths(dir);
    await rm(paths[index]!);
    const bad = await firstBad(dir);
    assert.equal(bad.why, "missing-segment");
    assert.equal(bad.file, basename(paths[index + 1]!));
    assert.equal(bad.seq, Number(basename(paths[index]!, ".jsonl")));
  }
});

test("a segment cut short in the middle of the log is missed", async (context) => {
  const dir = await makeLog(context);
  const [, path, next] = await segmentPaths(dir);
  const bytes = await readFile(path!);
  await truncate(path!, bytes.lastIndexOf(10, bytes.length - 2) + 1);
  const bad = await firstBad(dir);
  assert.deepEqual([bad.why, bad.file], ["missing-segment", basename(next!)]);
  assert.equal(bad.seq, Number(basename(next!, ".jsonl")) - 1);
});

test("segments of another log do not pass", async (context) => {
  const dir = await makeLog(context);
  const other = await makeLog(context, "two");
  await copyFile((await segmentPaths(other))[1]!, (await segmentPaths(dir))[1]!);
  assert.equal((await firstBad(dir)).why, "prev");
  const renamed = await makeLog(context);
  await rename(dirname((await segmentPaths(renamed))[0]!), join(renamed, "audit", "other"));
  assert.equal((await firstBad(renamed)).why, "log");
});

test("a torn tail is named, and is gone after the next start", async (context) => {
  const dir = await makeLog(context);
  const path = (await segmentPaths(dir)).at(-1)!;
  const { size, lines } = await readFile(path, "utf8").then((text) => ({ size: text.length, lines: text.split("\n") }));
  await truncate(path, size - 10);
  const bad = await firstBad(dir);
  assert.deepEqual([bad.why, bad.line], ["torn", lines.length - 1]);
  await (await open(dir, "again")).log.close();
  assert.equal((await verify(dir)).ok, true);
});

test("open decisions are fine while the boot runs, listed after a crash, and an error after a stop", async (context) => {
  const dir = await scratch(context);
  const running = await open(dir, "one");
  await running.log.append(decision("t1"));
  const during = await verify(dir);
  assert.deepEqual([during.ok, during.logs[0]?.open], [true, 1]);

  const crashed = await scratch(context);
  await cp(dir, crashed, { recursive: true });
  await rm(join(crashed, "audit", "writer.lock"));
  await (await open(crashed, "two")).log.close();
  const after = await verify(crashed);
  assert.deepEqual([after.ok, after.logs[0]?.open, after.logs[0]?.recovered], [true, 0, 1]);

  await running.log.close();
  const bad = await firstBad(dir);
  assert.deepEqual([bad.why, bad.seq], ["no-outcome", 2]);
});

test("an outcome without a decision, or a second one, is an error", async (context) => {
  for (const second of [outcome("t1"), outcome("t2")]) {
    const dir = await scratch(context);
    const { log } = await open(dir, "one");
    for (const body of [decision("t1"), outcome("t1"), second]) await log.append(body);
    await log.close();
    const bad = await firstBad(dir);
    assert.deepEqual([bad.why, bad.seq], ["no-decision", 4]);
  }
});

test("a call needs its return, and a return its call, as a decision and its outcome do", async (context) => {
  const dir = await scratch(context);
  const { log } = await open(dir, "one");
  for (const body of [called("c1"), returned("c1"), returned("c1")]) await log.append(body);
  await log.close();
  const bad = await firstBad(dir);
  assert.deepEqual([bad.why, bad.seq], ["no-decision", 4]);
});

test("every log below the directory is checked", async (context) => {
  const dir = await makeLog(context);
  const second = join(dir, "audit", "zwei");
  await mkdir(second);
  const start = { kind: "start", version: "0.1.0" } as const;
  const record = { v: 1, seq: 1, at: new Date(NOW).toISOString(), boot: "b", log: "zwei", body: start } as const;
  const { line } = seal({ ...record, prev: GENESIS });
  await writeFile(join(second, `${"1".padStart(20, "0")}.jsonl`), line);
  assert.deepEqual(
    (await verify(dir)).logs.map(({ log, bad }) => [log, bad]),
    [
      ["one", null],
      ["zwei", null],
    ],
  );
  await writeFile(join(second, `${"1".padStart(20, "0")}.jsonl`), line.replace("0.1.0", "0.1.1"));
  assert.equal((await firstBad(dir)).why, "hash");
});
