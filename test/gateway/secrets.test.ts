/** Secrets however they are spelled: one placeholder, and what a tool gets for it is what stood there. */
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { changed } from "../../src/decision/change.ts";
import { laying } from "../../src/decision/marks.ts";
import { placeholdersIn } from "../../src/decision/placeholder.ts";
import { depthBehind, plainOf, spellingsOf } from "../../src/decision/spelling.ts";
import { atOnce } from "../../src/decision/steps.ts";
import { Conversation } from "../../src/gateway/conversation.ts";
import { chanceOf } from "../wire/chance.ts";

const KEY = randomBytes(32);
const hmac = (text: string): string => createHmac("sha256", KEY).update(text).digest("hex");
const SOURCE = { guardrail: "g", pattern: "p", restore: true, bare: true };
const MOMENT = { thread: "t", turn: 0, past: false };

const quoted = (text: string, times: number): string =>
  times === 0 ? text : quoted(JSON.stringify(text).slice(1, -1), times - 1);

/** A text as it goes to the model. */
function masked(conversation: Conversation, text: string): string {
  const known = conversation.secrets.find(text, MOMENT);
  const marks = atOnce(laying(conversation.secrets, text, { hits: [], known, moment: MOMENT }));
  return changed(
    text,
    marks.flatMap(({ text: words, ...place }) => (words === null ? [] : [{ ...place, text: words }])),
  );
}

/** A text of the model as a tool gets it. */
function restored({ secrets }: Conversation, text: string): string {
  return changed(
    text,
    placeholdersIn(text).map(({ start, end, words }) => {
      const secret = secrets.behind(words) ?? assert.fail(words);
      return { start, end, text: secrets.spelledAt(secret, words, { text, start }) };
    }),
  );
}

test("all spellings of a value have the plainest in common", () => {
  for (const value of ['a"b\nc', "tab\there", 'p\\q"r', "plain", "-----BEGIN-----\nx\n-----END-----"]) {
    for (const spelled of [value, ...spellingsOf(value)]) assert.equal(plainOf(spelled), plainOf(value), spelled);
  }
  assert.equal(plainOf("C:\\dir\\"), "C:\\dir\\", "what is no string of JSON is as plain as it can be");
  assert.equal(plainOf("a/b"), "a/b", "and so is what another hand has quoted, or that would be lost");
});

test("how deep a place lies in quotes is told by the quote before it in its line", () => {
  for (const [text, depth] of [
    ["", 0],
    ["a = ", 0],
    ['{"a":"', 1],
    ['{"a":"{\\"b\\":\\"x', 2],
    ['{"a":"{\\"b\\":\\"{\\\\\\"c\\\\\\":\\\\\\"', 3],
    ['"before"\nx', 0],
    ['curl -H "accept: json" -d ', 0],
    ['{"a":"b","c":', 0],
    ['{"a":"{\\"b\\":\\"x\\"', 1],
    ['{"a":"{\\"b\\":\\"x\\"}","c":"', 1],
    ['{"dir":"C:\\\\","key":"', 1],
    ['A="" B="b" C="', 1],
    ['a 5" disk, {"key":"', 1],
    ['a 5" disk, {"key":"x"} and ', 0],
    [`{"${"x".repeat(5_000)}":"y","key":"`, 1],
    [`{"${"x".repeat(5_000)}":"y","key":"z"} `, 0],
    [`{"in":"{\\"${"x".repeat(5_000)}\\":\\"y\\"} `, 1],
  ] as const) {
    assert.equal(depthBehind(text), depth, text);
  }
});

test("whatever is masked becomes again what it was, and a value in quotes keeps its placeholder", () => {
  const chance = chanceOf(20261123);
  const letters = ["a", "B", "7", "/", "&", '"', "\\", "\n", "n", "u", "é", "\u2028", "{", " "];
  for (let round = 0; round < 600; round += 1) {
    const conversation = new Conversation(hmac);
    const values = Array.from({ length: 1 + chance.below(3) }, () => {
      const body = Array.from({ length: 12 + chance.below(12) }, () => chance.pick(letters)).join("");
      return `s${round}${body}e`;
    });
    for (const value of values) conversation.secrets.keep(quoted(value, chance.below(3)), SOURCE);
    const said: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const value = chance.pick(values);
      const other = chance.pick(values);
      const text = chance.pick([
        `it is ${value} and ${other}`,
        JSON.stringify({ a: value, b: other }),
        JSON.stringify({ log: JSON.stringify({ a: value, n: [other] }), c: other }),
        `KEY="${value}" OTHER=${other}\n'${quoted(value, 1)}'`,
        value,
      ]);
      const words = masked(conversation, text);
      assert.equal(restored(conversation, words), text, JSON.stringify({ values, text, words }));
      for (const each of values) assert.ok(!text.includes(each) || !words.includes(each));
      said.push(text);
    }
    for (const text of said) assert.equal(restored(conversation, masked(conversation, text)), text);
  }
});

test("in JSON, and in JSON in JSON, a value has the placeholder that it has bare", () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    const conversation = new Conversation(hmac);
    const value = `x"y\\z\n${randomBytes(8).toString("hex")}`;
    const texts = [`bare ${value}`, JSON.stringify({ value }), JSON.stringify({ in: JSON.stringify({ value }) })];
    conversation.secrets.keep(quoted(value, order[0]!), SOURCE);
    const words = order.map((at) => placeholdersIn(masked(conversation, texts[at]!))[0]?.words);
    assert.equal(new Set(words).size, 1, String(words));
    const id = conversation.secrets.idOf(quoted(value, 2));
    assert.equal(id, conversation.secrets.idOf(value));
    assert.ok(words[0]!.includes(id));
    const before = conversation.secrets.behind(words[0]!)!;
    assert.equal(before.value, value);
  }
});

test("a placeholder by itself becomes what it stood for, and elsewhere what the quotes around it ask for", () => {
  const conversation = new Conversation(hmac);
  const value = `x"y\\z${randomBytes(8).toString("hex")}`;
  conversation.secrets.keep(quoted(value, 1), SOURCE);
  const json = JSON.stringify({ value });
  const [{ words } = { words: "" }] = placeholdersIn(masked(conversation, json));
  assert.equal(restored(conversation, words), quoted(value, 1));
  assert.equal(restored(conversation, `echo ${words}`), `echo ${value}`);
  assert.equal(restored(conversation, `{\\"a\\":\\"${words}`), `{\\"a\\":\\"${quoted(value, 2)}`);
});

test("behind what was quoted a value is what it is, for the tool that gets it and for the placeholder that it has", () => {
  for (const value of [
    `x"y\\z${randomBytes(8).toString("hex")}`,
    `-----BEGIN-----\n${randomBytes(8).toString("hex")}`,
  ]) {
    const conversation = new Conversation(hmac);
    conversation.secrets.keep(quoted(value, 1), SOURCE);
    const [{ words } = { words: "" }] = placeholdersIn(masked(conversation, JSON.stringify({ value })));
    assert.equal(restored(conversation, `set "one" ${words}`), `set "one" ${value}`);
    const nested = JSON.stringify({ log: JSON.stringify({ one: "1", value }), last: "x" });
    const all = `the "one": ${value}\n${JSON.stringify({ value, more: [value] })} ${nested} ${value}`;
    const sent = masked(conversation, all);
    assert.deepEqual([...new Set(placeholdersIn(sent).map((each) => each.words))], [words]);
    assert.equal(restored(conversation, sent), all);
  }
});

test("what is forgotten is forgotten in all of its spellings", () => {
  const conversation = new Conversation(hmac);
  const first = 'the-first-"of-all"';
  conversation.secrets.keep(first, SOURCE);
  masked(conversation, `KEY="${first}" ${JSON.stringify({ first })} "${quoted(first, 2)}"`);
  for (let index = 0; index < 10_000; index += 1) conversation.secrets.keep(`value-${index}-0123456789`, SOURCE);
  for (const times of [0, 1, 2]) assert.deepEqual(conversation.secrets.known.find(quoted(first, times)), []);
});
