/** One strict pass over JSON bytes: what it accepts, where it finds values, and what it says of everything else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Json, JsonError, type Node } from "../../src/wire/json.ts";
import { MAX_DEPTH, skim } from "../../src/wire/skim.ts";
import { chanceOf } from "./chance.ts";

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** Builds the value from the places that were noted. */
function rebuild(json: Json, node: Node = 0): unknown {
  switch (json.kind(node)) {
    case "object":
      return Object.fromEntries([...json.members(node)].map(([key, value]) => [key, rebuild(json, value)]));
    case "array":
      return json.elements(node).map((element) => rebuild(json, element));
    case "string":
      return json.text(node);
    default:
      return JSON.parse(json.raw(node));
  }
}

function codeOf(bytes: Uint8Array): string {
  try {
    skim(bytes);
    return "read";
  } catch (error) {
    assert.ok(error instanceof JsonError, String(error));
    return error.code;
  }
}

test("values are found where they stand", () => {
  const text = ' { "a" : [1, -2.5e+3, "x\\"y"] , "b\\u0041" : {} , "c":[ ], "d":null,"e":true , "f": false } ';
  assert.deepEqual(rebuild(skim(bytesOf(text))), JSON.parse(text));
  const json = skim(bytesOf(text));
  const a = json.members(0).get("a")!;
  assert.equal(text.slice(json.start(a), json.end(a)), '[1, -2.5e+3, "x\\"y"]');
});

test("texts with escapes, letters of many bytes and halves of pairs are read as JSON reads them", () => {
  for (const value of ["", "plain", "tab\there", "über 東京 🗝️", "\ud800 alone", '"\\/\b\f\n\r\t', "\u0000"]) {
    assert.equal(skim(bytesOf(JSON.stringify(value))).text(0), value);
  }
  assert.equal(skim(bytesOf('"\\ud83d\\ude00\\/"')).text(0), "😀/");
});

test("words are told apart, whatever was read before", () => {
  for (const word of [
    "text",
    "tex\\u0074",
    "texé",
    "te",
    "",
    "\\\\",
    "x".repeat(40),
    "text",
    "é",
    "\ud83d\ude00",
    "\\\\",
  ]) {
    const json = skim(bytesOf(`"${word}"`));
    assert.equal(json.word(0), json.text(0));
    assert.equal(json.word(0), JSON.parse(`"${word}"`));
  }
});

test("what is not JSON is told apart", () => {
  const wrong = [
    "",
    " ",
    "{",
    "}",
    "[",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "{,}",
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    "{1:2}",
    "{'a':1}",
    '{"a" 1}',
    "[1 2]",
    "1 2",
    "{}{}",
    "[]]",
    "tru",
    "truE",
    "nul",
    "falsy",
    "NaN",
    "Infinity",
    "undefined",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x10",
    "--1",
    '"',
    '"a',
    '"\\',
    '"\\x"',
    '"\\u12"',
    '"\\u12g4"',
    '"a\nb"',
    '"\t"',
    "// no\n1",
    "[1]x",
    '\ufeff{"a":1}',
    "\u00a01",
  ];
  for (const text of wrong) assert.equal(codeOf(bytesOf(text)), "syntax", JSON.stringify(text));
});

test("bytes that are not UTF-8 are refused, wherever they stand", () => {
  for (const bytes of [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80]]) {
    assert.equal(
      codeOf(Buffer.concat([bytesOf('{"a":"'), Buffer.from(bytes), bytesOf('"}')])),
      "utf8",
      bytes.join(" "),
    );
  }
});

test("every text cut short is refused", () => {
  const whole = '{"a":[1,{"b":"c\\u0041d"}],"e":-1.5e3,"f":null}';
  for (let end = 0; end < whole.length; end += 1)
    assert.equal(codeOf(bytesOf(whole.slice(0, end))), "syntax", whole.slice(0, end));
  assert.equal(codeOf(bytesOf(whole)), "read");
});

test("nesting has an end", () => {
  const nested = (depth: number): Uint8Array => bytesOf("[".repeat(depth) + "]".repeat(depth));
  assert.equal(codeOf(nested(MAX_DEPTH)), "read");
  assert.equal(codeOf(nested(MAX_DEPTH + 1)), "depth");
  assert.equal(codeOf(bytesOf('{"a":'.repeat(1_000_000))), "depth");
});

test("equal keys are refused where they are asked for, however they are spelled", () => {
  const twice = skim(bytesOf('{"model":"a","m\\u006fdel":"b"}'));
  assert.throws(() => twice.fields(0), { code: "duplicate" });
  assert.equal(twice.text(twice.members(0).get("model")!), "b");
  assert.throws(() => skim(bytesOf("[]")).fields(0), { code: "shape" });
});

test("random texts are accepted and read exactly as JSON.parse does", () => {
  const chance = chanceOf(20261123);
  const seeds = [
    '{"a":[1,{"b":"c\\u0041\\n"}],"e":-1.5e3,"f":null}',
    '[{"x":""},[],{},"\\ud83d\\ude00",0,true]',
    '"é\\\\"',
  ];
  const letters = [
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "0",
    "1",
    "-",
    ".",
    "e",
    "u",
    "t",
    " ",
    "\n",
    "\t",
    "é",
    "a",
  ];
  let read = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const text = [...chance.pick(seeds)];
    for (let edits = chance.below(3); edits > 0; edits -= 1) {
      text.splice(chance.below(text.length), chance.below(2), ...(chance.below(2) === 0 ? [] : [chance.pick(letters)]));
    }
    const joined = text.join("");
    let expected: unknown;
    try {
      expected = JSON.parse(joined);
    } catch {
      assert.equal(codeOf(bytesOf(joined)), "syntax", joined);
      continue;
    }
    read += 1;
    assert.deepEqual(rebuild(skim(bytesOf(joined))), expected, joined);
  }
  assert.ok(read > 1_000);
});
