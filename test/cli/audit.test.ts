import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import type { DecisionBody } from "../../src/audit/entry.ts";
import { openJournal } from "../../src/audit/journal.ts";
import { type Playground, playground } from "./gw.ts";

const refusal = (key: string): DecisionBody => ({
  kind: "decision",
  ticket: `req_${key}`,
  actor: { key, team: "eng", fingerprint: null },
  revision: "000000000000",
  commit: null,
  effect: "refuse",
  reason: "model",
  origins: ["teams.policy:8"],
  purpose: "generate",
  model: "claude-opus-5-5",
  stream: true,
  provider: null,
  bytes: 100,
  tools: 2,
  stripped: [],
  stood: [],
  defined: [],
  findings: [],
  scan: null,
  asked: [],
  observed: null,
  session: null,
  agent: null,
  ran: [],
  held: [],
});

suite("gw audit", () => {
  let place: Playground;
  beforeEach(async () => {
    place = playground();
    const { log } = await openJournal({
      dir: join(place.dir, "data"),
      boot: "boot-1",
      version: "0.0.0",
      clock: () => Date.parse("2026-05-04T10:00:00Z"),
    });
    for (const key of ["ana", "ben", "cleo"]) await log.append(refusal(key));
    await log.close();
  });
  afterEach(() => place.remove());

  const segment = () => {
    const folder = join(place.dir, "data/audit/boot-1");
    const name = readdirSync(folder).find((file) => file.endsWith(".jsonl"));
    assert.ok(name !== undefined);
    return { name, path: join(folder, name) };
  };

  test("verify calls a log without a record empty, not good", async () => {
    writeFileSync(segment().path, "");
    assert.match((await place.gw("audit", "verify", "data")).out, /^empty: boot-1, 0 records/);
  });

  test("verify says what a good log holds", async () => {
    const { code, out } = await place.gw("audit", "verify", "data");
    assert.equal(code, 0);
    assert.match(
      out,
      /^good: boot-1, 5 records, 1 segment, 3 decisions \(3 refused\)\n +head 5 2026-05-04T10:00:00\.000Z [0-9a-f]{64}\n$/,
    );
    const json = await place.gw("audit", "verify", "data", "--format", "json");
    assert.equal(JSON.parse(json.out).ok, true);
  });

  test("verify names the first bad line, as a place to jump to", async () => {
    const { name, path } = segment();
    writeFileSync(path, readFileSync(path, "utf8").replace('"key":"ben"', '"key":"eve"'));
    const { code, out } = await place.gw("audit", "verify", "data");
    assert.equal(code, 1);
    assert.ok(out.startsWith(`data/audit/boot-1/${name}:3: record 3: `), out);
    const json = await place.gw("audit", "verify", "data", "--format", "json");
    assert.equal(json.code, 1);
    assert.equal(JSON.parse(json.out).logs[0].bad.line, 3);
  });

  test("verify with a head that was noted sees that the end of a log was cut off", async () => {
    const { path } = segment();
    const noted = JSON.parse((await place.gw("audit", "verify", "data", "--format", "json")).out).logs[0].head.hash;
    assert.equal((await place.gw("audit", "verify", "data", "--head", noted)).code, 0);
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    writeFileSync(path, `${lines.slice(0, 3).join("\n")}\n`);
    assert.equal((await place.gw("audit", "verify", "data")).code, 0);
    const { code, out } = await place.gw("audit", "verify", "data", "--head", noted);
    assert.equal(code, 1);
    assert.match(out, new RegExp(`\ngone: no good record has the hash ${noted}: the log was cut off`));
    const json = await place.gw("audit", "verify", "data", "--head", noted, "--format", "json");
    assert.deepEqual([JSON.parse(json.out).ok, JSON.parse(json.out).gone], [false, [noted]]);
    assert.equal((await place.gw("audit", "verify", "data", "--head", "beef")).code, 2);
  });

  test("tail shows the newest decisions, one line each", async () => {
    const { code, out } = await place.gw("audit", "tail", "data", "--lines", "2");
    assert.equal(code, 0);
    const lines = out.trimEnd().split("\n");
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /ben +claude-opus-5-5 +refuse model +teams\.policy:8/);
    assert.match(lines[1] ?? "", /cleo/);
  });

  test("a directory without a log is the wrong directory", async () => {
    for (const command of ["verify", "tail"]) {
      const { code, err } = await place.gw("audit", command, "policy");
      assert.equal(code, 2);
      assert.match(err, /no audit log below `policy`/);
    }
    const { code, err } = await place.gw("audit", "tail", "data", "--lines", "many");
    assert.equal(code, 2);
    assert.match(err, /`--lines many` is not a number of lines/);
  });
});
