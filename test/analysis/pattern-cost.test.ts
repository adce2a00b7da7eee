import assert from "node:assert/strict";
import { test } from "node:test";
import { patternCosts } from "../../src/analysis/pattern-cost.ts";
import { sampleText } from "../../src/analysis/sample-text.ts";
import { createScanner } from "../../src/decision/scanner.ts";
import { withoutSecrets } from "../../src/language/secret-forms.ts";
import { sideOf } from "./sides.ts";

const TEXT = `language 1

org acme {
  guard one, two
}

pattern anchored {
  match /\\border-\\d{1,9}\\b/
}

pattern everywhere {
  match /[A-Z]{2}\\d{4}/
}

pattern slow {
  match /ticket \\d{1,9}(a|aa){0,9}x/
}

guardrail one {
  on response
  match anchored, everywhere, /second[a-z]{3}/
  action redact
}

guardrail two {
  on request
  match anchored, slow
  action reject "no"
}
`;

/** A clock on which everything takes a second. */
function slowClock(): () => number {
  let now = 0;
  return () => {
    now += 1_000;
    return now;
  };
}

test("each pattern that a guardrail looks for is measured once, with how it is run", () => {
  const { model, table } = sideOf([{ path: "acme.policy", text: TEXT }]);
  const { patterns, togetherPerKb, sampleKb } = patternCosts(model, table, slowClock());
  assert.deepEqual(
    patterns.map(({ name, engine, anchored, span }) => `${name} ${engine} ${anchored} ${span.line}`).sort(),
    ["anchored v8 true 7", "everywhere v8 false 11", "one v8 true 21", "slow re2 true 15"],
  );
  assert.equal(sampleKb, 64);
  for (const cost of [togetherPerKb, ...patterns.map(({ microsPerKb }) => microsPerKb)]) {
    assert.equal(cost, 1_000_000 / 64);
  }
});

test("the dearest stands first", () => {
  const { model, table } = sideOf([{ path: "acme.policy", text: TEXT }]);
  let turn = 0;
  let now = 0;
  // Each look at the clock comes later after the one before than that did.
  const { patterns } = patternCosts(model, table, () => {
    turn++;
    now += turn;
    return now;
  });
  const costs = patterns.map(({ microsPerKb }) => microsPerKb);
  assert.equal(new Set(costs).size, costs.length);
  assert.deepEqual(
    costs,
    costs.toSorted((a, b) => b - a),
  );
});

test("a policy without guardrails has nothing to measure", () => {
  const { model, table } = sideOf([{ path: "acme.policy", text: "language 1\n\norg acme {\n}\n" }]);
  assert.deepEqual(patternCosts(model, table, slowClock()), { patterns: [], togetherPerKb: 0, sampleKb: 64 });
});

test("the sample holds no secret, neither for us nor for the pack that ships", () => {
  const sample = sampleText();
  assert.equal(withoutSecrets(sample), sample);
  const org = "language 1\n\nuse secrets from builtin\n\norg acme {\n  guard all\n}\n";
  const guardrail = "guardrail all {\n  on request\n  match @secrets\n  action redact\n}\n";
  const { table } = sideOf([{ path: "acme.policy", text: `${org}\n${guardrail}` }]);
  assert.deepEqual(createScanner(table, [0], "request")?.scan(sample), []);
});
