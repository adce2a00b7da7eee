import assert from "node:assert/strict";
import { test } from "node:test";
import { carry, difference } from "../../src/editor/carry.ts";
import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { Lines } from "../../src/language/lines.ts";

const OLD = "one\ntwo {\n  three\n}\nfour\n";

/** A diagnostic about some words of the old text. */
function about(words: string): Diagnostic {
  const start = OLD.indexOf(words);
  const span = new Lines({ path: "a.policy", text: OLD }).span(start, start + words.length);
  return { code: "GW5001", severity: "error", span, message: words, help: null, notes: [] };
}

/** What the diagnostics are about in a new text. */
function carried(words: readonly string[], text: string): readonly string[] {
  return carry(words.map(about), OLD, { path: "a.policy", text }).map(({ span }) => {
    assert.deepEqual(span, new Lines({ path: "a.policy", text }).span(span.start, span.end));
    return text.slice(span.start, span.end);
  });
}

test("two texts differ in one stretch", () => {
  assert.equal(difference("same", "same"), null);
  assert.deepEqual(difference("abc", "abXc"), { start: 2, oldEnd: 2, newEnd: 3 });
  assert.deepEqual(difference("aXbc", "abc"), { start: 1, oldEnd: 2, newEnd: 1 });
  // Where the letter that is added equals its neighbour, beginning and end may not overlap.
  assert.deepEqual(difference("aa", "aaa"), { start: 2, oldEnd: 2, newEnd: 3 });
  assert.deepEqual(difference("", "a"), { start: 0, oldEnd: 0, newEnd: 1 });
});

test("what stands before and behind an edit keeps its words, and what was edited is left out", () => {
  const edited = OLD.replace("three", "thirty\n  three hundred");
  assert.deepEqual(carried(["one", "three", "four"], edited), ["one", "four"]);
});

test("a block that is edited inside is still that block", () => {
  const edited = OLD.replace("  three", "  three\n  more");
  assert.deepEqual(carried(["two {\n  three\n}"], edited), ["two {\n  three\n  more\n}"]);
});

test("without an edit nothing moves", () => {
  const all = [about("one"), about("four")];
  assert.equal(carry(all, OLD, { path: "a.policy", text: OLD }), all);
});
