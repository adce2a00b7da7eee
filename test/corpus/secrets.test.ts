/**
 * The score of the `secrets` pack on the labelled set, as a gate: what of each family is found, how much of what is found
 * is a secret, and how many innocent texts are touched. The half that no pattern was tuned on counts like the other.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type GuardScore, rate, scoreGuards } from "../../src/analysis/guard-score.ts";
import { corpusOf, type Half } from "./corpus.ts";
import type { Family } from "./sample.ts";
import { scannerOfPacks } from "./scan.ts";

const scan = scannerOfPacks("secrets");

/** The least that is found of each family. */
const RECALL: Readonly<Record<Exclude<Family, "negative">, number>> = { A: 0.97, B: 0.88, C: 0.8 };
const OVERALL = 0.92;
const PRECISION = 0.985;
/** The most innocent texts that may be touched. */
const TOUCHED = 0.01;

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

function scoreOf(half: Half): { families: GuardScore; kinds: GuardScore } {
  const samples = corpusOf(half);
  const by = (kindOf: (sample: (typeof samples)[number]) => string): GuardScore =>
    scoreGuards(
      samples.map((sample) => ({ ...sample, kind: kindOf(sample) })),
      scan,
    );
  return { families: by(({ family }) => family), kinds: by(({ family, kind }) => `${family} ${kind}`) };
}

for (const half of ["open", "held out"] as const) {
  test(`the pack finds what it should in the ${half} half, and leaves the rest alone`, (t) => {
    const { families, kinds } = scoreOf(half);
    const { all } = families;
    t.diagnostic(`${half}: recall ${percent(rate(all.caught, all.secrets))} of ${all.secrets} secrets`);
    t.diagnostic(`${half}: precision ${percent(rate(all.right, all.findings))} of ${all.findings} findings`);
    t.diagnostic(`${half}: ${all.touched} of ${all.innocent} innocent texts touched`);
    for (const [kind, { caught, secrets, touched }] of kinds.kinds) {
      if (caught < secrets) t.diagnostic(`${half}: ${kind}: ${caught} of ${secrets}`);
      if (touched > 0) t.diagnostic(`${half}: ${kind}: ${touched} touched`);
    }
    for (const [family, least] of Object.entries(RECALL)) {
      const { caught, secrets } = families.kinds.get(family)!;
      t.diagnostic(`${half}: ${family}: recall ${percent(rate(caught, secrets))}`);
      assert.ok(rate(caught, secrets) >= least, `${family}: ${caught} of ${secrets}`);
    }
    assert.ok(rate(all.caught, all.secrets) >= OVERALL);
    assert.ok(rate(all.right, all.findings) >= PRECISION);
    assert.ok(rate(all.touched, all.innocent) <= TOUCHED);
  });
}

test("nothing of an agent's own is taken for a secret", () => {
  const own = [
    "<task-notification><task-id>b7k2m9xq</task-id><status>completed</status></task-notification>",
    "task-9f8e7d6c5b4a-token-3a2b1c0d9e8f7a6b, risk-averse, desk-ant-colony, ask-proj-management-for-everybody",
    'toolu_01A09q90qw90lq917835lq9x msg_013Zva2CMHLNnjNjNKqJ2EFq "request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"',
    "the token of this request: toolu_01A09q90qw90lq917835lq9x, session_id=msg_013Zva2CMHLNnjNjNKqJ2EFq",
    "commit 76c2363e2ccb1e44bd720c1dbba143480c9d9dc4\nparent 0e4c5b0c9d9dc41ef2e79b0c9641f2eceb461c76",
    '"integrity": "sha512-3a5WcJbvrBYaKQfPxX9zq0n7kH1mG2vT4sRyLdUoIeNwMxAfBgChDiEjFkGlHmInJoKpLqMrNsOtPuQvRwSx=="',
    '{"uuid":"6b6d619c-5a6a-44c5-b0a8-a083d5741e7f","parentUuid":null,"isSidechain":false,"version":"2.1.0"}',
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  ];
  for (const text of own) assert.deepEqual(scan(text), [], text);
});
