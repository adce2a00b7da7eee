/** A log that an earlier version wrote is read by all that read logs, and gone on with. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Body, Charge } from "../../src/audit/entry.ts";
import { findRequest } from "../../src/audit/find.ts";
import { openJournal } from "../../src/audit/journal.ts";
import { GENESIS, seal } from "../../src/audit/record.ts";
import { logsDirectory, segmentName } from "../../src/audit/segment.ts";
import { records, requestLine, requests } from "../../src/audit/tail.ts";
import { verify } from "../../src/audit/verify.ts";
import { readForReplay } from "../../src/cli/replay-source.ts";
import { scratch } from "./bodies.ts";

/** Bodies as the first version wrote them, letter by letter. */
const WRITTEN = [
  '{"kind":"start","version":"0.1.0"}',
  '{"kind":"decision","ticket":"req_1","actor":{"key":"dana-laptop","team":"eng","fingerprint":null},"revision":"a1b2c3d4e5f6","commit":null,"effect":"allow","reason":null,"origins":["eng.policy:4"],"purpose":"generate","model":"claude-sonnet-4-6","stream":true,"provider":"anthropic","bytes":1234,"tools":3,"stripped":["WebFetch"],"findings":[{"guardrail":"secrets","pattern":"aws-key","stage":"request","count":1}],"session":null,"agent":null}',
  '{"kind":"outcome","ticket":"req_1","actor":{"key":"dana-laptop","team":"eng","fingerprint":null},"end":"complete","fault":null,"status":200,"model":"claude-sonnet-4-6","stream":true,"provider":"anthropic","upstreamRequestId":null,"usage":{"input":10,"output":20,"cacheRead":3000,"cacheWrite":40,"cacheWrite1h":0},"microUsd":1500,"priced":true,"charges":[{"counter":"team eng budget/day","measure":"budget","period":"day","amount":1500,"ceiling":9000,"at":1779875990000}],"toolUses":[{"name":"Bash","granted":false}],"findings":[],"bytes":4321,"firstByteMs":300,"totalMs":1200}',
  '{"kind":"decision","ticket":"req_2","actor":{"key":"dana-laptop","team":"eng","fingerprint":null},"revision":"a1b2c3d4e5f6","commit":null,"effect":"allow","reason":null,"origins":["eng.policy:4"],"purpose":"generate","model":"claude-sonnet-4-6","stream":true,"provider":"anthropic","bytes":1234,"tools":3,"stripped":[],"findings":[],"session":null,"agent":null}',
  '{"kind":"recovery","truncatedBytes":0,"open":["req_2"]}',
  '{"kind":"call","ticket":"req_3","actor":{"key":"dana-laptop","team":"eng","fingerprint":null},"revision":"a1b2c3d4e5f6","commit":null,"effect":"allow","reason":null,"origins":["eng.policy:6"],"name":"mcp:github/get_issue","method":"tools/call","arguments":"0123456789abcdef","toolUse":null,"bytes":200}',
  '{"kind":"return","ticket":"req_3","actor":{"key":"dana-laptop","team":"eng","fingerprint":null},"end":"complete","fault":null,"status":200,"name":"mcp:github/get_issue","result":"ok","bytes":300,"firstByteMs":10,"totalMs":12}',
  '{"kind":"decision","ticket":"req_4","actor":{"key":"dana-laptop","team":"eng","fingerprint":null},"revision":"a1b2c3d4e5f6","commit":null,"effect":"allow","reason":null,"origins":["eng.policy:4"],"purpose":"generate","model":"claude-sonnet-4-6","stream":true,"provider":"anthropic","bytes":1234,"tools":3,"stripped":[],"findings":[],"session":null,"agent":null}',
];
const AT = Date.parse("2026-05-27T10:00:00Z");

async function writeLog(dir: string): Promise<void> {
  const folder = join(logsDirectory(dir), "gw-1");
  await mkdir(folder, { recursive: true });
  let prev = GENESIS;
  const lines = WRITTEN.map((text, index) => {
    const at = new Date(AT + index * 1_000).toISOString();
    const { entry, line } = seal({
      v: 1,
      seq: index + 1,
      at,
      boot: index < 4 ? "b1" : "b2",
      log: "gw-1",
      body: JSON.parse(text) as Body,
      prev,
    });
    prev = entry.hash;
    assert.ok(line.includes(`"body":${text},`), "the members stand as they were written");
    return line;
  });
  await writeFile(join(folder, segmentName(1)), lines.join(""));
}

test("it is verified, shown and found", async (context) => {
  const dir = await scratch(context);
  await writeLog(dir);
  const { logs, ok } = await verify(dir);
  assert.deepEqual([ok, logs.map(({ bad }) => bad)], [true, [null]]);
  const shown: string[] = [];
  for await (const it of requests(records({ dir, last: 20, again: null }))) shown.push(requestLine(it, "UTC"));
  assert.equal(shown.length, 4);
  assert.match(shown[0]!, /dana-laptop +claude-sonnet-4-6 +allow .*3,050 in 20 out/);
  assert.match(shown[1]!, /mcp:github\/get_issue/);
  const found = await findRequest(dir, "req_1");
  assert.ok(found?.decided.kind === "decision" && found.outcome?.kind === "outcome");
  assert.deepEqual(
    [found.decided.stood, found.decided.held, found.decided.ran, found.decided.scan],
    [[], [], [], null],
  );
  assert.deepEqual(found.outcome.toolUses, [
    { name: "Bash", granted: false, id: null, withheld: null, observed: null },
  ]);
});

test("it is decided again", async (context) => {
  const dir = await scratch(context);
  await writeLog(dir);
  const told: string[] = [];
  const read = await readForReplay(
    dir,
    {
      begin: () => told.push("log"),
      decided: ({ ticket, held }) => told.push(`${ticket} ${held.tokens}`),
      ended: ({ ticket, toolUses }) => told.push(`${ticket} ended, ${toolUses.map(({ name }) => name)}`),
      called: ({ ticket, name }) => told.push(`${ticket} called ${name}`),
      lost: (ticket) => told.push(`${ticket} lost`),
      report: () => assert.fail("nobody asked"),
    },
    () => {},
  );
  assert.deepEqual(read, { logs: 1, records: WRITTEN.length, unreadable: 0 });
  assert.deepEqual(told, [
    "log",
    "req_1 0",
    "req_1 ended, Bash",
    "req_2 0",
    "req_2 lost",
    "req_3 called mcp:github/get_issue",
    "req_4 0",
  ]);
});

test("it is gone on with: what it left open is recovered", async (context) => {
  const dir = await scratch(context);
  await writeLog(dir);
  const journal = await openJournal({ dir, boot: "b3", version: "0.1.0", clock: () => AT + 60_000 });
  assert.deepEqual(journal.recovered.open, ["req_4"]);
  const charges: Charge[] = [];
  for await (const charge of journal.earlier) {
    assert.ok(!("kind" in charge));
    charges.push(charge);
  }
  assert.deepEqual(
    charges.map(({ amount }) => amount),
    [1500],
  );
  await journal.log.append({ kind: "stop" });
  await journal.log.close();
  assert.equal((await verify(dir)).ok, true);
});
