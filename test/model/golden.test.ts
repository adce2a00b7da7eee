/**
 * Every check by example. A case is one file: policy text, a line of dashes, what is said about it. A line
 * `=== path` begins another file of the same policy; `packs/NAME.policy` is the pack NAME.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { Source } from "../../src/language/source.ts";
import { meaningOf } from "./policies.ts";

const GOLDEN = new URL("golden/", import.meta.url);
const DASHES = "\n--------------------------------------------------------------------------------\n";

for (const name of readdirSync(GOLDEN).sort()) {
  test(name.replace(/\.txt$/, "").replaceAll("-", " "), () => {
    const text = readFileSync(new URL(name, GOLDEN), "utf8");
    const [input, expected] = text.split(DASHES);
    assert.ok(input !== undefined && expected !== undefined, `${name} has no line of dashes`);
    const { drawn, model, diagnostics } = meaningOf(filesOf(input));
    assert.equal(`${drawn}\n`, expected);
    assert.equal(
      model === null,
      diagnostics.some(({ severity }) => severity === "error"),
    );
  });
}

function filesOf(input: string): Source[] {
  const [first = "", ...more] = input.split(/^=== (.*)\n/m);
  const files = first.trim() === "" ? [] : [{ path: "acme.policy", text: first }];
  for (let at = 0; at + 1 < more.length; at += 2) files.push({ path: more[at]!, text: more[at + 1]! });
  return files;
}
