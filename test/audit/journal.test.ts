/** The journal on a real disk: what it writes, how it rotates, what it finds when it comes back. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { appendFile, readFile, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Earlier } from "../../src/audit/charges.ts";
import { type DiskFile, nodeDisk } from "../../src/audit/disk.ts";
import type { Charge, Entry } from "../../src/audit/entry.ts";
import { type Medium, openJournal } from "../../src/audit/journal.ts";
import type { AuditError } from "../../src/audit/log.ts";
import { seal } from "../../src/audit/record.ts";
import {
  budgetWarning,
  called,
  charge,
  decision,
  outcome,
  recordsOf,
  returned,
  scratch,
  segmentPaths,
  tornFiles,
} from "./bodies.ts";

const NOW = Date.parse("2026-11-23T12:00:00.123Z");
const DAY = 24 * 60 * 60_000;
const SMALL: Medium = { disk: nodeDisk, segmentBytes: 4096 };

function settings(dir: string, boot: string, now = NOW) {
  return { dir, boot, version: "0.1.0", clock: () => now };
}

/** Ends a boot as a crash does: without a `stop`. */
async function crash(dir: string): Promise<void> {
  const path = (await segmentPaths(dir)).at(-1)!;
  const text = await readFile(path, "utf8");
  assert.match(text, /"kind":"stop"/);
  await truncate(path, Buffer.byteLength(text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1)));
}

test("records are numbered, chained and hashed over the line without its hash", async (context) => {
  const dir = await scratch(context);
  const { log, recovered } = await openJournal(settings(dir, "first"));
  assert.deepEqual(recovered, { truncatedBytes: 0, open: [] });
  await Promise.all([log.append(decision("t1")), log.append(decision("t2")), log.append(outcome("t1"))]);
  await log.close();
  const [path] = await segmentPaths(dir);
  assert.equal(path, join(dir, "audit", "first", "00000000000000000001.jsonl"));
  const lines = (await readFile(path!, "utf8")).trimEnd().split("\n");
  let prev = "0".repeat(64);
  for (const [index, line] of lines.entries()) {
    const entry: Entry = JSON.parse(line);
    assert.equal(entry.seq, index + 1);
    assert.equal(entry.prev, prev);
    assert.equal(entry.at, "2026-11-23T12:00:00.123Z");
    assert.deepEqual([entry.v, entry.boot, entry.log], [1, "first", "first"]);
    const bare = line.replace(/,"hash":"[0-9a-f]{64}"\}$/, "}");
    assert.equal(entry.hash, createHash("sha256").update(bare).digest("hex"));
    prev = entry.hash;
  }
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).body.kind),
    ["start", "decision", "decision", "outcome", "stop"],
  );
});

test("what append answers and what listeners hear is what stands on disk, in order", async (context) => {
  const dir = await scratch(context);
  const { log } = await openJournal(settings(dir, "first"));
  const heard: Entry[] = [];
  log.subscribe((entry) => heard.push(entry));
  const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => log.append(decision(`t${index}`))));
  await log.close();
  const records = await recordsOf(dir);
  assert.deepEqual(answers, records.slice(1, -1));
  assert.deepEqual(heard, records);
});

test("a log goes on under its own name, across starts and segments", async (context) => {
  const dir = await scratch(context);
  for (const boot of ["one", "two", "three"]) {
    const { log } = await openJournal(settings(dir, boot), SMALL);
    for (let index = 0; index < 10; index++) {
      await log.append(decision(`${boot}-${index}`));
      await log.append(outcome(`${boot}-${index}`));
    }
    await log.close();
  }
  const records = await recordsOf(dir);
  assert.deepEqual(
    records.map(({ seq }) => seq),
    records.map((_, index) => index + 1),
  );
  for (const [index, { prev }] of records.entries()) if (index > 0) assert.equal(prev, records[index - 1]!.hash);
  assert.deepEqual([...new Set(records.map(({ log }) => log))], ["one"]);
  const paths = await segmentPaths(dir);
  assert.ok(paths.length > 5);
  for (const path of paths) {
    const first: Entry = JSON.parse((await readFile(path, "utf8")).split("\n")[0]!);
    assert.ok(path.endsWith(`${String(first.seq).padStart(20, "0")}.jsonl`));
  }
});

test("decisions without an outcome are listed at the next start, once, and refusals are not", async (context) => {
  const dir = await scratch(context);
  const first = await openJournal(settings(dir, "one"), SMALL);
  for (let index = 0; index < 20; index++) await first.log.append(decision(`t${index}`));
  for (let index = 0; index < 20; index++) if (index % 7 !== 0) await first.log.append(outcome(`t${index}`));
  await first.log.append(called("c1"));
  await first.log.append(called("c2"));
  await first.log.append(returned("c2"));
  await first.log.append(decision("no", { effect: "refuse", reason: "model" }));
  await first.log.close();
  await crash(dir);
  const second = await openJournal(settings(dir, "two"), SMALL);
  assert.deepEqual(second.recovered.open, ["t0", "t7", "t14", "c1"]);
  await second.log.close();
  const records = await recordsOf(dir);
  const bodies = records.filter(({ boot }) => boot === "two").map(({ body }) => body);
  assert.deepEqual(bodies[0], { kind: "recovery", truncatedBytes: 0, open: ["t0", "t7", "t14", "c1"], charges: [] });
  assert.deepEqual(bodies[1], { kind: "start", version: "0.1.0" });
  const third = await openJournal(settings(dir, "three"), SMALL);
  assert.deepEqual(third.recovered.open, []);
  await third.log.close();
  assert.equal((await recordsOf(dir)).filter(({ body }) => body.kind === "recovery").length, 1);
});

test("a torn tail of any length is cut, kept aside, and the chain goes on", async (context) => {
  const whole = await scratch(context);
  const { log } = await openJournal(settings(whole, "one"));
  await log.append(decision("t1"));
  await log.close();
  const [path] = await segmentPaths(whole);
  const bytes = await readFile(path!);
  const lastLine = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  for (const length of [lastLine + 1, lastLine + 100, bytes.length - 1]) {
    const dir = await scratch(context);
    await (await openJournal(settings(dir, "one"))).log.close();
    const [copy] = await segmentPaths(dir);
    await writeFile(copy!, bytes.subarray(0, length));
    const again = await openJournal(settings(dir, "two"));
    assert.equal(again.recovered.truncatedBytes, length - lastLine);
    assert.deepEqual(again.recovered.open, ["t1"]);
    await again.log.close();
    const records = await recordsOf(dir);
    assert.deepEqual(
      records.map(({ body }) => body.kind),
      ["start", "decision", "recovery", "start", "stop"],
    );
    for (const [index, { prev }] of records.entries()) if (index > 0) assert.equal(prev, records[index - 1]!.hash);
    const [torn] = await tornFiles(dir);
    assert.deepEqual(await readFile(join(dirname(copy!), torn!)), bytes.subarray(lastLine, length));
  }
});

test("whole lines behind a broken one are cut too, and zeros of a lost page", async (context) => {
  for (const garbage of ["\0".repeat(5000), 'not a record\n{"v":1}\n', "\n"]) {
    const dir = await scratch(context);
    await (await openJournal(settings(dir, "one"))).log.close();
    const [path] = await segmentPaths(dir);
    await appendFile(path!, garbage);
    const again = await openJournal(settings(dir, "two"));
    assert.equal(again.recovered.truncatedBytes, garbage.length);
    await again.log.close();
    assert.deepEqual(
      (await recordsOf(dir)).map(({ body }) => body.kind),
      ["start", "stop", "recovery", "start", "stop"],
    );
  }
});

test("a log that was changed in its middle is not gone on with, and keeps every byte", async (context) => {
  const whole = await scratch(context);
  const { log } = await openJournal(settings(whole, "one"));
  for (const ticket of ["t1", "t2", "t3"]) {
    await log.append(decision(ticket));
    await log.append(outcome(ticket));
  }
  await log.close();
  await (await openJournal(settings(whole, "two"))).log.close();
  const [path] = await segmentPaths(whole);
  const lines = (await readFile(path!, "utf8")).split("\n");
  const changes: [string, string[]][] = [
    ["a byte", lines.with(2, lines[2]!.replace("complete", "stopped"))],
    ["a line gone", lines.toSpliced(1, 1)],
    ["a line twice", lines.toSpliced(1, 0, lines[1]!)],
    ["two lines swapped", lines.with(3, lines[4]!).with(4, lines[3]!)],
    ["only a later start is whole", lines.with(7, "{}")],
  ];
  for (const [name, changed] of changes) {
    const dir = await scratch(context);
    await (await openJournal(settings(dir, "one"))).log.close();
    const [copy] = await segmentPaths(dir);
    await writeFile(copy!, changed.join("\n"));
    await assert.rejects(openJournal(settings(dir, "three")), { name: "AuditError", code: "damaged" }, name);
    assert.equal(await readFile(copy!, "utf8"), changed.join("\n"), name);
  }
});

test("a record of an earlier, cut-off end does not come back, even with a right number and hash", async (context) => {
  const dir = await scratch(context);
  await (await openJournal(settings(dir, "one"))).log.close();
  const [path] = await segmentPaths(dir);
  const at = new Date(NOW).toISOString();
  const stop = { kind: "stop" } as const;
  const { line } = seal({ v: 1, seq: 3, at, boot: "one", log: "one", body: stop, prev: "f".repeat(64) });
  await appendFile(path!, line);
  const again = await openJournal(settings(dir, "two"));
  assert.equal(again.recovered.truncatedBytes, line.length);
  await again.log.close();
});

test("an empty last segment, as a crash right after rotation leaves it, is gone on with", async (context) => {
  const dir = await scratch(context);
  await (await openJournal(settings(dir, "one"))).log.close();
  const [path] = await segmentPaths(dir);
  await writeFile(join(dirname(path!), `${"3".padStart(20, "0")}.jsonl`), "");
  const again = await openJournal(settings(dir, "two"));
  await again.log.close();
  assert.deepEqual(
    (await recordsOf(dir)).map(({ seq, boot }) => [seq, boot]),
    [
      [1, "one"],
      [2, "one"],
      [3, "two"],
      [4, "two"],
    ],
  );
});

test("a log that does not continue is not written to", async (context) => {
  const dir = await scratch(context);
  await (await openJournal(settings(dir, "one"))).log.close();
  const [path] = await segmentPaths(dir);
  await writeFile(join(dirname(path!), `${"9".padStart(20, "0")}.jsonl`), "");
  await assert.rejects(openJournal(settings(dir, "two")), { name: "AuditError", code: "damaged" });
});

test("one writer at a time; a lock of a dead process is taken over", async (context) => {
  const dir = await scratch(context);
  const { log } = await openJournal(settings(dir, "one"));
  await assert.rejects(openJournal(settings(dir, "two")), { name: "AuditError", code: "locked" });
  await log.close();
  const next = await openJournal(settings(dir, "three"));
  await next.log.close();
  // No process has this number: it is beyond what a kernel hands out.
  await writeFile(join(dir, "audit", "writer.lock"), "999999999 12345 four\n");
  const heir = await openJournal(settings(dir, "five"));
  await heir.log.close();
  // This process's number, of an earlier process: a container that starts again.
  if (process.platform === "linux") {
    await writeFile(join(dir, "audit", "writer.lock"), `${process.pid} 1 six\n`);
    await (await openJournal(settings(dir, "seven"))).log.close();
  }
});

test("a closed log takes nothing more, and closing twice is one close", async (context) => {
  const dir = await scratch(context);
  const { log } = await openJournal(settings(dir, "one"));
  await Promise.all([log.close(), log.close()]);
  await assert.rejects(log.append(decision("t1")), (error: AuditError) => error.code === "closed");
  assert.equal((await recordsOf(dir)).filter(({ body }) => body.kind === "stop").length, 1);
});

async function earlierThan(dir: string, now: number): Promise<Earlier[]> {
  const { log, earlier } = await openJournal(settings(dir, `b${now}`, now), SMALL);
  await log.append(outcome("mine", { charges: [charge(now, { counter: "of this boot" })] }));
  const read: Earlier[] = [];
  for await (const it of earlier) read.push(it);
  await log.close();
  return read;
}

async function chargesAfter(dir: string, now: number): Promise<Charge[]> {
  return (await earlierThan(dir, now)).map((it) => ("kind" in it ? assert.fail(it.kind) : it));
}

test("warnings of budgets come back among the charges, and none of this boot", async (context) => {
  const dir = await scratch(context);
  const { log } = await openJournal(settings(dir, "one"), SMALL);
  const paid = charge(NOW, { period: "month" });
  await log.append(outcome("t1", { charges: [paid] }));
  await log.append(budgetWarning("t1"));
  await log.append(outcome("t2", { charges: [paid] }));
  await log.close();
  const { log: again, earlier } = await openJournal(settings(dir, "two", NOW + 1), SMALL);
  await again.append(budgetWarning("t3"));
  const read: Earlier[] = [];
  for await (const it of earlier) read.push(it);
  await again.close();
  assert.deepEqual(read, [paid, budgetWarning("t1"), paid]);
});

test("charges of earlier boots come back while their period may be under way", async (context) => {
  const dir = await scratch(context);
  const month = charge(NOW, { counter: "team eng budget/month", period: "month" });
  const minute = charge(NOW, { counter: "team eng tokens/min", measure: "tokens", period: "min" });
  const { log } = await openJournal(settings(dir, "one"), SMALL);
  for (let index = 0; index < 8; index++) {
    await log.append(decision(`t${index}`));
    await log.append(outcome(`t${index}`, { charges: [month, minute] }));
  }
  await log.close();
  assert.equal((await chargesAfter(dir, NOW + 30_000)).length, 16);
  const later = await chargesAfter(dir, NOW + 20 * DAY);
  assert.deepEqual(later, Array(8).fill(month));
  assert.deepEqual(await chargesAfter(dir, NOW + 60 * DAY), []);
});

test("what a crash left open is charged as it was set aside, once, and not what had an outcome or was refused", async (context) => {
  const dir = await scratch(context);
  const held = (counter: string) => [charge(NOW, { counter, period: "month" })];
  const { log } = await openJournal(settings(dir, "one"), SMALL);
  await log.append(decision("open", { held: held("open") }));
  await log.append(decision("done", { held: held("estimate") }));
  await log.append(outcome("done", { charges: held("truth") }));
  await log.append(decision("refused", { effect: "refuse", reason: "model", held: held("refused") }));
  await log.close();
  await crash(dir);
  const counters = async (now: number) => (await chargesAfter(dir, now)).map(({ counter }) => counter);
  assert.deepEqual(await counters(NOW + 1), ["truth", "open"]);
  assert.deepEqual(await counters(NOW + 2), ["truth", "open", "of this boot"], "once for all later starts");
  assert.deepEqual((await recordsOf(dir)).find(({ body }) => body.kind === "recovery")?.body, {
    kind: "recovery",
    truncatedBytes: 0,
    open: ["open"],
    charges: held("open"),
  });
});

test("a record that is written here is on disk when `append` returns, with all that came before it", async (context) => {
  const dir = await scratch(context);
  const ways: string[] = [];
  const noted = (file: DiskFile): DiskFile => ({
    ...file,
    write(bytes, position) {
      ways.push("elsewhere");
      return file.write(bytes, position);
    },
    writeHere(bytes, position) {
      ways.push("here");
      return file.writeHere(bytes, position);
    },
  });
  const create: Medium["disk"]["create"] = async (path) => noted(await nodeDisk.create(path));
  // A record would have to wait for room that is being made.
  const disk: Medium["disk"] = { ...nodeDisk, create, makeRoom: async () => 0 };
  const { log } = await openJournal(settings(dir, "first"), { ...SMALL, disk });
  const [path] = await segmentPaths(dir);
  const text = () => readFileSync(path!, "utf8");
  const first = log.append(decision("t1"), "here");
  assert.match(text(), /"ticket":"t1"/);
  await turn();
  const second = log.append(outcome("t1"), "soon");
  assert.doesNotMatch(text(), /"kind":"outcome"/);
  const third = log.append(decision("t2"), "here");
  assert.match(text(), /"kind":"outcome".*\n.*"ticket":"t2"/);
  assert.deepEqual([(await first).seq, (await second).seq, (await third).seq], [2, 3, 4]);
  await turn();
  // While others are on their way, it waits for its turn.
  const fourth = log.append(outcome("t2"));
  const fifth = log.append(decision("t3"), "here");
  assert.doesNotMatch(text(), /"ticket":"t3"/);
  assert.deepEqual([(await fourth).seq, (await fifth).seq], [5, 6]);
  await log.close();
  assert.deepEqual(ways, ["elsewhere", "here", "here", "elsewhere", "elsewhere", "elsewhere"]);
  assert.deepEqual(
    (await recordsOf(dir)).map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6, 7],
  );
});

test("who waits for a record goes on before listeners hear of it", async (context) => {
  const { log } = await openJournal(settings(await scratch(context), "first"));
  const order: string[] = [];
  const heard = new Promise<void>((resolve) => {
    log.subscribe(({ body }) => {
      order.push(`heard ${body.kind}`);
      if (body.kind === "decision") resolve();
    });
  });
  await log.append(decision("t1"));
  // As undici does before it sends.
  setImmediate(() => order.push("sent"));
  await heard;
  await log.close();
  assert.deepEqual(order, ["heard start", "sent", "heard decision", "heard stop"]);
});

test("a record without haste goes along with the next that has it, and by itself when none comes", async (context) => {
  const dir = await scratch(context);
  const writes: number[] = [];
  const counted = (file: DiskFile): DiskFile => ({
    ...file,
    write(bytes, position) {
      writes.push(Buffer.from(bytes).toString().split("\n").length - 1);
      return file.write(bytes, position);
    },
  });
  const disk: Medium["disk"] = {
    ...nodeDisk,
    create: async (path) => counted(await nodeDisk.create(path)),
    open: async (path) => counted(await nodeDisk.open(path)),
  };
  const { log } = await openJournal(settings(dir, "first"), { ...SMALL, disk });
  writes.length = 0;
  const first = log.append(outcome("t1"), "soon");
  const second = log.append(outcome("t2"), "soon");
  await log.append(decision("t3"));
  assert.deepEqual([(await first).seq, (await second).seq, writes], [2, 3, [3]]);
  await log.append(outcome("t3"), "soon");
  assert.deepEqual(writes, [3, 1]);
  void log.append(outcome("t4"), "soon");
  await log.close();
  assert.deepEqual(writes, [3, 1, 2]);
  const kinds = (await recordsOf(dir)).map(({ body }) => body.kind);
  assert.deepEqual(kinds, ["start", "outcome", "outcome", "decision", "outcome", "outcome", "stop"]);
});
