/** A long text looked through in slices gives what it gives as a whole, wherever a finding lies, and others get the thread. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../src/decision/compile.ts";
import { createScanner } from "../../src/decision/scanner.ts";
import { SLICE } from "../../src/decision/slices.ts";
import { inTurns } from "../../src/decision/steps.ts";
import { parse } from "../../src/language/parse.ts";
import { resolve } from "../../src/model/resolve.ts";
import { readBuiltins } from "../../src/revision/packs.ts";
import { chanceOf } from "../wire/chance.ts";
import { REVISION } from "./models.ts";

async function tableOf(guardrail: string) {
  const source = `language 1\nuse secrets from builtin\norg acme {\n  guard g\n}\nguardrail g {\n  on request\n${guardrail}\n}\n`;
  const packs = new Map([...(await readBuiltins())].map(([name, pack]) => [name, parse(pack).tree]));
  const { model } = resolve([parse({ path: "a.policy", text: source }).tree], packs);
  const { table } = compile(model ?? assert.fail("the policy has faults"), REVISION);
  return table ?? assert.fail("no table");
}

const letters = (count: number, from: string, chance: ReturnType<typeof chanceOf>): string =>
  Array.from({ length: count }, () => from[chance.below(from.length)]).join("");
const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ANY = `${CAPITALS}abcdefghijklmnopqrstuvwxyz`;

/** Something that the pack finds, of one of several lengths. */
function secret(chance: ReturnType<typeof chanceOf>): string {
  const key = letters(64, ANY, chance).match(/.{16}/g)!;
  return chance.pick([
    () => `AKIA${letters(16, CAPITALS, chance)}`,
    () => `"password": "${letters(9, ANY, chance)}7!${letters(5, ANY, chance)}"`,
    () => `-----BEGIN PRIVATE KEY-----\n${Array(40).fill(key.join("")).join("\n")}\n-----END PRIVATE KEY-----`,
    () => `postgres://app:${letters(12, ANY, chance)}9@db.internal:5432/app`,
  ])();
}

/** Code-like lines with secrets in them, most of them at the borders of slices. */
function textOf(chance: ReturnType<typeof chanceOf>, length: number): string {
  const lines = Array.from({ length: 200 }, () => `${letters(chance.below(60), `${ANY}    ={}();.,`, chance)}\n`);
  const parts: string[] = [];
  for (let size = 0; size < length; size += parts.at(-1)!.length) {
    const isNear = SLICE - (size % SLICE) < 1000;
    parts.push(chance.below(isNear ? 20 : 900) === 0 ? `${secret(chance)}\n` : chance.pick(lines));
  }
  return parts.join("");
}

test("slices find what the whole has, with short and long patterns, and with encoded text", async () => {
  const rules = [
    "  match @secrets\n  action redact",
    "  match @secrets\n  decode base64, hex\n  action redact",
    "  match /q[a-p]*z/, /\\bx+y\\b/, /[A-Z]{4}/\n  action flag",
  ];
  for (const [seed, rule] of rules.entries()) {
    const table = await tableOf(rule);
    const scanner = createScanner(table, [0], "request")!;
    const chance = chanceOf(seed + 5);
    let found = 0;
    for (let round = 0; round < 2; round += 1) {
      let text = textOf(chance, 10 * SLICE);
      if (rule.includes("decode"))
        text += `\n${Buffer.from(`key AKIA${letters(16, CAPITALS, chance)} of it`).toString("base64")}\n`;
      const whole = scanner.scan(text);
      let rests = 0;
      const sliced = await inTurns(scanner.scanning(text), () => {
        rests += 1;
        return null;
      });
      assert.deepEqual(sliced, whole);
      assert.ok(rests >= 10, String(rests));
      found += whole.length;
    }
    assert.ok(found > 20, String(found));
  }
});

test("a secret is found at every offset around a border", async () => {
  const table = await tableOf("  match @secrets\n  action redact");
  const scanner = createScanner(table, [0], "request")!;
  const key = `AKIA${letters(16, CAPITALS, chanceOf(3))}`;
  for (let offset = -40; offset <= 40; offset += 1) {
    const before = 2 * SLICE + offset;
    const text = `${" ".repeat(before)}${key}${" ".repeat(SLICE)}`;
    const hits = await inTurns(scanner.scanning(text), () => null);
    assert.deepEqual(
      hits.map(({ start, end }) => [start, end]),
      [[before, before + key.length]],
    );
  }
});

test("of a run that is longer than a match nothing is left between parts, in either engine", async () => {
  const cases = [
    ["[0-9]{16}", "1"],
    ["[a-z]{300}", "q"],
    ["x[a-z0-9]{2,400}y", "x1y"],
    ["(?:a|aa){7}", "a"],
  ] as const;
  for (const [expression, unit] of cases) {
    const text = ` ${unit.repeat(Math.floor(120_000 / unit.length))} `;
    const scanner = createScanner(await tableOf(`  match /${expression}/\n  action redact`), [0], "request")!;
    const whole = [...text.matchAll(new RegExp(expression, "g"))].map(({ 0: { length }, index }) => [
      index,
      index + length,
    ]);
    for (const hits of [scanner.scan(text), await inTurns(scanner.scanning(text), () => null)]) {
      assert.deepEqual(
        hits.map(({ start, end }) => [start, end]),
        whole,
        expression,
      );
    }
  }
});
