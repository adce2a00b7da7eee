import assert from "node:assert/strict";
import { test } from "node:test";
import { unpack } from "../../src/decision/encoded.ts";
import { createScanner } from "../../src/decision/scanner.ts";
import { ENCODINGS } from "../../src/language/tree.ts";
import { modelOf } from "../model/policies.ts";
import { chanceOf } from "../wire/chance.ts";
import { tableOf } from "./models.ts";

const PLAIN = "the badge EMP-123456 opens the door of the machine room";
const BASE64 = Buffer.from(PLAIN).toString("base64");
const HEX = Buffer.from(PLAIN).toString("hex");
const PERCENT = encodeURIComponent(PLAIN);

function scannerWith(parts: string) {
  const text = `language 1
org acme { guard badges, loud }
guardrail badges { on request match /\\bEMP-\\d{6}\\b/ ${parts} }
guardrail loud { on request match /machine room/ action flag }
`;
  const scanner = createScanner(tableOf(modelOf([{ path: "acme.policy", text }], new Map())), [0, 1], "request");
  assert.ok(scanner !== null);
  return scanner;
}

/** What a scanner finds. */
function found(scanner: ReturnType<typeof scannerWith>, text: string): string[] {
  return scanner.scan(text).map(({ start, end, pattern }) => `${pattern}: ${text.slice(start, end)}`);
}

test("each form is undone where it is asked for, and what hides a finding is a finding as a whole", () => {
  const all = scannerWith("decode base64, percent, hex action redact");
  assert.deepEqual(found(all, `x ${BASE64} y`), [`badges: ${BASE64}`]);
  assert.deepEqual(found(all, `{"token": "${HEX}"}`), [`badges: ${HEX}`]);
  assert.deepEqual(found(all, `GET /?q=${PERCENT}&x=1`), [`badges: ${PERCENT}`]);
  const hex = scannerWith("decode hex action redact");
  assert.deepEqual(found(hex, `x ${BASE64} y ${HEX}`), [`badges: ${HEX}`]);
  assert.deepEqual(found(scannerWith("action redact"), `${BASE64} ${HEX}`), []);
});

test("a finding in plain text and a hidden one stand beside each other", () => {
  const scanner = scannerWith("decode base64 action redact");
  assert.deepEqual(found(scanner, `EMP-999999 and ${BASE64}`), ["badges: EMP-999999", `badges: ${BASE64}`]);
});

test("a wrapped block is one run, with its padding", () => {
  const long = Buffer.from(`${"lorem ipsum ".repeat(6)} ${PLAIN}!!`).toString("base64");
  const wrapped = long.replace(/.{64}/g, "$&\n");
  assert.match(wrapped, /=$/);
  assert.deepEqual(found(scannerWith("decode base64 action redact"), `-- ${wrapped} --`), [`badges: ${wrapped}`]);
});

test("hidden twice is not looked for, nor is what is too short", () => {
  const scanner = scannerWith("decode base64, percent, hex action redact");
  assert.deepEqual(found(scanner, Buffer.from(BASE64).toString("base64")), []);
  assert.deepEqual(found(scanner, Buffer.from("EMP-123456").toString("base64")), []);
});

test("hashes, pictures, paths and words give no text", () => {
  const chance = chanceOf(7);
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => chance.below(256)));
  const texts = [
    bytes(32).toString("hex"),
    bytes(3000).toString("base64"),
    "/usr/local/lib/node_modules/typescript/lib/lib_dom_iterable",
    "aVeryLongIdentifierThatGoesOnAndOnAndOnWithoutEnd",
    "%zz".repeat(20),
  ];
  for (const text of texts) for (const form of ENCODINGS) assert.deepEqual(unpack(text, form), [], `${form} ${text}`);
});

test("a word that is written in percent form as a whole is long enough by what stands there", () => {
  const written = [..."EMP-123456"].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join("");
  const long = `${written}%20%20`;
  assert.equal(long.length, 36);
  const scanner = scannerWith("decode percent action redact");
  assert.deepEqual(found(scanner, `q=${long}&r`), [`badges: ${long}`]);
  assert.deepEqual(found(scanner, `q=${written}&r`), []);
});

test("runs are those that expressions would find", () => {
  const forms = {
    base64: /[A-Za-z0-9+/_-]{32,}(?:\r?\n[A-Za-z0-9+/_-]{16,})*={0,2}/g,
    percent: /(?=[\w.~!*'()+-]*%[0-9A-Fa-f]{2})(?:[\w.~!*'()+-]|%[0-9A-Fa-f]{2})+/g,
    hex: /(?:[0-9A-Fa-f]{2}){16,}/g,
  };
  const chance = chanceOf(11);
  const words = (most: number) => "so on and so forth ".repeat(chance.below(most));
  const signs = (all: string, most: number) => Array.from({ length: chance.below(most) }, () => chance.pick([...all]));
  const parts: readonly (() => string)[] = [
    () => Buffer.from(`it is ${words(8)}`).toString(chance.pick(["base64", "base64url", "hex"] as const)),
    () =>
      Buffer.from(words(9))
        .toString("base64")
        .replace(/.{24}/g, chance.pick(["$&\n", "$&\r\n"])),
    () => encodeURIComponent(`a:b/c@${"é%".repeat(chance.below(9))}`),
    () => signs("0123456789abcdef", 50).join(""),
    () => signs("abcXYZ019+/_-%=. \n\r\\~é", 60).join(""),
  ];
  let seen = 0;
  for (let round = 0; round < 4000; round++) {
    const text = Array.from({ length: 1 + chance.below(7) }, () => chance.pick(parts)()).join("");
    for (const [encoding, form] of Object.entries(forms) as [keyof typeof forms, RegExp][]) {
      const found = unpack(text, encoding);
      const runs = [...text.matchAll(form)].filter(([run]) => run.length >= 32);
      const places = new Set(runs.map(({ index, 0: run }) => `${index} ${index + run.length}`));
      for (const { start, end } of found) assert.ok(places.has(`${start} ${end}`), `${encoding} ${text}`);
      const clean = runs.filter(([run]) => unpack(run, encoding).length > 0);
      assert.equal(found.length, clean.length, `${encoding} ${text}`);
      seen += found.length;
    }
  }
  assert.ok(seen > 1000);
});

test("a run may be as long as a body", () => {
  const plain = "hello world ".repeat(1_000_000);
  assert.equal(unpack(Buffer.from(plain).toString("base64"), "base64")[0]?.text, plain);
  assert.equal(unpack(Buffer.from(plain).toString("hex"), "hex")[0]?.text, plain);
  assert.equal(unpack("%41".repeat(4_000_000), "percent")[0]?.text.length, 4_000_000);
});
