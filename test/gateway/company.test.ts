/** When a caller is alone, and what that means for its record. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditLog, Haste } from "../../src/audit/log.ts";
import { Company } from "../../src/gateway/company.ts";
import { hasty } from "../../src/gateway/hasty.ts";

/** Company by a clock that is set by hand. */
function gathering() {
  const state = { now: 0, resting: 0 };
  const company = new Company(
    () => state.now,
    () => state.resting,
  );
  return { state, company };
}

test("one caller after the other is alone; two at once are not, nor is who comes soon after them", () => {
  const { state, company } = gathering();
  company.enter();
  assert.equal(company.alone, true);
  company.leave();
  company.enter();
  assert.equal(company.alone, true);
  company.enter();
  assert.equal(company.alone, false);
  company.leave();
  state.now = 100;
  assert.equal(company.alone, false);
  state.now = 101;
  assert.equal(company.alone, true);
});

test("who only listens is no company", () => {
  const { state, company } = gathering();
  company.enter();
  state.resting = 1;
  company.enter();
  assert.equal(company.alone, true);
  company.enter();
  assert.equal(company.alone, false);
});

test("only what is waited for is written here, and only while the caller is alone", async () => {
  const asked: (Haste | undefined)[] = [];
  const log: AuditLog = {
    append: (_body, haste) => {
      asked.push(haste);
      return new Promise(() => {});
    },
    subscribe: () => {},
    healthy: true,
    close: async () => {},
  };
  const company = { alone: true };
  const through = hasty(log, company);
  void through.append({ kind: "stop" });
  void through.append({ kind: "stop" }, "soon");
  company.alone = false;
  void through.append({ kind: "stop" });
  assert.deepEqual(asked, ["here", "soon", "now"]);
});
