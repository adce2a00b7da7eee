/** What the quick reader reads of a line is what JSON in general says of it; and it reads what the journal writes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Asking, Body, DecisionBody, Finding, OutcomeBody, Scan, ToolUse } from "../../src/audit/entry.ts";
import { GENESIS, seal } from "../../src/audit/record.ts";
import { createUnpacker, type Line, Packer } from "../../src/cli/replay-batch.ts";
import { readLine } from "../../src/cli/replay-line.ts";
import { createQuickReader } from "../../src/cli/replay-quick.ts";
import { REASONS } from "../../src/model/reasons.ts";
import { charge, decision, outcome, toolUse } from "../audit/bodies.ts";
import { random } from "../decision/oracle.ts";

const packer = new Packer();
const quick = createQuickReader(packer);
const unpack = createUnpacker();
const next = random(97);
const below = (most: number): number => Math.floor(next() * most);
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
const some = <T>(make: () => T): T[] => Array.from({ length: below(4) }, make);

/** A line among others in one piece of memory, as it is read; neighbours must not be looked at. */
function quickly(line: Buffer) {
  const piece = Buffer.concat([Buffer.from('{"v":1,"seq":'), line, Buffer.from('\n"]}')]);
  const seq = quick.read(piece, 13, 13 + line.length);
  const lines: Line[] = [];
  unpack(packer.take(0), (it) => lines.push(it));
  assert.equal(lines.length, seq === null ? 0 : 1);
  return seq === null ? null : { seq, ...lines[0] };
}

function lineOf(body: Body, at = "2026-05-04T10:00:01.234Z"): Buffer {
  const { line } = seal({ v: 1, seq: 1 + below(1e9), at, boot: "b7", log: "gw-1", body, prev: GENESIS });
  return Buffer.from(line.slice(0, -1));
}

const PLAIN = [
  "dana-laptop",
  "eng/payments",
  "claude-haiku-4-5",
  "client-mcp:github/get_*",
  "",
  "a b",
  "]},{[",
  "=/+~!",
];
const STRANGE = ['say "hi"', "back\\slash", "line\nfeed", "tab\t", "é", "日本", "\u007f", "\u2028", "🙂", "\u0000"];

/** A text, now and then one that JSON escapes or that is not ASCII. */
const text = (): string => pick(below(12) === 0 ? STRANGE : PLAIN);
const textOrNull = (): string | null => (below(3) === 0 ? null : text());
const count = (): number => pick([0, 7, 48_211, 2 ** 31, 999_999_999_999_999, 2 ** 53, 1e21, 12.5, 0.1 + 0.2]);
const moment = (): string => new Date(1_777_852_800_000 + below(3) * 60_000 + below(90_000)).toISOString();

function findings(): Finding[] {
  const act = () => pick([null, "flag", "mask", "redact", "reject"] as const);
  return some(() => ({
    guardrail: text(),
    pattern: text(),
    stage: pick(["request", "response"]),
    place: pick([null, "user", "tool-result"]),
    done: act(),
    observed: act(),
    count: count(),
    values: some(text),
  }));
}

function scan(): Scan | null {
  const skipped = () => some(() => ({ reason: pick(["place", "known", "image"] as const), count: count() }));
  return pick([null, { texts: count(), bytes: count(), skipped: skipped() }]);
}

function asked(): Asking[] {
  return some(() => ({
    guardrail: text(),
    service: text(),
    texts: count(),
    verdict: pick(["pass", "flagged", "none"]),
    trouble: textOrNull(),
    why: some(text),
    calls: count(),
    known: count(),
    units: count(),
    ms: count(),
  }));
}

function charges() {
  const measure = () => pick(["requests", "tokens", "budget"] as const);
  return some(() => charge(count(), { counter: text(), measure: measure(), amount: count(), ceiling: count() }));
}

function someDecision(): DecisionBody {
  return decision(text(), {
    actor: { key: textOrNull(), team: textOrNull(), fingerprint: textOrNull() },
    revision: text(),
    commit: textOrNull(),
    effect: pick(["allow", "refuse"]),
    reason: pick([null, ...REASONS]),
    origins: some(text),
    purpose: pick(["generate", "count", "models", "tools"]),
    model: textOrNull(),
    stream: pick([true, false]),
    provider: textOrNull(),
    bytes: count(),
    tools: count(),
    stripped: some(text),
    stood: some(text),
    defined: below(4) === 0 ? [text()] : [],
    findings: findings(),
    scan: scan(),
    asked: asked(),
    session: textOrNull(),
    agent: textOrNull(),
    ran: some(() => ({ id: text(), name: text() })),
    held: charges(),
  });
}

function someUse(): ToolUse {
  return {
    name: text(),
    granted: pick([true, false]),
    id: textOrNull(),
    withheld: below(8) === 0 ? { reason: pick(REASONS), origin: text() } : null,
    observed: below(8) === 0 ? { effect: pick(["allow", "refuse"]), origin: text() } : null,
  };
}

function someOutcome(): OutcomeBody {
  const usage = { input: count(), output: count(), cacheRead: count(), cacheWrite: count(), cacheWrite1h: count() };
  return outcome(text(), {
    end: pick(["complete", "client-gone", "upstream-failed", "stopped"]),
    status: count(),
    model: textOrNull(),
    provider: textOrNull(),
    upstreamRequestId: textOrNull(),
    usage: pick([null, usage]),
    microUsd: count(),
    charges: charges(),
    toolUses: some(someUse),
    findings: findings(),
    scan: scan(),
    firstByteMs: pick([null, count()]),
    totalMs: count(),
  });
}

test("the forms that the journal writes are read quickly", () => {
  for (const body of [decision("req_1"), decision("req_2", { stripped: ["Bash"], session: "s" }), outcome("req_1")]) {
    const line = lineOf(body);
    assert.ok(quickly(line), line.toString());
  }
  const { held: _held, ...older } = decision("req_3");
  assert.ok(quickly(lineOf(older as DecisionBody)), "a decision of before anything was held");
  const { defined: _defined, ...before } = decision("req_4");
  const use = { name: "Bash", granted: true, id: null } as ToolUse;
  for (const body of [
    before as DecisionBody,
    outcome("req_4", { toolUses: [toolUse("Read")] }),
    outcome("req_4", { toolUses: [use] }),
  ]) {
    assert.ok(quickly(lineOf(body)), "a call that nothing stands against, and records of before");
  }
});

test("whatever is written, both readers read the same", () => {
  let quicks = 0;
  for (let round = 0; round < 6_000; round++) {
    const line = lineOf(below(2) === 0 ? someDecision() : someOutcome(), moment());
    const told = quickly(line);
    if (told === null) continue;
    quicks++;
    assert.deepEqual(told, readLine(line), line.toString());
  }
  assert.ok(quicks > 200 && quicks < 4_000, String(quicks));
});

test("of a line that is broken somewhere, the quick reader reads what the other reads, or nothing", () => {
  let quicks = 0;
  for (let round = 0; round < 6_000; round++) {
    const line = lineOf(below(2) === 0 ? someDecision() : someOutcome(), moment());
    const at = below(line.length);
    const broken = pick([
      () => Buffer.concat([line.subarray(0, at), line.subarray(at + 1)]),
      () => Buffer.concat([line.subarray(0, at), Buffer.from([pick([...line])]), line.subarray(at)]),
      () => Buffer.from(line).fill(pick([...line, below(256)]), at, at + 1),
      () => line.subarray(0, at),
    ])();
    if (broken.includes(0x0a)) continue;
    const told = quickly(broken);
    if (told === null) continue;
    quicks++;
    assert.deepEqual(told, readLine(broken), broken.toString("latin1"));
  }
  assert.ok(quicks > 50, String(quicks));
});

/** A line in which a part is replaced by bytes. */
function replaced(body: Body, part: string, by: string | Buffer): Buffer {
  const line = lineOf(body);
  const at = line.indexOf(part);
  assert.ok(at > 0, part);
  return Buffer.concat([line.subarray(0, at), Buffer.from(by as string), line.subarray(at + part.length)]);
}

test("every number and every byte is what JSON takes it for", () => {
  const numbers = ["0", "01", "00", "1.", ".5", "1.50", "1.5.5", "-1", "+1", "1e3", "", " 1", "0x1", "null", '"1"'];
  for (const number of [
    ...numbers,
    "999999999999999",
    "9007199254740993",
    "123456789012345678",
    "1234567890123456.7",
  ]) {
    const line = replaced(outcome("req_1"), '"microUsd":1500', `"microUsd":${number}`);
    const told = quickly(line);
    if (told !== null) assert.deepEqual(told, readLine(line), number);
    else assert.ok(!/^\d+$/.test(number) || readLine(line) === null, `${number} is a number`);
  }
  for (let byte = 0; byte < 256; byte++) {
    if (byte === 0x0a) continue;
    for (const part of ["dana-laptop", "a1b2c3d4e5f6", "req_77"]) {
      const line = replaced(decision("req_77"), part, Buffer.from([0x61, byte, 0x62]));
      const told = quickly(line);
      if (told !== null) assert.deepEqual(told, readLine(line), `${part} with ${byte}`);
    }
  }
});

test("nothing stands between a body and the rest of its line", () => {
  for (const between of [" ", "}", ',"more":1', '"']) {
    const line = replaced(decision("req_1"), ',"prev"', `${between},"prev"`);
    assert.equal(quickly(line), null, between);
  }
  assert.equal(quickly(replaced(decision("req_1"), '"prev"', '"prov"')), null);
});

test("moments are exact, and what is none is told as JSON tells it", () => {
  const times = ["2026-05-04T10:00:59.999Z", "2026-05-04T10:01:00.000Z", "2026-05-04T10:01:60.000Z", "2026-05-04", "x"];
  for (const at of [...times, ...times.toReversed()]) {
    const line = lineOf(outcome("req_1"), at);
    assert.deepEqual(quickly(line), readLine(line), at);
  }
});

test("other records are left to the other reader, which knows them all", () => {
  const recovery = { kind: "recovery", truncatedBytes: 0, open: ["req_1"], charges: [] } as const;
  for (const [body, kind] of [
    [{ kind: "stop" }, "other"],
    [recovery, "lost"],
  ] as const) {
    const line = lineOf(body);
    assert.equal(quickly(line), null);
    assert.equal(readLine(line)?.kind, kind);
  }
  for (const text of ["", "{}", '{"v":1,"seq":1}', '{"v":2,"seq":1,"at":"x","body":{"kind":"stop"}}']) {
    assert.equal(readLine(Buffer.from(text)), null, text);
  }
  const halfDecision = lineOf({ kind: "decision", ticket: "req_1" } as DecisionBody);
  assert.equal(readLine(halfDecision), null, "a decision of nobody is no record");
});
