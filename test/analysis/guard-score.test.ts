import assert from "node:assert/strict";
import { test } from "node:test";
import { isCovered, rate, scoreGuards } from "../../src/analysis/guard-score.ts";

const find = (text: string) =>
  Array.from(text.matchAll(/x+/g), (match) => ({ start: match.index, end: match.index + match[0].length }));

test("a secret is caught when findings cover all of it, however many they are", () => {
  assert.ok(isCovered([2, 6], [{ start: 2, end: 6 }]));
  assert.ok(
    isCovered(
      [2, 6],
      [
        { start: 4, end: 9 },
        { start: 0, end: 4 },
      ],
    ),
  );
  assert.ok(!isCovered([2, 6], [{ start: 2, end: 5 }]));
  assert.ok(
    !isCovered(
      [2, 6],
      [
        { start: 0, end: 3 },
        { start: 4, end: 9 },
      ],
    ),
  );
  assert.ok(!isCovered([2, 6], []));
});

test("recall, precision and touched texts are counted in all and by kind", () => {
  const { all, kinds } = scoreGuards(
    [
      { text: "a xx b", kind: "one", spans: [[2, 4]] },
      { text: "a xx b x", kind: "one", spans: [[0, 4]] },
      { text: "nothing", kind: "none", spans: [] },
      { text: "an x", kind: "none", spans: [] },
    ],
    find,
  );
  assert.deepEqual(all, { texts: 4, secrets: 2, caught: 1, findings: 4, right: 2, innocent: 2, touched: 1 });
  assert.deepEqual(kinds.get("none"), {
    texts: 2,
    secrets: 0,
    caught: 0,
    findings: 1,
    right: 0,
    innocent: 2,
    touched: 1,
  });
  assert.equal(rate(1, 4), 0.25);
  assert.equal(rate(0, 0), 1);
});
