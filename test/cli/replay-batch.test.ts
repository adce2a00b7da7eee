/** What goes into a batch comes out of it, whatever it is and however much of it there was before. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ended, Recorded, RecordedCall } from "../../src/analysis/recorded.ts";
import { createUnpacker, type Line, Packer } from "../../src/cli/replay-batch.ts";
import { REASONS } from "../../src/model/reasons.ts";
import { random } from "../decision/oracle.ts";

const next = random(211);
const below = (most: number): number => Math.floor(next() * most);
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
const some = <T>(make: () => T): T[] => Array.from({ length: below(4) }, make);

const text = (): string =>
  pick(["req_1", "", "dana-laptop", "é", "日本", "🙂", "\ud800", "\udc00", `k${below(5_000)}`]);
const textOrNull = (): string | null => pick([null, text()]);
const count = (): number => pick([0, 1, 48_211, 2 ** 53, 0.1, 12.5]);

function decided(): Recorded {
  return {
    ticket: text(),
    at: count(),
    key: textOrNull(),
    team: textOrNull(),
    effect: pick(["allow", "refuse"]),
    reason: pick([null, ...REASONS]),
    purpose: pick(["generate", "count", "models", "tools"]),
    model: textOrNull(),
    provider: textOrNull(),
    tools: count(),
    stripped: some(text),
    defined: some(text),
    held: { tokens: count(), microUsd: count() },
  };
}

function ended(): Ended {
  return {
    ticket: text(),
    at: count(),
    charged: pick([true, false]),
    tokens: count(),
    microUsd: count(),
    ceilings: some(() => ({ counter: text(), ceiling: count() })),
    toolUses: some(() => ({ name: text(), granted: pick([true, false]) })),
  };
}

function called(): RecordedCall {
  const { ticket, at, key, team, effect, reason } = decided();
  return { ticket, at, key, team, effect, reason, name: text(), isCall: pick([true, false]) };
}

function line(): Line {
  return pick<() => Line>([
    () => ({ kind: "log" }),
    () => ({ kind: "unreadable" }),
    () => ({ kind: "other" }),
    () => ({ kind: "decided", recorded: decided() }),
    () => ({ kind: "ended", ended: ended() }),
    () => ({ kind: "called", called: called() }),
    () => ({ kind: "lost", at: count(), tickets: some(text) }),
  ])();
}

test("lines come out as they went in, over many batches of any size", () => {
  const packer = new Packer();
  const unpack = createUnpacker();
  for (let round = 0; round < 60; round++) {
    const lines = Array.from({ length: below(round * 40) }, line);
    for (const it of lines) packer.add(it);
    const out: Line[] = [];
    const batch = packer.take(round);
    unpack(batch, (it) => out.push(it));
    assert.deepEqual(out, lines);
    assert.equal(batch.bytes, round);
  }
});

test("what turns out to be another line is taken back, and leaves nothing", () => {
  const packer = new Packer();
  packer.add({ kind: "decided", recorded: decided() });
  packer.begin("ended");
  packer.number(7);
  packer.ticketInBytes(Buffer.from("req_1"), 0, 5);
  packer.drop();
  const last = ended();
  packer.add({ kind: "ended", ended: last });
  const out: Line[] = [];
  createUnpacker()(packer.take(0), (it) => out.push(it));
  assert.equal(out.length, 2);
  assert.deepEqual(out[1], { kind: "ended", ended: last });
});

test("a name that was told is not told again, until there are too many", () => {
  const packer = new Packer();
  const unpack = createUnpacker();
  const through = (keys: readonly string[]) => {
    for (const key of keys) packer.add({ kind: "decided", recorded: { ...plain, key } });
    const batch = packer.take(0);
    const out: (string | null)[] = [];
    unpack(batch, (it) => out.push(it.kind === "decided" ? it.recorded.key : null));
    return { names: batch.names, out };
  };
  const plain = {
    ...decided(),
    ticket: "a",
    team: "a",
    reason: null,
    model: "a",
    provider: "a",
    stripped: [],
    defined: [],
  };
  const few = ["a", "b", "c"];
  assert.deepEqual(through(few), { names: few, out: few });
  assert.deepEqual(through(few), { names: [], out: few });
  const many = Array.from({ length: 70_000 }, (_, index) => `invented-${index}`);
  assert.deepEqual(through(many), { names: many, out: many });
  assert.deepEqual(through(few), { names: few, out: few });
});

test("names in bytes are told apart by all of their bytes, however many and whatever their checksums", () => {
  const { names } = new Packer();
  const at = (name: string, sum: number): number => names.inBytes(Buffer.from(`<${name}>`), 1, 1 + name.length, sum);
  const some = ["", "a", "b", "ab", "ba", "abc"];
  const numbers = some.map((name) => at(name, 5));
  assert.equal(new Set(numbers).size, some.length);
  assert.deepEqual(
    some.map((name) => at(name, 5)),
    numbers,
  );
  assert.deepEqual(names.take(), { names: some, first: 0 });
  const many = Array.from({ length: 40_000 }, (_, index) => `key-${index}`);
  const first = many.map((name, index) => at(name, index));
  assert.equal(new Set([...numbers, ...first]).size, some.length + many.length);
  assert.deepEqual(
    many.map((name, index) => at(name, index)),
    first,
  );
  assert.deepEqual(names.take(), { names: many, first: some.length });
  assert.equal(at("key-7", 7), 0);
  assert.deepEqual(names.take(), { names: ["key-7"], first: 0 });
});
