import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Read,
  readClock,
  readDay,
  readDays,
  readDigest,
  readExpression,
  readInteger,
  readMoment,
  readMoney,
  readPer,
  readText,
} from "../../src/language/values.ts";

/** Images with their values; `null` for those that have a flaw. */
function assertReads<T>(read: (image: string) => Read<T>, cases: readonly (readonly [string, T | "flaw"])[]): void {
  for (const [image, expected] of cases) {
    const result = read(image);
    assert.deepEqual("value" in result ? result.value : "flaw", expected, image);
  }
}

test("whole numbers have suffixes and underscores, and stay exact", () => {
  assertReads(readInteger, [
    ["0", 0],
    ["5_000", 5_000],
    ["200k", 200_000],
    ["2M", 2_000_000],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["9007199254740992", "flaw"],
    ["99999999999M", "flaw"],
    ["1__0", "flaw"],
    ["1_", "flaw"],
    ["2m", "flaw"],
  ]);
});

test("money becomes whole micro-dollars", () => {
  assertReads(readMoney, [
    ["$0.10", 100_000],
    ["$0.000001", 1],
    ["$60_000", 60_000_000_000],
    ["$1.234567", 1_234_567],
    ["$0.1234567", "flaw"],
    ["$1.", "flaw"],
    ["$1.2.3", "flaw"],
    ["$9_007_199_255", "flaw"],
  ]);
});

test("an amount per period has a known period", () => {
  assertReads(
    (image) => readPer(image, readInteger),
    [
      ["10/min", { amount: 10, period: "min" }],
      ["2M/month", { amount: 2_000_000, period: "month" }],
      ["10/minute", "flaw"],
      ["1_/min", "flaw"],
    ],
  );
});

test("only days and moments that exist are taken", () => {
  assertReads(readDay, [
    ["2027-03-31", null],
    ["2028-02-29", null],
    ["2027-02-29", "flaw"],
    ["2027-13-01", "flaw"],
    ["0000-01-01", "flaw"],
  ]);
  assertReads(readMoment, [
    ["2026-12-24T18:00+01:00", Date.UTC(2026, 11, 24, 17)],
    ["2026-12-24T18:00:59Z", Date.UTC(2026, 11, 24, 18, 0, 59)],
    ["2026-12-24T18:00", "flaw"],
    ["2026-12-24T24:00Z", "flaw"],
    ["2026-02-30T10:00Z", "flaw"],
    ["2026-12-24T18:00+25:00", "flaw"],
    ["2026-12-24T18Z", "flaw"],
  ]);
});

test("days of the week and hours of the day", () => {
  assertReads(readDays, [
    ["mon-fri", { from: 0, to: 4 }],
    ["sun", { from: 6, to: 6 }],
    ["sat-sun", { from: 5, to: 6 }],
    ["mon-tue-wed", "flaw"],
    ["Monday", "flaw"],
  ]);
  assertReads(readClock, [
    ["07:00-20:00", { from: 420, to: 1200 }],
    ["0:00-24:00", { from: 0, to: 1440 }],
    ["07:60-20:00", "flaw"],
    ["07:00-24:01", "flaw"],
  ]);
});

test("strings know six escapes", () => {
  assertReads(readText, [
    ['"plain"', "plain"],
    ['"a\\"b\\\\c\\n\\r\\t"', 'a"b\\c\n\r\t'],
    ['"caf\\u{e9} \\u{1F600}"', "café 😀"],
    ['"\\q"', "flaw"],
    ['"\\u{110000}"', "flaw"],
    ['"\\u{d800}"', "flaw"],
    ['"\\u{}"', "flaw"],
  ]);
});

test("an expression keeps its escapes but for the slash", () => {
  assertReads(readExpression, [
    ["/a\\/b/", { pattern: "a/b", flags: "" }],
    ["/\\d\\\\\\/x/ims", { pattern: "\\d\\\\/x", flags: "ims" }],
    ["//", { pattern: "", flags: "" }],
    ["/a/ii", "flaw"],
    ["/a/g", "flaw"],
  ]);
});

test("a digest has 64 lower-case digits", () => {
  const digest = "0123456789abcdef".repeat(4);
  assertReads(readDigest, [
    [`sha256:${digest}`, digest],
    [`sha256:${digest.toUpperCase()}`, "flaw"],
    ["sha256:abc", "flaw"],
  ]);
});
