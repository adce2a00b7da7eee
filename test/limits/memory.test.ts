/** The store of one process: the common suite, a naive model beside it, and its memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Limits, Reservation } from "../../src/limits/limits.ts";
import { createMemoryLimits } from "../../src/limits/memory.ts";
import { hold } from "./holds.ts";
import { limitsSuite } from "./suite.ts";

const START = Date.parse("2026-11-23T12:00:00Z");
const DAY = 24 * 60 * 60_000;

limitsSuite("memory", createMemoryLimits);

/** A small generator with a seed, so that a failure can be played again (xorshift). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** The rolling limit in whole numbers: one unit of `level` is 1/periodMs of a token, so that nothing is ever rounded. */
function exactBucket(limit: bigint, periodMs: bigint) {
  let level = 0n;
  let last = 0n;
  return (now: bigint, cost: bigint): boolean => {
    const drained = level - (now - last) * limit;
    level = drained > 0n ? drained : 0n;
    last = now;
    if (level + cost * periodMs > limit * periodMs) return false;
    level += cost * periodMs;
    return true;
  };
}

test("rolling limits admit what exact arithmetic admits", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const below = random(seed);
    const limit = 1 + below(97);
    const limits = createMemoryLimits();
    const exact = exactBucket(BigInt(limit), 60_000n);
    const holds = [hold("tokens", limit, "min")];
    let now = START;
    for (let step = 0; step < 300; step++) {
      now += below(4) === 0 ? below(5_000) : below(50);
      const tokens = 1 + below(Math.ceil(limit / 3));
      const admitted = limits.reserve(holds, { tokens, microUsd: 0 }, "UTC", now).kind === "reservation";
      assert.equal(admitted, exact(BigInt(now), BigInt(tokens)), `seed ${seed}, step ${step}`);
    }
  }
});

test("when a denied request comes back at the time it was told, it passes, and ten milliseconds earlier it does not", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const below = random(seed * 7919);
    const limit = 1 + below(977);
    const limits = createMemoryLimits();
    const holds = [hold("tokens", limit, "hour")];
    let now = START;
    for (let step = 0; step < 100; step++) {
      const demand = { tokens: 1 + below(limit), microUsd: 0 };
      const answer = limits.reserve(holds, demand, "UTC", now);
      if (answer.kind === "reservation") continue;
      assert.equal(
        limits.reserve(holds, demand, "UTC", answer.freeAt - 10).kind,
        "denial",
        `seed ${seed}, step ${step}`,
      );
      assert.equal(limits.reserve(holds, demand, "UTC", answer.freeAt).kind, "reservation", `seed ${seed}`);
      now = answer.freeAt;
    }
  }
});

/** Every take of a draining limit, as it turned out; the level is computed from all of them, each time anew. */
function history(limit: bigint, periodMs: bigint) {
  const takes: { at: bigint; amount: bigint }[] = [];
  return {
    take(at: number, amount: number): (amount: number) => void {
      const taken = { at: BigInt(at), amount: BigInt(amount) };
      takes.push(taken);
      return (truth) => {
        taken.amount = BigInt(truth);
      };
    },
    level(now: number): number {
      let [level, last] = [0n, 0n];
      for (const { at, amount } of [...takes, { at: BigInt(now), amount: 0n }]) {
        const drained = level - (at - last) * limit;
        level = (drained > 0n ? drained : 0n) + amount * periodMs;
        last = at;
      }
      return Number(level) / Number(periodMs);
    },
  };
}

test("an estimate that was too high leaves a draining limit as if the truth had been taken in its place", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const below = random(seed * 104_729);
    const limit = 50 + below(1_000);
    const limits = createMemoryLimits();
    const exact = history(BigInt(limit), 60_000n);
    const holds = [hold("tokens", limit, "min")];
    const open: { reservation: Reservation; estimate: number; correct: (amount: number) => void }[] = [];
    let now = START;
    for (let step = 0; step < 120; step++) {
      now += below(3) === 0 ? below(30_000) : below(300);
      const estimate = 1 + below(limit);
      const answer = limits.reserve(holds, { tokens: estimate, microUsd: 0 }, "UTC", now);
      if (answer.kind === "reservation") {
        open.push({ reservation: answer, estimate, correct: exact.take(now, estimate) });
      }
      while (open.length > 0 && below(2) === 0) {
        const [ended] = open.splice(below(open.length), 1);
        if (ended === undefined) break;
        if (below(4) === 0) {
          limits.release(ended.reservation, now);
          ended.correct(0);
          continue;
        }
        const truth = below(4) === 0 ? ended.estimate + below(limit) : below(ended.estimate + 1);
        limits.settle(ended.reservation, { tokens: truth, microUsd: 0 }, now);
        // What was used beyond the estimate counts from when it is known.
        if (truth > ended.estimate) exact.take(now, truth - ended.estimate);
        else ended.correct(truth);
      }
      const used = limits.levels(holds, "UTC", now)[0]?.used ?? 0;
      const truth = exact.level(now);
      assert.ok(Math.abs(used - truth) < 1e-6, `seed ${seed}, step ${step}: ${used}, and exactly ${truth}`);
    }
  }
});

interface Open {
  readonly reservation: Reservation;
  readonly at: number;
  readonly held: number;
}

/** Budget and concurrency as lists that are added up anew for every question. */
function naive(amount: number, places: number) {
  const open: Open[] = [];
  const paid: { readonly at: number; readonly microUsd: number }[] = [];
  const today = (at: number, now: number) => Math.floor(at / DAY) === Math.floor(now / DAY);
  return {
    open,
    used: (now: number) =>
      paid.filter(({ at }) => today(at, now)).reduce((sum, { microUsd }) => sum + microUsd, 0) +
      open.filter(({ at }) => today(at, now)).reduce((sum, { held }) => sum + held, 0),
    admits(now: number, microUsd: number) {
      return this.used(now) + microUsd <= amount && open.length < places;
    },
    pay(entry: Open, microUsd: number | null) {
      open.splice(open.indexOf(entry), 1);
      if (microUsd !== null) paid.push({ at: entry.at, microUsd });
    },
  };
}

test("budgets and concurrency agree with a list that is added up anew each time", () => {
  for (let seed = 1; seed <= 40; seed++) play(random(seed * 104_729), createMemoryLimits(), `seed ${seed}`);
});

function play(below: (limit: number) => number, limits: Limits, name: string): void {
  const amount = 1_000 + below(5_000);
  const places = 1 + below(6);
  const model = naive(amount, places);
  const holds = [hold("budget", amount, "day"), hold("concurrency", places, null)];
  let now = START;
  for (let step = 0; step < 400; step++) {
    now += below(20) === 0 ? below(DAY) : below(60_000);
    const ending = model.open[below(places)];
    if (ending !== undefined && below(2) === 0) {
      const truth = below(3) === 0 ? null : below(ending.held * 2 + 1);
      if (truth === null) limits.release(ending.reservation, now);
      else limits.settle(ending.reservation, { tokens: 0, microUsd: truth }, now);
      model.pay(ending, truth);
    } else {
      const held = below(900);
      const admits = model.admits(now, held);
      const answer = limits.reserve(holds, { tokens: 0, microUsd: held }, "UTC", now);
      assert.equal(answer.kind, admits ? "reservation" : "denial", `${name}, step ${step}`);
      if (answer.kind === "reservation") model.open.push({ reservation: answer, at: now, held });
    }
    const levels = limits.levels(holds, "UTC", now).map((level) => level.used);
    assert.deepEqual(levels, [model.used(now), model.open.length], `${name}, step ${step}`);
  }
}

test("a truth that comes after its bucket was swept counts all the same", () => {
  for (const hasSuccessor of [false, true]) {
    const limits = createMemoryLimits();
    const holds = [hold("tokens", 100, "sec")];
    const ask = (tokens: number, now: number, of = holds) => limits.reserve(of, { tokens, microUsd: 0 }, "UTC", now);
    const slow = ask(10, START);
    assert.ok(slow.kind === "reservation");
    // The bucket has drained; reservations of others sweep it away.
    const later = START + 10_000;
    for (let other = 0; other < 3; other++) ask(1, later, [hold("tokens", 100, "sec", { per: `other-${other}` })]);
    if (hasSuccessor) ask(20, later);
    limits.settle(slow, { tokens: 70, microUsd: 0 }, later);
    assert.equal(limits.levels(holds, "UTC", later)[0]?.used, hasSuccessor ? 80 : 60);
  }
});

test("counters that are idle do not stay", () => {
  const limits = createMemoryLimits();
  let now = START;
  const before = heapAfterCollection();
  for (let caller = 0; caller < 200_000; caller++) {
    now += 5;
    const per = `caller-${caller}`;
    const holds = [hold("requests", 5, "sec", { per }), hold("concurrency", 2, null, { per })];
    const answer = limits.reserve(holds, { tokens: 0, microUsd: 0 }, "UTC", now);
    assert.ok(answer.kind === "reservation");
    limits.settle(answer, { tokens: 0, microUsd: 0 }, now);
  }
  assert.ok(heapAfterCollection() - before < 16 * 2 ** 20);
  // The store must still be reachable when the heap is measured.
  assert.equal(limits.reserve([], { tokens: 0, microUsd: 0 }, "UTC", now).kind, "reservation");
});

function heapAfterCollection(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
