import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { z } from "zod";
import { UNKNOWNS } from "../../src/analysis/replay-tally.ts";
import type { Body } from "../../src/audit/entry.ts";
import { openJournal } from "../../src/audit/journal.ts";
import { createProgress } from "../../src/cli/progress.ts";
import { called, charge, decision, outcome, toolUse } from "../audit/bodies.ts";
import { orgText } from "../revision/policies.ts";
import { type Playground, playground } from "./gw.ts";

const AT = Date.parse("2026-05-04T10:00:00Z");
const KEY = `\nkey dana-laptop in eng {\n  hash sha256:${"5a".repeat(32)}\n  owner "d"\n  expires 2027-03-31\n}\n`;

const Count = z.strictObject({ name: z.string(), count: z.int().positive() });
const Example = z.strictObject({ ticket: z.string(), at: z.iso.datetime() });
const Flip = z.strictObject({
  from: z.string(),
  to: z.string(),
  count: z.int().positive(),
  teams: z.array(Count),
  keys: z.array(Count),
  models: z.array(Count),
  examples: z.array(Example).min(1).max(3),
});
const Open = z.strictObject({
  why: z.enum(UNKNOWNS),
  count: z.int(),
  keys: z.array(Count),
  examples: z.array(Example),
});
const Replayed = z.strictObject({
  directory: z.string(),
  against: z.string(),
  revision: z.string().length(12),
  logs: z.int(),
  records: z.int(),
  unreadable: z.int(),
  decisions: z.int(),
  first: z.iso.datetime().nullable(),
  last: z.iso.datetime().nullable(),
  same: z.int(),
  otherReason: z.int(),
  opened: z.int(),
  closed: z.int(),
  flips: z.array(Flip),
  routes: z.array(z.strictObject({ from: z.string(), to: z.string(), count: z.int() })),
  tools: z.array(z.strictObject({ name: z.string(), opened: z.int(), closed: z.int(), open: z.int() })),
  unknown: z.array(Open),
  calls: z.strictObject({
    decisions: z.int(),
    same: z.int(),
    opened: z.int(),
    closed: z.int(),
    flips: z.array(Flip),
    unknown: z.array(Open),
  }),
});

/** Two calls of a server's tool, the second one refused for a limit. */
const CALLS: readonly Body[] = [
  called("call_1", { name: "mcp:crm/get", charges: [{ ...charge(AT), measure: "calls" }] }),
  called("call_2", { name: "mcp:crm/get", effect: "refuse", reason: "calls" }),
];

/** Four requests: two of a model that the policy has, one of a model that it has not, one of an unknown key. */
const RECORD: readonly Body[] = [
  decision("req_1", { model: "claude-haiku-4-5", provider: "sim" }),
  outcome("req_1", { charges: [charge(AT)], toolUses: [toolUse("Bash|x\u001b[31m")] }),
  decision("req_2", { model: "claude-haiku-5-5", provider: "sim" }),
  outcome("req_2"),
  decision("req_3", { model: "claude-haiku-4-5", effect: "refuse", reason: "model", provider: null }),
  decision("req_4", { actor: { key: null, team: null, fingerprint: "01234567" }, effect: "refuse", reason: "key" }),
];

suite("gw policy replay", () => {
  let place: Playground;
  beforeEach(async () => {
    place = playground();
    mkdirSync(join(place.dir, "policy"));
    const settings = { dir: join(place.dir, "data"), boot: "boot-1", version: "0.0.0", clock: () => AT };
    const { log } = await openJournal(settings);
    for (const body of RECORD) await log.append(body);
    await log.close();
  });
  afterEach(() => place.remove());

  const replay = (...more: string[]) => place.gw("policy", "replay", "policy", "--against", "data", ...more);

  test("shows what flips, for whom and for which requests, and answers 3", async () => {
    place.write("policy/org.policy", orgText() + KEY);
    const { code, out, err } = await replay();
    assert.deepEqual([code, err], [3, ""]);
    assert.match(
      out,
      /^4 decisions \(2026-05-04 to 2026-05-04\) of data, decided again under policy \(revision \w{12}\)\n/,
    );
    assert.match(out, /\n {2}CLOSES 1 {2}allowed -> refused \(model\)\n {4}teams +eng 1\n {4}keys +dana-laptop 1\n/);
    assert.match(out, /\n {2}OPENS {2}1 {2}refused \(model\) -> allowed\n/);
    assert.match(out, / {4}models +claude-haiku-5-5 1\n {4}such as req_2 at 2026-05-04T10:00:00\.000Z\n/);
    assert.match(out, /\n {2}not known {2}1 came with a key that the gateway did not know; such as req_4 /);
    assert.match(out, /\n2 flips: 1 open, 1 close, 1 the same, 1 not known\n$/);
  });

  test("the same for programs, and as a comment beside a change", async () => {
    place.write("policy/org.policy", orgText() + KEY);
    const json = await replay("--format", "json");
    const { decisions, same, opened, closed, records, unknown } = Replayed.parse(JSON.parse(json.out));
    assert.deepEqual([json.code, decisions, same, opened, closed, records], [3, 4, 1, 1, 1, 8]);
    assert.deepEqual(
      unknown.map(({ why }) => why),
      ["stranger"],
    );
    const { code, out } = await replay("--format", "markdown");
    assert.equal(code, 3);
    assert.match(out, /^### Replay: 2 decisions flip\n/);
    assert.match(
      out,
      /\n\| allowed \| refused \(model\) \| 1 \| eng 1 \| dana-laptop 1 \| claude-haiku-5-5 1 \| req&#95;2 \|\n/,
    );
    // Words of callers are no markup, and no control of a terminal.
    assert.match(out, /\n- tool Bash&#124;x\?&#91;31m: withheld in 1\n/);
  });

  test("calls of servers of tools are decided again too, and told by themselves", async () => {
    const server = '\nmcp crm {\n  url "https://crm.acme.example/mcp"\n}\n';
    const policy = (limit: string) =>
      orgText(`  allow models claude-*\n  allow tools mcp:crm/*\n${limit}`) + KEY + server;
    place.write("policy/org.policy", policy("  limit calls mcp:crm/* 1/day\n"));
    const { log } = await openJournal({
      dir: join(place.dir, "data"),
      boot: "boot-2",
      version: "0.0.0",
      clock: () => AT,
    });
    for (const body of CALLS) await log.append(body);
    await log.close();
    assert.match((await replay()).out, /\ncalls: 2 decided again, none flips, 2 the same, 0 not known\n$/);
    place.write("policy/org.policy", policy(""));
    const open = await replay();
    assert.equal(open.code, 3);
    assert.match(open.out, /\n {2}calls of servers of tools\n {2}OPENS {2}1 {2}refused \(calls\) -> allowed\n/);
    assert.match(open.out, /\n {4}tools {3}mcp:crm\/get 1\n/);
    assert.match(open.out, /\ncalls: 2 decided again, 1 open, 1 the same, 0 not known\n$/);
    const json = Replayed.parse(JSON.parse((await replay("--format", "json")).out));
    assert.deepEqual([json.calls.decisions, json.calls.opened, json.calls.closed], [2, 1, 0]);
    const markdown = (await replay("--format", "markdown")).out;
    assert.match(markdown, /\n- calls of servers of tools: 2 decided again, 1 open, 1 the same, 0 not known\n/);
  });

  test("answers 0 when nothing flips, and says what cannot be read", async () => {
    place.write("policy/org.policy", orgText("  allow models claude-haiku-5-5, claude-haiku-4-5\n  deny tools Bash\n"));
    const gone = await replay();
    assert.equal(gone.code, 0);
    assert.match(gone.out, /not known {2}3 are of keys that this policy does not have; /);
    assert.match(gone.out, /\nno flips: 0 the same, 4 not known\n$/);
    const folder = join(place.dir, "data/audit/boot-1");
    appendFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith(".jsonl"))!), "{torn");
    assert.match((await replay()).out, /\n1 line of the record cannot be read; see `gw audit verify`\n/);
  });

  test("a policy that is not good answers 1, a directory without a record 2", async () => {
    place.write("policy/org.policy", orgText("  allow models @smal\n"));
    const bad = await replay();
    assert.deepEqual([bad.code, bad.out], [1, ""]);
    assert.match(bad.err, /GW2003[\s\S]*\nnot replayed: the policy in policy is not good\n$/);
    const { code, err } = await place.gw("policy", "replay", "policy", "--against", "policy");
    assert.equal(code, 2);
    assert.match(err, /no audit log below `policy`/);
  });
});

test("progress is drawn over itself where a person watches, and goes away at the end", () => {
  let written = "";
  let now = 0;
  const channel = {
    write: (text: string) => {
      written += text;
    },
    style: (_: string, text: string) => text,
    closed: false,
  };
  const watch = (watched: boolean) => createProgress({ out: channel, err: channel, watched }, "reading", () => now);
  const unseen = watch(false);
  now = 1_000;
  unseen.to(1, 2);
  unseen.end();
  assert.equal(written, "");
  const seen = watch(true);
  seen.to(1, 4);
  now += 200;
  seen.to(1, 2);
  seen.to(3, 4);
  seen.end();
  assert.equal(written, `\rreading ${"█".repeat(15)}${"░".repeat(15)}  50 %\r\u001b[K`);
});
