import assert from "node:assert/strict";
import { test } from "node:test";
import { Roster } from "../../src/gateway/roster.ts";

test("a roster holds who is in it, and a place is given up once", () => {
  const roster = new Roster<{ readonly name: string }>();
  const [a, b, c] = [{ name: "a" }, { name: "b" }, { name: "c" }] as const;
  const leaveA = roster.enter(a);
  roster.enter(b);
  assert.deepEqual(roster.members(), [a, b]);
  leaveA();
  roster.enter(c);
  leaveA();
  assert.deepEqual(new Set(roster.members()), new Set([b, c]));
});
