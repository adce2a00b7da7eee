/** A record is the same record whether it is read beside the main thread or in it. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Replay } from "../../src/analysis/replay.ts";
import type { Body } from "../../src/audit/entry.ts";
import { GENESIS, seal } from "../../src/audit/record.ts";
import { logsDirectory, segmentName } from "../../src/audit/segment.ts";
import { readForReplay } from "../../src/cli/replay-source.ts";
import { charge, decision, outcome } from "../audit/bodies.ts";

const AT = Date.parse("2026-05-04T10:00:00Z");

function directory(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "sallyport-replay-source-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** A segment of records that are numbered from `first` on. */
function segment(dir: string, log: string, first: number, bodies: readonly Body[]): string {
  const folder = join(logsDirectory(dir), log);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, segmentName(first));
  const line = (body: Body, index: number): string => {
    const at = new Date(AT + index * 1_000).toISOString();
    return seal({ v: 1, seq: first + index, at, boot: "b", log, body, prev: GENESIS }).line;
  };
  writeFileSync(path, bodies.map(line).join(""));
  return path;
}

/** All that a replay is told. */
async function toldOf(dir: string, worthAThread: number) {
  const told: unknown[] = [];
  const replay: Replay = {
    begin: () => told.push("begin"),
    decided: (it) => told.push(it),
    ended: (it) => told.push(it),
    called: (it) => told.push(it),
    lost: (ticket, at) => told.push([ticket, at]),
    report: () => assert.fail("nobody asked"),
  };
  const steps: number[] = [];
  const read = await readForReplay(dir, replay, (done, total) => steps.push(done / total), worthAThread);
  return { told, read, steps };
}

test("beside the main thread a record reads as in it, whatever stands in it", async (t) => {
  const dir = directory(t);
  // More than one piece of a file, so that a line lies across two.
  const many = Array.from({ length: 2_000 }, (_, index): Body => {
    const ticket = `req_${index >> 1}`;
    const actor = { key: `key-${index % 97}`, team: "eng", fingerprint: null };
    const held = [
      charge(AT, { counter: "a", measure: "tokens", amount: 7 }),
      charge(AT, { measure: "budget", amount: 9 }),
    ];
    if (index % 2 === 0) return decision(ticket, { actor, held, stripped: index % 5 === 0 ? ["Bash", "é"] : [] });
    const charges = [charge(AT, { counter: `key ${index % 97}`, measure: "tokens", ceiling: index })];
    return outcome(ticket, {
      actor,
      charges,
      toolUses: [{ name: "Read", granted: true, id: null, withheld: null, observed: null }],
    });
  });
  const torn = segment(dir, "a", 1, many);
  appendFileSync(torn, "no record\n");
  segment(dir, "a", 1_901, [decision("req_é", { model: "what \u0007" }), { kind: "stop" }]);
  segment(dir, "b", 1, [
    { kind: "start", version: "0.1.0" },
    { kind: "recovery", truncatedBytes: 0, open: ["req_8", "req_9"], charges: [] },
  ]);
  const here = await toldOf(dir, Number.POSITIVE_INFINITY);
  assert.deepEqual(await toldOf(dir, 0), here);
  // What stands behind the beginning of the next segment does not count.
  assert.deepEqual(here.read, { logs: 2, records: 1_900 + 2 + 2, unreadable: 0 });
  assert.deepEqual(here.told.slice(-2), [
    ["req_8", AT + 1_000],
    ["req_9", AT + 1_000],
  ]);
  assert.equal(here.told.filter((it) => it === "begin").length, 2);
  assert.ok(here.steps.every((step, index) => step >= (here.steps[index - 1] ?? 0)));
  assert.equal(here.steps.at(-1), 1);
});

test("a line that is no record is counted", async (t) => {
  const dir = directory(t);
  appendFileSync(segment(dir, "a", 1, [decision("req_1")]), "no record\n{}");
  for (const worthAThread of [0, Number.POSITIVE_INFINITY]) {
    assert.deepEqual((await toldOf(dir, worthAThread)).read, { logs: 1, records: 1, unreadable: 2 });
  }
});

test("what cannot be read beside the main thread fails the reading", async (t) => {
  const dir = directory(t);
  mkdirSync(join(logsDirectory(dir), "a", segmentName(1)), { recursive: true });
  for (const worthAThread of [0, Number.POSITIVE_INFINITY]) {
    await assert.rejects(toldOf(dir, worthAThread), { code: "EISDIR" });
  }
});
