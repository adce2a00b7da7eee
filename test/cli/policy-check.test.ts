import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { z } from "zod";
import { CODES } from "../../src/language/codes.ts";
import { orgText } from "../revision/policies.ts";
import { type Playground, playground } from "./gw.ts";

const Place = z.strictObject({ file: z.string(), line: z.int().positive(), column: z.int().positive() });
const Diagnostic = z.strictObject({
  code: z.enum(Object.keys(CODES)),
  severity: z.enum(["error", "warning"]),
  ...Place.shape,
  message: z.string().min(1),
  help: z.string().nullable(),
  notes: z.array(z.strictObject({ message: z.string(), place: Place.nullable() })),
});
const Revision = z.strictObject({
  id: z.string().length(12),
  content: z.string().length(64),
  commit: z.string().nullable(),
});
const Checked = z.strictObject({
  ok: z.boolean(),
  directory: z.string(),
  revision: Revision,
  keys: z.int().nullable(),
  invariants: z.strictObject({ proved: z.int(), broken: z.int() }).nullable(),
  diagnostics: z.array(Diagnostic),
  allowed: z.array(z.strictObject({ ...Diagnostic.shape, reason: z.string().nullable(), allowedAt: Place })),
  patterns: z
    .strictObject({
      sampleKb: z.number().positive(),
      togetherPerKb: z.number().positive(),
      each: z.array(
        z.strictObject({
          name: z.string(),
          ...Place.shape,
          engine: z.enum(["v8", "re2"]),
          anchored: z.boolean(),
          microsPerKb: z.number().positive(),
        }),
      ),
    })
    .nullable(),
});
const Result = z.strictObject({
  name: z.string(),
  ...Place.shape,
  passed: z.boolean(),
  failures: z.array(Diagnostic),
  warnings: z.array(Diagnostic),
});
const Tested = z.strictObject({
  ok: z.boolean(),
  directory: z.string(),
  revision: Revision,
  passed: z.int().nullable(),
  failed: z.int().nullable(),
  tests: z.array(Result),
  proved: z.int().nullable(),
  broken: z.int().nullable(),
  invariants: z.array(Result),
  diagnostics: z.array(Diagnostic),
});

const GOOD = `${orgText()}
test "eng has the small model" for team eng {
  can use models claude-haiku-4-5
  cannot use models claude-haiku-5-5
}
`;
const FAILING = `${orgText()}
test "holds" for team eng {
  can use models claude-haiku-4-5
}

test "does <not> hold & says so" for team eng {
  can use models claude-haiku-4-5
  can use models claude-haiku-5-5
}
`;
const BROKEN = orgText("  allow models @smal\n  limt requests 5/min\n");

const KEY = `key dana in eng {
  hash sha256:${"0".repeat(63)}1
  expires 2099-12-31
}
`;
const KEPT = `${orgText()}
${KEY}
invariant "keys end" {
  never allow models claude-haiku-5-5 to team eng
  require every key expires within 36_500 days
}
`;
const UNKEPT = `${orgText()}
${KEY}
invariant "small" {
  never allow models @small to team eng
}
`;

suite("gw policy check and test", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
    mkdirSync(join(place.dir, "policy"));
  });
  afterEach(() => place.remove());

  test("a good policy takes one line", async () => {
    place.write("policy/org.policy", GOOD);
    const checked = await place.gw("policy", "check", "policy");
    assert.match(checked.out, /^good: policy, 0 keys, revision [0-9a-f]{12}\n$/);
    assert.deepEqual([checked.code, checked.err], [0, ""]);
    const tested = await place.gw("policy", "test", "policy");
    assert.match(tested.out, /^good: policy, 1 test passed, revision [0-9a-f]{12}\n$/);
    assert.deepEqual([tested.code, tested.err], [0, ""]);
  });

  test("every fault is drawn, with a place that a terminal can jump to", async () => {
    place.write("policy/org.policy", BROKEN);
    const { code, out, err } = await place.gw("policy", "check", "policy");
    assert.deepEqual([code, err], [1, ""]);
    assert.match(out, /error\[GW2003\]: unknown model group `@smal`\n +--> policy\/org\.policy:16:16\n/);
    assert.match(out, /\^+ did you mean `@small`\?/);
    assert.match(out, / +--> policy\/org\.policy:17:3\n/);
    assert.match(out, /\nnot good: 2 errors in policy\n$/);
  });

  test("the same for programs", async () => {
    place.write("policy/org.policy", GOOD);
    const good = Checked.parse(JSON.parse((await place.gw("policy", "check", "policy", "--format", "json")).out));
    assert.deepEqual([good.ok, good.keys, good.diagnostics.length], [true, 0, 0]);
    place.write("policy/org.policy", BROKEN);
    const { code, out } = await place.gw("policy", "check", "policy", "--format", "json");
    const broken = Checked.parse(JSON.parse(out));
    assert.deepEqual([code, broken.ok, broken.keys], [1, false, null]);
    assert.deepEqual(
      broken.diagnostics.map(({ file, line }) => `${file}:${line}`),
      ["policy/org.policy:16", "policy/org.policy:17"],
    );
  });

  test("what CI systems read has every finding, a key that is over included", async () => {
    place.write("policy/org.policy", `${orgText()}\n${KEY.replace("2099", "2020")}`);
    const run = (format: string) => place.gw("policy", "check", "policy", "--format", format);
    const github = await run("github");
    assert.equal(github.code, 0);
    assert.match(
      github.out,
      /^::warning file=policy\/org\.policy,line=19,col=5,title=GW4011::key `dana` expired [^\n]*\n$/,
    );
    const sarif = JSON.parse((await run("sarif")).out).runs[0].results;
    assert.deepEqual(
      sarif.map(({ level }: { level: string }) => level),
      ["warning"],
    );
    const gitlab = JSON.parse((await run("gitlab")).out);
    assert.deepEqual([gitlab.length, gitlab[0].severity, gitlab[0].location.lines.begin], [1, "minor", 19]);
    place.write("policy/org.policy", BROKEN);
    const broken = await run("github");
    assert.deepEqual([broken.code, broken.out.match(/^::error /gm)?.length], [1, 2]);
  });

  test("a warning does not make a policy bad", async () => {
    place.write("policy/org.policy", `${orgText()}\nmodels idle {\n  claude-opus-5-5\n}\n`);
    const { code, out } = await place.gw("policy", "check", "policy");
    assert.equal(code, 0);
    assert.match(out, /^warning\[GW3026\]/);
    assert.match(out, /\ngood: policy, 0 keys, 1 warning, /);
  });

  test("unless warnings are denied", async () => {
    place.write("policy/org.policy", `${orgText()}\nmodels idle {\n  claude-opus-5-5\n}\n`);
    const text = await place.gw("policy", "check", "policy", "--deny-warnings");
    assert.equal(text.code, 1);
    assert.match(text.out, /^warning\[GW3026\][\s\S]*\nnot good: 1 warning in policy\n$/);
    const json = await place.gw("policy", "check", "policy", "--deny-warnings", "--format", "json");
    assert.deepEqual([json.code, Checked.parse(JSON.parse(json.out)).ok], [1, false]);
  });

  test("a warning that is allowed is not drawn and denied to nobody, but it is in the reports for programs", async () => {
    const allowance = "# allow GW3026: for the trial in May";
    place.write("policy/org.policy", `${orgText()}\n${allowance}\nmodels idle {\n  claude-opus-5-5\n}\n`);
    const text = await place.gw("policy", "check", "policy", "--deny-warnings");
    assert.equal(text.code, 0);
    assert.match(text.out, /^good: policy, 0 keys, 1 warning allowed, revision [0-9a-f]{12}\n$/);
    const json = await place.gw("policy", "check", "policy", "--format", "json");
    const { diagnostics, allowed } = Checked.parse(JSON.parse(json.out));
    assert.deepEqual(
      [diagnostics, allowed.map(({ code, line, reason, allowedAt }) => [code, line, reason, allowedAt.line])],
      [[], [["GW3026", 20, "for the trial in May", 19]]],
    );
    const sarif = JSON.parse((await place.gw("policy", "check", "policy", "--format", "sarif")).out);
    const [result] = sarif.runs[0].results;
    assert.deepEqual(
      [result.ruleId, result.suppressions],
      ["GW3026", [{ kind: "inSource", justification: "for the trial in May" }]],
    );
  });

  test("an allowance that silences nothing is a warning, and one beside an error leaves it alone", async () => {
    place.write("policy/org.policy", `# allow GW3026: nothing here\n${GOOD}`);
    const idle = await place.gw("policy", "check", "policy");
    assert.equal(idle.code, 0);
    assert.match(idle.out, /^warning\[GW6002\]: `allow GW3026` silences nothing: there is no such warning here\n/);
    place.write("policy/org.policy", `# allow GW3026\n${GOOD}`);
    const bare = await place.gw("policy", "check", "policy");
    assert.match(bare.out, /^warning\[GW6001\]: `allow GW3026` gives no reason\n/);
    assert.match(bare.out, /\ngood: policy, 0 keys, 1 warning, /);
    place.write("policy/org.policy", BROKEN.replace("@smal", "@smal # allow GW2003: it is not there yet"));
    const broken = await place.gw("policy", "check", "policy");
    assert.equal(broken.code, 1);
    assert.match(broken.out, /error\[GW2003\]: unknown model group `@smal`\n/);
    assert.match(broken.out, /warning\[GW6003\]: `GW2003` is an error, and no error can be allowed\n/);
  });

  test("patterns are measured when asked for, and not by each check", async () => {
    const guard = "guardrail ids {\n  on request\n  match /\\bEMP-\\d{6}\\b/\n  action redact\n}\n";
    place.write("policy/org.policy", `${orgText().replace("org acme {\n", "org acme {\n  guard ids\n")}\n${guard}`);
    const text = await place.gw("policy", "check", "policy", "--patterns");
    assert.equal(text.code, 0);
    assert.match(text.out, /^µs\/KB .*\n +\d+\.\d\d {2}where its fixed text stands +ids {2}policy\/org\.policy:22\n/);
    assert.match(text.out, /\n +\d+\.\d\d {2}all in one scan\n\ngood: policy, /);
    const json = await place.gw("policy", "check", "policy", "--patterns", "--format", "json");
    const { patterns } = Checked.parse(JSON.parse(json.out));
    assert.deepEqual(
      patterns?.each.map(({ name, line, engine, anchored }) => [name, line, engine, anchored]),
      [["ids", 22, "v8", true]],
    );
    const plain = await place.gw("policy", "check", "policy", "--format", "json");
    assert.equal(Checked.parse(JSON.parse(plain.out)).patterns, null);
    const sarif = await place.gw("policy", "check", "policy", "--patterns", "--format", "sarif");
    assert.deepEqual([sarif.code, sarif.out], [2, ""]);
    assert.match(sarif.err, /^error: `--patterns` cannot be told in the format sarif\n/);
  });

  test("a test that fails names its line and what decides", async () => {
    place.write("policy/org.policy", FAILING);
    const { code, out } = await place.gw("policy", "test", "policy");
    assert.equal(code, 1);
    assert.match(out, /^policy\/org\.policy:25:3: .*`claude-haiku-5-5`/);
    assert.match(out, /\n1 test failed: policy, 1 test passed, revision/);
    const json = await place.gw("policy", "test", "policy", "--format", "json");
    const { ok, passed, failed, tests } = Tested.parse(JSON.parse(json.out));
    assert.deepEqual([json.code, ok, passed, failed], [1, false, 1, 1]);
    assert.deepEqual(
      tests.map(({ line, passed, failures }) => [line, passed, failures.map((failure) => failure.line)]),
      [
        [19, true, []],
        [23, false, [25]],
      ],
    );
  });

  test("JUnit for those who read that", async () => {
    place.write("policy/org.policy", FAILING);
    const { code, out } = await place.gw("policy", "test", "policy", "--format", "junit");
    assert.equal(code, 1);
    assert.match(out, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites tests="2" failures="1"/);
    assert.match(
      out,
      /<testcase name="does &lt;not&gt; hold &amp; says so" classname="policy\/org\.policy".* line="23">/,
    );
    assert.match(out, /<failure type="GW5001" message="[^"]*claude-haiku-5-5[^"]*">policy\/org\.policy:25:3: /);
    assert.equal(out.match(/<testcase /g)?.length, 2);
  });

  test("invariants are proved by the check, and told with the lines that break them", async () => {
    place.write("policy/org.policy", KEPT);
    const kept = await place.gw("policy", "check", "policy");
    assert.match(kept.out, /^good: policy, 1 key, 1 invariant proved, revision [0-9a-f]{12}\n$/);
    place.write("policy/org.policy", UNKEPT);
    const { code, out } = await place.gw("policy", "check", "policy");
    assert.equal(code, 1);
    assert.match(out, /^error\[GW5010\]: invariant "small" does not hold: team eng can use model `claude-haiku-4-5`\n/);
    assert.match(out, / +--> policy\/org\.policy:25:3\n/);
    assert.match(out, /= `allow models claude-haiku-4-5` allows it \(policy\/org\.policy:16\)\n/);
    assert.match(out, /\nnot good: 1 error in policy\n$/);
    const json = Checked.parse(JSON.parse((await place.gw("policy", "check", "policy", "--format", "json")).out));
    assert.deepEqual([json.ok, json.invariants], [false, { proved: 0, broken: 1 }]);
    assert.deepEqual(
      json.diagnostics.map(({ line }) => line),
      [25],
    );
  });

  test("the moment from which invariants have to hold can be given", async () => {
    place.write("policy/org.policy", KEPT);
    const long = await place.gw("policy", "check", "policy", "--at", "2090-01-01T00:00Z");
    assert.equal(long.code, 0);
    const early = await place.gw("policy", "test", "policy", "--at", "1980-01-01T00:00Z");
    assert.equal(early.code, 1);
    assert.match(early.out, /key dana expires on 2099-12-31, 43829 days from 1980-01-01/);
    const wrong = await place.gw("policy", "check", "policy", "--at", "2026-01-01");
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /`2026-01-01` is no point in time\n/);
  });

  test("invariants stand in the report of tests, in every format", async () => {
    place.write("policy/org.policy", KEPT);
    const kept = await place.gw("policy", "test", "policy");
    assert.match(kept.out, /^good: policy, 0 tests passed, 1 invariant proved, revision/);
    place.write("policy/org.policy", UNKEPT);
    const text = await place.gw("policy", "test", "policy");
    assert.equal(text.code, 1);
    assert.match(text.out, /^error\[GW5010\][\s\S]*\n1 invariant broken: policy, 0 tests passed, revision/);
    const json = Tested.parse(JSON.parse((await place.gw("policy", "test", "policy", "--format", "json")).out));
    assert.deepEqual([json.ok, json.failed, json.proved, json.broken], [false, 0, 0, 1]);
    assert.deepEqual(json.invariants[0]?.failures[0]?.notes[0]?.place?.line, 16);
    const junit = await place.gw("policy", "test", "policy", "--format", "junit");
    assert.equal(junit.code, 1);
    assert.match(
      junit.out,
      /<testcase name="small" classname="policy\/org\.policy".* line="24">\n +<failure type="GW5010"/,
    );
    assert.match(junit.out, /allows it \(policy\/org\.policy:16\)/);
  });

  test("a policy that is not good is not tested, in any format", async () => {
    place.write("policy/org.policy", BROKEN);
    const text = await place.gw("policy", "test", "policy");
    assert.equal(text.code, 1);
    assert.match(text.out, /GW2003[\s\S]*\nnot tested: the policy in policy is not good\n$/);
    const json = await place.gw("policy", "test", "policy", "--format", "json");
    const { ok, passed, diagnostics } = Tested.parse(JSON.parse(json.out));
    assert.deepEqual([json.code, ok, passed, diagnostics.length], [1, false, null, 2]);
    const junit = await place.gw("policy", "test", "policy", "--format", "junit");
    assert.equal(junit.code, 1);
    assert.match(junit.out, /<testsuites tests="1" failures="1"/);
  });

  test("no tests at all is worth a warning", async () => {
    place.write("policy/org.policy", orgText());
    const { code, err } = await place.gw("policy", "test", "policy");
    assert.equal(code, 0);
    assert.match(err, /warning: there is no `test` in policy/);
  });
});
