/** The room that the journal keeps ahead of its records: readers pass over it, and it never takes a record's place. */
import assert from "node:assert/strict";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Disk, nodeDisk } from "../../src/audit/disk.ts";
import { type Medium, openJournal } from "../../src/audit/journal.ts";
import { records } from "../../src/audit/tail.ts";
import { verify } from "../../src/audit/verify.ts";
import { decision, outcome, recordsOf, scratch, segmentPaths, tornFiles } from "./bodies.ts";

const NOW = Date.parse("2026-11-23T12:00:00.123Z");

function settings(dir: string, boot: string) {
  return { dir, boot, version: "0.1.0", clock: () => NOW };
}

/** The real disk with another way to make room, and a wait for each time that it was done. */
function roomy(makeRoom: Disk["makeRoom"]) {
  let made = Promise.withResolvers<void>();
  const disk: Disk = {
    ...nodeDisk,
    makeRoom: async (...args) => {
      try {
        return await makeRoom(...args);
      } finally {
        made.resolve();
        made = Promise.withResolvers();
      }
    },
  };
  return { medium: { disk, segmentBytes: 1 << 20 } satisfies Medium, next: () => made.promise };
}

/** A copy of a log in the middle of its work, as a crash leaves it, with its last segment's text. */
async function crashed(context: TestContext): Promise<{ dir: string; path: string; text: string }> {
  const live = await scratch(context);
  const { medium, next } = roomy(nodeDisk.makeRoom);
  const made = next();
  const { log } = await openJournal(settings(live, "one"), medium);
  await log.append(decision("t1"));
  await log.append(outcome("t1"));
  await made;
  const dir = await scratch(context);
  await cp(live, dir, { recursive: true });
  await rm(join(dir, "audit", "writer.lock"));
  await log.close();
  const path = (await segmentPaths(dir)).at(-1)!;
  return { dir, path, text: await readFile(path, "utf8") };
}

test("what is written has room behind it, and readers see the records alone", async (context) => {
  const { dir, text } = await crashed(context);
  assert.match(text, /\}\n {100000,}$/);
  const { ok, logs } = await verify(dir);
  assert.deepEqual([ok, logs[0]?.records, logs[0]?.bytes], [true, 3, text.trimEnd().length + 1]);
  const seen: number[] = [];
  for await (const { entry } of records({ dir, last: 10, again: null })) seen.push(entry.seq);
  assert.deepEqual(seen, [1, 2, 3]);
});

test("room is nothing that was torn: a log that a crash left with it goes on without a word", async (context) => {
  const { dir } = await crashed(context);
  const again = await openJournal(settings(dir, "two"));
  assert.deepEqual(again.recovered, { truncatedBytes: 0, open: [] });
  await again.log.close();
  const kinds = (await recordsOf(dir)).map(({ body }) => body.kind);
  assert.deepEqual(kinds, ["start", "decision", "outcome", "start", "stop"]);
  assert.deepEqual(await tornFiles(dir), []);
});

test("a record that was torn in the middle of room is cut and kept aside without it", async (context) => {
  const { dir, path, text } = await crashed(context);
  const end = text.trimEnd().length + 1;
  // Its first part never came to the medium, its second did.
  const torn = `${" ".repeat(40)}"kind":"decision"}\n{"v":1,"se`;
  await writeFile(path, text.slice(0, end) + torn + text.slice(end + torn.length));
  assert.deepEqual([(await verify(dir)).ok, (await verify(dir)).logs[0]?.bad?.line], [false, 4]);
  const again = await openJournal(settings(dir, "two"));
  assert.deepEqual(again.recovered, { truncatedBytes: torn.length, open: [] });
  await again.log.close();
  assert.equal((await verify(dir)).ok, true);
  assert.equal(await readFile(`${path}.${end}.torn`, "utf8"), torn);
});

test("a log that was closed ends with its last record, in every segment", async (context) => {
  const dir = await scratch(context);
  const { log } = await openJournal(settings(dir, "one"), { disk: nodeDisk, segmentBytes: 4096 });
  for (let at = 0; at < 30; at++) await log.append(decision(`t${at}`, { effect: "refuse" }));
  await log.close();
  const paths = await segmentPaths(dir);
  assert.ok(paths.length > 2);
  for (const path of paths) assert.match(await readFile(path, "utf8"), /"\}\n$/);
});

test("no record is written where room is being made", async (context) => {
  const dir = await scratch(context);
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const disk: Disk = {
    ...nodeDisk,
    async create(path) {
      const file = await nodeDisk.create(path);
      const write: typeof file.write = (...args) => {
        order.push("write");
        return file.write(...args);
      };
      return { ...file, write };
    },
    async makeRoom(path, extent) {
      order.push("ask");
      await gate.promise;
      const made = await nodeDisk.makeRoom(path, extent);
      order.push("made");
      return made;
    },
  };
  const { log } = await openJournal(settings(dir, "one"), { disk, segmentBytes: 1 << 20 });
  const recorded = log.append(decision("t1", { effect: "refuse" }));
  gate.resolve();
  await recorded;
  assert.deepEqual(order, ["write", "ask", "made", "write"]);
  await log.close();
  assert.equal((await verify(dir)).ok, true);
  assert.equal((await recordsOf(dir)).length, 3);
});

test("where no room is to be had, or less than was asked for, the log grows with its records and has no holes", async (context) => {
  const failures: Disk["makeRoom"][] = [
    async () => {
      throw Object.assign(new Error("made up"), { code: "ENOSPC" });
    },
    (path, { from }) => nodeDisk.makeRoom(path, { from, to: from + 100 }),
  ];
  for (const makeRoom of failures) {
    const dir = await scratch(context);
    const { log } = await openJournal(settings(dir, "one"), roomy(makeRoom).medium);
    for (let at = 0; at < 20; at++) {
      await log.append(decision(`t${at}`, { effect: "refuse" }));
      assert.doesNotMatch(await readFile((await segmentPaths(dir))[0]!, "utf8"), /\0/);
    }
    await log.close();
    assert.equal((await verify(dir)).ok, true);
    assert.equal((await recordsOf(dir)).length, 22);
  }
});
