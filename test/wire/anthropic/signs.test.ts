import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scanner } from "../../../src/decision/scan.ts";
import { Signs } from "../../../src/wire/anthropic/signs.ts";

const SIGN = "token=";
/** Counts the letters that it is asked about. */
function listener(): Scanner & { asked: number } {
  const scanner = {
    asked: 0,
    scan: () => [],
    scanning: () => assert.fail("what comes of an answer is short"),
    lastSign(text: string, from: number): number {
      scanner.asked += text.length - from;
      const at = text.lastIndexOf(SIGN);
      return at < from ? -1 : at;
    },
  };
  return scanner;
}

test("a text is searched as long as a sign stands in what is left of it, however it came", () => {
  for (const size of [1, 3, 8, 40]) {
    const whole = `${"words ".repeat(30)}${SIGN}abc${" more".repeat(60)}`;
    const signs = new Signs(listener());
    let dropped = 0;
    for (let end = size; end <= whole.length; end += size) {
      const text = whole.slice(dropped, end);
      const place = text.indexOf(SIGN);
      assert.equal(signs.mayHit(text), place >= 0, `${text} (${size})`);
      const units = Math.max(0, text.length - 100);
      signs.drop(units);
      dropped += units;
    }
  }
});

test("what came before is not listened to again, but for a sign that may have begun there", () => {
  const scanner = listener();
  const signs = new Signs(scanner);
  for (let length = 1; length <= 1_000; length += 1) signs.mayHit("x".repeat(length));
  assert.ok(scanner.asked < 40 * 1_000, `${scanner.asked} letters`);
});
