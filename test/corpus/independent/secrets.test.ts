/**
 * The score of the `secrets` pack on texts that it was not made for, as a gate and apart from the score on its own set.
 * Another seed gives other texts of the same kinds; the gate holds for any.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rate, scoreGuards } from "../../../src/analysis/guard-score.ts";
import type { Family, Sample } from "../sample.ts";
import { scannerOfPacks } from "../scan.ts";
import { independentCorpus } from "./set.ts";

const scan = scannerOfPacks("secrets");
const samples = independentCorpus(20261123);

/** The least that is found of each family. */
const RECALL: Readonly<Record<Exclude<Family, "negative">, number>> = { A: 0.97, B: 0.95, C: 0.95 };
const PRECISION = 0.985;
/** The most innocent texts that may be touched. */
const TOUCHED = 0.01;

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

function scoreBy(kindOf: (sample: Sample) => string) {
  return scoreGuards(
    samples.map((sample) => ({ ...sample, kind: kindOf(sample) })),
    scan,
  );
}

test("the pack finds what it should in texts of other hands, and leaves the rest alone", (t) => {
  const { all, kinds: families } = scoreBy(({ family }) => family);
  t.diagnostic(`recall ${percent(rate(all.caught, all.secrets))} of ${all.secrets} secrets`);
  t.diagnostic(`precision ${percent(rate(all.right, all.findings))} of ${all.findings} findings`);
  t.diagnostic(`${all.touched} of ${all.innocent} innocent texts touched`);
  for (const [kind, { caught, secrets, touched }] of scoreBy(({ family, kind }) => `${family} ${kind}`).kinds) {
    if (caught < secrets) t.diagnostic(`${kind}: ${caught} of ${secrets}`);
    if (touched > 0) t.diagnostic(`${kind}: ${touched} touched`);
  }
  for (const [family, least] of Object.entries(RECALL)) {
    const { caught, secrets } = families.get(family)!;
    t.diagnostic(`${family}: recall ${percent(rate(caught, secrets))}`);
    assert.ok(rate(caught, secrets) >= least, `${family}: ${caught} of ${secrets}`);
  }
  assert.ok(rate(all.right, all.findings) >= PRECISION);
  assert.ok(rate(all.touched, all.innocent) <= TOUCHED);
});

test("the set is broad, every secret is marked, and the same seed gives the same texts", () => {
  const count = (family: Family): number => samples.filter((sample) => sample.family === family).length;
  assert.ok(samples.length - count("negative") >= 1500, String(samples.length - count("negative")));
  assert.ok(count("negative") >= 1500, String(count("negative")));
  for (const { family, kind, text, spans } of samples) {
    assert.equal(spans.length > 0, family !== "negative", `${kind}: ${text}`);
    assert.doesNotMatch(text, /[\uE000\uE001]/);
    for (const [start, end] of spans) assert.ok(start >= 0 && end > start && end <= text.length, kind);
  }
  assert.deepEqual(independentCorpus(20261123), samples);
});
