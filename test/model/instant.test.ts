import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "../../src/language/tree.ts";
import { firstMomentUtc, isTimeZone, lastMoment } from "../../src/model/instant.ts";

const SPAN = { path: "acme.policy", start: 0, end: 0, line: 1, column: 1 };

function date(text: string): Instant {
  return { text, dateOnly: true, ms: null, span: SPAN };
}

function ends(text: string, zone: string): string {
  return new Date(lastMoment(date(text), zone)).toISOString();
}

test("a date alone ends with its day in the zone", () => {
  assert.equal(ends("2027-03-31", "UTC"), "2027-03-31T23:59:59.999Z");
  assert.equal(ends("2027-03-31", "Europe/Berlin"), "2027-03-31T21:59:59.999Z");
  assert.equal(ends("2026-12-24", "Europe/Berlin"), "2026-12-24T22:59:59.999Z");
  assert.equal(ends("2026-12-31", "Pacific/Auckland"), "2026-12-31T10:59:59.999Z");
  assert.equal(ends("2026-12-31", "America/Los_Angeles"), "2027-01-01T07:59:59.999Z");
  assert.equal(ends("2026-06-30", "Asia/Kathmandu"), "2026-06-30T18:14:59.999Z");
});

test("days on which clocks change are as long as they are", () => {
  assert.equal(ends("2027-03-27", "Europe/Berlin"), "2027-03-27T22:59:59.999Z");
  assert.equal(ends("2027-03-28", "Europe/Berlin"), "2027-03-28T21:59:59.999Z");
  assert.equal(ends("2026-10-25", "Europe/Berlin"), "2026-10-25T22:59:59.999Z");
});

test("where clocks jump over midnight a day ends at the jump, where they fall back over it after the second hour", () => {
  assert.equal(ends("2018-11-03", "America/Sao_Paulo"), "2018-11-04T02:59:59.999Z");
  assert.equal(ends("2018-02-17", "America/Sao_Paulo"), "2018-02-18T02:59:59.999Z");
});

test("a point in time is what it says, and a price begins with its day in UTC", () => {
  const ms = Date.UTC(2026, 11, 24, 17);
  assert.equal(lastMoment({ text: "2026-12-24T18:00+01:00", dateOnly: false, ms, span: SPAN }, "Asia/Tokyo"), ms);
  assert.equal(firstMomentUtc(date("2026-10-07")), Date.UTC(2026, 9, 7));
});

test("time zones are those of the IANA database", () => {
  for (const name of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"]) assert.ok(isTimeZone(name), name);
  for (const name of ["Europe/Berln", "+02:00", "", "Mars/Olympus"]) assert.ok(!isTimeZone(name), name);
});
