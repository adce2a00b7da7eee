/** The journal on a disk that fails: nothing is acknowledged that is not there, and the log stays whole. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Entry } from "../../src/audit/entry.ts";
import { openJournal } from "../../src/audit/journal.ts";
import type { AuditLog } from "../../src/audit/log.ts";
import { verify } from "../../src/audit/verify.ts";
import { decision, outcome, recordsOf, scratch, segmentPaths } from "./bodies.ts";
import { type Call, faultyDisk, type Order, PowerCut } from "./disks.ts";

const NOW = Date.parse("2026-11-23T12:00:00.000Z");

/** Calls of the open itself: a segment made, one batch or two written. Faults begin behind them. */
async function openFaulty(context: TestContext, plan: (call: Call, armed: boolean) => Order, segmentBytes = 1 << 20) {
  const dir = await scratch(context);
  let armed = false;
  const disk = faultyDisk((call) => plan(call, armed));
  const settings = { dir, boot: "one", version: "0.1.0", clock: () => NOW };
  const { log } = await openJournal(settings, { disk, segmentBytes });
  return {
    dir,
    log,
    disk,
    arm(on = true) {
      armed = on;
    },
  };
}

async function settled(log: AuditLog, tickets: readonly string[]): Promise<PromiseSettledResult<Entry>[]> {
  return Promise.allSettled(
    tickets.map((ticket) => log.append(decision(ticket, { effect: "refuse", reason: "model" }))),
  );
}

function codes(results: readonly PromiseSettledResult<Entry>[]): string[] {
  return results.map((result) => (result.status === "fulfilled" ? "ok" : result.reason.code));
}

async function ticketsOnDisk(dir: string): Promise<string[]> {
  return (await recordsOf(dir)).flatMap(({ body }) => (body.kind === "decision" ? [body.ticket] : []));
}

test("a short write is gone on with", async (context) => {
  const { dir, log, arm, disk } = await openFaulty(context, ({ kind, index }, armed) =>
    armed && kind === "write" && index % 3 === 0 ? { short: 17 } : null,
  );
  arm();
  for (let round = 0; round < 10; round++) await log.append(decision(`t${round}`, { effect: "refuse" }));
  await log.close();
  assert.ok(disk.calls.filter(({ kind }) => kind === "write").length > 13);
  assert.equal((await verify(dir)).ok, true);
});

test("a full disk refuses the record, cuts the torn line, and takes records again when there is space", async (context) => {
  let full = false;
  const { dir, log, arm } = await openFaulty(context, ({ kind, index }, armed) => {
    if (!armed || kind !== "write" || !full) return null;
    return index % 2 === 0 ? { short: 20 } : { fail: "ENOSPC" };
  });
  arm();
  assert.deepEqual(codes(await settled(log, ["a"])), ["ok"]);
  full = true;
  assert.deepEqual(codes(await settled(log, ["b", "c"])), ["full", "full"]);
  assert.equal(log.healthy, true);
  assert.equal((await verify(dir)).ok, true, "no torn line is left while the disk is full");
  full = false;
  assert.deepEqual(codes(await settled(log, ["d"])), ["ok"]);
  await log.close();
  assert.equal((await verify(dir)).ok, true);
  assert.deepEqual(await ticketsOnDisk(dir), ["a", "d"]);
  assert.equal((await segmentPaths(dir)).length, 1);
});

test("what fails for the thread that asked fails as it does elsewhere: cut away, or written again in a new segment", async (context) => {
  let orders: Order[] = [];
  const { dir, log, arm, disk } = await openFaulty(context, ({ kind }, armed) =>
    armed && kind.startsWith("write") ? (orders.shift() ?? null) : null,
  );
  const here = async (ticket: string) => {
    await disk.roomMade();
    return log.append(decision(ticket, { effect: "refuse", reason: "model" }), "here");
  };
  await settled(log, ["a"]);
  arm();
  orders = [{ short: 17 }];
  await here("b");
  orders = [{ short: 20 }, { fail: "ENOSPC" }];
  await assert.rejects(here("c"), { code: "full" });
  assert.equal((await verify(dir)).ok, true, "no torn line is left while the disk is full");
  await here("d");
  orders = [{ short: 20 }, { fail: "EIO" }];
  await Promise.all([log.append(outcome("d"), "soon"), here("e")]);
  const [first, second, ...rest] = await segmentPaths(dir);
  assert.deepEqual([rest, orders], [[], []]);
  const writes = disk.calls.filter(({ kind }) => kind.startsWith("write")).map(({ kind, path }) => [kind, path]);
  assert.deepEqual(writes.slice(-3), [
    ["writeHere", first],
    ["writeHere", first],
    ["write", second],
  ]);
  orders = [{ fail: "EIO" }, { fail: "EIO" }];
  await assert.rejects(here("f"), { code: "broken" });
  assert.equal(log.healthy, false);
  await assert.rejects(log.close(), { code: "broken" });
  assert.deepEqual(await ticketsOnDisk(dir), ["a", "b", "d", "e"]);
});

test("a failed sync seals the segment; the same records go to a new one and are acknowledged there", async (context) => {
  let failures = 0;
  const { dir, log, arm, disk } = await openFaulty(context, ({ kind }, armed) =>
    armed && kind === "datasync" && failures++ === 0 ? { fail: "EIO" } : null,
  );
  assert.deepEqual(codes(await settled(log, ["a"])), ["ok"]);
  arm();
  assert.deepEqual(codes(await settled(log, ["b", "c", "d"])), ["ok", "ok", "ok"]);
  assert.equal(log.healthy, true);
  await log.close();
  const [first, second, ...rest] = await segmentPaths(dir);
  assert.deepEqual(rest, []);
  const failed = disk.calls.findIndex(({ kind, path }) => kind === "create" && path === second);
  assert.equal(
    disk.calls.slice(failed).some(({ kind, path }) => kind === "datasync" && path === first),
    false,
  );
  assert.equal((await verify(dir)).ok, true);
  assert.deepEqual(await ticketsOnDisk(dir), ["a", "b", "c", "d"]);
});

test("what a failed sync left in the sealed segment is nobody's record", async (context) => {
  let failures = 0;
  const { dir, log, arm } = await openFaulty(context, ({ kind }, armed) => {
    if (armed && kind === "truncate") return { fail: "EIO" };
    return armed && kind === "datasync" && failures++ === 0 ? { fail: "EIO" } : null;
  });
  arm();
  await settled(log, ["a", "b", "c"]);
  await log.close();
  assert.equal(new Set(await ticketsOnDisk(dir)).size, 3);
  assert.ok((await ticketsOnDisk(dir)).length > 3, "the sealed segment still holds what was written again");
  const { ok, logs } = await verify(dir);
  assert.deepEqual([ok, logs[0]?.decisions], [true, 3]);
  const again = await openJournal({ dir, boot: "two", version: "0.1.0", clock: () => NOW });
  assert.deepEqual(again.recovered, { truncatedBytes: 0, open: [] });
  await again.log.close();
  assert.equal((await verify(dir)).ok, true);
});

test("a second failure is the end: nothing is acknowledged any more, and the log says that it is not healthy", async (context) => {
  const { dir, log, arm } = await openFaulty(context, ({ kind }, armed) =>
    armed && kind === "datasync" ? { fail: "EIO" } : null,
  );
  assert.deepEqual(codes(await settled(log, ["a"])), ["ok"]);
  arm();
  const first = settled(log, ["b"]);
  const queued = settled(log, ["c", "d"]);
  assert.deepEqual(codes(await first), ["broken"]);
  assert.deepEqual(codes(await queued), ["broken", "broken"]);
  assert.equal(log.healthy, false);
  arm(false);
  assert.deepEqual(codes(await settled(log, ["e"])), ["broken"]);
  await assert.rejects(log.close(), { code: "broken" });
  const again = await openJournal({ dir, boot: "two", version: "0.1.0", clock: () => NOW });
  await again.log.close();
  assert.equal((await verify(dir)).ok, true);
  assert.ok((await ticketsOnDisk(dir)).includes("a"));
});

test("a failure in a segment's first batch, and in making one, is survived", async (context) => {
  for (const failing of ["datasync", "write", "syncDirectory", "create"] as const) {
    let failures = 0;
    const faulty = await openFaulty(
      context,
      ({ kind }, armed) => (armed && kind === failing && failures++ === 0 ? { fail: "EIO" } : null),
      1,
    );
    faulty.arm();
    assert.deepEqual(codes(await settled(faulty.log, ["a"])), ["ok"], failing);
    assert.deepEqual(codes(await settled(faulty.log, ["b"])), ["ok"], failing);
    await faulty.log.close();
    assert.ok(failures > 0);
    assert.deepEqual([(await verify(faulty.dir)).ok, await ticketsOnDisk(faulty.dir)], [true, ["a", "b"]], failing);
  }
});

test("a disk that is full when a segment must be made refuses, and goes on when there is space", async (context) => {
  for (const failing of ["create", "syncDirectory"] as const) {
    let full = true;
    const faulty = await openFaulty(
      context,
      ({ kind }, armed) => (armed && full && kind === failing ? { fail: "ENOSPC" } : null),
      1,
    );
    faulty.arm();
    assert.deepEqual(codes(await settled(faulty.log, ["a"])), ["full"], failing);
    assert.equal(faulty.log.healthy, true);
    full = false;
    assert.deepEqual(codes(await settled(faulty.log, ["b"])), ["ok"], failing);
    await faulty.log.close();
    assert.deepEqual([(await verify(faulty.dir)).ok, await ticketsOnDisk(faulty.dir)], [true, ["b"]], failing);
  }
});

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

test("when the power goes at any call, every acknowledged record is there and the chain holds", async (context) => {
  for (let seed = 1; seed <= 100; seed++) {
    const dir = await scratch(context);
    const below = random(seed * 7919);
    const acknowledged: string[] = [];
    for (let boot = 0; boot < 3; boot++) {
      const power = new PowerCut(3 + below(40), below);
      await Promise.race([power.dead, work(dir, `s${seed}b${boot}`, power, acknowledged)]);
      await power.settle();
      await rm(join(dir, "audit", "writer.lock"));
    }
    await (await openJournal({ dir, boot: "last", version: "0.1.0", clock: () => NOW })).log.close();
    const { ok, logs } = await verify(dir);
    assert.ok(ok, `seed ${seed}: ${JSON.stringify(logs[0]?.bad)}`);
    const kept = new Set((await recordsOf(dir)).map(({ hash }) => hash));
    for (const hash of acknowledged) assert.ok(kept.has(hash), `seed ${seed}: an acknowledged record is gone`);
  }
});

/** Appends without end, a few records at a time, and notes what was acknowledged. */
async function work(dir: string, boot: string, power: PowerCut, acknowledged: string[]): Promise<void> {
  const settings = { dir, boot, version: "0.1.0", clock: () => NOW };
  const { log } = await openJournal(settings, { disk: power.disk, segmentBytes: 3000 });
  log.subscribe(({ hash }) => acknowledged.push(hash));
  for (let round = 0; ; round++) {
    const tickets = ["x", "y", "z"].map((name) => `${boot}-${round}-${name}`);
    await Promise.all(tickets.map((ticket) => log.append(decision(ticket))));
    await Promise.all(tickets.slice(1).map((ticket) => log.append(outcome(ticket))));
  }
}
