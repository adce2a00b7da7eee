import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { z } from "zod";
import { CODES } from "../../src/language/codes.ts";
import { orgText } from "../revision/policies.ts";
import { GW, type Playground, playground } from "./gw.ts";

const TEAM = "  allow models claude-haiku-4-5\n  allow tools Read\n  limit requests 60/min per key\n";
const TESTS = `
test "the small model, and no other" for team eng {
  can use models claude-haiku-4-5
  otherwise cannot
}
`;
const FAILING = `
test "100%, or not" for team eng {
  can use models claude-haiku-5-5
}
`;

const Place = { file: z.string(), line: z.int().positive(), column: z.int().positive() };
const Coverage = z.strictObject({
  statements: z.int(),
  covered: z.int(),
  idle: z.int(),
  percent: z.int().min(0).max(100),
  pairs: z.int(),
  touched: z.int(),
  uncovered: z.array(
    z.strictObject({
      ...Place,
      statement: z.string(),
      subject: z.string(),
      test: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  untouched: z.array(
    z.strictObject({
      ...Place,
      statement: z.string(),
      subject: z.string(),
      classes: z.int(),
      untouched: z.int(),
      examples: z.array(z.string()),
    }),
  ),
});

/** What GitLab reads of a code quality report. */
const CodeQuality = z.array(
  z.strictObject({
    check_name: z.enum(Object.keys(CODES)),
    description: z.string().min(1),
    severity: z.enum(["info", "minor", "major", "critical", "blocker"]),
    fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
    location: z.strictObject({
      path: z.string().regex(/^(?!\.\/)/),
      lines: z.strictObject({ begin: z.int().positive() }),
    }),
  }),
);

/** What SARIF 2.1.0 demands of what is written here: names as in the standard, indices that hit, places from 1. */
const Location = z.strictObject({
  physicalLocation: z.strictObject({
    artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w./%~-]+$/) }),
    region: z.strictObject({ startLine: z.int().positive(), startColumn: z.int().positive() }),
  }),
  message: z.strictObject({ text: z.string() }).optional(),
});
const Level = z.enum(["none", "note", "warning", "error"]);
const Text = z.strictObject({ text: z.string().min(1) });
const Sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.literal("sallyport"),
          version: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.enum(Object.keys(CODES)),
              shortDescription: Text,
              fullDescription: Text,
              defaultConfiguration: z.strictObject({ level: Level }),
            }),
          ),
        }),
      }),
      columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().nonnegative(),
          level: Level,
          message: Text,
          locations: z.array(Location).length(1),
          relatedLocations: z.array(Location),
        }),
      ),
    }),
  ]),
});

suite("gw policy test", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
    mkdirSync(join(place.dir, "policy"));
  });
  afterEach(() => place.remove());

  const run = (...more: string[]) => place.gw("policy", "test", "policy", ...more);

  test("--coverage names what no test would miss, and the tests that would", async () => {
    place.write("policy/org.policy", orgText(TEAM) + TESTS);
    const { code, out } = await run("--coverage");
    assert.equal(code, 0);
    assert.match(out, /^policy\/org\.policy:17:3: no test would miss `allow tools Read` of team eng\n/);
    assert.match(out, /\ntest "team eng: allow tools Read" for team eng \{\n {2}can use tools Read\n\}\n/);
    assert.match(out, /: no test asks about 1 of 1 classes of names in `allow tools Read`: `Read`\n/);
    assert.match(out, /\ncovered: 1 of 3 statements \(33 %\), 1 of 2 classes of names\n\ngood: policy, 1 test passed/);
  });

  test("what it prints can be pasted, and covers", async () => {
    place.write("policy/org.policy", orgText(TEAM));
    const bare = await run("--coverage", "--format", "json");
    const { uncovered, percent } = Coverage.parse(JSON.parse(bare.out).coverage);
    assert.deepEqual([percent, uncovered.length], [0, 3]);
    place.write("policy/tests.policy", `language 1\n\n${uncovered.map((it) => it.test).join("\n")}`);
    const { code, out } = await run("--coverage-min", "100");
    assert.equal(code, 0, out);
    assert.match(out, /^covered: 3 of 3 statements \(100 %\), 2 of 2 classes of names\n\ngood: policy, 3 tests passed/);
    assert.equal((await place.gw("policy", "fmt", "--check", "policy")).code, 0);
  });

  test("a ceiling that takes nothing away today is named, but is not to be covered", async () => {
    place.write("policy/org.policy", orgText(`${TEAM}  deny tools connector:*\n`) + TESTS);
    const { out } = await run("--coverage");
    assert.match(
      out,
      /:19:3: no test would miss `deny tools connector:\*` of team eng\n {2}nothing changes without it today: /,
    );
    assert.match(out, /\ncovered: 1 of 3 statements \(33 %\), 1 that no test could miss, /);
  });

  test("what a tool gives back is played, and a line about it that no test would miss is named", async () => {
    const held =
      "  allow tools mcp:files/*\n  results mcp:files/* max 1k redact staff\n  results mcp:files/read flag staff\n";
    const more =
      '\nmcp files {\n  command "server"\n}\n\npattern staff {\n  match /EMP-\\d{6}/\n  hit "EMP-447021"\n}\n';
    const test = `
test "numbers stay" for team eng {
  send tool mcp:files/read result "of EMP-447021" expect redact staff to "of [[secret:staff:*]]"
  send tool mcp:files/read result 1k expect withhold
}
`;
    place.write("policy/acme.policy", orgText(held) + more + test);
    const { code, out } = await run("--coverage");
    assert.equal(code, 1, out);
    assert.match(
      out,
      /acme\.policy:\d+:3: what mcp:files\/read gives back goes on as it is, and the test expects it to be withheld\n/,
    );
    place.write("policy/acme.policy", orgText(held) + more + test.replace("1k", "1_001"));
    const good = await run("--coverage");
    assert.equal(good.code, 0, good.out);
    assert.match(good.out, /no test would miss `results mcp:files\/read flag staff` of team eng\n/);
    assert.doesNotMatch(good.out, /no test would miss `results mcp:files\/\* max/);
  });

  test("--coverage-min fails below, in every format", async () => {
    place.write("policy/org.policy", orgText(TEAM) + TESTS);
    assert.equal((await run("--coverage-min", "33")).code, 0);
    const { code, out } = await run("--coverage-min", "34");
    assert.equal(code, 1);
    assert.match(out, /\n33 % of statements covered, at least 34 % wanted: policy, 1 test passed, /);
    const json = await run("--coverage-min", "34", "--format", "json");
    assert.deepEqual([json.code, JSON.parse(json.out).ok], [1, false]);
    const junit = await run("--coverage-min", "34", "--format", "junit");
    assert.equal(junit.code, 1);
    assert.match(junit.out, /<testsuites tests="2" failures="1"/);
    assert.match(
      junit.out,
      /<testcase name="tests cover at least 34 % of statements" [^>]*>\n +<failure type="GW5006"/,
    );
    for (const wrong of ["101", "-1", "half"]) {
      const refused = await run("--coverage-min", wrong);
      assert.deepEqual([refused.code, refused.err.includes("is not a percentage")], [2, true], wrong);
    }
  });

  test("SARIF for code hosts", async () => {
    place.write("policy/org.policy", orgText(TEAM) + FAILING);
    const { code, out } = await run("--format", "sarif", "--coverage");
    assert.equal(code, 1);
    const [{ results, tool }] = Sarif.parse(JSON.parse(out)).runs;
    for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.deepEqual(
      results.map(({ ruleId, level, locations: [at] }) => {
        return `${ruleId} ${level} ${at?.physicalLocation.artifactLocation.uri}:${at?.physicalLocation.region.startLine}`;
      }),
      [
        "GW5006 warning policy/org.policy:16",
        "GW5006 warning policy/org.policy:17",
        "GW5006 warning policy/org.policy:18",
        "GW5001 error policy/org.policy:22",
      ],
    );
    place.write("policy/org.policy", orgText("  allow models @smal\n"));
    const broken = await run("--format", "sarif");
    assert.equal(broken.code, 1);
    assert.deepEqual(
      Sarif.parse(JSON.parse(broken.out)).runs[0].results.map(({ ruleId }) => ruleId),
      ["GW2003"],
    );
  });

  test("annotations for workflows: one line each, with what would end it escaped", async () => {
    place.write("policy/org.policy", orgText(TEAM) + FAILING);
    const { code, out } = await run("--format", "github");
    assert.equal(code, 1);
    assert.match(
      out,
      /^::error file=policy\/org\.policy,line=22,col=3,title=GW5001::team eng cannot use `claude-haiku-5-5`: [^\n]*%0A[^\n]*\n$/,
    );
    place.write("policy/org.policy", orgText(TEAM) + TESTS);
    const good = await run("--format", "github");
    assert.deepEqual([good.code, good.out], [0, ""]);
    place.write("policy/a,b%c.policy", `language 1\n${FAILING}`);
    assert.match((await run("--format", "github")).out, /^::error file=policy\/a%2Cb%25c\.policy,line=4,/);
  });

  test("a second place keeps its file and line where only text is shown", async () => {
    place.write(
      "policy/org.policy",
      `${orgText(TEAM)}\ninvariant "never" {\n  never allow models claude-haiku-4-5 to team eng\n}\n`,
    );
    const { code, out } = await run("--format", "github");
    assert.equal(code, 1);
    assert.match(
      out,
      /^::error file=policy\/org\.policy,line=22,[^\n]*%0A`allow models claude-haiku-4-5` allows it \(policy\/org\.policy:16\)(?:%0A|\n)/,
    );
    const [issue] = CodeQuality.parse(JSON.parse((await run("--format", "gitlab")).out));
    assert.match(issue?.description ?? "", /\n`allow models claude-haiku-4-5` allows it \(policy\/org\.policy:16\)$/m);
  });

  test("code quality for GitLab: a fault that moves keeps its fingerprint, two alike have two", async () => {
    const issues = async () => CodeQuality.parse(JSON.parse((await run("--format", "gitlab")).out));
    place.write("policy/org.policy", orgText("  allow models @smal\n  allow models @smal\n"));
    const before = await issues();
    assert.deepEqual(
      before.map(
        ({ check_name, severity, location }) => `${check_name} ${severity} ${location.path}:${location.lines.begin}`,
      ),
      ["GW2003 major policy/org.policy:16", "GW2003 major policy/org.policy:17"],
    );
    assert.equal(new Set(before.map(({ fingerprint }) => fingerprint)).size, 2);
    place.write("policy/org.policy", orgText("\n  allow models @smal\n  allow models @smal\n"));
    const after = await issues();
    assert.deepEqual(
      after.map(({ location }) => location.lines.begin),
      [17, 18],
    );
    assert.deepEqual(
      after.map(({ fingerprint }) => fingerprint),
      before.map(({ fingerprint }) => fingerprint),
    );
    place.write("policy/org.policy", orgText(TEAM) + TESTS);
    assert.deepEqual(await issues(), []);
  });

  test("--watch runs again at each change", async () => {
    place.write("policy/org.policy", orgText(TEAM) + TESTS);
    const child = spawn(process.execPath, [GW, "policy", "test", "policy", "--watch"], { cwd: place.dir });
    let seen = "";
    const shows = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(seen)) seen += String((await once(child.stdout, "data"))[0]);
      seen = "";
    };
    try {
      await shows(/good: policy, 1 test passed/);
      place.write("policy/org.policy", orgText(TEAM) + FAILING);
      await shows(/1 test failed: policy/);
      place.write("policy/org.policy", orgText(TEAM) + TESTS);
      await shows(/good: policy, 1 test passed/);
    } finally {
      child.kill();
      await once(child, "exit");
    }
  });
});
