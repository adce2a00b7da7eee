import assert from "node:assert/strict";
import { test } from "node:test";
import { searchSymbols, symbolsOf } from "../../src/editor/symbols.ts";
import { openPolicy } from "./policies.ts";

test("the outline of a file is its declarations", () => {
  const policy = openPolicy();
  assert.deepEqual(
    symbolsOf(policy.treeOf("tests.policy")!).map(({ kind, name, detail }) => [kind, name, detail]),
    [
      ["test", "engineers read", "test for team eng"],
      ["test", "numbers are redacted", "test for key dana"],
      ["invariant", "payments stay small", "invariant"],
    ],
  );
  const [key] = symbolsOf(policy.treeOf("teams.policy")!).filter(({ kind }) => kind === "key");
  const text = policy.texts.get("teams.policy")!;
  assert.equal(text.slice(key!.nameSpan.start, key!.nameSpan.end), "dana");
  assert.ok(text.slice(key!.span.start, key!.span.end).startsWith("key dana in eng/payments {"));
});

test("a search finds names by their letters", () => {
  const found = (query: string) => searchSymbols(openPolicy(), query).map(({ name }) => name);
  assert.deepEqual(found("engpay"), ["eng/payments"]);
  assert.deepEqual(found("DANA"), ["dana"]);
  assert.deepEqual(found("(nothing["), []);
  assert.ok(found("").length >= 12);
});
