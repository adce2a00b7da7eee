/**
 * Conversations by chance, with values of every letter that has to be quoted: no tool ever gets a placeholder, no secret ever
 * goes to the provider, and every turn goes back to the model as it was, though the client has many of them otherwise.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { type Chance, chanceOf } from "../wire/chance.ts";
import { assertSteady, type Block, Client, result, startSessions } from "./sessions.ts";
import { OPEN, policyOf } from "./world.ts";

const POLICY = policyOf(
  `${OPEN.replace("Bash, Read", "*")}\n  guard secrets`,
  `guardrail secrets {
  on request, response
  match /\\bTOK-[A-Z0-9]{16}\\b/, /-----BEGIN KEY-----[^-]{1,400}-----END KEY-----/, /«([^»]{8,60})»/
  action redact restore tool-input
}`,
);
const LETTERS = ["a", "Z", "9", '"', "\\", "\n", "é", "😀", "\u2028", "/", "<", "n", "u", " ", "'", "$", "%"];
/** What the model makes up itself. */
const OWN = "TOK-ABCDEFGHIJKL9999";

const word = (chance: Chance): string =>
  Array.from({ length: 9 + chance.below(20) }, () => chance.pick(LETTERS)).join("");

function valuesBy(chance: Chance): readonly [string, string, string] {
  const token = `TOK-${randomBytes(8).toString("hex").toUpperCase()}`;
  return [token, `k${word(chance)}k`, `-----BEGIN KEY-----\n${word(chance)}\n-----END KEY-----`];
}

/** A call whose input holds placeholders that the model has seen, in every way. */
function callBy(chance: Chance, seen: readonly string[]): Block {
  const one = (): string => chance.pick([...seen, OWN]);
  const leaf = (): unknown =>
    chance.pick<() => unknown>([
      one,
      () => `before ${one()} between ${one()} behind`,
      () => JSON.stringify({ a: one(), b: [JSON.stringify({ c: one() })] }),
      () => word(chance),
      () => chance.pick([17, null, true]),
    ])();
  const input = { [`k${chance.below(9)}`]: leaf(), list: [leaf(), { deep: leaf() }], ünï: leaf() };
  return { type: "tool_use", id: "toolu_0", name: "Write", input };
}

/** What a tool or a person says, with one of the values in it. */
function wordsBy(chance: Chance, values: readonly string[]): string {
  const value = chance.pick(values);
  return chance.pick([
    () => `bare ${value} end`,
    () => JSON.stringify({ x: value, y: JSON.stringify([chance.pick(values)]) }),
    () => `KEY="${value}"`,
    () => encodeURIComponent(value),
    () => word(chance),
  ])();
}

test("whatever a conversation says, nothing leaks, no tool gets a placeholder, and no turn changes", async (t) => {
  const chance = chanceOf(20_261_123);
  for (let round = 0; round < 16; round += 1) {
    const values = valuesBy(chance);
    const { world, sent, said } = await startSessions(t, POLICY, ({ messages }) => {
      const seen = [...JSON.stringify(messages).matchAll(/\[\[secret:[^\]]*\]\]/g)].map(([words]) => words);
      if (chance.below(4) > 0) return [{ type: "text", text: "ok" }, callBy(chance, seen)];
      return [
        { type: "text", text: `done ${chance.pick([...seen, OWN])} ${chance.pick(["", OWN, "«own words here»"])}` },
      ];
    });
    const client = new Client(world, "s1", round % 2 === 0);
    let answer = await client.say(`take ${values[0]}, «${values[1]}» and ${values[2]} please`);
    for (let turn = 0; turn < 5; turn += 1) {
      assert.equal(answer.status, 200);
      const call = answer.blocks.find(({ type }) => type === "tool_use");
      const got = JSON.stringify(call?.input ?? null);
      assert.ok(!got.includes("[[secret:"), got);
      const words = wordsBy(chance, values);
      const echo = chance.pick([got, words, `${words}\n${got}`]);
      answer = await client.say(call === undefined ? `next ${words}` : result(echo));
    }
    assertSteady(sent, said);
    for (const { raw } of sent) {
      for (const value of values) assert.ok(!raw.includes(JSON.stringify(value).slice(1, -1)), JSON.stringify(value));
    }
  }
});
