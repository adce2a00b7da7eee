/** A value that is hidden in an encoded run is hidden from an answer as well, however the run is split and wrapped. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createGrowth } from "../../../src/decision/growing.ts";
import { createScanner } from "../../../src/decision/scanner.ts";
import { tableOf } from "../../decision/models.ts";
import { modelOf } from "../../model/policies.ts";
import { type Chance, chanceOf } from "../chance.ts";
import { messageDelta, rulesOf, START, STOP, textBlock, visibleIn, watch } from "./answers.ts";

const POLICY = `language 1
org acme { guard values }
guardrail values {
  on response
  match /TOK-[A-Z0-9]{8}/
  decode base64, percent, hex
  action redact
}
`;
const table = tableOf(modelOf([{ path: "a.policy", text: POLICY }], new Map()));
const scanner = createScanner(table, [0], "response");
assert.ok(scanner !== null);
const rules = rulesOf({
  scanner,
  growth: createGrowth(table, [0], "response"),
  verdict: (_, value) => ({ kind: "redact", replacement: `[[${value.length}]]`, restore: false }),
});

function shown(parts: readonly string[]): string {
  const { sent } = watch([START, textBlock(0, ...parts), messageDelta("end_turn"), STOP], rules);
  return visibleIn(sent)
    .content.map(({ text }) => text)
    .join("");
}

function whole(text: string): string {
  let result = "";
  let from = 0;
  for (const { start, end } of scanner!.scan(text)) {
    result += `${text.slice(from, start)}[[${end - start}]]`;
    from = end;
  }
  return result + text.slice(from);
}

function split(text: string, chance: Chance, longest: number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += parts.at(-1)!.length) {
    parts.push(text.slice(at, at + 1 + chance.below(longest)));
  }
  return parts;
}

function hidden(chance: Chance): string {
  const around = "lorem ipsum dolor sit amet ".repeat(1 + chance.below(80));
  const plain = `${around.slice(chance.below(20))}TOK-ABCD1234 ${around}`;
  const base64 = Buffer.from(plain).toString("base64");
  const width = chance.pick([40, 64, 76]);
  return chance.pick([
    base64,
    base64.replace(new RegExp(`.{${width}}`, "g"), "$&\n"),
    base64.replace(new RegExp(`.{${width}}`, "g"), "$&\r\n"),
    Buffer.from(plain).toString("hex"),
    encodeURIComponent(plain),
  ]);
}

test("what a search of the whole text finds in encoded runs is found in every stream of it", () => {
  const chance = chanceOf(29);
  for (let round = 0; round < 150; round++) {
    const text = `see:\n${hidden(chance)}\nand ${chance.pick(["TOK-ZZZZ9999", "nothing", hidden(chance)])} then`;
    const got = shown(split(text, chance, chance.pick([1, 7, 60, 900])));
    assert.equal(got, whole(text), `round ${round}`);
    assert.ok(got.length < text.length, "each text hides something");
  }
});

test("words, paths and code are not held back for what they might be", () => {
  const text = "first line\nsecond_line\n/usr/local/lib/node_modules/typescript/lib/lib\nthe end of it";
  const { sent } = watch([START, textBlock(0, text), ""], rules);
  assert.ok(sent.includes("the end of "), "only the last word waits");
});
