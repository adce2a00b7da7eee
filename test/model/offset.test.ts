import assert from "node:assert/strict";
import { test } from "node:test";
import { offsetOf } from "../../src/model/offset.ts";

const HOUR = 3_600_000;

test("an offset is that of its moment, asked in any order", () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["UTC", "2026-05-04T10:00:00Z", 0],
    ["Europe/Berlin", "2026-05-04T10:00:00Z", 2],
    ["Europe/Berlin", "2026-10-25T00:59:59.999Z", 2],
    ["Europe/Berlin", "2026-10-25T01:00:00Z", 1],
    ["America/Los_Angeles", "2026-12-31T00:00:00Z", -8],
    ["Asia/Kathmandu", "2026-06-30T18:14:59.999Z", 5.75],
    ["Australia/Lord_Howe", "2026-04-04T14:59:59.999Z", 11],
    ["Australia/Lord_Howe", "2026-04-04T15:00:00Z", 10.5],
  ];
  for (const [zone, at, hours] of [...cases, ...cases.toReversed()]) {
    assert.equal(offsetOf(zone, Date.parse(at)), hours * HOUR, `${zone} ${at}`);
  }
});
