import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { Complaint } from "../../src/cli/complaint.ts";
import { guardScore } from "../../src/cli/guard-score.ts";
import { filesToSearch } from "../../src/cli/guard-texts.ts";
import { letters } from "../corpus/shape.ts";
import { chanceOf } from "../wire/chance.ts";
import { GW, type Playground, playground } from "./gw.ts";

const chance = chanceOf(12);
const STRIPE = `sk_live_${letters(chance, "n", 24)}`;
const PASSWORD = `Zk3${letters(chance, "n", 9)}8`;
const ENV = `PORT=1\nKEY=${STRIPE} DB_PASSWORD=${PASSWORD}\n`;

const POLICY = `language 1

use secrets from builtin
use pii from builtin

org acme {
  guard secrets
}

team eng {
  guard mail
}

guardrail secrets {
  on request, response
  in tool-result
  match @secrets
  action flag
  action redact at critical
}

guardrail mail {
  on request
  match @pii.email
  action reject "no addresses"
}
`;

suite("gw guard scan", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
    mkdirSync(join(place.dir, "policy"));
    place.write("policy/acme.policy", POLICY);
  });
  afterEach(() => place.remove());

  test("names place, pattern, severity and confidence, and never a value", async () => {
    place.write("a.env", ENV);
    place.write("b.txt", "nothing here\n");
    const { code, out, err } = await place.gw("guard", "scan", "a.env", "b.txt");
    assert.deepEqual([code, err], [1, ""]);
    assert.equal(
      out,
      [
        "a.env:2:5: critical: secrets.stripe-key",
        "  KEY=**** DB_PASSWORD=****",
        "a.env:2:50: high: secrets.bare-password, medium confidence",
        "  …****  DB_PASSWORD=****".replace("…****  ", "…**** "),
        "2 findings in 1 of 2 files",
        "",
      ].join("\n"),
    );
    assert.ok(!out.includes(STRIPE) && !out.includes(PASSWORD));
  });

  test("tells only what is as grave and as certain as asked for, and shows nothing of the rest", async () => {
    place.write("a.env", ENV);
    const { out } = await place.gw("guard", "scan", "a.env", "--severity", "critical", "--format", "json");
    const { findings } = JSON.parse(out);
    assert.deepEqual(
      findings.map(({ pattern }: { pattern: string }) => pattern),
      ["secrets.stripe-key"],
    );
    assert.ok(!out.includes(PASSWORD));
    assert.equal(
      (await place.gw("guard", "scan", "a.env", "--confidence", "high", "--severity", "high")).out.split("\n").length,
      4,
    );
  });

  test("searches the texts of a conversation by the guardrails that look at their place", async () => {
    const content = [{ type: "tool_result", tool_use_id: "t", content: `x\n${STRIPE}` }];
    const body = {
      model: "m",
      max_tokens: 1,
      messages: [
        { role: "user", content: `mine: ${STRIPE}` },
        { role: "assistant", content: "ok" },
        { role: "user", content },
      ],
    };
    place.write("body.json", JSON.stringify(body));
    const { out } = await place.gw("guard", "scan", "body.json", "--policy", "policy", "--key", "none");
    assert.equal(out, "");
    const scanned = await place.gw("guard", "scan", "body.json", "--policy", "policy", "--format", "json");
    const { findings } = JSON.parse(scanned.out);
    const [finding] = findings;
    // Outside of `in tool-result` nobody looks at what the client says; what is only flagged is a finding by itself.
    const paths: readonly string[] = findings.map(({ path }: { path: string }) => path);
    assert.deepEqual([...new Set(paths)], ["messages[2].content[0].content"]);
    assert.equal(finding.pattern, "secrets.stripe-key");
    assert.equal(finding.place, "tool-result");
    assert.equal(finding.action, "redact");
    assert.ok(!scanned.out.includes(STRIPE));
  });

  test("reads transcripts line by line, and standard input", async () => {
    const line = (content: unknown) => JSON.stringify({ type: "user", uuid: "u", message: { role: "user", content } });
    place.write(
      "s.jsonl",
      `${line("hello")}\n${JSON.stringify({ type: "summary" })}\n${line([{ type: "text", text: `\n${STRIPE}` }])}\n`,
    );
    assert.match(
      (await place.gw("guard", "scan", "s.jsonl")).out,
      /^s\.jsonl:3 message\.content\[0\]\.text:2:1: critical: /,
    );
    for (const named of [["-"], []]) {
      const piped = await new Promise<string>((resolve) => {
        const child = execFile(process.execPath, [GW, "guard", "scan", ...named], (_, out) => resolve(out));
        child.stdin!.end(`a ${STRIPE}\n`);
      });
      assert.match(piped, /^-:1:3: critical: secrets\.stripe-key\n {2}a \*\*\*\*\n/);
    }
  });

  test("asks for a file only where a person would have to type the text", () => {
    assert.deepEqual(filesToSearch(["a", "-"], true), ["a", "-"]);
    assert.deepEqual(filesToSearch([], false), ["-"]);
    assert.throws(
      () => filesToSearch([], true),
      new Complaint("no file is named", "name files, or pipe a text in: `git diff | gw guard scan`"),
    );
  });

  test("takes one team's guardrails, or packs alone", async () => {
    place.write("m.txt", "write to dana@fjordbank.no\n");
    assert.match(
      (await place.gw("guard", "scan", "m.txt", "--policy", "policy", "--team", "eng")).out,
      /low: pii\.email, rejected by `mail`/,
    );
    assert.match((await place.gw("guard", "scan", "m.txt", "--pack", "pii", "secrets")).out, /low: pii\.email\n/);
    assert.equal((await place.gw("guard", "scan", "m.txt")).out, "nothing found in 1 file\n");
  });

  test("writes SARIF with a rule for each pattern", async () => {
    place.write("a.env", ENV);
    const [run] = JSON.parse((await place.gw("guard", "scan", "a.env", "--format", "sarif")).out).runs;
    assert.deepEqual(
      run.tool.driver.rules.map(({ id }: { id: string }) => id),
      ["secrets.stripe-key", "secrets.bare-password"],
    );
    const [first] = run.results;
    assert.deepEqual(first.locations[0].physicalLocation, {
      artifactLocation: { uri: "a.env" },
      region: { startLine: 2, startColumn: 5 },
    });
    assert.deepEqual([first.level, first.rank, run.results[1].rank], ["error", 95, 60]);
  });

  test("says what is wrong with the question", async () => {
    writeFileSync(join(place.dir, "image.bin"), Buffer.from([1, 0, 2]));
    const wrong = async (...args: string[]) => (await place.gw("guard", "scan", ...args)).err;
    assert.match(await wrong("nope"), /there is no file `nope`/);
    assert.match(await wrong("policy"), /`policy` is a directory/);
    assert.match(await wrong("x", "--team", "eng"), /name the policy: `--policy DIR`/);
    assert.match(await wrong("x", "--policy", "policy", "--team", "ops"), /there is no team `ops` in the policy/);
    assert.match(await wrong("x", "--pack", "secret"), /there is no pack `secret`/);
    assert.match(await wrong("x", "--pack", "anthropic"), /`anthropic` holds no patterns/);
    assert.match(await wrong("image.bin"), /image\.bin is no text, and was not searched/);
  });
});

suite("gw guard score", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
  });
  afterEach(() => place.remove());

  test("prints recall and precision of each kind, and keeps bounds", async () => {
    const lines = [
      { text: `key ${STRIPE}`, kind: "stripe", spans: [[4, 4 + STRIPE.length]] },
      { text: `DB_PASSWORD=${PASSWORD}`, kind: "password", secrets: [PASSWORD] },
      { text: "the magic word is xyzzy", kind: "password", secrets: ["xyzzy"] },
      { text: "nothing" },
    ];
    place.write("set.jsonl", lines.map((line) => `${JSON.stringify(line)}\n`).join("\n"));
    const { code, out } = await place.gw("guard", "score", "set.jsonl");
    assert.equal(code, 0);
    assert.deepEqual(
      out.split("\n").map((line) => line.trim().split(/ {2,}/)),
      [
        ["kind", "texts", "secrets", "caught", "recall", "findings", "precision", "innocent", "touched"],
        ["stripe", "1", "1", "1", "100.0 %", "1", "100.0 %", "0", "0"],
        ["password", "2", "2", "1", "50.0 %", "1", "100.0 %", "0", "0"],
        ["all", "1", "0", "0", "-", "0", "-", "1", "0"],
        ["in all", "4", "3", "2", "66.7 %", "2", "100.0 %", "1", "0"],
        [""],
      ],
    );
    const failed = await place.gw("guard", "score", "set.jsonl", "--min-recall", "92", "--format", "json");
    assert.equal(failed.code, 1);
    assert.equal(failed.err, "recall is 66.67 %, and has to be 92.00 % or more\n");
    const { ok, recall, kinds } = JSON.parse(failed.out);
    assert.deepEqual([ok, Math.round(recall * 100), kinds.stripe.recall], [false, 67, 1]);
    assert.equal(
      (await place.gw("guard", "score", "set.jsonl", "--min-recall", "60", "--min-precision", "99")).code,
      0,
    );
  });

  test("says which line of a set is wrong, and quotes nothing of it", async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["", /set\.jsonl` holds no texts/],
      ["x", /set\.jsonl:1: not a JSON object/],
      ['{"kind":"a"}', /`text` is not a string/],
      ['{"text":"a","kind":1}', /`kind` is not a string/],
      ['{"text":"a","spans":[[0,2]]}', /\[0, 2\] is no part of the text/],
      ['{"text":"a","spans":[0]}', /`spans` is not a list of pairs/],
      ['{"text":"a","secrets":["hidden"]}', /secret 1 does not stand in the text/],
      ['{"text":"a","secrets":"a"}', /`secrets` is not a list of strings/],
      ['{"text":"a","secrets":["a"],"spans":[]}', /do not go together/],
    ];
    const channel = {
      write: () => assert.fail("nothing is told"),
      style: (_: unknown, text: string) => text,
      closed: false,
    };
    const score = (file: string, options = {}): Promise<unknown> =>
      guardScore(join(place.dir, file), { format: "text", ...options }, { out: channel, err: channel, watched: false });
    for (const [line, message] of cases) {
      place.write("set.jsonl", `${line}\n`);
      await assert.rejects(score("set.jsonl"), (error) => {
        assert.ok(error instanceof Complaint && error.exitCode === 2);
        assert.match(error.message, message);
        assert.doesNotMatch(`${error.message}${error.help}`, /hidden/);
        return true;
      });
    }
    await assert.rejects(score("set.jsonl", { minRecall: "much" }), /is not a percentage/);
    await assert.rejects(score("none.jsonl"), /there is no file/);
  });
});
