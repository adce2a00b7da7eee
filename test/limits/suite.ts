/** What every store of limits must do; each implementation runs it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hold } from "../../src/decision/decision.ts";
import type { Demand } from "../../src/decision/demand.ts";
import type { Denial, Limits, Reservation } from "../../src/limits/limits.ts";
import { hold } from "./holds.ts";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOTHING: Demand = { tokens: 0, microUsd: 0 };

/** Registers the suite under a name; `create` makes an empty store. */
export function limitsSuite(name: string, create: () => Limits): void {
  const it = (sentence: string, body: (store: Store) => void) =>
    test(`${name}: ${sentence}`, () => body(open(create())));

  it("200 requests on 50 an hour: exactly 50 pass, and the next when the first has drained", (store) => {
    const holds = [hold("requests", 50, "hour")];
    const answers = Array.from({ length: 200 }, () => store.ask(holds));
    assert.equal(answers.filter((answer) => answer.kind === "reservation").length, 50);
    const denial = store.denied(holds);
    assert.equal(denial.retryAfterMs, HOUR / 50);
    assert.equal(denial.freeAt, NOON + HOUR / 50);
    assert.equal(denial.used, 50);
    store.denied(holds, NOTHING, NOON + HOUR / 50 - 1);
    store.granted(holds, NOTHING, NOON + HOUR / 50);
    store.denied(holds, NOTHING, NOON + HOUR / 50);
  });

  it("a refusal by one limit leaves no trace in the others", (store) => {
    const wide = [hold("requests", 10, "min"), hold("budget", 100, "day"), hold("concurrency", 5, null)];
    const narrow = hold("tokens", 10, "min");
    const before = store.used(wide);
    const denial = store.denied([...wide, narrow], { tokens: 11, microUsd: 50 });
    assert.equal(denial.hold, narrow);
    assert.deepEqual(store.used(wide), before);
  });

  it("of several short limits the slowest is named", (store) => {
    const minute = hold("requests", 1, "min");
    const day = hold("requests", 1, "day");
    store.granted([minute, day]);
    assert.equal(store.denied([minute, day]).hold, day);
    assert.equal(store.denied([day, minute]).freeAt, Date.parse("2026-11-24T00:00:00Z"));
  });

  it("tokens are taken by estimate and settled by the truth", (store) => {
    const holds = [hold("tokens", 1000, "hour")];
    const first = store.granted(holds, { tokens: 900, microUsd: 0 });
    store.denied(holds, { tokens: 200, microUsd: 0 });
    store.limits.settle(first, { tokens: 100, microUsd: 0 }, NOON);
    assert.deepEqual(store.used(holds), [100]);
    const second = store.granted(holds, { tokens: 900, microUsd: 0 });
    store.limits.settle(second, { tokens: 1500, microUsd: 0 }, NOON);
    assert.deepEqual(store.used(holds), [1600]);
    assert.equal(store.denied(holds, { tokens: 1, microUsd: 0 }).retryAfterMs, Math.ceil((601 * HOUR) / 1000));
  });

  it("a truth above the estimate counts from when it is known", (store) => {
    const holds = [hold("tokens", 60, "min")];
    const slow = store.granted(holds, { tokens: 10, microUsd: 0 });
    store.limits.settle(slow, { tokens: 40, microUsd: 0 }, NOON + 5 * MINUTE);
    assert.deepEqual(store.used(holds, NOON + 5 * MINUTE), [30]);
  });

  it("a budget counts what is spent and what is held, and gives back what was not needed", (store) => {
    const holds = [hold("budget", 50_000_000, "day")];
    const first = store.granted(holds, { tokens: 0, microUsd: 40_000_000 });
    const denial = store.denied(holds, { tokens: 0, microUsd: 20_000_000 });
    assert.deepEqual([denial.used, denial.held, denial.amount], [40_000_000, 40_000_000, 50_000_000]);
    assert.ok(denial.retryAfterMs <= 5_000, "what is held may come back soon");
    store.limits.settle(first, { tokens: 0, microUsd: 35_000_000 }, NOON);
    const spent = store.denied(holds, { tokens: 0, microUsd: 20_000_000 });
    assert.deepEqual([spent.used, spent.held, spent.retryAfterMs], [35_000_000, 0, 12 * HOUR]);
    store.granted(holds, { tokens: 0, microUsd: 15_000_000 });
    store.denied(holds, { tokens: 0, microUsd: 1 });
  });

  it("calendar windows begin anew at local midnight, Monday and the first", (store) => {
    const day = [hold("requests", 1, "day")];
    const week = [hold("requests", 1, "week")];
    const month = [hold("budget", 10, "month")];
    const zone = "Europe/Berlin";
    store.granted(day, NOTHING, NOON, zone);
    store.granted(week, NOTHING, NOON, zone);
    store.granted(month, { tokens: 0, microUsd: 10 }, NOON, zone);
    const ends = ["2026-11-23T23:00:00Z", "2026-11-29T23:00:00Z", "2026-11-30T23:00:00Z"].map(Date.parse);
    assert.equal(store.denied(day, NOTHING, NOON, zone).freeAt, ends[0]);
    assert.equal(store.denied(week, NOTHING, NOON, zone).freeAt, ends[1]);
    store.denied(day, NOTHING, ends[0]! - 1, zone);
    store.granted(day, NOTHING, ends[0]!, zone);
    store.granted(week, NOTHING, ends[1]!, zone);
    store.denied(month, { tokens: 0, microUsd: 1 }, ends[2]! - 1, zone);
    store.granted(month, { tokens: 0, microUsd: 10 }, ends[2]!, zone);
  });

  it("a request pays into the window that admitted it, however late it ends", (store) => {
    const holds = [hold("budget", 100, "day")];
    const late = store.granted(holds, { tokens: 0, microUsd: 60 }, NOON + 12 * HOUR - 1);
    const midnight = NOON + 12 * HOUR;
    store.granted(holds, { tokens: 0, microUsd: 30 }, midnight);
    const charges = store.limits.settle(late, { tokens: 0, microUsd: 80 }, midnight + MINUTE);
    assert.equal(charges[0]?.at, midnight - 1);
    assert.deepEqual(store.used(holds, midnight + MINUTE), [30]);
  });

  it("concurrency is freed by settling and by releasing", (store) => {
    const holds = [hold("concurrency", 2, null)];
    const first = store.granted(holds);
    const second = store.granted(holds);
    const denial = store.denied(holds);
    assert.ok(denial.retryAfterMs >= 1_000 && denial.retryAfterMs <= 2_000);
    store.limits.settle(first, NOTHING, NOON);
    store.granted(holds);
    store.denied(holds);
    store.limits.release(second, NOON);
    store.granted(holds);
    store.denied(holds);
  });

  it("what is released was never taken", (store) => {
    const holds = [
      hold("requests", 5, "min"),
      hold("requests", 5, "day"),
      hold("tokens", 100, "hour"),
      hold("budget", 100, "month"),
      hold("concurrency", 1, null),
    ];
    const before = store.used(holds);
    const reservation = store.granted(holds, { tokens: 70, microUsd: 70 });
    assert.deepEqual(store.used(holds), [1, 1, 70, 70, 1]);
    store.limits.release(reservation, NOON);
    assert.deepEqual(store.used(holds), before);
  });

  it("a reservation ends once", (store) => {
    const holds = [hold("budget", 100, "day"), hold("concurrency", 3, null), hold("tokens", 100, "hour")];
    store.granted(holds, { tokens: 10, microUsd: 10 });
    const reservation = store.granted(holds, { tokens: 50, microUsd: 50 });
    assert.equal(store.limits.settle(reservation, { tokens: 20, microUsd: 20 }, NOON).length, 2);
    const settled = store.used(holds);
    assert.deepEqual(store.limits.settle(reservation, { tokens: 20, microUsd: 20 }, NOON), []);
    store.limits.release(reservation, NOON);
    assert.deepEqual(store.used(holds), settled);
    assert.deepEqual(settled, [30, 1, 30]);
  });

  it("a request that asks for more than a ceiling is told that waiting does not help", (store) => {
    for (const period of ["min", "day"] as const) {
      const denial = store.denied([hold("tokens", 100, period)], { tokens: 101, microUsd: 0 });
      assert.equal(denial.retryAfterMs, Number.POSITIVE_INFINITY);
    }
    assert.equal(store.denied([hold("concurrency", 0, null)]).retryAfterMs, Number.POSITIVE_INFINITY);
  });

  it("a ceiling that changes keeps what was taken", (store) => {
    store.granted([hold("tokens", 1000, "hour")], { tokens: 600, microUsd: 0 });
    store.granted([hold("budget", 1000, "day")], { tokens: 0, microUsd: 600 });
    store.denied([hold("tokens", 500, "hour")], { tokens: 1, microUsd: 0 });
    store.denied([hold("budget", 500, "day")], { tokens: 0, microUsd: 1 });
    store.granted([hold("tokens", 700, "hour")], { tokens: 100, microUsd: 0 });
    store.granted([hold("budget", 700, "day")], { tokens: 0, microUsd: 100 });
    store.denied([hold("tokens", 700, "hour")], { tokens: 1, microUsd: 0 });
    store.denied([hold("budget", 700, "day")], { tokens: 0, microUsd: 1 });
  });

  it("a clock that steps back frees nothing", (store) => {
    const holds = [hold("requests", 2, "min"), hold("budget", 10, "day")];
    store.granted(holds, { tokens: 0, microUsd: 6 });
    store.granted(holds, { tokens: 0, microUsd: 4 }, NOON - DAY);
    assert.deepEqual(store.used(holds, NOON - DAY), [2, 10]);
    store.denied([holds[0]!], NOTHING, NOON - DAY);
    store.denied([holds[1]!], { tokens: 0, microUsd: 1 }, NOON - DAY);
  });

  it("counters of two keys do not meet", (store) => {
    const dana = [hold("requests", 1, "min", { per: "dana" })];
    const ci = [hold("requests", 1, "min", { per: "ci" })];
    store.granted(dana);
    store.granted(ci);
    store.denied(dana);
  });

  it("charges of a settled request put a fresh store where this one stands", (store) => {
    const holds = [
      hold("requests", 50, "hour"),
      hold("tokens", 1000, "min"),
      hold("tokens", 9000, "day"),
      hold("budget", 9000, "month"),
      hold("concurrency", 2, null),
    ];
    const again = open(create());
    for (const second of [0, 10, 20]) {
      const at = NOON + second * 1000;
      const reservation = store.granted(holds, { tokens: 500, microUsd: 500 }, at);
      const charges = store.limits.settle(reservation, { tokens: 300, microUsd: 700 }, at);
      assert.deepEqual(
        charges.map(({ measure, amount, ceiling }) => [measure, amount, ceiling]),
        [
          ["requests", 1, 50],
          ["tokens", 300, 1000],
          ["tokens", 300, 9000],
          ["budget", 700, 9000],
        ],
      );
      for (const charge of charges) again.limits.restore(charge, "UTC", NOON + MINUTE);
    }
    assert.deepEqual(again.used(holds, NOON + MINUTE), store.used(holds, NOON + MINUTE));
    assert.deepEqual(again.used(holds, NOON + MINUTE).slice(2), [900, 2100, 0]);
  });

  it("charges of past periods are not counted", (store) => {
    const at = NOON - DAY;
    const old = { amount: 50, ceiling: 50, at } as const;
    store.limits.restore(
      { ...old, counter: "team eng requests/hour", measure: "requests", period: "hour" },
      "UTC",
      NOON,
    );
    store.limits.restore({ ...old, counter: "team eng budget/day", measure: "budget", period: "day" }, "UTC", NOON);
    store.limits.restore({ ...old, counter: "team eng budget/month", measure: "budget", period: "month" }, "UTC", NOON);
    const holds = [hold("requests", 50, "hour"), hold("budget", 50, "day"), hold("budget", 50, "month")];
    assert.deepEqual(store.used(holds), [0, 0, 50]);
  });

  it("an empty list of holds is always granted", (store) => {
    assert.deepEqual(store.limits.settle(store.granted([]), NOTHING, NOON), []);
  });
}

interface Store {
  readonly limits: Limits;
  ask(holds: readonly Hold[], demand?: Demand, now?: number, timezone?: string): Reservation | Denial;
  granted(holds: readonly Hold[], demand?: Demand, now?: number, timezone?: string): Reservation;
  denied(holds: readonly Hold[], demand?: Demand, now?: number, timezone?: string): Denial;
  used(holds: readonly Hold[], now?: number): number[];
}

function open(limits: Limits): Store {
  const ask: Store["ask"] = (holds, demand = NOTHING, now = NOON, timezone = "UTC") =>
    limits.reserve(holds, demand, timezone, now);
  return {
    limits,
    ask,
    granted(...question) {
      const answer = ask(...question);
      assert.ok(answer.kind === "reservation", `denied: ${JSON.stringify(answer)}`);
      return answer;
    },
    denied(...question) {
      const answer = ask(...question);
      assert.ok(answer.kind === "denial", "granted");
      return answer;
    },
    used: (holds, now = NOON) => limits.levels(holds, "UTC", now).map((level) => level.used),
  };
}
