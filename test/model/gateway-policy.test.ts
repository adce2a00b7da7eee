import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { allowancesIn, weigh } from "../../src/model/allowances.ts";
import { meaningOf, shippedPacks } from "./policies.ts";

const POLICY = new URL("../../policy/gateway/", import.meta.url);

test("nothing is to be said about the policy of this repository", () => {
  const paths = readdirSync(POLICY, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".policy"));
  assert.ok(paths.length >= 4);
  const sources = paths.map((path) => ({ path, text: readFileSync(new URL(path, POLICY), "utf8") }));
  const packs = shippedPacks();
  const { model, diagnostics } = meaningOf(sources, packs);
  const { told } = weigh(diagnostics, allowancesIn({ trees: [], packs }));
  assert.deepEqual(told, []);
  assert.notEqual(model, null);
});
