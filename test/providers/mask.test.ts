import assert from "node:assert/strict";
import { test } from "node:test";
import { createMask, masked } from "../../src/providers/mask.ts";
import { collect } from "./upstream.ts";

const SECRET = "aaab-upstream-secret";

async function* chunks(parts: readonly string[]) {
  for (const part of parts) yield Buffer.from(part);
}

test("a credential is blotted out wherever it is split, and what only looks like one stays", async () => {
  for (let cut = 0; cut <= SECRET.length; cut++) {
    const parts = [
      `a a${SECRET.slice(0, cut)}`,
      `${SECRET.slice(cut)} b ${SECRET.slice(0, 5)}`,
      "z",
      ` ${SECRET.slice(0, 9)}`,
    ];
    const text = (await collect(masked(chunks(parts), createMask(SECRET)!))).toString();
    assert.equal(text, `a a${"*".repeat(SECRET.length)} b ${SECRET.slice(0, 5)}z ${SECRET.slice(0, 9)}`);
  }
});

test("split byte by byte", async () => {
  const text = (await collect(masked(chunks([...`x${SECRET}y`]), createMask(SECRET)!))).toString();
  assert.equal(text, `x${"*".repeat(SECRET.length)}y`);
});
