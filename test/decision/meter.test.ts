import assert from "node:assert/strict";
import { test } from "node:test";
import { minuteOfWeek } from "../../src/decision/clock.ts";
import type { Bucket } from "../../src/decision/meter.ts";
import { EMPTY_BUCKET, gcraAdd, gcraTake, gcraUsed, isRolling, windowOf } from "../../src/decision/meter.ts";
import { random } from "./oracle.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");
const HOUR = 3_600_000;

function takeOne(bucket: Bucket, now: number, limit: number, periodMs: number): Bucket | number {
  const take = gcraTake(bucket, now, 1, limit, periodMs);
  return take.ok ? take.bucket : take.retryAfterMs;
}

test("exactly the limit passes at one moment, whatever the limit and period", () => {
  for (const [limit, periodMs] of [
    [1, 60_000],
    [50, 60_000],
    [5_000, 1_000],
    [7, HOUR],
    [99_991, HOUR],
  ] as const) {
    let bucket = EMPTY_BUCKET;
    let passed = 0;
    for (let i = 0; i < limit + 3; i++) {
      const taken = takeOne(bucket, NOW, limit, periodMs);
      if (typeof taken === "object") {
        bucket = taken;
        passed++;
      }
    }
    assert.equal(passed, limit);
  }
});

test("a refusal says when the same request passes: not a millisecond later than needed", () => {
  let bucket = EMPTY_BUCKET;
  for (let i = 0; i < 20; i++) bucket = takeOne(bucket, NOW, 20, 60_000) as Bucket;
  const wait = takeOne(bucket, NOW, 20, 60_000);
  assert.equal(wait, 3_000);
  assert.equal(typeof takeOne(bucket, NOW + 2_999, 20, 60_000), "number");
  assert.equal(typeof takeOne(bucket, NOW + 3_000, 20, 60_000), "object");
});

test("over any stretch of time no more passes than the limit at once and its rate after", () => {
  const next = random(11);
  for (let round = 0; round < 50; round++) {
    const limit = 1 + Math.floor(next() * 40);
    const passed: number[] = [];
    let bucket = EMPTY_BUCKET;
    let now = NOW;
    for (let i = 0; i < 300; i++) {
      now += Math.floor(next() * 4_000);
      const taken = takeOne(bucket, now, limit, 60_000);
      if (typeof taken === "object") {
        bucket = taken;
        passed.push(now);
      }
    }
    for (const [i, from] of passed.entries()) {
      for (let j = i; j < passed.length; j++) {
        assert.ok(j - i + 1 <= limit + ((passed[j]! - from) * limit) / 60_000 + 1e-6);
      }
    }
  }
});

test("a cost over the limit never passes, and says so", () => {
  assert.deepEqual(gcraTake(EMPTY_BUCKET, NOW, 11, 10, HOUR), { ok: false, retryAfterMs: Number.POSITIVE_INFINITY });
});

test("what is read back drains from the moment it was used", () => {
  const bucket = gcraAdd(gcraAdd(EMPTY_BUCKET, NOW - HOUR / 2, 1_000, 1_000, HOUR), NOW, 100, 1_000, HOUR);
  assert.equal(gcraUsed(bucket, NOW, 1_000, HOUR), 600);
});

test("a clock that steps back drains nothing and loses nothing", () => {
  const bucket = takeOne(takeOne(EMPTY_BUCKET, NOW, 2, HOUR) as Bucket, NOW - HOUR, 2, HOUR) as Bucket;
  assert.equal(gcraUsed(bucket, NOW, 2, HOUR), 2);
});

test("budgets count in calendar windows of every period, other limits from a day on", () => {
  assert.ok(!isRolling("budget", "hour") && !isRolling("tokens", "day"));
  assert.ok(isRolling("tokens", "hour") && isRolling("requests", "sec"));
});

function windowText(period: Parameters<typeof windowOf>[0], at: string, zone: string): string {
  const { start, end } = windowOf(period, Date.parse(at), zone);
  return `${new Date(start).toISOString()} ${new Date(end).toISOString()}`;
}

test("calendar windows begin at local midnight, weeks on Monday, months on the first", () => {
  const at = "2026-05-06T23:30:00Z";
  assert.equal(windowText("day", at, "Europe/Berlin"), "2026-05-06T22:00:00.000Z 2026-05-07T22:00:00.000Z");
  assert.equal(windowText("week", at, "UTC"), "2026-05-04T00:00:00.000Z 2026-05-11T00:00:00.000Z");
  assert.equal(windowText("month", at, "America/New_York"), "2026-05-01T04:00:00.000Z 2026-06-01T04:00:00.000Z");
  assert.equal(windowText("hour", at, "Asia/Kathmandu"), "2026-05-06T23:15:00.000Z 2026-05-07T00:15:00.000Z");
});

test("a day on which the clock changes is 23 or 25 hours long, a skipped midnight begins at the change", () => {
  assert.equal(
    windowText("day", "2026-03-29T12:00:00Z", "Europe/Berlin"),
    "2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z",
  );
  assert.equal(
    windowText("day", "2026-10-25T12:00:00Z", "Europe/Berlin"),
    "2026-10-24T22:00:00.000Z 2026-10-25T23:00:00.000Z",
  );
  // Santiago goes from 24:00 to 01:00.
  assert.equal(
    windowText("day", "2026-09-06T12:00:00Z", "America/Santiago"),
    "2026-09-06T04:00:00.000Z 2026-09-07T03:00:00.000Z",
  );
});

test("windows of a year follow each other without gap or overlap, in zones with and without changes", () => {
  for (const zone of ["UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata"]) {
    for (const period of ["day", "week", "month"] as const) {
      let { end } = windowOf(period, NOW, zone);
      while (end < NOW + 366 * 24 * HOUR) {
        const window = windowOf(period, end, zone);
        assert.equal(window.start, end);
        assert.deepEqual(windowOf(period, window.end - 1, zone), window);
        end = window.end;
      }
    }
  }
});

test("minutes of the week count from Monday in the zone", () => {
  assert.equal(minuteOfWeek("UTC", Date.parse("2026-01-05T00:00:00Z")), 0);
  assert.equal(minuteOfWeek("Europe/Berlin", Date.parse("2026-01-04T23:01:00Z")), 1);
  assert.equal(minuteOfWeek("UTC", Date.parse("2026-01-11T23:59:59Z")), 10_079);
});
