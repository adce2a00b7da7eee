import assert from "node:assert/strict";
import { test } from "node:test";
import { Complaint } from "../../src/cli/complaint.ts";
import { readSize } from "../../src/cli/size.ts";

test("amounts of memory are read", () => {
  assert.equal(readSize("--body-memory", "512MB"), 512 * 1024 * 1024);
  assert.equal(readSize("--body-memory", "2gb"), 2 * 1024 ** 3);
  assert.equal(readSize("--body-memory", "64KB"), 65_536);
});

test("what is no amount of memory is refused with an example", () => {
  for (const text of ["", "512", "MB", "-1MB", "1.5GB", "512 MB", "512TB", "1e3MB", "99999999999GB"]) {
    assert.throws(() => readSize("--body-memory", text), Complaint, text);
  }
});
