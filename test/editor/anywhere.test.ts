/** Editors ask at every place, of texts that are right, broken and half written: there is always an answer, within the text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { complete } from "../../src/editor/complete.ts";
import { definitionAt, type Place, referencesAt } from "../../src/editor/find.ts";
import { fixesIn } from "../../src/editor/fixes.ts";
import { hoverAt } from "../../src/editor/hover.ts";
import { lensesOf } from "../../src/editor/lenses.ts";
import { rename, renameable } from "../../src/editor/rename.ts";
import { symbolsOf } from "../../src/editor/symbols.ts";
import { FILES, openPolicy } from "./policies.ts";

/** Odd, so that all kinds of places are met. */
const STEP = 7;

function askAll(at: Place): void {
  const { policy, path, offset } = at;
  const { length } = policy.texts.get(path)!;
  const within = (start: number, end = start) => assert.ok(0 <= start && start <= end && end <= length, `${offset}`);
  const hover = hoverAt(at);
  if (hover !== null) {
    within(hover.start, hover.end);
    assert.ok(hover.parts.length > 0 && hover.parts.every((part) => part !== "" && !part.includes("undefined")));
  }
  const proposals = complete(at);
  if (proposals !== null) {
    within(proposals.start, offset);
    for (const { label } of proposals.list) assert.match(label, /^[\w@"$*]/);
  }
  for (const span of [definitionAt(at), ...referencesAt(at, true)]) {
    if (span !== null) assert.ok(policy.treeOf(span.path) !== null);
  }
  const name = renameable(at);
  if (!("refuse" in name)) {
    const edits = rename(at, "fresh-name");
    assert.ok(!("refuse" in edits) && [...edits.values()].flat().length >= 1);
  }
  for (const { edit } of fixesIn(policy, path, { start: offset, end: offset })) within(edit.start, edit.end);
}

test("at every place of sound files", () => {
  const policy = openPolicy();
  for (const [path, text] of Object.entries(FILES)) {
    for (let offset = 0; offset <= text.length; offset += STEP) askAll({ policy, path, offset });
  }
});

test("at the end of files that are half written", () => {
  for (const [path, text] of Object.entries(FILES)) {
    for (let end = 0; end <= text.length; end += STEP * 3) {
      const policy = openPolicy({ ...FILES, [path]: text.slice(0, end) });
      askAll({ policy, path, offset: end });
      for (const { span, nameSpan } of symbolsOf(policy.treeOf(path)!)) {
        assert.ok(span.start <= nameSpan.start && nameSpan.end <= span.end && span.end <= end);
      }
      for (const { span } of lensesOf(policy, path)) assert.ok(span.end <= end);
      assert.ok(policy.findings(path).every(({ span }) => span.end <= end));
    }
  }
});

test("in what is no policy at all", () => {
  for (const text of [
    "",
    "\n",
    "}{",
    "@",
    '"',
    "/",
    "language",
    "team eng { allow models @",
    "\u{1F600} team \u202E {",
    "# x",
  ]) {
    const policy = openPolicy({ ...FILES, "odd.policy": text });
    for (let offset = 0; offset <= text.length; offset++) askAll({ policy, path: "odd.policy", offset });
  }
});
